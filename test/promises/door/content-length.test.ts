import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { beforeEach, test } from 'node:test'
import { parseResponse, readToEnd, type RawResponse } from '../../support/raw-client.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem } from '../../support/raw-request.js'
import { until } from '../../support/until.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
beforeEach(() => void (upstream.received.length = 0))

const BODY = '{"name":"Zoë"}'
const head = (length: number, path = '/chat/api/v1/rooms') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

/** Writes what comes second when the request has begun. */
async function send(first: string, second?: string): Promise<RawResponse> {
  const { server } = proxy.app.fastify
  const begun = once(server, 'request')
  const socket = connect(proxy.port, '127.0.0.1')
  const response = readToEnd(socket)
  socket.write(first)
  if (second !== undefined) {
    await begun
    socket.write(second)
  }
  return parseResponse(await response)
}

test('a Content-Length that counts characters was met with silence', async () => {
  for (const path of ['/chat/api/v1/rooms', '/storage/1', '/oauth/v2/token']) {
    // All at once, or the body after its head, as most clients write it.
    for (const [first, second] of [
      [`${head(BODY.length, path)}${BODY}`],
      [head(BODY.length, path), BODY],
    ] as const) {
      const response = await send(first, second)
      const { detail } = assertProblem(response, 'bad-request', path)
      assert.match(detail, /Content-Length does not fit the body/)
      assert.equal(response.headers['connection'], 'close')
    }
  }
  assert.deepEqual(upstream.received, [], 'and nothing of it is forwarded')
})

test('the request behind such a body is not forwarded either, and nothing is forwarded twice', async () => {
  const next = 'GET /chat/api/v1/rooms/next HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const response = await send(`${head(BODY.length)}${BODY}${next}`)
  assert.match(assertProblem(response, 'bad-request').detail, /Content-Length does not fit the body/)
  assert.deepEqual(upstream.received, [])
})

test('a body that was streamed already is sent once at most', async () => {
  const long = 'x'.repeat(400_000)
  const response = await send(head(long.length), `${long}}}`)
  assert.match(assertProblem(response, 'bad-request').detail, /Content-Length does not fit the body/)
  assert.ok(upstream.received.length <= 1)
})

test('bytes that come after the response are told for what they are', async () => {
  const socket = connect(proxy.port, '127.0.0.1')
  const all = readToEnd(socket)
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')))
  socket.write(`${head(BODY.length)}${BODY.replace('ë', 'e')}`)
  await until(() => received.includes('{"ok":true}'))
  socket.write('}')
  const text = (await all).toString('latin1')
  const second = parseResponse(Buffer.from(text.slice(text.indexOf('HTTP/1.1 400')), 'latin1'))
  assert.match(assertProblem(second, 'bad-request').detail, /Content-Length that does not fit the body/)
  assert.equal(upstream.received.length, 1)
})

test('a Content-Length that fits the bytes, and an empty line after the body, are as good as ever', async () => {
  for (const end of ['', '\r\n', '\n']) {
    const next = `GET /-/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
    const response = await send(`${head(Buffer.byteLength(BODY))}${BODY}${end}${next}`)
    assert.equal(response.status, 200, JSON.stringify(end))
    assert.equal(upstream.received.pop()?.bodyBytes, Buffer.byteLength(BODY))
  }
})

test('a body that ends before its Content-Length is told so, and not forwarded', async () => {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  const all = readToEnd(socket)
  socket.end(`${head(100)}${BODY}`)
  assert.match(
    assertProblem(parseResponse(await all), 'bad-request').detail,
    /Content-Length does not fit the body/,
  )
  assert.deepEqual(upstream.received, [])
})

test('what was answered before its body had come keeps its response', async () => {
  const response = await send(`${head(BODY.length, '/a/../b')}${BODY}`)
  assert.equal(response.status, 400)
  assert.match(response.body.toString(), /bad-target/)
})

test('behind another request that waits for its response nothing is answered in its place', async () => {
  const socket = connect(proxy.port, '127.0.0.1')
  socket.write(`GET /storage/slow HTTP/1.1\r\nHost: localhost\r\n\r\n${head(BODY.length)}${BODY}`)
  const { status } = parseResponse(await readToEnd(socket))
  assert.ok(status === 0 || status === 200, `responded ${status}`)
})
