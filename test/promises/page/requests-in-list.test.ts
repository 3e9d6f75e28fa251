import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { send } from '../../support/http-client.js'
import { accessibilityViolations, skip, startPageStage, type PageStage } from '../../support/page-stage.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { until } from '../../support/until.js'

const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'
const WIDTHS = [1100, 1280, 1440, 1920]

const { browser, proxy } =
  skip === false
    ? await startPageStage({ products: ['analytics realtime-api', 'vcc', 'chat-gateway'] })
    : ({} as PageStage)
let page: Page
let complaints: string[] = []

beforeEach(async () => {
  if (skip !== false) return
  await page?.close()
  page = await browser.newPage()
  page.setDefaultTimeout(10_000)
  complaints = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  await look()
})

const look = async (hash = '', origin = proxy.origin) => {
  await page.goto(`${origin}/-/${hash}`)
  await page.locator('#connection[data-state=live]').waitFor()
}
const call = (path: string, options: Parameters<typeof send>[1] = {}) =>
  send(proxy.port, { path, ...options })
const rows = () => page.locator('#requests tbody tr')
const row = (text: string) => rows().filter({ hasText: text })
const details = () => page.locator('#details')
const targets = () => rows().locator('.target').allTextContents()

/** A proxy of its own, whose 8x8 responds when it is told to. */
async function startHeld() {
  const held = new Map<string, () => void>()
  const upstream = await startUpstream({
    respond: (request, response) =>
      void held.set(request.url!, () =>
        response.writeHead(200, { 'Content-Type': 'text/plain' }).end('done'),
      ),
  })
  const other = await startProxy({ X8_BASE_URL: upstream.origin })
  await look('', other.origin)
  const start = async (path: string) => {
    const response = send(other.port, { path, headers: { 'X-Request-Id': 'always-the-same' } })
    await row(path).locator('td.running').waitFor()
    return async () => {
      held.get(path)!()
      await response
    }
  }
  return { other, start }
}

test('a call in flight is seen at once, ticks, and its row becomes that of its end', { skip }, async () => {
  const { start } = await startHeld()
  const endFirst = await start('/storage/first')
  const endSecond = await start('/storage/second')
  const first = row('/storage/first')
  const time = await first.locator('.lasted').textContent()
  assert.match(time!, /^\d+\.\d s$/)
  await first.locator('.lasted', { hasNotText: time! }).waitFor()
  assert.deepEqual(await targets(), ['/storage/second', '/storage/first'])
  await page.evaluate(`window.before = document.querySelectorAll('#requests tbody tr')[1]`)

  await endFirst()
  await first.locator('td.ok').waitFor()
  assert.match((await first.textContent())!, /^200GET\/storage\/first/)
  assert.deepEqual(await targets(), ['/storage/second', '/storage/first'], 'it stays where it began')
  assert.equal(
    await page.evaluate(`window.before === document.querySelectorAll('#requests tbody tr')[1]`),
    true,
  )
  await endSecond()
  await row('/storage/second').locator('td.ok').waitFor()
  assert.equal(await page.locator('td.running').count(), 0)
  assert.deepEqual(complaints, [])
})

test('details that were opened in flight show the end when it comes', { skip }, async () => {
  const { start } = await startHeld()
  const end = await start('/storage/opened')
  await row('/storage/opened').locator('.open').click()
  await details().getByText('In flight').waitFor()
  await end()
  await details().locator('.ok', { hasText: '200' }).waitFor()
  assert.equal(await page.evaluate('document.activeElement.textContent'), '/storage/opened')
})

test('while it is paused, what is in flight still ends in its place', { skip }, async () => {
  const { other, start } = await startHeld()
  const end = await start('/storage/held-back')
  await page.getByRole('button', { name: 'Pause' }).click()
  await end()
  await row('/storage/held-back').locator('td.ok').waitFor()
  await send(other.port, { path: '/oauth/v2/token', method: 'POST', body: 'grant_type=client_credentials' })
  await page.getByRole('button', { name: 'Resume (1 new)' }).click()
  await row('/oauth/v2/token').waitFor()
  assert.equal(await rows().count(), 2)
})

