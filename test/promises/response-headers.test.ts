import assert from 'node:assert/strict'
import { test } from 'node:test'
import { responseHeaders, type CallerView } from '../../src/proxy/response-headers.js'
import { sendRaw } from '../support/raw-client.js'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

const VIEW: CallerView = {
  upstreamOrigin: 'https://api.8x8.com',
  proxyOrigin: 'http://localhost:8808',
  requestId: 'id-1',
  cors: undefined,
  changesBody: false,
  shutsIn: false,
}
const ID = ['X-Request-Id', 'id-1']
const down = (headers: readonly (Buffer | string)[], view: Partial<CallerView> = {}) =>
  responseHeaders(headers, { ...VIEW, ...view })
const location = (value: string) => down(['Location', value])[1]
const link = (value: string) => down(['link', value])[1]

test('what 8x8 says comes down as it came, byte for byte and in order', () => {
  const headers = [
    'content-TYPE', 'application/hal+json', 'X-Many', '1', 'x-many', '2', 'X-Total-Pages', '3', 'Vary', 'Accept',
    'WWW-Authenticate', 'Bearer', 'Retry-After', '5', 'Content-Length', '0', 'Content-Encoding', 'gzip', 'Date', 'then',
    'Access-Control-Allow-Origin', '*', 'Via', '1.1 kong', 'Server', 'x', 'ETag', '"x"', 'Latin', '\xfc\xe9', 'Empty', '',
    'Content-Location', 'https://api.8x8.com/x', 'Proxy-Status', 'cdn; error=dns_error', 'Proxy-Anything', 'x',
  ] // prettier-ignore
  assert.deepEqual(down(headers), [...headers, ...ID])
  assert.deepEqual(down(headers.map((part) => Buffer.from(part, 'latin1'))), [...headers, ...ID])
})

test("what belongs to the last hop, or to 8x8's own host name, stops here", () => {
  for (const name of [
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authenticate',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Set-Cookie',
    'Set-Cookie2',
    'Strict-Transport-Security',
    'Alt-Svc',
    'Clear-Site-Data',
    'Service-Worker-Allowed',
    'Refresh',
    'X-Request-Id',
  ]) {
    // prettier-ignore
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
      assert.deepEqual(down(['A', 'a', spelling, 'x', 'B', 'b', spelling, 'y']), ['A', 'a', 'B', 'b', ...ID], spelling)
    }
  }
})

test('headers that Connection names stop here, wherever they stand, and cannot take the request id with them', () => {
  assert.deepEqual(
    down([
      'X-Hop',
      'a',
      'Connection',
      'close, X-HOP ,x-other,X-Request-Id',
      'x-hop',
      'b',
      'X-Other',
      'c',
      'X-Kept',
      'd',
    ]),
    ['X-Kept', 'd', ...ID],
  )
  assert.deepEqual(down(['connection', 'keep-alive', 'Connection', 'x-hop', 'X-Hop', 'a']), ID)
})

test('no other server may claim a failure to be ours', () => {
  assert.deepEqual(down(['Proxy-Status', '"8x8-auth-proxy"; error=dns_error']), ID)
})

test("a Location on 8x8's origin becomes one on the proxy", () => {
  for (const [from, to] of [
    ['https://api.8x8.com/storage/x?y=z#f', 'http://localhost:8808/storage/x?y=z#f'],
    ['https://api.8x8.com', 'http://localhost:8808'],
    ['https://api.8x8.com?x', 'http://localhost:8808?x'],
    ['https://api.8x8.com:443/x', 'http://localhost:8808/x'],
    ['HTTPS://API.8x8.COM/X', 'http://localhost:8808/X'],
    ['//api.8x8.com/x', 'http://localhost:8808/x'],
    [
      'https://api.8x8.com/x?next=https://api.8x8.com/y',
      'http://localhost:8808/x?next=https://api.8x8.com/y',
    ],
    ['https://api.8x8.com//x/../{y}', 'http://localhost:8808//x/../{y}'],
  ] as const) {
    assert.equal(location(from), to)
    assert.equal(link(`<${from}>; rel="next"`), `<${to}>; rel="next"`)
  }
})

test('any other Location stays as it is: lookalikes, other schemes and ports, presigned downloads', () => {
  for (const value of [
    '/storage/x',
    'x',
    '?page=2',
    '',
    'http://api.8x8.com/x',
    'https://api.8x8.com:8443/x',
    'https://api.8x8.com.evil.example/x',
    'https://api.8x8.comevil.example/x',
    'https://api.8x8.com@evil.example/x',
    'https://user@api.8x8.com/x',
    'https://user:password@api.8x8.com/x',
    'https://evil.example/https://api.8x8.com/x',
    'https://evil.example?https://api.8x8.com/x',
    'https://evil.example#//api.8x8.com/x',
    'https://xapi.8x8.com/x',
    'https://api.8x8.com./x',
    'https://api-eu.8x8.com/x',
    'https://api.8x8.com\\.evil.example/x',
    'https://api.8x8.com\\@evil.example/x',
    'https:\\\\api.8x8.com/x',
    'https:/api.8x8.com/x',
    'https:api.8x8.com/x',
    '///api.8x8.com/x',
    'https://',
    'https://[',
    'ftp://api.8x8.com/x',
    'data:text/plain,https://api.8x8.com/x',
    'https://bucket.s3.amazonaws.com/rec.mp3?X-Amz-Credential=a%2Fb&X-Amz-Signature=0a1b&u=https://api.8x8.com/x',
  ]) {
    assert.equal(location(value), value)
    assert.equal(link(`<${value}>; rel="next"`), `<${value}>; rel="next"`)
  }
})

