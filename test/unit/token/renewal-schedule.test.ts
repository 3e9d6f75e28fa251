import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueRenewal, nextDueAt, scheduleToken } from '../../../src/token/renewal-schedule.js'

const MIN = 60_000

test('a token is renewed at 80 % of its life, and not sent in its last 5 %, 30 s at most', () => {
  for (const [lifetimeMs, renewAt, expiresAt] of [
    [30 * MIN, 24 * MIN, 29.5 * MIN],
    [10 * MIN, 8 * MIN, 9.5 * MIN],
    [5 * MIN, 4 * MIN, 5 * MIN - 15_000],
    [1_000, 800, 950],
  ] as const) {
    assert.deepEqual(scheduleToken(7, lifetimeMs, 0.5), {
      renewAt: 7 + renewAt,
      expiresAt: 7 + expiresAt,
      endsAt: 7 + lifetimeMs,
    })
  }
})

test('a fleet that started together renews within 4 % of a life', () => {
  assert.equal(Math.round(scheduleToken(0, 1000, 0).renewAt), 780)
  assert.equal(Math.round(scheduleToken(0, 1000, 1).renewAt), 820)
})

test('without a caller something is due when a failure may be retried, else when the token is', () => {
  const token = { renewAt: 80, expiresAt: 95, endsAt: 100 }
  for (const [situation, dueAt] of [
    [{ token, used: true, retryAt: undefined }, 80],
    [{ token, used: false, retryAt: undefined }, 80],
    [{ token, used: true, retryAt: 90 }, 90],
    [{ token: undefined, used: false, retryAt: 90 }, 90],
    [{ token: undefined, used: true, retryAt: undefined }, undefined],
  ] as const) {
    assert.equal(nextDueAt(situation), dueAt)
  }
})

test('what is due is a token where there is none, and a renewal only of one in use', () => {
  const token = { renewAt: 80, expiresAt: 95, endsAt: 100 }
  for (const [situation, due] of [
    [{ token: undefined, used: false, retryAt: 90 }, 'obtain'],
    [{ token: undefined, used: true, retryAt: 90 }, 'obtain'],
    [{ token, used: true, retryAt: undefined }, 'renew'],
    [{ token, used: true, retryAt: 90 }, 'renew'],
    [{ token, used: false, retryAt: undefined }, undefined],
  ] as const) {
    assert.equal(dueRenewal(situation), due)
  }
})
