import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createIdleLimit, IDLE_TIMING } from '../../../../src/proxy/upstream/idle-limit.js'

const MINUTE = 60_000

for (const [what, closes, limit] of [
  ['nothing', [], 900_000],
  ['a minute: a twentieth less', [60_000], 57_000],
  ['1.5 s', [1_500], 1_200],
  ['0.9 s: a round trip and a late timer less', [900], 600],
  ['a restart: not below half a second', [3], 500],
  ['the shorter of two', [60_000, 10_000], 9_500],
  ['the shorter of two, seen first', [10_000, 60_000], 9_500],
  ['more than the longest', [2_000_000], 900_000],
] as const) {
  test(`the limit learned from ${what}`, () => {
    const idle = createIdleLimit(IDLE_TIMING, () => 0)
    for (const close of closes) idle.closedAfter(close)
    assert.equal(idle.current(), limit)
  })
}

test('a restart of 8x8 counts as a limit for ten minutes', () => {
  let time = 5
  const idle = createIdleLimit(IDLE_TIMING, () => time)
  idle.closedAfter(10_000)
  time += 10 * MINUTE - 1
  assert.equal(idle.current(), 9_500)
  time += 1
  assert.equal(idle.current(), 900_000)
})

test('what is seen again is believed twice as long each time, a day at most', () => {
  let time = 5
  const idle = createIdleLimit(IDLE_TIMING, () => time)
  const believed: number[] = []
  for (const closedAfter of [10_000, 10_100, 9_900, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000, 10_000]) {
    idle.closedAfter(closedAfter)
    let minutes = 0
    while (idle.current() < 900_000) {
      time += MINUTE
      minutes += 1
    }
    believed.push(minutes)
  }
  assert.deepEqual(believed, [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440])
  // Another limit is a new one.
  idle.closedAfter(60_000)
  time += 10 * MINUTE
  assert.equal(idle.current(), 900_000)
})
