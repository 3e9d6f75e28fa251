import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { beforeEach, test } from 'node:test'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { sandboxEnvironment } from '../../../src/sandbox/environment.js'
import { send } from '../../support/http-client.js'
import { skip, startPageStage, type PageStage } from '../../support/page-stage.js'
import { startProxy } from '../../support/proxy.js'
import { sendRaw } from '../../support/raw-client.js'

const run = promisify(execFile)
// Not all that the sandbox has, so that something is missing.
const PRODUCTS = [
  'analytics realtime-api',
  'storage',
  'vcc',
  'QM - API',
  'chat-gateway',
  'Chat',
  'analytics product',
  'CE-RCS-Product',
]
const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'

const { browser, sandbox, proxy } =
  skip === false ? await startPageStage({ products: PRODUCTS }) : ({} as PageStage)
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
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const { origin, pathname, protocol } = new URL(request.url())
    const isOwn = origin === proxy.origin && pathname.startsWith('/-/')
    if (!isOwn && protocol !== 'data:') complaints.push(`a request to ${request.url()}`)
  })
  await page.goto(`${proxy.origin}/-/`)
  await page.locator('#connection[data-state=live]').waitFor()
})

const call = (path: string, options: Parameters<typeof send>[1] = {}) =>
  send(proxy.port, { path, ...options })
const rows = () => page.locator('#requests tbody tr')
const row = (text: string) => rows().filter({ hasText: text })
const details = () => page.locator('#details')
const switchCapture = async (on: boolean) => {
  const control = page.getByRole('switch', { name: 'Capture headers and bodies' })
  if ((await control.getAttribute('aria-checked')) === String(on)) return
  await control.click()
  await page.locator(`#capture[aria-checked=${on}]`).waitFor()
}
const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()')

test(
  'it loads without a complaint, shows the token counting down, and asks no other server for anything',
  { skip },
  async () => {
    const time = await page.locator('#token-time').textContent()
    assert.match(time!, /^(?:29|30):\d\d$/)
    await page.locator('#token-time', { hasNotText: time! }).waitFor()
    assert.equal(await page.locator('#ready').textContent(), 'Ready')
    assert.equal(await page.locator('#products').textContent(), '8')
    await page.getByRole('button', { name: 'What the app may call' }).click()
    const family = page.locator('#families tr', { hasText: 'customer-experience' })
    await family.waitFor()
    assert.match((await family.textContent())!, /CE-RCS-Product/)
    assert.equal(await page.locator('#families tr', { hasText: 'Other paths' }).count(), 0)
    assert.equal(await page.locator('#families .yes tr', { hasText: 'storage' }).count(), 1)
    assert.deepEqual(complaints, [])
  },
)

test('a request made while it is open appears on top', { skip }, async () => {
  await call(`${QUEUES}?page=1&size=5`)
  await row('?page=1').waitFor()
  await call(`${QUEUES}?page=2&size=5`)
  await row('?page=2').waitFor()
  assert.match((await rows().first().textContent())!, /^200GET\/analytics.*page=2&size=5cc-realtime\d/)
  assert.deepEqual(complaints, [])
})

test('while it is paused nothing moves, and nothing is lost', { skip }, async () => {
  await page.getByRole('button', { name: 'Pause' }).click()
  await call('/storage/us-west/v3/regions?paused')
  await page.getByRole('button', { name: 'Resume (1 new)' }).waitFor()
  assert.equal(await row('?paused').count(), 0)
  await page.getByRole('button', { name: 'Resume (1 new)' }).click()
  await row('?paused').waitFor()
})

test('requests are filtered by family, by status and by text', { skip }, async () => {
  await call('/storage/us-west/v3/regions?filter-me')
  await call(`${QUEUES}?filter-me`)
  await call('/nowhere?filter-me')
  await row('/nowhere?filter-me').waitFor()
  const text = page.getByLabel('Text in the path or request id')
  await text.fill('FILTER-ME')
  assert.equal(await rows().count(), 3)
  await page.getByLabel('Family').selectOption('storage')
  assert.equal(await rows().count(), 1)
  await page.getByLabel('Family').selectOption('')
  await page.getByLabel('Status').selectOption('4')
  assert.deepEqual(await rows().locator('.open').allTextContents(), ['/nowhere?filter-me'])
  assert.match((await page.locator('#announcer').textContent())!, /^1 request shown$/)
  await text.fill('no such thing')
  assert.equal(await page.locator('#empty').textContent(), 'No request matches these filters.')

  await text.fill('filter-me-later')
  await call('/nowhere?filter-me-later')
  await call('/storage/us-west/v3/regions?filter-me-later')
  await row('/nowhere?filter-me-later').waitFor()
  assert.equal(await rows().count(), 1)
})

