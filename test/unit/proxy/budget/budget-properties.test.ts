import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FAMILIES, type RateLimit } from '../../../../src/api/families.js'
import { MOST_CALLERS } from '../../../../src/proxy/budget/caller-lanes.js'
import {
  median,
  oneByOne,
  type SimulatedCall,
  type SimulatedOutcome,
  simulate,
} from '../../../support/budget-world.js'

// Whatever callers do and however long calls travel. When fast-check finds a history that breaks a promise, it prints the
// seed and the shortest one that does.

const RUNS = 10_000
const RULES = FAMILIES.flatMap(({ name, limits }) => (limits === undefined ? [] : [{ name, limits }]))

const anyCall = (span: number): fc.Arbitrary<SimulatedCall> =>
  fc.record(
    {
      caller: fc.oneof(fc.constant('bulk'), fc.constantFrom('a', 'b', 'c'), fc.stringMatching(/^[a-z]{3}$/)),
      at: fc.nat(span),
      there: fc.integer({ min: 1, max: 240 }),
      back: fc.integer({ min: 1, max: 240 }),
      leavesAfter: fc.nat(2 * span),
      isLost: fc.boolean(),
    },
    { requiredKeys: ['caller', 'at', 'there', 'back'] },
  )

const anyLimit = fc.record({
  calls: fc.integer({ min: 1, max: 12 }),
  windowMs: fc.integer({ min: 200, max: 3_000 }),
})
// Those of 8x8, small enough for many histories; the scenes below have them as they are.
const history = fc.array(anyLimit, { minLength: 1, maxLength: 2 }).chain((limits) => {
  const calls = fc.array(anyCall(limits[0]!.windowMs), { maxLength: 40, size: 'max' })
  return fc.record({ limits: fc.constant(limits), calls })
})

const LONGEST_TRIP_MS = 480
const GRACE_MS = 1_000

test('10,000 histories: the limits hold at the far side, everyone has a turn, leavers are gone, memory is bounded', () => {
  fc.assert(
    fc.property(history, ({ limits, calls }) => {
      const callers = new Set(calls.map(({ caller }) => caller)).size
      const longest = Math.max(...limits.map(({ windowMs }) => windowMs))
      const { outcomes, farSide } = simulate(limits, calls, (budget) => {
        assert.ok(budget.callers <= Math.min(callers, MOST_CALLERS))
        assert.ok(budget.remembered <= Math.max(...limits.map((limit) => limit.calls)))
        assert.ok(budget.waiting <= calls.length)
      })

      assert.equal(farSide.refused, 0)
      farSide.most.forEach((most, i) => assert.ok(most <= limits[i]!.calls))
      // In each cycle of a window four fifths of its places come free for whose turn it is, at the least.
      const places = Math.min(...limits.map(({ calls: allowed }) => Math.ceil(0.8 * allowed)))
      const cycleMs = longest + LONGEST_TRIP_MS + GRACE_MS
      for (const {
        call: { caller, at },
        sentAt,
        leftAt,
        budgeted,
      } of outcomes) {
        assert.ok(sentAt !== undefined || leftAt !== undefined, 'sent in the end, or left')
        if (leftAt !== undefined && sentAt !== undefined)
          assert.ok(sentAt <= leftAt, 'none is sent after it left')
        if (sentAt === undefined) continue
        // Its turn: from when it was the first of its caller's.
        const before = outcomes.filter(
          (other) => other.budgeted.lane === budgeted.lane && other.call.at <= at,
        )
        const ahead = before.filter((other) => other.budgeted !== budgeted)
        const firstAt = Math.max(at, ...ahead.map((other) => Math.min(other.sentAt ?? other.leftAt!, sentAt)))
        const turns = Math.ceil(callers / places) + 1
        assert.ok(sentAt - firstAt <= turns * cycleMs, `${caller} waited ${sentAt - firstAt} ms for its turn`)
      }
    }),
    { numRuns: RUNS },
  )
})

/**
 * One job with all its calls at once, and three callers with a call now and then: together as many as the fifth that is kept
 * for such callers, less some.
 */
function scene({ calls: allowed, windowMs }: RateLimit, roundTripMs: number): SimulatedCall[] {
  const trip = { there: roundTripMs / 2, back: roundTripMs / 2 }
  const windows = 8
  const bulk = Array.from({ length: windows * allowed }, (_, i) => ({ caller: 'bulk', at: i / 100, ...trip }))
  const everyMs = (1.3 * 3 * windowMs) / Math.floor(allowed / 5)
  const light = ['a', 'b', 'c'].flatMap((caller, i) =>
    Array.from({ length: Math.floor((windows * windowMs) / everyMs) }, (_, n) => ({
      caller,
      at: 500 + (i / 3 + n) * everyMs,
      ...trip,
    })),
  )
  return [...bulk, ...light]
}

for (const { name, limits } of RULES) {
  test(`${name}: beside a bulk job three light callers hardly wait, and 8x8 refuses no one`, () => {
    for (const roundTripMs of [30, 60, 120, 240]) {
      const { outcomes, farSide } = simulate(limits, scene(limits[0]!, roundTripMs))
      const isBulk = ({ call }: SimulatedOutcome) => call.caller === 'bulk'
      const waits = outcomes
        .filter((outcome) => !isBulk(outcome))
        .map(({ call, sentAt }) => sentAt! - call.at)
      const { windowMs } = limits[0]!
      const bulkWindows = Math.max(...outcomes.filter(isBulk).map(({ sentAt }) => sentAt!)) / windowMs

      assert.equal(farSide.refused, 0)
      assert.ok(waits.length > 0 && median(waits) <= 500, `${median(waits)} ms at ${roundTripMs} ms`)
      // Seven windows would be ideal, alone and with all places; half again is what the light callers cost.
      assert.ok(bulkWindows <= 1.6 * 8, `the bulk job took ${bulkWindows} windows`)
    }
  })
}

for (const thinkMs of [0, 300]) {
  test(`beside twenty callers that pause for ${thinkMs} ms, one that pauses for a second waits half a second at most`, () => {
    const trip = { there: 30, back: 30 }
    const busy = Array.from({ length: 20 }, (_, i) =>
      oneByOne({ caller: `busy-${i}`, at: 10 * i, ...trip }, 12, thinkMs),
    )
    const light = oneByOne({ caller: 'light', at: 700, ...trip }, 25, 1_000)
    const { outcomes, farSide } = simulate([{ calls: 5, windowMs: 1_000 }], [...busy, light])
    const waits = outcomes.flatMap(({ call, sentAt }) => (call.caller === 'light' ? [sentAt! - call.at] : []))

    assert.equal(farSide.refused, 0)
    assert.ok(median(waits) <= 500, `${median(waits)} ms`)
  })
}
