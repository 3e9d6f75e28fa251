import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { Page } from 'playwright-core'
import { sandboxEnvironment } from '../../../src/sandbox/environment.js'
import { accessibilityViolations, skip, startPageStage, type PageStage } from '../../support/page-stage.js'
import { startProxy, type TestProxy, type TestProxyOptions } from '../../support/proxy.js'
import { until } from '../../support/until.js'
import { startUpstream } from '../../support/upstream.js'

const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'
const NOBODY = 'http://127.0.0.1:9'

// Without Quality Management, so that something is missing.
const PRODUCTS = ['analytics realtime-api', 'storage', 'vcc', 'Chat', 'analytics product', 'a new product']
const { browser, sandbox, proxy } =
  skip === false ? await startPageStage({ products: PRODUCTS }) : ({} as PageStage)
let page: Page

beforeEach(async () => {
  if (skip !== false) return
  page = await browser.newPage()
  page.setDefaultTimeout(20_000)
})
afterEach(() => page?.close())

async function open({ origin }: Pick<TestProxy, 'origin'>): Promise<void> {
  await page.goto(`${origin}/-/`)
  await page.locator('#connection[data-state=live]').waitFor()
}

/** A proxy in front of the same sandbox, with other settings, that does not know what it is in front of. */
const other = (environment: Record<string, string>, options?: TestProxyOptions) =>
  startProxy({ ...sandboxEnvironment({}, sandbox), ...environment }, options)

const notice = (title: string) => page.locator('#notices .notice', { hasText: title })

async function isAccessible(): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    assert.deepEqual(await accessibilityViolations(page), [], colorScheme)
  }
  await page.setViewportSize({ width: 390, height: 800 })
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390)
  assert.deepEqual(await accessibilityViolations(page), [], '390 px')
  await page.setViewportSize({ width: 1280, height: 800 })
}

test(
  'a browser that asks for / or /- lands on the page, and that is no request to show',
  { skip },
  async () => {
    for (const path of ['', '/', '/-']) {
      await page.goto(`${proxy.origin}${path}`)
      assert.equal(page.url(), `${proxy.origin}/-/`)
    }
    await page.locator('#connection[data-state=live]').waitFor()
    assert.equal(await page.locator('#requests tbody tr').count(), 0)
  },
)

test('refused credentials: the page says what to compare, until they are right', { skip }, async () => {
  const secrets = { X8_APP_SECRET: 'not-the-secret' }
  const refused = await other(secrets)
  await open(refused)
  const banner = notice("8x8 refuses the app's key or secret")
  await banner.waitFor()
  const text = (await banner.textContent())!
  assert.match(text, /X8_APP_KEY and X8_APP_SECRET.*Admin Console > API Keys/)
  assert.match(text, /Next attempt in \d+ s|Trying again now/)
  assert.ok(!text.includes('not-the-secret'))
  assert.equal(await banner.locator('code', { hasText: '8x8-auth-proxy doctor' }).count(), 1)
  assert.equal(await page.locator('#ready').textContent(), 'Not ready')
  await isAccessible()
  const before = await banner.elementHandle()
  const changing = () => banner.locator('.changing').textContent()
  const first = await changing()
  await until(async () => (await changing()) !== first)
  assert.ok(await before.evaluate((element) => element.isConnected), 'only the countdown has changed')
})

test('no token: the page says so, and no more once there is one', { skip }, async () => {
  let broken = true
  const upstream = await startUpstream({
    token(response, { tokens }) {
      if (broken) return void response.writeHead(503).end()
      tokens.push('token')
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify({ access_token: 'token', expires_in: '1799' }))
    },
  })
  await open(await startProxy({ X8_BASE_URL: upstream.origin }))
  await notice('There is no token').waitFor()
  assert.match(
    (await notice('There is no token').textContent())!,
    /endpoint responded 503.*token-unavailable/,
  )
  broken = false
  await notice('There is no token').waitFor({ state: 'detached' })
  assert.equal(await page.locator('#notices').textContent(), '')
  assert.equal(await page.locator('#ready').textContent(), 'Ready')
})

