import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProxyError } from '../../../../src/http/errors.js'
import { createCircuitBreaker } from '../../../../src/proxy/upstream/circuit-breaker.js'

const PROBE_MS = 6_000
const unreachable = new ProxyError('upstream-unreachable', '8x8 cannot be reached.', {
  proxyError: 'connection_refused',
})

function closed() {
  const clock = { now: 0 }
  const circuitBreaker = createCircuitBreaker(() => clock.now, PROBE_MS)
  /** An attempt that fails after so many milliseconds. */
  const fail = (afterMs = 1) => {
    const admittedAt = circuitBreaker.admit()
    clock.now += afterMs
    circuitBreaker.failed(unreachable, admittedAt)
  }
  return { clock, circuitBreaker, fail }
}

function open() {
  const world = closed()
  for (let i = 0; i < 5; i += 1) world.fail(0)
  return world
}

test('four failures in a row change nothing', () => {
  const { circuitBreaker, fail } = closed()
  for (let i = 0; i < 4; i += 1) fail()
  circuitBreaker.admit()
  assert.deepEqual(circuitBreaker.status(), { state: 'closed', failures: 4, retryInSeconds: null })
})

test('after five failures in a row callers get the same error at once, with Retry-After', () => {
  const { circuitBreaker } = open()
  assert.throws(
    () => circuitBreaker.admit(),
    (error: ProxyError) =>
      error.problem === 'upstream-unreachable' &&
      error.proxyError === 'connection_refused' &&
      error.retryAfterSeconds === 1,
  )
  assert.deepEqual(circuitBreaker.status(), { state: 'open', failures: 5, retryInSeconds: 1 })
})

test('attempts that were under way together and failed together are one failure', () => {
  const { clock, circuitBreaker } = closed()
  const admitted = Array.from({ length: 20 }, () => circuitBreaker.admit())
  clock.now = 3
  for (const admittedAt of admitted) circuitBreaker.failed(unreachable, admittedAt)
  assert.deepEqual([circuitBreaker.status().state, circuitBreaker.status().failures], ['closed', 1])
})

test('attempts from before it opened made the pause thirty seconds long', () => {
  const { clock, circuitBreaker, fail } = closed()
  const before = Array.from({ length: 20 }, () => circuitBreaker.admit())
  for (let i = 0; i < 5; i += 1) fail()
  for (const admittedAt of before) circuitBreaker.failed(unreachable, admittedAt)
  clock.now += 250
  circuitBreaker.admit()
  for (const admittedAt of before) circuitBreaker.failed(unreachable, admittedAt)
  assert.equal(circuitBreaker.status().failures, 5)
})

test('after the pause one request is the probe and the others go on failing at once', () => {
  const { clock, circuitBreaker } = open()
  clock.now += 249
  assert.throws(() => circuitBreaker.admit(), ProxyError)
  clock.now += 1
  circuitBreaker.admit()
  assert.throws(() => circuitBreaker.admit(), ProxyError)
})

test('a probe that connects lets every request through again', () => {
  const { clock, circuitBreaker } = open()
  clock.now += 250
  circuitBreaker.admit()
  circuitBreaker.connected()
  circuitBreaker.admit()
  circuitBreaker.admit()
  assert.equal(circuitBreaker.status().state, 'closed')
})

test('pauses double with each probe that fails, up to half a minute, and begin anew after a success', () => {
  const { clock, circuitBreaker, fail } = open()
  const pauses: number[] = []
  for (let i = 0; i < 9; i += 1) {
    const from = clock.now
    for (;;) {
      try {
        fail(0)
        break
      } catch {
        clock.now += 250
      }
    }
    pauses.push(clock.now - from)
  }
  assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])

  circuitBreaker.connected()
  for (let i = 0; i < 5; i += 1) fail(0)
  clock.now += 250
  circuitBreaker.admit()
})

test('a probe whose caller left is followed by another', () => {
  const { clock, circuitBreaker } = open()
  clock.now += 250
  circuitBreaker.admit()
  clock.now += PROBE_MS
  circuitBreaker.admit()
})
