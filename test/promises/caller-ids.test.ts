import assert from 'node:assert/strict'
import { test } from 'node:test'
import { send } from '../support/http-client.js'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'
import { until } from '../support/until.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'

test("a request's line had no id of 8x8's and none of the caller's trace: neither side's support could find it", async () => {
  const cases: readonly [Record<string, string>, string | undefined][] = [
    [{ 'X-Response-Id': 'r-1', 'X-Request-Id': 'q-1', 'CF-Ray': '8f-FRA' }, 'r-1'],
    [{ 'X-Request-Id': 'q-1', 'CF-Ray': '8f-FRA' }, 'q-1'],
    // What we sent tells nothing.
    [{ 'X-Request-Id': 'mine' }, undefined],
    [{ 'X-Request-Id': 'mine', 'X-Kong-Request-Id': 'k-1' }, 'k-1'],
    [{ 'x-amzn-RequestId': 'a-1' }, 'a-1'],
    [
      { 'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678' },
      'Root=1-67891233-abcdef012345678912345678',
    ],
    [{ 'cf-ray': '8f-FRA' }, '8f-FRA'],
    [{ 'x-amz-request-id': 's3-1' }, 's3-1'],
    [{ 'X-Correlation-Id': 'c-1' }, 'c-1'],
    // Neither is an id.
    [{ 'X-Response-Id': 'two words' }, undefined],
    [{ 'X-Response-Id': 'x'.repeat(201) }, undefined],
    [{}, undefined],
  ]
  let headers: Record<string, string> = {}
  const upstream = await startUpstream({
    respond: (_request, response) => response.writeHead(200, headers).end(),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
  for (const [given, id] of cases) {
    headers = given
    proxy.log.length = 0
    await send(proxy.port, { headers: { 'X-Request-Id': 'mine' } })
    await until(() => proxy.log.some(({ msg }) => msg === 'request'))
    assert.equal(proxy.log.find(({ msg }) => msg === 'request')!.upstreamId, id, JSON.stringify(given))
  }
})

test("the trace is the caller's valid traceparent", async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
  const cases: readonly [string | undefined, string | undefined][] = [
    [`00-${TRACE}-b7ad6b7169203331-01`, TRACE],
    [`cc-${TRACE}-b7ad6b7169203331-01-what-comes-later`, TRACE],
    [`00-${TRACE}-b7ad6b7169203331-01-more`, undefined],
    [`ff-${TRACE}-b7ad6b7169203331-01`, undefined],
    [`00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`, undefined],
    [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
    ['secret', undefined],
    [undefined, undefined],
  ]
  for (const [traceparent, traceId] of cases) {
    proxy.log.length = 0
    await send(proxy.port, traceparent === undefined ? {} : { headers: { traceparent } })
    await until(() => proxy.log.some(({ msg }) => msg === 'request'))
    assert.equal(proxy.log.find(({ msg }) => msg === 'request')!.traceId, traceId, traceparent)
  }
})