test('renewals that are held back are told, with what is often the reason', { skip }, async () => {
  const upstream = await startUpstream({ respond: (_request, response) => response.writeHead(401).end() })
  const held = await startProxy({ X8_BASE_URL: upstream.origin })
  await open(held)
  await (await fetch(`${held.origin}/storage/x`)).text()
  await notice('8x8 rejects new tokens too').waitFor()
  assert.match((await notice('8x8 rejects').textContent())!, /For another \d+ s.*lacks the product/)
})

test('8x8 out of reach is told, with the step that finds out why', { skip }, async () => {
  const away = await other({ X8_BASE_URL: NOBODY, X8_TOKEN_URL: `${sandbox.origin}/oauth/v2/token` })
  await open(away)
  for (let i = 0; i < 5; i += 1) await (await fetch(`${away.origin}${QUEUES}`)).text()
  await notice('8x8 cannot be reached').waitFor()
  assert.match((await notice('8x8 cannot be reached').textContent())!, /127\.0\.0\.1:9 .*doctor/)
  await isAccessible()
})

test('a shared budget that is used up is told, and what it means', { skip }, async () => {
  const limited = await other({ X8_RATE_WAIT_MS: '60000' })
  await open(limited)
  const calls = Array.from({ length: 8 }, () => fetch(`${limited.origin}/chat/api/chat/v1/messages`))
  await notice('The shared budget is used up: 8x8 Work chat').waitFor()
  assert.match((await notice('shared budget').textContent())!, /calls? waits?.*429 rate-budget/)
  await Promise.all(calls)
})

test('dropped log lines are told while they are news', { skip }, async () => {
  let dropped = 0
  await open(await other({}, { logLinesDropped: () => dropped }))
  assert.equal(await page.locator('.notice').count(), 0)
  dropped = 12
  await notice('Log lines were dropped').waitFor()
  assert.match((await notice('Log lines').textContent())!, /12 since the start.*full disk/)
  await isAccessible()
})

test('what the app may call lies over the list, and moves nothing', { skip }, async () => {
  await open(proxy)
  const place = () => page.locator('.list').boundingBox()
  const before = await place()
  const button = page.getByRole('button', { name: 'What the app may call' })
  await button.focus()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('dialog', { name: 'What the app may call' })
  await panel.waitFor()
  assert.deepEqual(await place(), before)
  assert.match(
    (await panel.locator('.yes tr', { hasText: 'storage' }).textContent())!,
    /Call Recording & Storage/,
  )
  assert.match((await panel.locator('.yes tr', { hasText: 'Other paths' }).textContent())!, /a new product/)
  assert.match(
    (await panel.locator('.no tr', { hasText: ' qm' }).textContent())!,
    /Admin Console.*tick.*"QM - API"/,
  )
  assert.match((await panel.locator('.decided').textContent())!, /take the app's key.*Audit records/)
  await isAccessible()
  const { height } = (await panel.boundingBox())!
  await page.setViewportSize({ width: 1280, height: 400 })
  assert.ok(
    (await panel.boundingBox())!.height < Math.min(height, 400),
    'it is as high as the window, at most',
  )

  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'hidden' })
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'What the app may call')
})

test('in the sandbox the page says so, and only there', { skip }, async () => {
  await open(proxy)
  assert.equal(await page.title(), 'Sandbox: 8x8-auth-proxy')
  assert.match((await page.locator('.bar').textContent())!, /Sandbox: a simulated 8x8, made-up data/)
  await isAccessible()
  const { sandbox: isSandbox } = (await (await fetch(`${proxy.origin}/-/status`)).json()) as {
    sandbox?: true
  }
  assert.equal(isSandbox, true)

  const plain = await other({})
  await open(plain)
  assert.equal(await page.title(), '8x8-auth-proxy')
  assert.equal(await page.locator('#sandbox-pill').isHidden(), true)
  assert.equal(await page.locator('#sandbox').isHidden(), true)
  assert.equal('sandbox' in ((await (await fetch(`${plain.origin}/-/status`)).json()) as object), false)
})

