import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { startProxy } from '../support/proxy.js'
import { startRawUpstream } from '../support/raw-upstream.js'
import { assertProblem, rawCaller } from '../support/raw-request.js'

const GZIP = gzipSync('{"ok":true}')
let coding = ''

const upstream = await startRawUpstream((socket, head) => {
  if (head.includes('/oauth/v2/token')) {
    const token = '{"access_token":"shared","token_type":"BearerToken","expires_in":"1799"}'
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${token.length}\r\n\r\n${token}`)
    return
  }
  const chunked = /chunked$/i.test(coding)
  socket.write(
    Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\n${coding}\r\n\r\n`),
      chunked ? Buffer.from(`${GZIP.length.toString(16)}\r\n`) : Buffer.alloc(0),
      GZIP,
      chunked ? Buffer.from('\r\n0\r\n\r\n') : Buffer.alloc(0),
    ]),
  )
  if (!chunked) socket.end()
})
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_REALTIME_CACHE_MS: '60000' })
const caller = rawCaller(proxy.port)
const requests = () => upstream.heads.filter((head) => !head.includes('/oauth/v2/token')).length

const REALTIME = '/analytics/cc/v5/realtime-metrics/queues'

test('a compressed body that only its Transfer-Encoding told of was passed on without a label', async () => {
  for (const path of ['/storage/1', '/chat/api/v1/rooms', REALTIME, REALTIME]) {
    for (const value of [
      'gzip, chunked',
      'GZIP,chunked',
      'deflate , chunked',
      'gzip',
      'x-anything, chunked',
    ]) {
      coding = `Transfer-Encoding: ${value}`
      const before = requests()
      const response = await caller.get(path)
      assert.match(assertProblem(response, 'upstream-broken', value).detail, /Transfer-Encoding/)
      assert.equal(requests(), before + 1, 'it was asked for once, and is not kept')
    }
    coding = 'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked'
    assertProblem(await caller.get(path), 'upstream-broken', 'in two headers')
  }
})

test('chunks alone, in any case, and no coding at all are as good as ever', async () => {
  for (const value of [
    'Transfer-Encoding: chunked',
    'transfer-encoding: Chunked',
    'Content-Encoding: gzip\r\nTransfer-Encoding: chunked',
    `Content-Encoding: gzip`,
  ]) {
    coding = value
    const response = await caller.get('/storage/1')
    assert.equal(response.status, 200, value)
    assert.ok(response.body.includes(GZIP), value)
  }
})