test('everything can be reached with the keyboard alone', { skip }, async () => {
  for (const n of [1, 2, 3]) await call(`${QUEUES}?page=${n}`)
  await row('?page=3').first().waitFor()
  await page.keyboard.press('/')
  assert.equal(await page.evaluate('document.activeElement.id'), 'filter-text')
  await page.keyboard.type(QUEUES)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await details()
    .getByRole('heading', { name: `GET ${QUEUES}?page=2` })
    .waitFor()
  assert.equal(await page.evaluate('document.activeElement.id'), 'details-title')
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Close')
  await page.keyboard.press('Escape')
  await details().waitFor({ state: 'hidden' })
  assert.equal(await page.evaluate('document.activeElement.textContent'), `${QUEUES}?page=2`)

  // With the details open, the arrows read along.
  await page.locator(':focus').click()
  await details().getByRole('heading', { name: '?page=2' }).waitFor()
  await page.keyboard.press('ArrowUp')
  await details().getByRole('heading', { name: '?page=3' }).waitFor()
  assert.deepEqual(complaints, [])
})

test('the details split the time, and say why there are no bodies', { skip }, async () => {
  await switchCapture(false)
  await call('/storage/us-west/v3/regions?timing')
  await row('?timing').locator('.open').click()
  const text = await details().locator('section', { hasText: 'Timing' }).textContent()
  assert.match(
    text!,
    /Waited for a token[\d.]+ ms.*connection[\d.]+ ms.*8x8, until its response began[\d.]+ ms.*Total/,
  )
  assert.match((await details().textContent())!, /captured only while/)
})

test('with capturing on, headers and bodies are shown with everything private masked', { skip }, async () => {
  await switchCapture(true)
  await call('/analytics/cc/v8/historical-metrics?captured', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"phoneNumber":"4085551234","email":"jane@example.com","password":"p4ssw0rd","queue":"101"}',
  })
  await row('?captured').locator('.open').click()
  await details().getByRole('heading', { name: 'Response' }).waitFor()

  assert.deepEqual(JSON.parse((await details().locator('.body').first().textContent())!), {
    phoneNumber: '[phone]',
    email: '[email]',
    password: '[secret]',
    queue: '101',
  })
  const text = (await details().textContent())!
  assert.match(text, /AuthorizationBearer \[secret\]/)
  for (const token of sandbox.issuedTokens) assert.ok(!text.includes(token), 'no token is shown')
})

test('what is copied as curl runs, and does the same again', { skip }, async () => {
  await switchCapture(true)
  const dateRange = '{"start":"2026-01-05","end":"2026-01-06"}'
  const body = `{"type":"detailed-reports-survey","title":"it's mine","dateRange":${dateRange},"note":"it's $HOME"}`
  await call('/analytics/cc/v8/historical-metrics/detailed-reports?copied={[1]}', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Mine': "it's mine" },
    body,
  })
  await row('?copied').locator('.open').click()
  await page.getByRole('button', { name: 'Copy as curl' }).click()
  await page.getByRole('button', { name: 'Copied', exact: true }).waitFor()
  const command = await clipboard()

  assert.doesNotMatch(command, /authorization|secret/i)
  const before = sandbox.requests.length
  await run('/bin/sh', ['-c', `${command} --silent --show-error --fail`])
  const again = sandbox.requests.slice(before)
  assert.equal(again.length, 1)
  await row('?copied').nth(1).waitFor()
  await row('?copied').first().locator('.open').click()
  await details().getByRole('heading', { name: 'Response' }).waitFor()
  assert.match((await details().textContent())!, /X-Mineit's mine/)
  assert.deepEqual(JSON.parse((await details().locator('.body').first().textContent())!), JSON.parse(body))
})

