import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReplacementPolicy, REPLACEMENT_PAUSE_MS } from '../../../src/token/replacement-policy.js'

type Step =
  | 'replaced'
  | 'accepted'
  | 'helped'
  | 'useless'
  | 'unchanged'
  | { readonly accepts: string }
  | 'reset'
  | 'begun, and failed'
  | { readonly passMs: number }
  | { readonly asks: 'accepted' | 'never accepted'; readonly may: boolean; readonly path?: string }

/** Plays steps of the path /a from a token's first rejection on. @returns how often replacements began to be held back */
function play(steps: readonly Step[]): number {
  let now = 0
  let heldBack = 0
  const policy = createReplacementPolicy((begins) => void (heldBack += begins ? 1 : 0))
  for (const [i, step] of steps.entries()) {
    if (step === 'replaced') {
      policy.begin()
      policy.obtained(now)
    } else if (step === 'begun, and failed') policy.begin()
    else if (step === 'accepted') policy.accepted('/a', false)
    else if (step === 'helped') policy.accepted('/a', true)
    else if (step === 'useless') policy.useless('/a', now)
    else if (step === 'unchanged') policy.unchanged()
    else if (step === 'reset') policy.reset()
    else if ('passMs' in step) now += step.passMs
    else if ('accepts' in step) policy.accepted(step.accepts, false)
    else {
      const { asks, may, path = '/a' } = step
      assert.equal(policy.mayReplace(asks === 'accepted', path, now), may, `step ${i}`)
    }
  }
  return heldBack
}

const accepted = (may: boolean) => ({ asks: 'accepted', may }) as const
const neverAccepted = (may: boolean) => ({ asks: 'never accepted', may }) as const

test('the first rejected token may be replaced, whether it was ever accepted or not', () => {
  play([accepted(true), neverAccepted(true)])
})

test('within a minute another replacement needs a token that was accepted', () => {
  assert.equal(play(['replaced', accepted(true), neverAccepted(false), accepted(false)]), 1)
})

test('the pause is over after a minute, and not before', () => {
  const pause = REPLACEMENT_PAUSE_MS
  assert.equal(play(['replaced', 'useless', { passMs: pause - 1 }, accepted(false)]), 1)
  assert.equal(play(['replaced', 'useless', { passMs: pause }, neverAccepted(true), accepted(true)]), 1)
})

test('a new token that was rejected, too, begins the pause once however many callers say so', () => {
  assert.equal(play(['replaced', 'useless', 'useless', neverAccepted(false)]), 1)
})

test('two replacements of which nothing is known are the most in a row', () => {
  play(['replaced', accepted(true), 'replaced', accepted(false)])
})

test('replacements that help are not limited', () => {
  play([...Array.from({ length: 20 }, (): Step[] => ['replaced', 'helped']).flat(), accepted(true)])
})

test('a replacement that failed is still owed', () => {
  play(['replaced', 'begun, and failed', neverAccepted(true), neverAccepted(true)])
})

test('new credentials are not held responsible for the old ones', () => {
  play(['replaced', 'useless', accepted(false), 'reset', neverAccepted(true)])
})

test('a token that came by itself is not counted as a replacement', () => {
  const policy = createReplacementPolicy(() => assert.fail('nothing is held back'))
  policy.obtained(0)
  assert.equal(policy.mayReplace(false, '/a', 1), true)
})

test('one call that no token was good for disarmed recovery for all others', () => {
  // /a gets 401 with both tokens; /b is served with the new one; then 8x8 revokes it.
  play(['replaced', 'useless', accepted(false), { accepts: '/b' }, { ...accepted(true), path: '/b' }])
})

test('a path that no token is good for replaces nothing for a minute, however often others are accepted', () => {
  const served = { accepts: '/b' } as const
  play([
    'replaced',
    'useless',
    served,
    accepted(false),
    served,
    accepted(false),
    { ...accepted(true), path: '/b' },
  ])
  play(['replaced', 'useless', served, { passMs: REPLACEMENT_PAUSE_MS }, accepted(true)])
})

test('a path that is accepted after all counts like any other', () => {
  play(['replaced', 'useless', 'accepted', accepted(true)])
})

test('how long replacements are held back is told', () => {
  const policy = createReplacementPolicy(() => undefined)
  assert.equal(policy.heldBackMs(0), 0)
  policy.begin()
  policy.obtained(1_000)
  policy.useless('/a', 1_000)
  assert.equal(policy.heldBackMs(11_000), REPLACEMENT_PAUSE_MS - 10_000)
  policy.accepted('/b', false)
  assert.equal(policy.heldBackMs(11_000), 0)
})

test('an endpoint that gives out the same token again is left alone for a minute, even if others are served with it', () => {
  play(['replaced', 'unchanged', { accepts: '/b' }, { ...accepted(false), path: '/b' }])
})
