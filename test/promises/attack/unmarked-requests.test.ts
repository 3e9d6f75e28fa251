import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { assertProblem, rawCaller } from '../../support/raw-request.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'

const upstream = await startUpstream()
const proxy = await startProxy({
  X8_BASE_URL: upstream.origin,
  X8_ALLOWED_HOSTS: 'localhost,proxy.internal',
  X8_ALLOWED_ORIGINS: 'https://friend.example',
})
const caller = rawCaller(proxy.port)
beforeEach(() => void (upstream.received.length = 0))

const BROWSER = [
  'User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Accept-Language: en-US',
]
const get = (host: string, ...headers: string[]) =>
  caller.send('GET /storage HTTP/1.1', [`Host: ${host}`, ...headers])

test('a page of any site could call 0.0.0.0, where browsers send no Sec-Fetch-Site', async () => {
  for (const host of [
    '0.0.0.0:8808',
    '[::]:8808',
    '[::ffff:127.0.0.1]:8808',
    '[::ffff:7f00:1]',
    '192.168.1.20:8808',
    'proxy.internal:8808',
  ]) {
    for (const referer of [
      [],
      ['Referer: http://evil.example/'],
      [`Referer: http://${host}.evil.example/`],
      [`Referer: http://${host}@evil.example/`],
      [`Referer: https://${host}/`],
      ['Referer: about:blank'],
      ['Referer:'],
    ]) {
      assertProblem(await get(host, ...BROWSER, ...referer), 'cross-site', `${host} ${referer.join()}`)
    }
  }
  assert.deepEqual(upstream.received, [])
})

test("the proxy's own pages, allowed ones, and programs pass there", async () => {
  const host = '192.168.1.20:8808'
  for (const headers of [
    [...BROWSER, `Referer: http://${host}/-/status`],
    [...BROWSER, 'Referer: https://friend.example/app'],
    [...BROWSER, 'Sec-Fetch-Site: none'],
    [],
    ['User-Agent: curl/8.5.0', 'Referer: http://wiki.example/'],
    ['User-Agent: PostmanRuntime/7.43.0', 'Accept-Language: de'],
    ['User-Agent: Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4291'],
    ['User-Agent: Mozilla/4.0 (compatible; ms-office; MSOffice 16)', 'Accept-Language: en-US'],
  ]) {
    assert.equal((await get(host, ...headers)).status, 200, headers.join())
  }
  // What a browser shows when a user types the address: no other page can read it.
  const status = await caller.send('GET /-/status HTTP/1.1', [`Host: ${host}`, ...BROWSER])
  assert.equal(status.status, 200)
})

test('where browsers say who asks, a missing Referer means nothing', async () => {
  for (const host of ['localhost:8808', '127.0.0.1', '127.8.8.8:80', '[::1]:8808']) {
    assert.equal((await get(host, ...BROWSER)).status, 200, host)
  }
})

test('icons are not fetched for a browser, and still are for a program', async () => {
  for (const path of ['/favicon.ico', '/apple-touch-icon.png', '/apple-touch-icon-120x120-precomposed.png']) {
    const response = await caller.get(path, [...BROWSER, 'Sec-Fetch-Site: same-origin'])
    assertProblem(response, 'not-found', path)
  }
  assert.deepEqual(upstream.received, [])
  assert.equal((await caller.get('/favicon.ico')).status, 200)
})
