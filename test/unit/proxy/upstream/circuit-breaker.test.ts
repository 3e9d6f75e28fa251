import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProxyError } from '../../../../src/http/errors.js'
import { createCircuitBreaker } from '../../../../src/proxy/upstream/circuit-breaker.js'

const PROBE_MS = 6_000
const unreachable = new ProxyError('upstream-unreachable', '8x8 cannot be reached.', {
  proxyError: 'connection_refused',
})

function brokenDown() {
  const clock = { now: 0 }
  const circuitBreaker = createCircuitBreaker(() => clock.now, PROBE_MS)
  for (let i = 0; i < 5; i += 1) {
    circuitBreaker.admit()
    circuitBreaker.failed(unreachable)
  }
  return { clock, circuitBreaker }
}

test('four failures in a row change nothing', () => {
  const circuitBreaker = createCircuitBreaker(() => 0, PROBE_MS)
  for (let i = 0; i < 4; i += 1) circuitBreaker.failed(unreachable)
  circuitBreaker.admit()
  assert.deepEqual(circuitBreaker.status(), { state: 'closed', failures: 4, retryInSeconds: null })
})

test('after five failures in a row callers get the same error at once, with Retry-After', () => {
  const { circuitBreaker } = brokenDown()
  assert.throws(
    () => circuitBreaker.admit(),
    (error: ProxyError) =>
      error.problem === 'upstream-unreachable' &&
      error.proxyError === 'connection_refused' &&
      error.retryAfterSeconds === 1,
  )
  assert.deepEqual(circuitBreaker.status(), { state: 'open', failures: 5, retryInSeconds: 1 })
})

test('after the pause one request is the probe and the others go on failing at once', () => {
  const { clock, circuitBreaker } = brokenDown()
  clock.now = 1_000
  circuitBreaker.admit()
  assert.throws(() => circuitBreaker.admit(), ProxyError)
})

test('a probe that connects lets every request through again', () => {
  const { clock, circuitBreaker } = brokenDown()
  clock.now = 1_000
  circuitBreaker.admit()
  circuitBreaker.connected()
  circuitBreaker.admit()
  circuitBreaker.admit()
  assert.equal(circuitBreaker.status().state, 'closed')
})

test('pauses double up to half a minute', () => {
  const { clock, circuitBreaker } = brokenDown()
  const pauses: number[] = []
  for (let i = 0; i < 7; i += 1) {
    const { retryInSeconds } = circuitBreaker.status()
    pauses.push(retryInSeconds!)
    clock.now += retryInSeconds! * 1000
    circuitBreaker.admit()
    circuitBreaker.failed(unreachable)
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30])
})

test('a probe whose caller left is followed by another', () => {
  const { clock, circuitBreaker } = brokenDown()
  clock.now = 1_000
  circuitBreaker.admit()
  clock.now += PROBE_MS
  circuitBreaker.admit()
})
