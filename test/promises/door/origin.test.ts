import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOrigin, isPreflight } from '../../../src/door/origin.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const APP = 'https://app.example.com'
const allowed = new Set([APP, 'http://localhost:3000'])

const upstream = await startUpstream({
  respond(_request, response) {
    response.setHeader('X-Total-Pages', '7').setHeader('Vary', 'Accept-Encoding')
    response.setHeader('Access-Control-Allow-Origin', 'https://8x8.example')
    response.end('{"ok":true}')
  },
})
const proxy = await startProxy({
  X8_BASE_URL: upstream.origin,
  X8_ALLOWED_ORIGINS: `${APP},http://localhost:3000`,
  X8_PROXY_KEY: 'proxy-key-1',
  X8_DENY: 'DELETE /storage',
})
const caller = rawCaller(proxy.port)
const KEY = 'X-Proxy-Key: proxy-key-1'

test('programs, and pages of the proxy itself, pass without CORS headers', () => {
  for (const headers of [
    {},
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'same-origin' },
    { origin: 'http://localhost:8808' },
    { origin: 'http://localhost:8808', 'sec-fetch-site': 'same-origin' },
  ]) {
    assert.equal(checkOrigin(headers, 'localhost:8808', allowed), undefined)
  }
})

test('pages of other origins are kept out', () => {
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://localhost' },
    { origin: 'http://localhost:8809' },
    { origin: 'https://localhost:8808' },
    { origin: 'http://LOCALHOST:8808' },
    { origin: 'http://localhost:8808/' },
    { origin: 'http://localhost:8808.evil.example' },
    { origin: 'http://user@localhost:8808' },
    { origin: 'localhost:8808' },
    { origin: `${APP}.evil.example` },
    { origin: `${APP}:444` },
    { origin: 'http://app.example.com' },
    { origin: `${APP}, ${APP}` },
    { origin: 'http://localhost:8808, https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-origin, cross-site' },
    { 'sec-fetch-site': 'anything-new' },
    { 'sec-fetch-site': '' },
    { origin: 'http://localhost:8808', 'sec-fetch-site': 'cross-site' },
  ]) {
    assert.throws(
      () => checkOrigin(headers, 'localhost:8808', allowed),
      { problem: 'cross-site' },
      JSON.stringify(headers),
    )
  }
})

test('an allowed origin passes, wherever the browser says that it comes from', () => {
  assert.equal(checkOrigin({ origin: APP }, 'localhost', allowed), APP)
  assert.equal(checkOrigin({ origin: APP, 'sec-fetch-site': 'cross-site' }, 'localhost', allowed), APP)
})

test('a preflight is an OPTIONS with Origin and Access-Control-Request-Method', () => {
  const headers = { origin: APP, 'access-control-request-method': 'PUT' }
  assert.equal(isPreflight('OPTIONS', headers), true)
  assert.equal(isPreflight('GET', headers), false)
  assert.equal(isPreflight('OPTIONS', { origin: APP }), false)
  assert.equal(isPreflight('OPTIONS', { 'access-control-request-method': 'PUT' }), false)
})

test('a foreign page is refused on every address and by every method, and learns nothing of the response', async () => {
  for (const header of ['Origin: https://evil.example', 'Origin: null', 'Sec-Fetch-Site: cross-site']) {
    for (const request of [
      'GET /storage',
      'POST /storage',
      'OPTIONS /storage',
      'GET /-/status',
      'GET /-/live',
      'GET /-/ready',
      'POST /oauth/v2/token',
      'GET /a/../b',
    ]) {
      const response = await caller.send(`${request} HTTP/1.1`, ['Host: localhost', KEY, header])
      assert.match(assertProblem(response, 'cross-site', request).detail, /X8_ALLOWED_ORIGINS/)
      assert.equal(response.headers['access-control-allow-origin'], undefined)
    }
  }
  assert.deepEqual(upstream.received, [])
})

test('the preflight of an allowed origin gets its response here, without a key', async () => {
  const response = await caller.send('OPTIONS /storage/us-west/v3/objects HTTP/1.1', [
    'Host: localhost',
    `Origin: ${APP}`,
    'Sec-Fetch-Site: cross-site',
    'Access-Control-Request-Method: DELETE',
    'Access-Control-Request-Headers: content-type,x-proxy-key',
  ])
  assert.equal(response.status, 204)
  assert.equal(response.headers['access-control-allow-origin'], APP)
  assert.equal(response.headers['access-control-allow-headers'], 'content-type,x-proxy-key')
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    assert.ok(response.headers['access-control-allow-methods']?.split(', ').includes(method), method)
  }
  assert.match(response.headers['access-control-max-age'] ?? '', /^\d+$/)
  assert.match(response.headers['vary'] ?? '', /\bOrigin\b/)
  assert.equal(response.headers['access-control-allow-private-network'], undefined)
  assert.equal(response.body.length, 0)
  assert.deepEqual(upstream.received, [])
})

