import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { sandboxEnvironment } from '../../../src/sandbox/environment.js'
import { send, sha256 } from '../../support/http-client.js'
import { accessibilityViolations, skip, startPageStage, type PageStage } from '../../support/page-stage.js'
import { startPair, startProxy } from '../../support/proxy.js'
import { until } from '../../support/until.js'

const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'
const REPORTS = '/analytics/cc/v8/historical-metrics'
const JSON_BODY = { 'Content-Type': 'application/json' }
const REPORT =
  '{"type":"queue-interactions-summary","title":"for Jane","note":"it\'s «ü»","granularity":"none","groupBy":{"name":"queue"},' +
  '"dateRange":{"start":"2026-01-05","end":"2026-01-06"}}'

const { browser, sandbox, proxy } = skip === false ? await startPageStage() : ({} as PageStage)
let page: Page
let complaints: string[] = []
let elsewhere: string[] = []

beforeEach(async () => {
  if (skip !== false) return
  await page?.close()
  page = await browser.newPage()
  page.setDefaultTimeout(10_000)
  complaints = []
  elsewhere = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(`${proxy.origin}/`) && !request.url().startsWith('data:'))
      elsewhere.push(request.url())
  })
  await page.goto(`${proxy.origin}/-/`)
  await page.locator('#connection[data-state=live]').waitFor()
})

const row = (text: string) => page.locator('#requests tbody tr').filter({ hasText: text })
const details = () => page.locator('#details')
const button = (name: string) => page.getByRole('button', { name, exact: true })
/** What has reached 8x8, with its headers by name. */
const sentTo = (marker: string) =>
  sandbox.requests
    .filter(({ target }) => target.includes(marker))
    .map(({ rawHeaders, ...request }) => ({
      ...request,
      headers: new Map(
        rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]!]] : [])),
      ),
    }))
async function switchCapture(on: boolean): Promise<void> {
  const control = page.locator('#capture')
  if ((await control.getAttribute('aria-checked')) !== String(on)) await control.click()
  await page.locator(`#capture[aria-checked=${on}]`).waitFor()
}
/** Makes a call, and opens its details. */
async function record(path: string, options: Parameters<typeof send>[1] = {}): Promise<void> {
  await send(proxy.port, { path, ...options })
  await row(path).first().locator('.open').click()
  await details()
    .getByRole('heading', { name: `${options.method ?? 'GET'} ${path}` })
    .waitFor()
}
/** Waits until the details show a request with another id. */
async function opensAnother(id: string): Promise<string> {
  await until(async () => (await shownId()) !== id)
  return shownId()
}
const shownId = async () => (await details().locator('dd code').textContent())!

