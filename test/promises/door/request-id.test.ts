import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { rawCaller } from '../../support/raw-request.js'

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const upstream = await startUpstream({
  respond: (_request, response) => response.setHeader('X-Request-Id', 'of-8x8').end('{}'),
})
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_LOG_LEVEL: 'debug' })
const caller = rawCaller(proxy.port)
beforeEach(() => void (upstream.received.length = 0))

const ADDRESSES = ['/storage', '/chat/api/chat/v1/messages', '/-/status', '/-/nothing', '/a/../b', '//x']

test('the request id of the caller is sent on, returned and logged', async () => {
  for (const [i, address] of ADDRESSES.entries()) {
    const id = `my-id_${i}/=:,"{}`
    const response = await caller.get(address, [`x-request-ID: ${id}`])
    assert.equal(response.headers['x-request-id'], id, address)
    assert.ok(
      proxy.log.some((line) => line['id'] === id),
      address,
    )
  }
  assert.deepEqual(
    upstream.received.map(({ headers }) => headers['x-request-id']),
    ['my-id_0/=:,"{}', 'my-id_1/=:,"{}'],
  )
})

test('a request without an id gets one', async () => {
  const ids = new Set<string>()
  for (const address of [...ADDRESSES, '/storage']) {
    const id = (await caller.get(address)).headers['x-request-id'] ?? ''
    assert.match(id, UUID, address)
    ids.add(id)
  }
  assert.equal(ids.size, ADDRESSES.length + 1)
  for (const { headers } of upstream.received) assert.ok(ids.has(String(headers['x-request-id'])))
})

test('an id that must not be logged or sent on is replaced', async () => {
  for (const lines of [
    ['X-Request-Id: '],
    ['X-Request-Id: two words'],
    ['X-Request-Id: \xfc'],
    [`X-Request-Id: ${'x'.repeat(201)}`],
    ['X-Request-Id: one', 'X-Request-Id: two'],
  ]) {
    const response = await caller.get('/storage', lines)
    assert.match(response.headers['x-request-id'] ?? '', UUID, lines.join())
    assert.equal(upstream.received.pop()?.headers['x-request-id'], response.headers['x-request-id'])
  }
})
