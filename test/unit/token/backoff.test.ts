import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBackoff } from '../../../src/token/backoff.js'

const waits = (kind: 'unavailable' | 'refused', count: number, random = () => 0) => {
  const backoff = createBackoff(random)
  return Array.from({ length: count }, () => backoff.next(kind))
}

test('an endpoint that is down is left alone for 1 s, doubling to 60 s', () => {
  assert.deepEqual(
    waits('unavailable', 9),
    [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000],
  )
})

test('refused credentials are left alone for 5 s, doubling to 300 s', () => {
  assert.deepEqual(
    waits('refused', 9),
    [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000],
  )
})

test('jitter takes up to a fifth off, and never adds', () => {
  assert.deepEqual(
    waits('unavailable', 8, () => 1),
    [800, 1_600, 3_200, 6_400, 12_800, 25_600, 48_000, 48_000],
  )
  assert.deepEqual(
    waits('unavailable', 2, () => 0.5),
    [900, 1_800],
  )
})

test('another kind of failure starts from the beginning', () => {
  const backoff = createBackoff(() => 0)
  backoff.next('unavailable')
  backoff.next('unavailable')
  assert.equal(backoff.next('refused'), 5_000)
  assert.equal(backoff.next('unavailable'), 1_000)
})

test('a success starts from the beginning', () => {
  const backoff = createBackoff(() => 0)
  backoff.next('refused')
  backoff.next('refused')
  backoff.reset()
  assert.equal(backoff.next('refused'), 5_000)
})

test('the wait stays at its longest however many failures there were', () => {
  assert.equal(waits('unavailable', 5_000).at(-1), 60_000)
})
