import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { TokenError, type TokenFailureKind, type TokenResponse } from '../../../src/token/token-response.js'
import type { AccessToken } from '../../../src/token/token-source.js'
import { createWorld, endOfWorld, later, settled } from '../../support/token-world.js'

/**
 * The token as a state machine: whatever happens to it, in whatever order. fast-check makes up the histories, and when one
 * breaks a promise it prints the seed and the shortest history that does.
 */

const RUNS = 10_000

/** What may happen, as data, so that a history that fails can be read. */
type Event =
  | Plain
  | { readonly is: 'time passes'; readonly ms: number }
  | { readonly is: 'token comes'; readonly lifetimeMs: number }
  | { readonly is: 'endpoint fails'; readonly kind: TokenFailureKind; readonly retryAfterMs: number }
  | { readonly is: '8x8 responds 401'; readonly toLatest: boolean }
  | { readonly is: '8x8 takes the token'; readonly afterRejection: boolean }

interface Plain {
  readonly is: 'call' | 'call and leave' | 'probe' | 'credentials change' | 'new token is rejected too'
}

const just = (is: Plain['is']) => fc.constant<Event>({ is })
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: just('call') },
  { weight: 2, arbitrary: just('call and leave') },
  { weight: 1, arbitrary: just('probe') },
  { weight: 1, arbitrary: just('credentials change') },
  { weight: 1, arbitrary: just('new token is rejected too') },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('time passes' as const),
      ms: fc.oneof(fc.nat(100), fc.nat(5_000), fc.nat(150_000)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('token comes' as const),
      lifetimeMs: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 5_000, max: 1_799_000 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('endpoint fails' as const),
      kind: fc.constantFrom<TokenFailureKind>('refused', 'unavailable'),
      retryAfterMs: fc.oneof(fc.constant(0), fc.nat(100_000)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ is: fc.constant('8x8 responds 401' as const), toLatest: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant('8x8 takes the token' as const), afterRejection: fc.boolean() }),
  },
)

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
before(() => void process.on('unhandledRejection', note))
after(() => void process.off('unhandledRejection', note))

test(
  'in 10,000 histories there are never two flights, never an expired token, and no attempt without a reason',
  { timeout: 120_000 },
  async (context) => {
    const total = { attempts: 0, given: 0, forced: 0, failures: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 60, size: 'max' }),
        fc.boolean(),
        async (history, started) => {
          try {
            const counts = await live(history, started)
            for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += counts[name]
          } finally {
            endOfWorld()
          }
        },
      ),
      { numRuns: RUNS },
    )
    assert.deepEqual(unhandled, [])
    context.diagnostic(JSON.stringify(total))
    // Else the histories would prove nothing.
    assert.ok(total.attempts > RUNS && total.given > RUNS)
    assert.ok(total.forced > RUNS / 50 && total.failures > RUNS / 2)
  },
)

const FIRST_WAIT_MS = { unavailable: 1_000, refused: 5_000 } as const
const LONGEST_WAIT_MS = { unavailable: 60_000, refused: 300_000 } as const

/** Why the next attempt may be made, as a reader of the promises would say it. */
function createReasons(now: () => number) {
  let rotated = false
  let failed: { readonly earliest: number } | undefined
  let failuresInARow = 0
  let failedKind: TokenFailureKind | undefined
  let token: { readonly startedAt: number; readonly lifetimeMs: number } | undefined
  let forcedAt: number[] = []
  let forced = 0

  function forgive(): void {
    failed = undefined
    failedKind = undefined
    failuresInARow = 0
  }

  return {
    get forced() {
      return forced
    },
    rotate() {
      rotated = true
      forcedAt = []
      forgive()
    },
    replacementHelped() {
      forcedAt = []
    },
    /** An attempt is made now. */
    attempt() {
      const time = now()
      if (rotated) {
        rotated = false
        return forgive()
      }
      if (failed !== undefined) {
        return assert.ok(time >= failed.earliest, `asked again ${failed.earliest - time} ms too early`)
      }
      if (token === undefined || time - token.startedAt >= token.lifetimeMs * 0.779) return
      // Neither the first nor due: 8x8 must have refused the token, and that may cost two a minute.
      forced += 1
      forcedAt = forcedAt.filter((at) => time - at < 59_999)
      forcedAt.push(time)
      assert.ok(forcedAt.length <= 2, 'replaced without bound')
    },
    success(startedAt: number, lifetimeMs: number) {
      forgive()
      token = { startedAt, lifetimeMs }
    },
    failure(kind: TokenFailureKind, retryAfterMs: number) {
      failuresInARow = kind === failedKind ? failuresInARow + 1 : 1
      failedKind = kind
      const waitMs = Math.min(FIRST_WAIT_MS[kind] * 2 ** (failuresInARow - 1), LONGEST_WAIT_MS[kind])
      failed = { earliest: now() + Math.max(0.8 * waitMs, retryAfterMs) - 1 }
    },
  }
}

