import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { beforeEach, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { startProxy, type TestProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { startAttacker, startRebinding } from './attacker.js'
import { chromiumPath, startChromium } from '../../support/chromium.js'
import { skippedWithout } from '../../support/required.js'
import { VECTORS } from './vectors.js'

const skip = skippedWithout(chromiumPath === undefined ? ['chromium'] : [])
const upstream = await startUpstream({
  respond: (_request, response) =>
    response
      .setHeader('Content-Type', 'application/json')
      .setHeader('X-Total-Pages', '7')
      .setHeader('Link', '</storage/next>; rel="next"')
      .setHeader('Set-Cookie', 'theirs=1; Path=/')
      .end('{"ok":true}'),
})
const attackerPort = await startAttacker()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
/** A proxy that lets one page in, and a name that may be rebound: what the other one keeps out passes here. */
const open = await startProxy({
  X8_BASE_URL: upstream.origin,
  X8_ALLOWED_HOSTS: 'localhost,rebound.example',
  X8_ALLOWED_ORIGINS: `http://friend.example:${attackerPort}`,
})
const rebindings = new Map<TestProxy, Awaited<ReturnType<typeof startRebinding>>>()
for (const target of [proxy, open]) rebindings.set(target, await startRebinding(attackerPort, target.port))

const browser: Browser =
  skip === false
    ? await startChromium([
        ...[...rebindings].map(
          ([{ port }, rebinding]) => `MAP rebound.example:${port} 127.0.0.1:${rebinding.port}`,
        ),
        ...['evil.example', 'friend.example', 'proxy.example'].map((name) => `MAP ${name} 127.0.0.1`),
      ])
    : (undefined as never)

// Both have their token: from now on nothing has a reason to ask for one.
for (const { origin } of [proxy, open])
  await (await fetch(`${origin}/storage`, { signal: AbortSignal.timeout(10_000) })).text()
beforeEach(() => void (upstream.received.length = 0))

/** For the addresses beside the usual ones, of each kind of vector some. */
const SOME = [
  'fetch',
  'fetch no-cors',
  'fetch without referrer',
  'fetch with a header',
  'fetch redirected',
  'form GET',
  'form POST',
  'img',
  'img without referrer',
  'script',
  'stylesheet',
  'prefetch',
  'iframe',
  'video',
  'EventSource',
  'WebSocket',
  'location',
  'link without referrer',
]
const ALL = VECTORS.filter(({ secureOnly }) => secureOnly !== true).map(({ name }) => name)
const SECURE = VECTORS.filter(({ secureOnly }) => secureOnly === true).map(({ name }) => name)
const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
)

const CAMPAIGNS = [
  { site: 'evil.example', host: '127.0.0.1', vectors: ALL, problem: 'cross-site' },
  // A neighbour: the same site on another port.
  { site: 'localhost', host: 'localhost', vectors: [...SOME, ...SECURE], problem: 'cross-site' },
  { site: 'evil.example', host: 'localhost', vectors: SOME, problem: 'cross-site' },
  // Browsers do not say there who asks, but both lead to this machine.
  { site: 'evil.example', host: '0.0.0.0', vectors: SOME, problem: 'cross-site' },
  ...(hasIpv6
    ? [{ site: 'evil.example', host: '[::ffff:127.0.0.1]', vectors: SOME, problem: 'cross-site' }]
    : []),
  { site: 'evil.example', host: 'proxy.example', vectors: SOME, problem: 'host-not-allowed' },
  { site: 'evil.example', host: 'evil.localhost', vectors: SOME, problem: 'host-not-allowed' },
]

for (const { site, host, vectors, problem } of CAMPAIGNS) {
  test(
    `pages of ${site} reach the proxy on ${host} in ${vectors.length} ways, and 8x8 in none`,
    { skip, timeout: 60_000 },
    async () => {
      const { tokenRequests } = upstream
      const prefix = `/storage/${site}/${host}/`
      const missed = await attackWith(vectors, site, `http://${host}:${proxy.port}${prefix}`)
      assert.deepEqual(missed, [], 'these did not even reach the proxy, so they prove nothing')
      assertNothingPassed(prefix, problem)
      assert.equal(upstream.tokenRequests, tokenRequests)
    },
  )
}

test(
  'a page whose name has been rebound to the proxy can call it, read its rejections, and reach 8x8 in no way',
  { skip, timeout: 60_000 },
  async () => {
    const responses = await callFromReboundPage(proxy)
    assert.deepEqual(Object.keys(responses).sort(), ['DELETE', 'GET', 'HEAD', 'POST', 'PUT', 'XHR'])
    for (const [method, response] of Object.entries(responses))
      assert.match(response, method === 'HEAD' ? /^403 $/ : /^403 .*host-not-allowed/, method)
    assertNothingPassed('/storage/rebound/', 'host-not-allowed')
  },
)

test(
  'where its name is allowed, the same page reaches 8x8: so it is the Host that keeps it out',
  { skip, timeout: 60_000 },
  async () => {
    const responses = await callFromReboundPage(open)
    assert.deepEqual([responses['GET'], responses['POST']], ['200 {"ok":true}', '200 {"ok":true}'])
    assert.ok(upstream.received.some(({ method }) => method === 'DELETE'))
  },
)

test("the proxy's own pages can call it, at whatever address it was opened", { skip }, async () => {
  for (const host of ['127.0.0.1', 'localhost', '0.0.0.0']) {
    upstream.received.length = 0
    const page = await browser.newPage()
    await page.goto(`http://${host}:${proxy.port}/-/status`)
    assert.deepEqual(
      await page.evaluate(`Promise.all([
        fetch('/storage/own').then((response) => response.json()),
        fetch('/storage/own', { method: 'POST', headers: { 'X-Custom': '1' }, body: '{}' })
          .then((response) => response.json()),
      ])`),
      [{ ok: true }, { ok: true }],
      host,
    )
    await page.close()
    assert.deepEqual(upstream.received.map(({ method }) => method).sort(), ['GET', 'POST'])
    for (const { headers } of upstream.received) assert.equal(headers.authorization, `Bearer token-1`)
  }
})

test(
  'a page of an allowed origin can call the proxy, preflight and all, and read the paging',
  { skip },
  async () => {
    const page = await pageOf('friend.example')
    for (const host of ['127.0.0.1', 'localhost', '0.0.0.0']) {
      upstream.received.length = 0
      const responses = await page.evaluate(
        `Promise.all([{}, { method: 'PUT', headers: { 'Content-Type': 'application/json', 'X-Custom': '1' }, body: '{}' }]
         .map(async (options) => {
           const response = await fetch('http://${host}:${open.port}/storage/friend', options)
           return [response.status, response.headers.get('X-Total-Pages'), response.headers.get('Link'), await response.text()]
         }))`,
      )
      const link = `</storage/next>; rel="next"`
      assert.deepEqual(responses, [[200, '7', link, '{"ok":true}'], [200, '7', link, '{"ok":true}']], host) // prettier-ignore
      assert.deepEqual(upstream.received.map(({ method }) => method).sort(), ['GET', 'PUT'])
    }
    await page.close()
  },
)

test('cookies on localhost, which all its ports share, neither go up nor come down', { skip }, async () => {
  const page = await pageOf('localhost')
  await page.evaluate(`document.cookie = 'neighbour=1'`)
  await page.goto(`http://localhost:${proxy.port}/-/status`)
  assert.equal(
    await page.evaluate(
      `fetch('/storage/cookies').then((response) => response.text()).then(() => document.cookie)`,
    ),
    'neighbour=1',
  )
  assert.equal(upstream.received.length, 1)
  assert.equal(upstream.received[0]!.headers.cookie, undefined)
  await page.close()
})

test('an icon that a browser wants for an error was fetched from 8x8, with the token', { skip }, async () => {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    // A browser asks each address once.
    const fresh = await startProxy({ X8_BASE_URL: upstream.origin })
    const page = await pageOf('evil.example')
    await page.evaluate(`void (location = 'http://${host}:${fresh.port}/storage/icon')`)
    assert.ok(await logged(fresh, '/favicon.ico'), host)
    assert.deepEqual(upstream.received, [])
    await page.close()
  }
})

