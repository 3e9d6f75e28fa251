import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIdleLimit, IDLE_TIMING } from '../../../../src/proxy/upstream/idle-limit.js'

const HOUR = 60 * 60_000

for (const [what, closes, limit] of [
  ['nothing', [], 900_000],
  ['a minute: a fifth less', [60_000], 48_000],
  ['1.5 s', [1_500], 1_200],
  ['0.8 s: a round trip less', [800], 600],
  ['a restart: not below half a second', [3], 500],
  ['the shorter of two', [60_000, 10_000], 8_000],
  ['the shorter of two, seen first', [10_000, 60_000], 8_000],
  ['more than the longest', [2_000_000], 900_000],
] as const) {
  test(`the limit learned from ${what}`, () => {
    const idle = createIdleLimit(IDLE_TIMING, () => 0)
    for (const close of closes) idle.closedAfter(close)
    assert.equal(idle.current(), limit)
  })
}

test('what was learned is forgotten after an hour in which nothing confirmed it', () => {
  let time = 5
  const idle = createIdleLimit(IDLE_TIMING, () => time)
  idle.closedAfter(10_000)
  time += HOUR - 1
  assert.equal(idle.current(), 8_000)
  idle.closedAfter(10_000)
  time += HOUR - 1
  assert.equal(idle.current(), 8_000)
  time += 1
  assert.equal(idle.current(), 900_000)
  idle.closedAfter(20_000)
  assert.equal(idle.current(), 16_000)
})