test('the sandbox breaks at the press of a button, and the recovery is seen', { skip }, async () => {
  const { origin } = await startProxy(sandboxEnvironment({}, sandbox), { sandbox: true })
  await open({ origin })
  const press = async (name: string, then: RegExp) => {
    await page.getByRole('button', { name, exact: true }).click()
    await page.locator('#sandbox .hint', { hasText: then }).waitFor()
  }
  const rows = page.locator('#requests tbody tr')
  const calls = async () => (await rows.allTextContents()).filter((text) => !text.includes('/sandbox/'))

  await press('Make some calls', /Five calls/)
  await rows.nth(4).waitFor()
  const first = await calls()
  // The account of this test lacks Quality Management.
  assert.deepEqual(first.map((text) => text.slice(0, 3)).sort(), ['200', '200', '200', '200', '401'])

  await press('Revoke the token', /forgotten the token/)
  await press('Make some calls', /Five calls/)
  await rows.filter({ hasText: 'sent again: token' }).first().waitFor()
  await page.locator('#token-hint', { hasText: '1 renewal' }).waitFor()

  await press('503 for ten calls', /503/)
  await press('Make some calls', /Five calls/)
  await press('Make some calls', /Five calls/)
  await press('Make some calls', /Five calls/)
  await until(async () => (await page.locator('#requests td.bad').count()) === 10)

  await press('Slow for ten calls', /2 s each/)
  assert.match(
    JSON.stringify(await (await fetch(`${origin}/sandbox/fault`)).json()),
    /"delayMs":2000,"times":10/,
  )

  await press('Tokens that expire in 5 s', /watch the token/)
  await press('Back to normal', /Nothing is broken/)
  assert.deepEqual(await (await fetch(`${origin}/sandbox/fault`)).json(), { fault: null })
  const { tokenLifetimeSeconds } = (await (await fetch(`${origin}/sandbox/stats`)).json()) as {
    tokenLifetimeSeconds: number
  }
  assert.equal(tokenLifetimeSeconds, 1799)
})

test('tokens that expire in 5 s are seen to expire and to be renewed', { skip }, async () => {
  const { origin } = await startProxy(sandboxEnvironment({}, sandbox), { sandbox: true })
  await open({ origin })
  await page.getByRole('button', { name: 'Tokens that expire in 5 s' }).click()
  await page.locator('#sandbox .hint', { hasText: 'watch the token' }).waitFor()
  await page.getByRole('button', { name: 'Make some calls' }).click()
  await page.locator('#token-time', { hasText: /^0:0[0-5]$/ }).waitFor()
  await page.locator('#token-state', { hasText: 'none' }).waitFor()
  await page.getByRole('button', { name: 'Back to normal' }).click()
  await page.locator('#sandbox .hint', { hasText: 'Nothing is broken' }).waitFor()
  await page.getByRole('button', { name: 'Make some calls' }).click()
  await page.locator('#token-time', { hasText: /^(?:29|30):/ }).waitFor()
})

test('a button of the sandbox that the settings forbid says why', { skip }, async () => {
  const { origin } = await startProxy(
    { ...sandboxEnvironment({}, sandbox), X8_READ_ONLY: 'true' },
    { sandbox: true },
  )
  await open({ origin })
  await page.getByRole('button', { name: 'Revoke the token' }).click()
  await page.locator('#sandbox .hint', { hasText: '“Revoke the token” did not work:' }).waitFor()
  assert.match((await page.locator('#sandbox .hint').textContent())!, /X8_READ_ONLY/)
})
