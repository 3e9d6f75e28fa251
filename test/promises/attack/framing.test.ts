import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { assertProblem, rawCaller } from '../../support/raw-request.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_PROXY_KEY: 'door-key' })
const caller = rawCaller(proxy.port)
beforeEach(() => void (upstream.received.length = 0))

const KEY = 'X-Proxy-Key: door-key'
const SMUGGLED = `GET /smuggled HTTP/1.1\r\nHost: localhost\r\n${KEY}\r\n\r\n`

test('what followed a request whose end was in doubt was forwarded', async () => {
  for (const lines of [
    ['POST /storage HTTP/1.1', 'Host: localhost', KEY],
    // Whatever else is wrong with it.
    ['POST /storage HTTP/1.1', 'Host: evil.example', KEY],
    ['POST /storage HTTP/1.1', KEY],
    ['POST /storage HTTP/1.1', 'Host: localhost'],
    ['POST /storage HTTP/1.1', 'Host: localhost', KEY, 'Origin: https://evil.example'],
    ['POST /a/../b HTTP/1.1', 'Host: localhost', KEY],
    ['POST /-/live HTTP/1.1', 'Host: localhost'],
  ]) {
    for (const coding of ['gzip, chunked', 'identity, chunked', 'x, chunked']) {
      const head = [...lines, `Transfer-Encoding: ${coding}`].join('\r\n')
      const response = await caller.bytes(`${head}\r\n\r\n0\r\n\r\n${SMUGGLED}`)
      assert.match(response.rawHead, /^HTTP\/1\.1 400 /, head)
      assert.equal(response.headers['connection'], 'close', head)
      assert.doesNotMatch(response.body.toString(), /HTTP\/1\.1/, head)
    }
  }
  assert.deepEqual(upstream.received, [])
})

test('the response to the last request of a connection was lost when bytes followed it', async () => {
  for (const [version, connection] of [
    ['1.1', 'close'],
    ['1.0', 'x'],
  ]) {
    for (const rest of [SMUGGLED, 'nonsense', '\r\n', '\0']) {
      const response = await caller.bytes(
        `POST /storage HTTP/${version}\r\nHost: localhost\r\n${KEY}\r\nConnection: ${connection}\r\nContent-Length: 3\r\n\r\nabc${rest}`,
      )
      assert.equal(response.status, 200, JSON.stringify(rest))
      assert.equal(upstream.received.pop()?.bodyBytes, 3)
    }
  }
  assert.deepEqual(upstream.received, [])
})

test('an HTTP/1.0 request with a Transfer-Encoding was forwarded', async () => {
  const response = await caller.send(
    'POST /storage HTTP/1.0',
    ['Host: localhost', KEY, 'Transfer-Encoding: chunked'],
    '3\r\nabc\r\n0\r\n\r\n',
  )
  assertProblem(response, 'bad-request')
  assert.deepEqual(upstream.received, [])
})

test('thousands of tiny headers went past the limit of 16 KiB', async () => {
  const tiny = (count: number) => caller.get('/storage', [KEY, ...Array<string>(count).fill('X: y')])
  assertProblem(await tiny(5_000), 'headers-too-large')
  assertProblem(await tiny(2_800), 'headers-too-large')
  assert.deepEqual(upstream.received, [])
  assert.equal((await tiny(2_500)).status, 200)
})
