import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MOST_CALLERS } from '../../../../src/proxy/budget/caller-lanes.js'
import { type BudgetedCall, FamilyBudget } from '../../../../src/proxy/budget/family-budget.js'

const FIVE_A_SECOND = [{ calls: 5, windowMs: 1_000 }]
const SIXTY_A_MINUTE = [{ calls: 60, windowMs: 60_000 }]

/** Sends what may go now. */
function send(budget: FamilyBudget, now: number): BudgetedCall[] {
  const sent: BudgetedCall[] = []
  for (let call = budget.next(now); call !== undefined; call = budget.next(now)) sent.push(call)
  return sent
}

function join(budget: FamilyBudget, caller: string, count: number, now = 0): BudgetedCall[] {
  return Array.from({ length: count }, () => budget.join(caller, now))
}

const callersOf = (calls: readonly BudgetedCall[]) => calls.map(({ lane }) => lane.name)

test('a place is free again one window after the response came, not after the call was sent', () => {
  const budget = new FamilyBudget([{ calls: 1, windowMs: 1_000 }])
  join(budget, 'a', 2)
  const [first] = send(budget, 0)
  assert.deepEqual(send(budget, 5_000), [], 'no response yet')

  budget.ended(first!, 5_000, true)
  assert.equal(budget.nextAt(5_000), 6_000)
  assert.deepEqual(send(budget, 5_999), [])
  assert.equal(send(budget, 6_000).length, 1)
})

test('a call without a response counts a second longer: it may still arrive', () => {
  const budget = new FamilyBudget([{ calls: 1, windowMs: 1_000 }])
  join(budget, 'a', 2)
  budget.ended(send(budget, 0)[0]!, 10, false)
  assert.deepEqual(send(budget, 2_009), [])
  assert.equal(send(budget, 2_010).length, 1)
})

test('a call that was never sent gives its place back at once', () => {
  const budget = new FamilyBudget([{ calls: 1, windowMs: 1_000 }])
  join(budget, 'a', 2)
  budget.giveBack(send(budget, 0)[0]!)
  assert.equal(send(budget, 1).length, 1)
})

test('all limits of a family hold together', () => {
  const budget = new FamilyBudget([
    { calls: 7, windowMs: 60_000 },
    { calls: 4, windowMs: 10_000 },
  ])
  join(budget, 'a', 1)
  for (const caller of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) join(budget, caller, 1)
  const first = send(budget, 0)
  assert.equal(first.length, 4)
  for (const call of first) budget.ended(call, 0, true)
  assert.equal(send(budget, 10_000).length, 3)
  assert.equal(budget.remaining(30_000), 0)
})

test('callers take turns, however many calls each has waiting', () => {
  const budget = new FamilyBudget([{ calls: 6, windowMs: 1_000 }])
  budget.pause(100)
  join(budget, 'a', 9)
  join(budget, 'b', 9)
  join(budget, 'c', 9)
  assert.deepEqual(callersOf(send(budget, 100)), ['a', 'b', 'c', 'a', 'b'])
})

test('who uses more than half of a window leaves a fifth of it to the others', () => {
  const budget = new FamilyBudget(SIXTY_A_MINUTE)
  join(budget, 'bulk', 100)
  assert.equal(send(budget, 0).length, 48)
  join(budget, 'a', 7, 10)
  join(budget, 'b', 7, 10)
  const sent = send(budget, 10)
  assert.equal(sent.length, 12)
  assert.ok(!callersOf(sent).includes('bulk'))
})

test('many callers together leave it, too', () => {
  const budget = new FamilyBudget(SIXTY_A_MINUTE)
  for (let i = 0; i < 10; i += 1) join(budget, `bulk-${i}`, 10)
  const most = send(budget, 0).length
  assert.ok(most <= 58, `${most} were sent`)
  join(budget, 'light', 1, 1_000)
  assert.deepEqual(callersOf(send(budget, 1_000)), ['light'])
})