test('a read is sent again at once, and what came of it is opened', { skip }, async () => {
  await switchCapture(true)
  await record(`${QUEUES}?read-again`, { headers: { 'X-Mine': "it's mine" } })
  const first = await shownId()
  await button('Send again').click()
  const second = await opensAnother(first)

  assert.match(second, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  const sent = sentTo('read-again')
  assert.deepEqual(
    sent.map(({ method, target, headers }) => [
      method,
      target,
      headers.get('x-mine'),
      headers.get('x-request-id'),
    ]),
    [first, second].map((id) => ['GET', `${QUEUES}?read-again`, "it's mine", id]),
  )
  assert.equal(sent[1]!.headers.get('cookie'), undefined)
  // Whoever used the keyboard goes on in what was opened.
  assert.equal(await page.evaluate('document.activeElement.id'), 'details-title')
  assert.deepEqual([complaints, elsewhere], [[], []])
})

test('what writes is sent after a confirmation only, and once', { skip }, async () => {
  await switchCapture(true)
  await record(`${REPORTS}?write-again`, { method: 'POST', headers: JSON_BODY, body: REPORT })
  const question = page.getByRole('dialog', { name: `Send POST ${REPORTS}?write-again to 8x8?` })

  for (const leave of ['Escape', 'Enter', 'Cancel']) {
    await button('Send again').click()
    await question.waitFor()
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Cancel')
    if (leave === 'Cancel') await button('Cancel').click()
    else await page.keyboard.press(leave)
    await question.waitFor({ state: 'detached' })
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Send again', leave)
    assert.equal(await details().isVisible(), true, `${leave} closes the question alone`)
  }
  await button('Send again').click()
  await question.waitFor()
  // Had one of the four gone out, this later call would have come after it.
  await send(proxy.port, { path: `${QUEUES}?later` })
  assert.equal(sentTo('write-again').length, 1)

  const first = await shownId()
  await button('Send POST').click()
  await opensAnother(first)
  const sent = sentTo('write-again')
  assert.equal(sent.length, 2)
  assert.equal(sent[1]!.headers.get('content-type'), 'application/json')
  assert.equal(sent[1]!.bodySha256, sha256(Buffer.from(REPORT)))
  assert.deepEqual(JSON.parse((await details().locator('.body').first().textContent())!), JSON.parse(REPORT))
  assert.deepEqual(complaints, [])
})

test('a call is edited before it is sent', { skip }, async () => {
  await switchCapture(true)
  await record(`${QUEUES}?edit-me`)
  const first = await shownId()
  await button('Edit and send').click()
  await page.getByLabel('Method').selectOption('PUT')
  await page.getByLabel('Path and query').fill('/storage/edited?a=%20b')
  await page.getByLabel('Headers, one a line').fill('X-Mine:  a: b \nContent-Type: text/plain\nCookie: a=b')
  await page.getByRole('textbox', { name: 'Body' }).fill('line\nline')
  assert.match((await page.locator('#send-notes').textContent())!, /A browser lets no page send: Cookie\./)
  await button('Send').click()
  await button('Send PUT').waitFor()
  await page.keyboard.press('Escape')
  assert.equal(
    await page.getByRole('textbox', { name: 'Body' }).inputValue(),
    'line\nline',
    'the edited call is still there',
  )
  await button('Send').click()
  assert.equal(sentTo('/storage/edited').length, 0, 'a PUT is asked about')
  await button('Send PUT').click()
  await opensAnother(first)

  const [sent] = sentTo('/storage/edited')
  assert.deepEqual(
    [sent!.method, sent!.headers.get('x-mine'), sent!.headers.get('cookie'), sent!.bodyBytes],
    ['PUT', 'a: b', undefined, 9],
  )
  assert.match((await details().textContent())!, /PUT \/storage\/edited\?a=%20b/)
  assert.deepEqual(elsewhere, [])
})

test('what was masked, truncated or not captured is never sent silently', { skip }, async () => {
  await switchCapture(true)
  const notes = page.locator('#send-notes')
  for (const [path, options, expected] of [
    [`${QUEUES}?token=abc123`, {}, /path holds what was masked/],
    [`${REPORTS}?masked`, { body: '{"password":"p4ssw0rd"}' }, /body holds what was masked/],
    [`${REPORTS}?long`, { body: `"${'long '.repeat(4000)}"` }, /body was not kept whole/],
    [
      `${REPORTS}?binary`,
      { body: 'x', headers: { 'Content-Type': 'audio/mpeg' } },
      /body was not kept whole/,
    ],
  ] as const) {
    const sending = 'body' in options ? { method: 'POST', headers: JSON_BODY, ...options } : options
    await send(proxy.port, { path, ...sending })
    await row(path.replace('abc123', '[secret]')).first().locator('.open').click()
    await details().getByRole('heading', { name: 'Response' }).waitFor()
    await button('Send again').click()
    assert.match((await notes.textContent())!, expected, path)
    assert.equal(await button('Send').isDisabled(), true, path)
    await page.getByLabel('Send it as it stands').check()
    assert.equal(await button('Send').isDisabled(), false, path)
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
  }
  await switchCapture(false)
  await record(`${REPORTS}?uncaptured`, { method: 'POST', headers: JSON_BODY, body: REPORT })
  await button('Send again').click()
  assert.match((await notes.textContent())!, /was not captured/)
  await page.getByRole('textbox', { name: 'Body' }).fill(REPORT)
  assert.equal(await button('Send').isDisabled(), false)
})

test('a header whose value was masked is left out, and that is said before', { skip }, async () => {
  await switchCapture(true)
  await record(`${QUEUES}?session`, { headers: { 'X-Session-Token': 'abcdefgh1234' } })
  const first = await shownId()
  await button('Send again').click()
  assert.match((await page.locator('#send-notes').textContent())!, /The header X-Session-Token is left out/)
  await button('Send').click()
  await opensAnother(first)
  assert.equal(sentTo('session')[1]!.headers.get('x-session-token'), undefined)
})

test('no target leads to another server, or to the proxy itself', { skip }, async () => {
  await record(`${QUEUES}?targets`)
  for (const target of [
    '/-/capture',
    '/x/../-/capture',
    '/%2D/capture',
    '/-',
    '//-/x',
    '/\\-/x',
    '/%2e/-/',
    'x',
    '@evil.example/',
    '/x#y',
  ]) {
    await button('Edit and send').click()
    await page.getByLabel('Path and query').fill(target)
    assert.equal(await button('Send').isDisabled(), true, target)
    await page.keyboard.press('Escape')
    await page.locator('dialog').waitFor({ state: 'detached' })
  }
  for (const target of ['//evil.example/x', '/\\evil.example/x', '/@evil.example']) {
    const first = await shownId()
    await button('Edit and send').click()
    await page.getByLabel('Path and query').fill(target)
    await button('Send').click()
    await opensAnother(first)
  }
  assert.deepEqual(elsewhere, [])
})

test('a redirect is not followed, and a large response is read to its end', { skip }, async () => {
  const size = 30 * 1024 * 1024
  const { upstream, proxy: other } = await startPair({
    respond: ({ url }, response) =>
      url === '/storage/moved'
        ? void response.writeHead(302, { Location: '/storage/elsewhere' }).end()
        : void response.end(Buffer.alloc(size)),
  })
  await page.goto(`${other.origin}/-/`)
  for (const path of ['/storage/moved', '/storage/large']) {
    await send(other.port, { path })
    await row(path).locator('.open').click()
    await details().getByRole('heading', { name: path }).waitFor()
    await button('Send again').click()
    await opensAnother(await shownId())
  }
  // It is shown in flight first, and again when it is over.
  await details().getByText('30.0 MB').first().waitFor()
  assert.match((await details().textContent())!, /Response200Family.*Size30\.0 MB/)
  assert.deepEqual(
    upstream.received.map(({ target }) => target),
    ['/storage/moved', '/storage/moved', '/storage/large', '/storage/large'],
  )
})

test("a refusal of the proxy's own is shown as that", { skip }, async () => {
  const guarded = await startProxy({ ...sandboxEnvironment({}, sandbox), X8_READ_ONLY: 'true' })
  await page.goto(`${guarded.origin}/-/`)
  await send(guarded.port, { path: `${QUEUES}?guarded` })
  await row('?guarded').locator('.open').click()
  const first = await shownId()
  await button('Edit and send').click()
  await page.getByLabel('Method').selectOption('DELETE')
  await button('Send').click()
  await button('Send DELETE').click()
  await opensAnother(first)
  assert.match((await details().textContent())!, /Response403By the proxynot-allowed: X8_READ_ONLY is on/)
  assert.equal(sentTo('guarded').length, 1)
})

test(
  'sending works where the page is no secure context, and says when nothing came back',
  { skip },
  async () => {
    await page.addInitScript('delete Crypto.prototype.randomUUID')
    await page.reload()
    await record(`${QUEUES}?insecure`)
    const first = await shownId()
    await button('Send again').click()
    await opensAnother(first)

    await page.route(`**${QUEUES}?insecure`, (route) => route.abort())
    await button('Send again').click()
    await page.locator('#details-note', { hasText: 'The proxy gave no response.' }).waitFor()
  },
)

test(
  'editor and question have no accessibility violations, light and dark, wide and narrow',
  { skip },
  async () => {
    await switchCapture(true)
    await record(`${REPORTS}?axe`, {
      method: 'POST',
      headers: { ...JSON_BODY, 'X-Secret': 'abcdefgh1234' },
      body: REPORT,
    })
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await page.setViewportSize({ width, height: 800 })
        const where = `${colorScheme}, ${width}`
        assert.deepEqual(await accessibilityViolations(page), [], `details, ${where}`)
        await button('Edit and send').click()
        await page.getByLabel('Path and query').fill('/x[secret]')
        assert.deepEqual(await accessibilityViolations(page), [], `editor, ${where}`)
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width)
        await page.getByLabel('Path and query').fill('/x')
        await button('Send').click()
        await page.getByRole('dialog', { name: 'Send POST' }).waitFor()
        assert.deepEqual(await accessibilityViolations(page), [], `question, ${where}`)
        await page.keyboard.press('Escape')
        await page.keyboard.press('Escape')
        await page.locator('dialog').waitFor({ state: 'detached' })
      }
    }
  },
)