test('where there is no clipboard the command is copied the old way', { skip }, async () => {
  await switchCapture(false)
  await call(`${QUEUES}?old-way`)
  await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`)
  await row('?old-way').locator('.open').click()
  await page.getByRole('button', { name: 'Copy as curl' }).click()
  await page.getByRole('button', { name: 'Copied', exact: true }).waitFor()
  const other = await browser.newPage()
  await other.goto(`${proxy.origin}/-/`)
  assert.equal(
    await other.evaluate('navigator.clipboard.readText()'),
    `curl '${proxy.origin}${QUEUES}?old-way'`,
  )
  await other.close()
})

test('markup in a path, a header or a body is shown as text and never runs', { skip }, async () => {
  await switchCapture(true)
  const evil = '<img/src=x/onerror=alert(1)>'
  await sendRaw(
    proxy.port,
    `POST /storage/${evil} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Evil: ${evil}\r\nX-Request-Id: ${evil}\r\n` +
      `Content-Type: text/html\r\nContent-Length: ${evil.length}\r\nConnection: close\r\n\r\n${evil}`,
  )
  await row(`/storage/${evil}`).locator('.open').click()
  await details()
    .getByRole('heading', { name: `POST /storage/${evil}` })
    .waitFor()
  assert.equal(await details().locator('pre').first().textContent(), evil)
  assert.match((await details().textContent())!, /X-Evil<img/)
  assert.equal(await page.locator('img, script:not([src])').count(), 0)
  assert.deepEqual(complaints, [])
})

test('it says when the connection is lost, and goes on by itself when it is back', { skip }, async () => {
  await call(`${QUEUES}?before`)
  await row('?before').waitFor()
  proxy.app.fastify.server.closeAllConnections()
  await page.locator('#connection[data-state=off]').waitFor()
  await call(`${QUEUES}?meanwhile`)
  await page.locator('#connection[data-state=live]').waitFor()
  await row('?meanwhile').waitFor()
  assert.equal(await row('?before').count(), 1)
})

test('it fits a screen of 360 pixels, where the details lie on top', { skip }, async () => {
  await page.setViewportSize({ width: 360, height: 740 })
  await call(`${QUEUES}?small`)
  await row('?small').locator('.open').click()
  await details().waitFor()
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
  assert.equal(await page.evaluate(`document.querySelector('.list').inert`), true)
  await page.keyboard.press('Escape')
  assert.equal(await page.evaluate(`document.querySelector('.list').inert`), false)
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
})

test('light and dark follow the system, and all text can be read in both', { skip }, async () => {
  await call(`${QUEUES}?light-and-dark`)
  await call('/nowhere?light-and-dark')
  await row('/nowhere?light-and-dark').locator('.open').click()
  await details().waitFor()
  const backgrounds = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    backgrounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'))
    assert.deepEqual(await page.evaluate(LOW_CONTRAST), [], colorScheme)
  }
  assert.deepEqual(backgrounds, ['rgb(246, 247, 249)', 'rgb(18, 22, 28)'])
})

test('a screen reader finds names for everything that can be used', { skip }, async () => {
  await call(`${QUEUES}?names`)
  await row('?names').locator('.open').click()
  await details().waitFor()
  assert.deepEqual(await page.evaluate(NAMELESS), [])
  assert.equal(await page.getByRole('table', { name: 'Requests, newest first' }).count(), 1)
  assert.equal(await page.getByRole('columnheader', { name: 'Duration' }).count(), 1)
  assert.equal(await page.getByRole('complementary', { name: `GET ${QUEUES}?names` }).count(), 1)
  // Requests that come are not read out: only what is announced, and what is wrong.
  assert.equal(await page.locator('[aria-live], [role=status], [role=alert], [role=log]').count(), 2)
})

test(
  'each family with a documented limit has a gauge while calls wait for their turn',
  { skip },
  async () => {
    assert.equal(await page.locator('#rates').isHidden(), true, 'off, there is none')
    const other = await startProxy({ ...sandboxEnvironment({}, sandbox), X8_RATE_WAIT_MS: '1000' })
    await page.goto(`${other.origin}/-/`)
    const gauges = page.locator('#rates label')
    await gauges.first().waitFor()
    assert.deepEqual(await gauges.allTextContents(), [
      '8x8 Work chat 5 of 5 5 of 5',
      'Journey 10 of 10 10 of 10',
      'Administration suite 20 of 20 20 of 20',
      'Contacts 60 of 60 60 of 60',
    ])
    await fetch(`${other.origin}/directory-contacts/api/v3/contacts`)
    await page.locator('#rates meter[value="59"]').waitFor()
  },
)

/** Texts whose contrast is below 4.5 (WCAG 2.2, 1.4.3), run in the page. */
const LOW_CONTRAST = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0)
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] === 1) return color
    }
    return [255, 255, 255]
  }
  const low = []
  for (const element of document.body.querySelectorAll('*')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
    if (!hasText || element.closest('.hidden, .skip, option') || element.checkVisibility() === false) continue
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(background(element))]
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (contrast < 4.5) low.push(element.textContent + ' ' + contrast.toFixed(2))
  }
  return low
})()`

/** What can be used and has no name, run in the page. */
const NAMELESS = `[...document.querySelectorAll('a, button, input, select, section, nav, aside, pre')]
  .filter((element) => {
    const label = element.labels?.[0]?.textContent ?? element.getAttribute('aria-label')
    const labelledBy = document.getElementById(element.getAttribute('aria-labelledby'))?.textContent
    return !(label || labelledBy || (element.matches('a, button') && element.textContent))
  })
  .map((element) => element.outerHTML.slice(0, 100))`