test('a hidden page does not tick, and those in flight can be filtered', { skip }, async () => {
  const { start } = await startHeld()
  const end = await start('/storage/hidden')
  await page.getByLabel('Status').selectOption('in-flight')
  assert.deepEqual(await targets(), ['/storage/hidden'])
  await page.getByLabel('Status').selectOption('error')
  assert.deepEqual(await targets(), [])
  await page.getByLabel('Status').selectOption('')
  // Ticks would be seen by an observer, and a shown page proves that it works.
  await page.evaluate(`(() => {
    window.ticks = 0
    new MutationObserver(() => (window.ticks += 1))
      .observe(document.querySelector('#requests tbody'), { subtree: true, characterData: true, childList: true })
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })
  })()`)
  const before = await page.locator('#token-time').textContent()
  await page.locator('#token-time', { hasNotText: before! }).waitFor()
  assert.equal(await page.evaluate('window.ticks'), 0)
  await page.evaluate('delete document.hidden')
  await until(async () => (await page.evaluate<number>('window.ticks')) > 0)
  await end()
})

test('slow calls stand out by more than their colour, and bars grow with the time', { skip }, async () => {
  await call(`${QUEUES}?quick`)
  await call(`${QUEUES}?slow`, { headers: { 'X-Sandbox-Fault': 'slow=1100' } })
  await row('?slow').locator('td.slow').waitFor()
  const shape = (name: string) =>
    page.evaluate<[string, number]>(`(() => {
      const row = [...document.querySelectorAll('#requests tbody tr')].find((one) => one.textContent.includes('${name}'))
      const cell = row.querySelector('.lasted')
      return [getComputedStyle(cell).fontWeight, cell.querySelector('.lane span').getBoundingClientRect().width]
    })()`)
  const [[quick, shorter], [slow, longer]] = [await shape('?quick'), await shape('?slow')]
  assert.deepEqual([quick, slow], ['400', '650'])
  assert.ok(longer > shorter && shorter > 0, `${longer} ${shorter}`)
})

test('why 8x8 refused a call is a badge in the list and a sentence in the details', { skip }, async () => {
  await call('/storage/us-west/v3/regions?badge')
  await row('?badge').locator('.tag', { hasText: 'product missing' }).waitFor()
  await row('?badge').locator('.open').click()
  await details()
    .getByText(/tick the API product "Call Recording & Storage"/)
    .waitFor()
  const body = details().getByRole('region', { name: 'The error’s body' })
  assert.match((await body.textContent())!, /InvalidAPICallAsNoApiProductMatchFound/)
})

test('what stands in an error’s body is found by its text', { skip }, async () => {
  await call('/storage/us-west/v3/regions?searched')
  await call(`${QUEUES}?searched`)
  await row(`${QUEUES}?searched`).waitFor()
  const text = page.getByLabel('Text in the path or request id, or in a body')
  await text.fill('NoApiProductMatch')
  await row('regions?searched').waitFor()
  assert.equal(await row(QUEUES).count(), 0)
  await call('/storage/us-west/v3/regions?arrives-later')
  await row('?arrives-later').waitFor()
})

test('a link opens the request that it names, and says so where it is gone', { skip }, async () => {
  const named = { headers: { 'X-Request-Id': 'linked-1' } }
  await call(`${QUEUES}?linked`, named)
  await row('?linked').locator('.open').click()
  await details().getByRole('heading', { name: '?linked' }).waitFor()
  assert.equal(new URL(page.url()).hash, '#request=linked-1')
  await page.keyboard.press('Escape')
  await details().waitFor({ state: 'hidden' })
  assert.equal(new URL(page.url()).hash, '')

  await page.goto('about:blank')
  await look('#request=linked-1')
  await details().getByRole('heading', { name: '?linked' }).waitFor()
  assert.equal(await page.locator('#gone').isVisible(), false)
  await page.goto('about:blank')
  await look('#request=no-such-request')
  await page.getByText('The request of this link is not kept any more').waitFor()
  await page.evaluate(`location.hash = '#request=linked-1'`)
  await details().getByRole('heading', { name: '?linked' }).waitFor()
  assert.equal(await page.locator('#gone').isVisible(), false)
})

