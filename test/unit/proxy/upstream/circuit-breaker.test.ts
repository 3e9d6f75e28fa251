import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProxyError } from '../../../../src/http/errors.js'
import { createBreaker } from '../../../../src/proxy/upstream/circuit-breaker.js'

const PROBE_MS = 6_000
const unreachable = new ProxyError('upstream-unreachable', '8x8 cannot be reached.', {
  proxyError: 'connection_refused',
})

function brokenDown() {
  const clock = { now: 0 }
  const breaker = createBreaker(() => clock.now, PROBE_MS)
  for (let i = 0; i < 5; i += 1) {
    breaker.admit()
    breaker.failed(unreachable)
  }
  return { clock, breaker }
}

test('four failures in a row change nothing', () => {
  const breaker = createBreaker(() => 0, PROBE_MS)
  for (let i = 0; i < 4; i += 1) breaker.failed(unreachable)
  breaker.admit()
  assert.deepEqual(breaker.status(), { state: 'closed', failures: 4, retryInSeconds: null })
})

test('after five failures in a row callers get the same error at once, with Retry-After', () => {
  const { breaker } = brokenDown()
  assert.throws(
    () => breaker.admit(),
    (error: ProxyError) =>
      error.problem === 'upstream-unreachable' &&
      error.proxyError === 'connection_refused' &&
      error.retryAfterSeconds === 1,
  )
  assert.deepEqual(breaker.status(), { state: 'open', failures: 5, retryInSeconds: 1 })
})

test('after the pause one request is the probe and the others go on failing at once', () => {
  const { clock, breaker } = brokenDown()
  clock.now = 1_000
  breaker.admit()
  assert.throws(() => breaker.admit(), ProxyError)
})

test('a probe that connects lets everybody through again', () => {
  const { clock, breaker } = brokenDown()
  clock.now = 1_000
  breaker.admit()
  breaker.connected()
  breaker.admit()
  breaker.admit()
  assert.equal(breaker.status().state, 'closed')
})

test('pauses double up to half a minute', () => {
  const { clock, breaker } = brokenDown()
  const pauses: number[] = []
  for (let i = 0; i < 7; i += 1) {
    const { retryInSeconds } = breaker.status()
    pauses.push(retryInSeconds!)
    clock.now += retryInSeconds! * 1000
    breaker.admit()
    breaker.failed(unreachable)
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30])
})

test('a probe whose caller left is followed by another', () => {
  const { clock, breaker } = brokenDown()
  clock.now = 1_000
  breaker.admit()
  clock.now += PROBE_MS
  breaker.admit()
})
