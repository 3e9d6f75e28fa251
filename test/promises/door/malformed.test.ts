import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeEach, test } from 'node:test'
import { parseResponse, readToEnd } from '../../support/raw-client.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
const caller = rawCaller(proxy.port)
beforeEach(() => void (upstream.received.length = 0))

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'

test('two readings of where a request ends are none: nothing is forwarded', async () => {
  for (const headers of [
    ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', 'Content-Length: 5'],
    ['Content-Length: 5', 'Content-Length: 6'],
    ['Content-Length: 5', 'Content-Length: 5'],
    ['Content-Length: 5, 5'],
    ['Content-Length: +5'],
    ['Content-Length: -5'],
    ['Content-Length: 0x5'],
    ['Content-Length: 5x'],
    ['Content-Length: '],
    ['Content-Length: 99999999999999999999'],
    ['Content-Length : 5'],
    ['Content-Length\t: 5'],
    ['Transfer-Encoding: xchunked'],
    ['Transfer-Encoding: x, chunked'],
    ['Transfer-Encoding: gzip, chunked'],
    ['Transfer-Encoding: chunked, identity'],
    ['Transfer-Encoding: chunked, chunked'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
    ['Transfer-Encoding: identity'],
    ['Transfer-Encoding : chunked'],
    ['Transfer-Encoding:\x0bchunked'],
    ['Transfer-Encoding: "chunked"'],
    [' Transfer-Encoding: chunked'],
    ['X: y', ' Transfer-Encoding: chunked'],
    ['X: y\nTransfer-Encoding: chunked'],
    ['X: y\rTransfer-Encoding: chunked'],
    ['X: y\0Transfer-Encoding: chunked'],
    ['X: folded', '\tover two lines'],
    ['No colon'],
    [': no name'],
    ['Na me: x'],
    ['Näme: x'],
  ]) {
    const response = await caller.send(
      'POST /storage HTTP/1.1',
      ['Host: localhost', ...headers],
      `0\r\n\r\n${SMUGGLED}`,
    )
    assertProblem(response, 'bad-request', headers.join())
    assert.equal(response.headers['connection'], 'close', headers.join())
  }
  assert.equal(upstream.received.length, 0)
})

test('a malformed chunk ends the request with a response, and nothing is forwarded', async () => {
  for (const body of [
    'zz\r\nabc\r\n0\r\n\r\n',
    '-3\r\nabc\r\n0\r\n\r\n',
    '0x3\r\nabc\r\n0\r\n\r\n',
    '3\r\nabcX\r\n0\r\n\r\n',
    '3\nabc\n0\n\n',
    '3;a\nb\r\nabc\r\n0\r\n\r\n',
    '3 \r\nabc\r\n0\r\n\r\n',
    'fffffffffffffffff\r\nabc',
  ]) {
    const response = await caller.send(
      'POST /storage HTTP/1.1',
      ['Host: localhost', 'Transfer-Encoding: chunked', 'X-Request-Id: malformed-1'],
      `${body}${SMUGGLED}`,
    )
    assert.equal(assertProblem(response, 'bad-request', JSON.stringify(body)).instance, 'malformed-1')
  }
  assert.equal(upstream.received.length, 0)
})

test('a malformed request behind a good one is not answered in its place', async () => {
  const socket = connect(proxy.port, '127.0.0.1')
  socket.write('GET /storage/slow HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense\r\n\r\n')
  const { status } = parseResponse(await readToEnd(socket))
  assert.ok(status === 0 || status === 200, `responded ${status}`)
})

test('requests one behind the other get their responses in order', async () => {
  const response = await caller.bytes(
    'POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc' +
      'GET /-/live HTTP/1.1\r\nHost: localhost\r\n\r\n' +
      'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n' +
      'GET /b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  )
  assert.deepEqual(`${response.rawHead}${response.body.toString('latin1')}`.match(/HTTP\/1\.1 \d+/g), [
    'HTTP/1.1 200',
    'HTTP/1.1 200',
    'HTTP/1.1 400',
    'HTTP/1.1 200',
  ])
  assert.deepEqual(upstream.received.map(({ target }) => target).sort(), ['/a', '/b'])
})

test('what follows the body of a refused request is the next request, not a part of this one', async () => {
  const response = await caller.bytes(
    `POST /a/../b HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}` +
      'GET /next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  )
  assert.equal(response.status, 400)
  assert.deepEqual(
    upstream.received.map(({ target }) => target),
    ['/next'],
  )
})

test('what is not HTTP at all gets a response as a problem', async () => {
  for (const bytes of [
    'nonsense\r\n\r\n',
    'get /storage HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'FOO /storage HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ]) {
    assertProblem(await caller.bytes(bytes), 'bad-request', JSON.stringify(bytes))
  }
  for (const line of [
    'GET /x HTTP/1.2',
    'GET /x HTTP/2',
    'GET /x HTTP/3.0',
    'GET /x HTTP/1.1 HTTP/1.1',
    'GET  HTTP/1.1',
  ]) {
    assertProblem(await caller.send(line, ['Host: localhost']), 'bad-target', line)
  }
  assert.equal(upstream.received.length, 0)
})

test('headers beyond 16 KiB are refused with 431', async () => {
  for (const headers of [[`X-Long: ${'x'.repeat(17_000)}`], Array<string>(2_000).fill('X-Many: 1234')]) {
    assertProblem(await caller.get('/storage', headers), 'headers-too-large')
  }
  assertProblem(await caller.get(`/${'x'.repeat(17_000)}`), 'headers-too-large')
  assert.equal(upstream.received.length, 0)
})

test('CONNECT and TRACE are refused', async () => {
  for (const request of [
    'CONNECT api.8x8.com:443',
    'CONNECT 169.254.169.254:80',
    'TRACE /storage',
    'TRACE /chat/api/chat/v1/messages',
  ]) {
    const response = await caller.send(`${request} HTTP/1.1`, ['Host: localhost', 'X-Request-Id: mine-1'])
    assert.equal(assertProblem(response, 'not-allowed', request).instance, 'mine-1')
  }
  assert.equal(upstream.received.length, 0)
})

test('a WebSocket upgrade is refused with 501, and the connection stays usable', async () => {
  for (const [version, upgrade] of [
    ['1.1', 'websocket'],
    ['1.1', 'WebSocket'],
    ['1.1', 'h2c, websocket'],
    ['1.0', 'websocket'],
  ] as const) {
    const socket = connect(proxy.port, '127.0.0.1')
    socket.write(
      `GET /storage HTTP/${version}\r\nHost: localhost\r\nConnection: Upgrade, keep-alive\r\nUpgrade: ${upgrade}\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    const [response] = (await once(socket, 'data')) as [Buffer]
    assert.match(response.toString(), /^HTTP\/1\.1 501 /)
    assert.match(response.toString(), /"urn:8x8-auth-proxy:websocket-not-supported"/)
    assert.doesNotMatch(response.toString(), /^upgrade:/im)
    assert.equal(upstream.received.length, 0)

    socket.write('GET /next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    assert.equal(parseResponse(await readToEnd(socket)).status, 200)
    assert.equal(upstream.received.pop()?.target, '/next')
  }
})

test('an offer of h2c is ignored: the request is served as HTTP/1.1', async () => {
  for (const [method, headers, body] of [
    ['GET', [], ''],
    ['POST', ['Content-Length: 3'], 'abc'],
    ['POST', ['Transfer-Encoding: chunked'], '3\r\nabc\r\n0\r\n\r\n'],
  ] as const) {
    const response = await caller.bytes(
      [
        `${method} /storage/h2c HTTP/1.1`,
        'Connection: Upgrade, HTTP2-Settings, close',
        'Host: localhost',
        'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
        'Upgrade: h2c',
        'User-Agent: Java-http-client/17.0.15',
        ...headers,
        '',
        body,
      ].join('\r\n'),
    )
    assert.equal(response.statusLine, 'HTTP/1.1 200 OK')
    const received = upstream.received.pop()
    assert.equal(received?.bodyBytes, body === '' ? 0 : 3)
    assert.equal(received?.headers['upgrade'], undefined)
    assert.equal(received?.headers['http2-settings'], undefined)
    assert.equal(received?.headers['user-agent'], 'Java-http-client/17.0.15')
  }
})

test('a caller who asks before it sends gets a response by the door, not told to go on', async () => {
  const response = await caller.send('POST /a/../b HTTP/1.1', [
    'Host: localhost',
    'Content-Length: 1000000',
    'Expect: 100-continue',
  ])
  assertProblem(response, 'bad-target')
})

test('a caller who asks before it sends its login is told to go on', async () => {
  const socket = connect(proxy.port, '127.0.0.1')
  const form = 'grant_type=client_credentials'
  socket.write(
    `POST /oauth/v2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ${form.length}\r\n\r\n`,
  )
  const [first] = (await once(socket, 'data')) as [Buffer]
  assert.equal(first.toString(), 'HTTP/1.1 100 Continue\r\n\r\n')
  socket.write(form)
  assert.equal(parseResponse(await readToEnd(socket)).status, 200)
})

test('however many headers come, none is lost', async () => {
  const response = await caller.get('/storage', [
    ...Array<string>(2_100).fill('a:b'),
    'X-Request-Id: the-last',
  ])
  assert.equal(response.status, 200)
  assert.equal(response.headers['x-request-id'], 'the-last')
})