test('links on the origin are found by where they stand, never in a quoted string', () => {
  for (const [from, to] of [
    [
      '<https://api.8x8.com/a?x=1,2;3>; rel="next"; title="<https://api.8x8.com/b>, \\"<https://api.8x8.com/c>", <https://evil.example/d>, <//api.8x8.com/e>;rel=last',
      '<http://localhost:8808/a?x=1,2;3>; rel="next"; title="<https://api.8x8.com/b>, \\"<https://api.8x8.com/c>", <https://evil.example/d>, <http://localhost:8808/e>;rel=last',
    ],
    [
      '</a>; rel=next, <https://api.8x8.com/b>; rel=prev',
      '</a>; rel=next, <http://localhost:8808/b>; rel=prev',
    ],
    ['https://api.8x8.com/a; rel=next', 'https://api.8x8.com/a; rel=next'],
    ['<https://api.8x8.com/a; rel=next', '<https://api.8x8.com/a; rel=next'],
    [
      '<https://api.8x8.com/a>; anchor="https://api.8x8.com/b"',
      '<http://localhost:8808/a>; anchor="https://api.8x8.com/b"',
    ],
    ['', ''],
  ] as const) {
    assert.equal(link(from), to)
  }
})

test('an origin with a port is matched with its port', () => {
  const view = { upstreamOrigin: 'http://127.0.0.1:9000', proxyOrigin: 'http://[::1]:8808' }
  const of = (value: string) => down(['Location', value], view)[1]
  assert.equal(of('http://127.0.0.1:9000/x'), 'http://[::1]:8808/x')
  assert.equal(of('//127.0.0.1:9000/x'), 'http://[::1]:8808/x')
  assert.equal(of('http://127.0.0.1/x'), 'http://127.0.0.1/x')
  assert.equal(of('http://127.0.0.1:90001/x'), 'http://127.0.0.1:90001/x')
  assert.equal(of('https://127.0.0.1:9000/x'), 'https://127.0.0.1:9000/x')
})

test("for an allowed origin our CORS headers replace 8x8's", () => {
  assert.deepEqual(
    down(['Access-Control-Allow-Origin', '*', 'access-control-expose-headers', 'x', 'Vary', 'Accept'], {
      cors: ['Access-Control-Allow-Origin', 'https://app.example.com'],
    }),
    ['Vary', 'Accept', ...ID, 'Access-Control-Allow-Origin', 'https://app.example.com'],
  )
})

test('a caller sees links under the name that it used, no cookies, and redirects are its own to follow', async () => {
  const upstream = await startUpstream({
    respond(_request, response, { origin }) {
      response.writeHead(302, [
        'Location', `${origin}/storage/next`,
        'Link', `<${origin}/storage?page=2>; rel="next", <https://s3.example/${origin}>; rel="related"`,
        'Set-Cookie', 'a=b', 'Set-Cookie', 'c=d', 'Strict-Transport-Security', 'max-age=1', 'Alt-Svc', 'h3=":443"',
        'Connection', 'X-Hop', 'X-Hop', 'x', 'X-Page', '1',
      ]) // prettier-ignore
      response.end('moved')
    },
  })
  const proxy = await startProxy({
    X8_BASE_URL: upstream.origin,
    X8_ALLOWED_HOSTS: 'localhost,proxy.internal',
  })
  for (const host of ['localhost:8808', 'PROXY.internal', '[::1]:1', `127.0.0.1:${proxy.port}`]) {
    const response = await sendRaw(
      proxy.port,
      `GET /storage HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nX-Request-Id: id-1\r\n\r\n`,
    )
    const { date: _date, 'server-timing': _timing, ...headers } = response.headers
    assert.equal(response.status, 302)
    assert.deepEqual(headers, {
      location: `http://${host}/storage/next`,
      link: `<http://${host}/storage?page=2>; rel="next", <https://s3.example/${upstream.origin}>; rel="related"`,
      'x-page': '1',
      'x-request-id': 'id-1',
      connection: 'close',
      ...('transfer-encoding' in headers ? { 'transfer-encoding': 'chunked' } : { 'content-length': '5' }),
    })
  }
  assert.deepEqual(new Set(upstream.received.map(({ target }) => target)), new Set(['/storage']))
})
