import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

test('a plain local request arrives at 8x8 with the shared token', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })

  const response = await fetch(`${proxy.origin}/analytics/cc/v5/realtime-metrics/queues?size=10`)

  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { ok: true })
  assert.equal(upstream.received[0]?.target, '/analytics/cc/v5/realtime-metrics/queues?size=10')
  assert.equal(upstream.received[0]?.headers.authorization, 'Bearer token-1')
  assert.equal(upstream.tokenRequests, 1)
})

test('1,000 cold callers cost one token request', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })

  const responses = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => fetch(`${proxy.origin}/storage/us-west/v3/objects/${i}`)),
  )
  const bodies = await Promise.all(responses.map((response) => response.text()))

  assert.equal(bodies.filter((body) => body === '{"ok":true}').length, 1000)
  assert.equal(upstream.tokenRequests, 1)
  assert.equal(upstream.received.length, 1000)
})

test('500 requests on a revoked token cost one renewal and all succeed with whole bodies', async () => {
  let revoked = ''
  const upstream = await startUpstream({
    respond(request, response) {
      if (request.headers.authorization === `Bearer ${revoked}`) {
        response.statusCode = 401
        response.end(
          '{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}',
        )
      } else response.end('fine')
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  revoked = 'token-1'

  const body = 'x'.repeat(10_000)
  const responses = await Promise.all(
    Array.from({ length: 500 }, () => fetch(`${proxy.origin}/storage/a`, { method: 'POST', body })),
  )

  assert.deepEqual(new Set(responses.map((response) => response.status)), new Set([200]))
  assert.equal(upstream.tokenRequests, 2)
  const accepted = upstream.received.filter(({ headers }) => headers.authorization === 'Bearer token-2')
  assert.equal(accepted.length, 500)
  assert.deepEqual(new Set(accepted.map(({ bodyBytes }) => bodyBytes)), new Set([10_000]))
})
