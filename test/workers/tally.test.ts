import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newExchange } from '../../src/exchange.js'
import { createTraffic } from '../../src/local/traffic.js'
import type { Numbers } from '../../src/numbers.js'
import { createTally } from '../../src/workers/tally.js'

const CLOSED = { state: 'closed', failures: 0, retryInSeconds: null } as const

/** What a worker has counted that has seen so many requests, a problem and a retry in each. */
function numbers(requests: number, rest: Partial<Numbers> = {}): Numbers {
  const traffic = createTraffic()
  for (let i = 0; i < requests; i += 1) {
    const exchange = {
      ...newExchange(0),
      problem: 'overloaded' as const,
      retries: ['token' as const],
      cache: 'hit' as const,
    }
    traffic.count(exchange, 'GET', 503, 20)
  }
  return { traffic, inFlight: 0, breaker: CLOSED, cache: undefined, ...rest }
}

function requestsOf({ traffic }: Numbers): (number | undefined)[] {
  const refused = traffic.families.get('refused')
  return [
    refused?.count,
    refused?.answers.get('GET 503'),
    refused?.buckets[2],
    traffic.problems.get('overloaded'),
    traffic.retries.token,
    traffic.cache.hit,
  ]
}

test('what several workers have counted is added up, each by its newest report', () => {
  const tally = createTally()
  tally.report(1, numbers(2))
  tally.report(2, numbers(5, { inFlight: 3 }))
  tally.report(1, numbers(4, { inFlight: 1 }))
  assert.deepEqual(requestsOf(tally.sum()), [9, 9, 9, 9, 9, 9])
  assert.equal(tally.sum().inFlight, 4)
})

test('what the dead have counted stays, but not what they had in flight', () => {
  const tally = createTally()
  for (const worker of [1, 2, 3]) {
    tally.report(worker, numbers(10, { inFlight: 7 }))
    tally.ended(worker)
  }
  tally.report(4, numbers(1))
  assert.deepEqual(requestsOf(tally.sum()), [31, 31, 31, 31, 31, 31])
  assert.equal(tally.sum().inFlight, 0)
})

test('adding up changes no report', () => {
  const tally = createTally()
  tally.report(1, numbers(1))
  tally.report(2, numbers(1))
  tally.sum()
  assert.deepEqual(requestsOf(tally.sum()), [2, 2, 2, 2, 2, 2])
})

test('what the caches of several workers hold is added up', () => {
  const tally = createTally()
  assert.equal(tally.sum().cache, undefined)
  tally.report(1, numbers(0, { cache: { ttlMs: 5000, entries: 2, bytes: 30 } }))
  tally.report(2, numbers(0, { cache: { ttlMs: 5000, entries: 1, bytes: 12 } }))
  assert.deepEqual(tally.sum().cache, { ttlMs: 5000, entries: 3, bytes: 42 })
})

test('8x8 counts as unreachable while any worker finds it so, until the first of them tries again', () => {
  const tally = createTally()
  assert.deepEqual(tally.sum().breaker, CLOSED)
  tally.report(1, numbers(0, { breaker: { ...CLOSED, failures: 3 } }))
  assert.deepEqual(tally.sum().breaker, { state: 'closed', failures: 3, retryInSeconds: null })
  tally.report(2, numbers(0, { breaker: { state: 'open', failures: 9, retryInSeconds: 12 } }))
  tally.report(3, numbers(0, { breaker: { state: 'open', failures: 6, retryInSeconds: 2 } }))
  assert.deepEqual(tally.sum().breaker, { state: 'open', failures: 9, retryInSeconds: 2 })
})