test('a page that sends credentials could read nothing: the browser wants to hear that it may', async () => {
  for (const origin of [APP, 'http://localhost:3000']) {
    const page = ['Host: localhost', `Origin: ${origin}`, 'Sec-Fetch-Site: cross-site']
    const preflight = await caller.send('OPTIONS /storage HTTP/1.1', [
      ...page,
      'Access-Control-Request-Method: POST',
      'Access-Control-Request-Headers: authorization',
    ])
    const responses = [preflight]
    for (const target of ['/storage', '/-/status', '/a/../b', '/', '/-/nothing']) {
      for (const key of [[KEY], []]) {
        responses.push(await caller.send(`GET ${target} HTTP/1.1`, [...page, ...key]))
      }
    }
    for (const { status, headers } of responses) {
      // With credentials a browser takes "true" and nothing else, and no "*" (Fetch standard, "CORS check").
      assert.equal(headers['access-control-allow-credentials'], 'true', String(status))
      assert.equal(headers['access-control-allow-origin'], origin)
      assert.doesNotMatch(headers['access-control-expose-headers'] ?? '', /\*/)
      assert.match(headers['vary'] ?? '', /\bOrigin\b/)
    }
    assert.equal(preflight.headers['access-control-allow-headers'], 'authorization')
    assert.doesNotMatch(preflight.headers['access-control-allow-methods'] ?? '', /\*/)
  }
  upstream.received.length = 0
})

test('no other origin hears that it may send credentials', async () => {
  for (const headers of [
    [],
    ['Origin: https://evil.example'],
    ['Origin: null'],
    [`Origin: ${APP}.evil.example`],
    ['Origin: http://localhost'],
  ]) {
    for (const request of ['GET /storage', 'OPTIONS /storage', 'GET /-/status']) {
      const response = await caller.send(`${request} HTTP/1.1`, [
        'Host: localhost',
        KEY,
        'Access-Control-Request-Method: GET',
        ...headers,
      ])
      assert.equal(response.headers['access-control-allow-credentials'], undefined, headers.join())
    }
  }
  upstream.received.length = 0
})

test('a preflight from a public page that asks for the private network is allowed it', async () => {
  const response = await caller.send('OPTIONS /storage HTTP/1.1', [
    'Host: 127.0.0.1',
    `Origin: ${APP}`,
    'Access-Control-Request-Method: GET',
    'Access-Control-Request-Private-Network: true',
  ])
  assert.equal(response.status, 204)
  assert.equal(response.headers['access-control-allow-private-network'], 'true')
})

test('the preflight of a foreign origin is refused', async () => {
  const response = await caller.send('OPTIONS /storage HTTP/1.1', [
    'Host: localhost',
    'Origin: https://evil.example',
    'Access-Control-Request-Method: GET',
    'Access-Control-Request-Private-Network: true',
  ])
  assertProblem(response, 'cross-site')
  assert.equal(response.headers['access-control-allow-private-network'], undefined)
})

test('an OPTIONS that is no preflight is forwarded', async () => {
  const response = await caller.send('OPTIONS /storage/a HTTP/1.1', ['Host: localhost', KEY])
  assert.equal(response.status, 200)
  assert.equal(upstream.received.pop()?.method, 'OPTIONS')
})

test('the page of an allowed origin may read every response: forwarded ones, our own, and rejections', async () => {
  for (const [request, status, headers] of [
    ['GET /storage', 200, [KEY]],
    ['GET /-/status', 200, [KEY]],
    ['GET /-/live', 200, []],
    ['GET /-/nothing', 404, [KEY]],
    ['POST /oauth/v2/token', 200, [KEY]],
    ['DELETE /storage/us-west', 403, [KEY]],
    ['GET /storage', 401, []],
    ['GET /a/../b', 400, [KEY]],
    ['GET /%zz', 400, [KEY]],
    ['GET /storage', 501, [KEY, 'Upgrade: websocket']],
  ] as const) {
    const response = await caller.send(`${request} HTTP/1.1`, [
      'Host: localhost',
      `Origin: ${APP}`,
      'Sec-Fetch-Site: cross-site',
      ...headers,
    ])
    assert.equal(response.status, status, request)
    assert.equal(response.headers['access-control-allow-origin'], APP, `${request} ${status}`)
    assert.match(response.headers['vary'] ?? '', /\bOrigin\b/)
    const exposed = response.headers['access-control-expose-headers']?.split(', ') ?? []
    for (const name of [
      'Link',
      'X-Page',
      'X-Page-Size',
      'X-Total-Pages',
      'X-Total-Elements',
      'Last-Document-Id',
    ]) {
      assert.ok(exposed.includes(name), `${request} exposes ${name}`)
    }
  }
  assert.equal(upstream.received.pop()?.headers.origin, undefined)
})

test('what 8x8 itself varies by is kept beside Origin', async () => {
  const response = await caller.get('/storage', [KEY, `Origin: ${APP}`])
  assert.equal(response.headers['vary'], 'Accept-Encoding\nOrigin')
})