async function live(history: readonly Event[], started: boolean) {
  interface Flight {
    readonly n: number
    readonly startedAt: number
    readonly response: ReturnType<typeof later<TokenResponse>>
  }
  let flight: Flight | undefined
  let given = 0
  let failures = 0
  const broken: unknown[] = []
  const ends = new Map<string, number>()
  const seen: AccessToken[] = []
  const replaced: AccessToken[] = []
  const waiting = new Set<Promise<unknown>>()

  const world = createWorld({
    respond(n) {
      try {
        assert.equal(flight, undefined, 'two flights')
        reasons.attempt()
      } catch (error) {
        broken.push(error)
      }
      flight = { n, startedAt: world.now(), response: later() }
      return flight.response.promise
    },
  })
  const { cache } = world
  const reasons = createReasons(world.now)

  function land(lifetimeMs: number): void {
    if (flight === undefined) return
    const { n, startedAt, response } = flight
    flight = undefined
    if (startedAt + lifetimeMs - Math.min(0.05 * lifetimeMs, 30_000) <= world.now()) {
      reasons.failure('unavailable', 0)
    } else {
      reasons.success(startedAt, lifetimeMs)
    }
    ends.set(`token-${n}`, startedAt + lifetimeMs)
    response.resolve({ value: `token-${n}`, lifetimeMs, products: [] })
  }

  function crash(kind: TokenFailureKind, retryAfterMs: number): void {
    if (flight === undefined) return
    failures += 1
    const { response } = flight
    flight = undefined
    reasons.failure(kind, retryAfterMs)
    response.reject(new TokenError(kind, 'no', { retryAfterMs }))
  }

  function check(token: AccessToken): void {
    given += 1
    const end = ends.get(token.value)
    if (end === undefined || world.now() >= end || world.now() >= token.expiresAt) {
      broken.push(new Error(`${token.value} was given at ${world.now()}, its end is ${end}`))
    }
    if (seen.at(-1)?.value !== token.value) seen.push(token)
  }

  /** Waits for a token as a request does. A failure is an error, and that counts. */
  function wait<T>(promise: Promise<T>, then: (value: T) => void): void {
    const followed = promise.then(then, () => undefined).finally(() => waiting.delete(followed))
    waiting.add(followed)
  }

  function call(): void {
    const got = cache.get()
    if (got instanceof Promise) wait(got, check)
    else check(got)
  }

  async function happen(happening: Event): Promise<void> {
    switch (happening.is) {
      case 'call':
        return call()
      case 'call and leave': {
        // No caller looks at the result any more; the flight goes on for the others.
        const got = cache.get()
        if (got instanceof Promise) got.catch(() => undefined)
        return
      }
      case 'probe':
        return void cache.ready()
      case 'credentials change':
        reasons.rotate()
        return cache.credentialsChanged()
      case 'time passes':
        return world.pass(happening.ms, { stepMs: Math.max(1, happening.ms) })
      case 'token comes':
        return land(happening.lifetimeMs)
      case 'endpoint fails':
        return crash(happening.kind, happening.retryAfterMs)
      case '8x8 responds 401': {
        const refused = happening.toLatest ? seen.at(-1) : seen[0]
        if (refused === undefined) return
        return wait(cache.replace(refused, '/a'), (renewed) => {
          if (renewed === undefined) return
          if (renewed.value === refused.value) broken.push(new Error('the refused token was given back'))
          check(renewed)
          replaced.push(renewed)
        })
      }
      case 'new token is rejected too': {
        const token = replaced.pop()
        if (token !== undefined) cache.rejectedAgain(token, '/a')
        return
      }
      case '8x8 takes the token': {
        const token = happening.afterRejection ? replaced.pop() : seen.at(-1)
        if (token === undefined) return
        if (happening.afterRejection) reasons.replacementHelped()
        return cache.accepted(token, '/a', happening.afterRejection)
      }
    }
  }

  const healthy = () => {
    assert.deepEqual(broken, [])
    const { expiresInSeconds, state } = cache.status()
    assert.ok(expiresInSeconds === null || expiresInSeconds >= 0)
    assert.equal(state === 'renewing', flight !== undefined)
  }

  if (started) void cache.start()
  for (const happening of history) {
    await happen(happening)
    await settled()
    healthy()
  }

  // When all is well again, no caller waits for ever and there is a token, however bad it was.
  for (let i = 0; i < 3; i += 1) {
    await world.pass(301_000, { stepMs: 301_000 })
    land(1_000_000)
    await settled()
  }
  call()
  await settled()
  land(1_000_000)
  await settled()
  healthy()
  assert.equal(waiting.size, 0, 'a caller waits for ever')
  assert.ok(cache.ready(), 'it did not recover')
  cache.stop()
  return { attempts: world.requestedAt.length, given, forced: reasons.forced, failures }
}