test('Clear empties the list here and in the proxy, and leaves what is in flight', { skip }, async () => {
  const { other, start } = await startHeld()
  const end = await start('/storage/stays')
  await send(other.port, { path: '/oauth/v2/token', method: 'POST', body: 'grant_type=client_credentials' })
  await row('/oauth').waitFor()
  await page.getByRole('button', { name: 'Clear' }).click()
  await row('/oauth').waitFor({ state: 'detached' })
  assert.deepEqual(await targets(), ['/storage/stays'])
  await end()
  await row('/storage/stays').locator('td.ok').waitFor()
  await look('', other.origin)
  assert.deepEqual(await targets(), ['/storage/stays'])
})

test('nothing moves when a row opens, and the pointer stays on its row', { skip }, async () => {
  for (let n = 0; n < 45; n += 1) await call(`${QUEUES}?row=${n}&${'long='.repeat(n)}`)
  await call('/storage/us-west/v3/regions?row=badge')
  await row('row=badge').waitFor()
  const boxes = () =>
    page.evaluate<
      number[][]
    >(`[...document.querySelectorAll('.tools, .tools *, #requests thead tr, #requests tbody tr, .tile')]
      .map((element) => element.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, width, height])`)
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    const before = await boxes()
    const toolbar = (await page.locator('.tools').boundingBox())!
    assert.ok(toolbar.height < 90, `at ${width} the toolbar is ${toolbar.height} high`)
    const button = row('row=42').locator('.open')
    const { y, height } = (await button.boundingBox())!
    const pointed = () =>
      page.evaluate(`document.elementFromPoint(200, ${y + height / 2}).closest('tr')?.dataset.n`)
    const pointedBefore = await pointed()
    await button.click({ position: { x: 20, y: height / 2 } })
    await details().getByRole('heading', { name: 'row=42' }).waitFor()
    assert.deepEqual(await boxes(), before, `at ${width}`)
    assert.equal(await pointed(), pointedBefore)
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
    // Badges can be read beside the details.
    const badge = (await row('row=badge').locator('.tag').boundingBox())!
    assert.ok(badge.x + badge.width <= (await details().boundingBox())!.x, `the badge at ${width}`)
    await page.keyboard.press('Escape')
    await details().waitFor({ state: 'hidden' })
    assert.deepEqual(await boxes(), before, `at ${width}, closed again`)
  }
})

test('on a phone the details are a sheet over the list', { skip }, async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await call(`${QUEUES}?phone`)
  await row('?phone').locator('.open').click()
  await details().waitFor()
  const { x, y, width, height } = (await details().boundingBox())!
  assert.deepEqual([x, width, y + height], [0, 390, 844])
  assert.ok(y > 0, 'something of the list is left')
  for (const behind of ['.tools', '.list'])
    assert.equal(await page.evaluate(`document.querySelector('${behind}').inert`), true)
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390)
})

test('axe finds nothing in list and details, light and dark, wide and small', { skip }, async () => {
  const { start } = await startHeld()
  const end = await start('/storage/axe')
  await end()
  await look()
  await call('/storage/us-west/v3/regions?axe')
  await call(`${QUEUES}?axe`, { headers: { 'X-Sandbox-Fault': 'slow=1050' } })
  const hanging = call(`${QUEUES}?axe-hangs`, { headers: { 'X-Sandbox-Fault': 'slow=9000' } })
  await page.locator('td.running').first().waitFor()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 })
      assert.deepEqual(await accessibilityViolations(page), [], `${colorScheme} ${width}`)
      await row('regions?axe').first().locator('.open').click()
      await details().locator('strong').waitFor()
      assert.deepEqual(await accessibilityViolations(page), [], `${colorScheme} ${width}, open`)
      await page.keyboard.press('Escape')
      await details().waitFor({ state: 'hidden' })
    }
  }
  void hanging.catch(() => undefined)
})

test('thousands of requests do not keep the page from working', { skip }, async () => {
  const upstream = await startUpstream()
  const other = await startProxy({ X8_BASE_URL: upstream.origin })
  await look('', other.origin)
  let sent = 0
  const caller = async () => {
    for (; sent < 4_000; sent += 1) await send(other.port, { path: `/storage/many?${sent}` })
  }
  await Promise.all([caller(), caller(), caller(), caller()])
  await send(other.port, { path: '/storage/the-last' })
  await row('the-last').waitFor()
  assert.equal(await rows().count(), 200)
  await until(async () => (await page.locator('#count').textContent()) === '200')
  await row('the-last').locator('.open').click()
  await details().getByRole('heading', { name: 'the-last' }).waitFor()
  assert.deepEqual(complaints, [])
})
