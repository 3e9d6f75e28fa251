import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { TokenError, type TokenResponse } from '../../../src/token/token-response.js'
import type { AccessToken } from '../../../src/token/token-source.js'
import { createWorld, endOfWorld, later, settled } from '../../support/token-world.js'

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
before(() => void process.on('unhandledRejection', note))
after(() => void process.off('unhandledRejection', note))
afterEach(endOfWorld)

test('in whatever order things happen, one request is in flight, no expired token is given, and attempts are bounded', async () => {
  let attempts = 0
  let given = 0
  for (let seed = 1; seed <= 100; seed += 1) {
    const counts = await liveThrough(seed)
    attempts += counts.attempts
    given += counts.given
    endOfWorld()
  }
  assert.deepEqual(unhandled, [])
  // Else the test would prove nothing.
  assert.ok(attempts > 1_000 && given > 3_000, `${attempts} attempts, ${given} tokens given`)
})

async function liveThrough(seed: number): Promise<{ attempts: number; given: number }> {
  const random = seeded(seed)
  const chance = (share: number) => random() < share
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const about = (what: string) => `seed ${seed}: ${what}`

  interface Flight {
    readonly n: number
    readonly startedAt: number
    readonly response: ReturnType<typeof later<TokenResponse>>
  }
  let flight: Flight | undefined
  let healthy = false
  // What justifies the next attempt, and when the last one failed.
  let credentialsChanged = false
  let failedAt = -Infinity
  let lastLife = 0
  let lastStart = -Infinity
  let forcedAt: number[] = []
  let given = 0
  const ends = new Map<string, number>()
  const seen: AccessToken[] = []
  const replacements: AccessToken[] = []
  const open = new Set<Promise<unknown>>()

  const world = createWorld({
    random,
    respond(n) {
      assert.equal(flight, undefined, about('two requests in flight'))
      const time = world.now()
      if (credentialsChanged) credentialsChanged = false
      else if (failedAt !== -Infinity) assert.ok(time - failedAt >= 799, about('the back-off was not kept'))
      else if (time - lastStart < lastLife * 0.779) {
        forcedAt = forcedAt.filter((at) => time - at < 59_999)
        forcedAt.push(time)
        assert.ok(forcedAt.length <= 2, about('replacements without bound'))
      }
      flight = { n, startedAt: time, response: later() }
      return flight.response.promise
    },
  })
  const { cache } = world

  function finish(): void {
    if (flight === undefined) return
    const { n, startedAt, response } = flight
    flight = undefined
    const lifetimeMs = Math.round(2_000 + random() * 200_000)
    const arrivesTooLate = startedAt + lifetimeMs * 0.95 <= world.now()
    if (!healthy && chance(0.4)) {
      failedAt = world.now()
      response.reject(new TokenError(chance(0.5) ? 'refused' : 'unavailable', 'no'))
    } else {
      failedAt = arrivesTooLate ? world.now() : -Infinity
      lastStart = startedAt
      lastLife = lifetimeMs
      ends.set(`token-${n}`, startedAt + lifetimeMs)
      response.resolve({ value: `token-${n}`, lifetimeMs, products: [] })
    }
  }

  function check(token: AccessToken): void {
    given += 1
    const end = ends.get(token.value)
    assert.ok(end !== undefined && world.now() < end && world.now() < token.expiresAt, about('expired token'))
    if (seen.at(-1)?.value !== token.value) seen.push(token)
  }

  function follow<T>(promise: Promise<T>, then: (value: T) => void): void {
    const followed = promise.then(then, (error: unknown) => {
      if (error instanceof assert.AssertionError) throw error
    })
    open.add(followed)
    void followed.finally(() => open.delete(followed)).catch(note)
  }

  const deeds: (() => void)[] = [
    () => {
      const got = cache.get()
      if (got instanceof Promise) follow(got, check)
      else check(got)
    },
    () => {
      const refused = chance(0.7) ? seen.at(-1) : pick(seen)
      if (refused === undefined) return
      follow(cache.replace(refused, '/a'), (renewed) => {
        if (renewed === undefined) return
        assert.notEqual(renewed.value, refused.value, about('the refused token was given back'))
        check(renewed)
        replacements.push(renewed)
      })
    },
    () => {
      const replacement = replacements.shift()
      if (replacement === undefined) return
      if (chance(0.5)) return cache.rejectedAgain(replacement, '/a')
      cache.accepted(replacement, '/a', true)
      if (forcedAt.length > 0) forcedAt = []
    },
    () => {
      const taken = pick(seen)
      if (taken !== undefined) cache.accepted(taken, '/a', false)
    },
    () => void cache.ready(),
    () => void cache.status(),
    finish,
    finish,
    () => {
      if (!chance(0.1)) return
      credentialsChanged = true
      forcedAt = []
      cache.credentialsChanged()
    },
  ]

  if (chance(0.5)) void cache.start()
  for (let step = 0; step < 300; step += 1) {
    pick(deeds)!()
    if (chance(0.5)) await settled()
    if (chance(0.3)) await world.pass(Math.round(10 ** (random() * 4)), { stepMs: 500 })
    if (chance(0.02)) {
      // No time passes between a promise and those who wait for it.
      await settled()
      world.jump(Math.round(10 ** (2 + random() * 4)))
    }
  }

  // When the endpoint is well again, everything is well again, and no caller was forgotten.
  healthy = true
  await world.pass(301_000, { stepMs: 500, each: finish })
  await settled()
  assert.equal(open.size, 0, about('a caller waits for ever'))
  deeds[0]!()
  await settled()
  finish()
  await settled()
  assert.ok(cache.ready(), about('it did not recover'))
  cache.stop()
  return { attempts: world.requestedAt.length, given }
}

/** Mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