test('a caller that leaves is not sent, and the turn goes to the next', () => {
  const budget = new FamilyBudget([{ calls: 1, windowMs: 1_000 }])
  const [, second, third] = join(budget, 'a', 3)
  const [first] = send(budget, 0)
  budget.ended(first!, 0, true)
  assert.equal(budget.leave(second!), true)
  assert.equal(budget.leave(second!), false)
  assert.deepEqual(send(budget, 1_000), [third])
  assert.equal(budget.waiting, 0)
})

test('a pause holds everything until it ends, and a shorter one does not shorten it', () => {
  const budget = new FamilyBudget(FIVE_A_SECOND)
  budget.pause(2_000)
  budget.pause(500)
  const [call] = join(budget, 'a', 1)
  assert.equal(budget.expectedWaitMs(call!, 0), 2_000)
  assert.equal(budget.remaining(0), 0)
  assert.deepEqual(send(budget, 1_999), [])
  assert.equal(budget.nextAt(1_999), 2_000)
  assert.equal(send(budget, 2_000).length, 1)
})

test('what 8x8 says is left lowers the budget until its time, calls under way taken off', () => {
  const budget = new FamilyBudget(SIXTY_A_MINUTE)
  join(budget, 'a', 1)
  join(budget, 'b', 1)
  const [first] = send(budget, 0)
  budget.ended(first!, 50, true)
  budget.lower(3, 20_000)
  assert.equal(budget.remaining(50), 2)
  for (const caller of ['c', 'd', 'e']) join(budget, caller, 1, 50)
  assert.deepEqual(callersOf(send(budget, 50)), ['c', 'd'])
  assert.equal(budget.nextAt(50), 20_000)
  assert.deepEqual(callersOf(send(budget, 20_000)), ['e'])
})

test('what 8x8 says is left never raises the budget', () => {
  const budget = new FamilyBudget(FIVE_A_SECOND)
  budget.lower(1_000, 20_000)
  for (let i = 0; i < 20; i += 1) join(budget, `caller-${i}`, 1)
  assert.equal(send(budget, 0).length, 5)
})

test('the expected wait is what the call then waits, to a round trip', () => {
  for (const roundTripMs of [30, 100, 240]) {
    const budget = new FamilyBudget(FIVE_A_SECOND)
    const expected = new Map<BudgetedCall, number>()
    for (let i = 0; i < 40; i += 1) {
      const [call] = join(budget, 'bulk', 1)
      expected.set(call!, budget.expectedWaitMs(call!, 0))
    }
    const ends: { call: BudgetedCall; at: number }[] = []
    let sent = 0
    for (let now = 0; now < 20_000; now += 1) {
      for (const { call, at } of ends) if (at === now) budget.ended(call, now, true)
      for (const call of send(budget, now)) {
        sent += 1
        ends.push({ call, at: now + roundTripMs })
        const off = Math.abs(now - expected.get(call)!)
        const cycles = Math.round(now / (1_000 + roundTripMs))
        assert.ok(off <= cycles * 150 + 250, `${off} ms off after ${now} ms`)
      }
    }
    assert.equal(sent, 40)
  }
})

test('a light caller is not told to wait for a bulk job', () => {
  const budget = new FamilyBudget(SIXTY_A_MINUTE)
  join(budget, 'bulk', 200)
  send(budget, 0)
  const [light] = join(budget, 'light', 1, 5)
  assert.equal(budget.expectedWaitMs(light!, 5), 0)
  const [last] = join(budget, 'bulk', 1, 5)
  const windows = budget.expectedWaitMs(last!, 5) / 60_000
  assert.ok(windows > 4 && windows < 5, `${windows} windows`)
})

test('no more than 64 callers are told apart, and all are forgotten when their calls count no more', () => {
  const budget = new FamilyBudget(FIVE_A_SECOND)
  for (let i = 0; i < 500; i += 1) join(budget, `caller-${i}`, 1)
  assert.equal(budget.callers, MOST_CALLERS)
  let now = 0
  while (budget.waiting > 0) {
    for (const call of send(budget, now)) budget.ended(call, now, true)
    now += 1_000
  }
  assert.equal(budget.remaining(now), 5)
  assert.equal(budget.callers, 0)
  assert.equal(budget.remembered, 0)
})