async function pageOf(site: string): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`http://${site}:${attackerPort}/`)
  return page
}

/** @returns the vectors that did not arrive at the proxy, each expected at the prefix and its index */
async function attackWith(names: readonly string[], site: string, prefix: string): Promise<string[]> {
  const context = await browser.newContext()
  const { pathname } = new URL(prefix)
  const missed: string[] = []
  const left = VECTORS.map(({ name }, i) => ({ name, i })).filter(({ name }) => names.includes(name))
  const attacker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const page = await context.newPage()
      // Some pages leave before they are loaded.
      page.goto(`http://${site}:${attackerPort}/vector/${next.i}?${prefix}${next.i}`).catch(() => undefined)
      if (!(await logged(proxy, `${pathname}${next.i}`))) missed.push(next.name)
      page.close().catch(() => undefined)
    }
  }
  await Promise.all(Array.from({ length: 8 }, attacker))
  await context.close()
  return missed
}

/** Opens a page under a name, makes the name lead to a proxy, and calls that as the page's own server. */
async function callFromReboundPage(target: TestProxy): Promise<Record<string, string>> {
  const { port } = target
  const page = await browser.newPage()
  await page.goto(`http://rebound.example:${port}/`)
  rebindings.get(target)!.rebind()
  const responses = await page.evaluate(`(async () => {
    const results = {}
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']) {
      const options = { method, headers: { 'Content-Type': 'application/json', Authorization: 'Bearer x' } }
      if (method.startsWith('P')) options.body = '{}'
      const response = await fetch('/storage/rebound/' + method, options)
      results[method] = response.status + ' ' + await response.text()
    }
    results.XHR = await new Promise((resolve) => {
      const xhr = new XMLHttpRequest()
      xhr.open('GET', '/storage/rebound/xhr')
      xhr.onload = () => resolve(xhr.status + ' ' + xhr.responseText)
      xhr.send()
    })
    new Image().src = '/storage/rebound/img'
    new EventSource('/storage/rebound/events')
    new WebSocket('ws://' + location.host + '/storage/rebound/socket')
    document.body.innerHTML = '<iframe src="/storage/rebound/frame"></iframe><iframe name="inside"></iframe>' +
      '<form action="/storage/rebound/form" method="post" target="inside"></form>'
    document.forms[0].submit()
    return results
  })()`)
  for (const path of ['img', 'form', 'frame', 'events', 'socket'])
    assert.ok(await logged(target, `/storage/rebound/${path}`), path)
  await page.close()
  return responses as Record<string, string>
}

function assertNothingPassed(prefix: string, problem: string): void {
  for (const { path, status, problem: actual, ...line } of proxy.log) {
    if (!String(path).startsWith(prefix)) continue
    assert.deepEqual([status, actual], [403, problem], JSON.stringify({ path, ...line }))
  }
  assert.deepEqual(
    upstream.received.map(({ method, target }) => `${method} ${target}`),
    [],
  )
}

/** Waits until a proxy has logged a request for a path. False if it never does. */
async function logged({ log }: TestProxy, path: string): Promise<boolean> {
  const deadline = performance.now() + 15_000
  while (performance.now() < deadline) {
    if (log.some((line) => String(line.path).split('?')[0] === path)) return true
    await new Promise((resolve) => {
      setTimeout(resolve, 10)
    })
  }
  return false
}
