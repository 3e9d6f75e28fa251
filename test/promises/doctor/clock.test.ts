import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkClock } from '../../../src/doctor/check-clock.js'
import { examine, sandboxWith } from './examine.js'

const DAY_MS = 86_400_000

for (const [way, offsetMs, expected] of [
  ['ahead', DAY_MS, /^this machine is (?:1 day|23 hours 59 minutes) ahead of 8x8$/],
  ['behind', -DAY_MS, /^this machine is (?:1 day|23 hours 59 minutes) behind 8x8$/],
] as const) {
  test(`a clock that is a day ${way} fails, although the token works`, async () => {
    const { environment } = await sandboxWith({ products: ['storage'] })
    const { code, failed, checks } = await examine(environment, { wallClock: () => Date.now() + offsetMs })

    assert.equal(code, 1)
    assert.deepEqual(failed, ['clock'])
    assert.match(checks.clock!.detail, expected)
    assert.match(checks.clock!.advice!, /NTP/)
    assert.equal(checks.storage?.ok, true)
  })
}

test('a clock within five minutes passes', () => {
  const at = (differenceMs: number) => clock('1750000000000', 1_750_000_000_000 + differenceMs)

  assert.equal(at(0).detail, 'agrees with that of 8x8')
  assert.equal(at(-90_000).detail, 'within 1 minute 30 seconds of that of 8x8')
  assert.equal(at(300_000).status, 'ok')
  assert.equal(at(300_001).status, 'failed')
  assert.equal(at(-300_001).status, 'failed')
})

test('issued_at in seconds is understood too', () => {
  assert.equal(clock('1750000000', 1_750_000_000_500).status, 'ok')
  assert.equal(clock(1_750_000_000_000, 1_750_000_000_500).status, 'ok')
})

test('a token without a usable issued_at skips the check of the clock', () => {
  for (const issuedAt of [undefined, null, '', 'yesterday', -1, '0', {}]) {
    assert.equal(clock(issuedAt, Date.now()).status, 'skipped')
  }
})

function clock(issuedAt: unknown, receivedAtMs: number) {
  return checkClock({ value: 'token', lifetimeMs: 1, products: [], issuedAt, receivedAtMs })
}
