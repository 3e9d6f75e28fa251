import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReplacementPolicy, REPLACEMENT_PAUSE_MS } from '../../../src/token/replacement-policy.js'

type Step =
  | 'replaced'
  | 'helped'
  | 'useless'
  | 'reset'
  | 'begun, and failed'
  | { readonly passMs: number }
  | { readonly asks: 'accepted' | 'never accepted'; readonly may: boolean }

/** Plays steps from a token's first rejection on. @returns how often replacements began to be held back */
function play(steps: readonly Step[]): number {
  let now = 0
  let heldBack = 0
  const policy = createReplacementPolicy(() => void (heldBack += 1))
  for (const [i, step] of steps.entries()) {
    if (step === 'replaced') {
      policy.begin()
      policy.obtained(now)
    } else if (step === 'begun, and failed') policy.begin()
    else if (step === 'helped') policy.helped()
    else if (step === 'useless') policy.useless()
    else if (step === 'reset') policy.reset()
    else if ('passMs' in step) now += step.passMs
    else assert.equal(policy.mayReplace(step.asks === 'accepted', now), step.may, `step ${i}`)
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
  assert.equal(policy.mayReplace(false, 1), true)
})
