import { mock } from 'node:test'
import { pino } from 'pino'
import type { ObtainedToken } from '../../src/token/request-token.js'
import { createTokenCache, type TokenCache, type TokenCacheOptions } from '../../src/token/token-cache.js'
import type { TokenResponse } from '../../src/token/token-response.js'

/** A token cache with a token endpoint and a clock that do what the test says. */
export interface World {
  readonly cache: TokenCache
  /** When each token request came. */
  readonly requestedAt: number[]
  readonly log: Record<string, unknown>[]
  now(): number
  /** Lets time pass, timers included, in steps of at most `stepMs`, and calls `each` after every step. */
  pass(ms: number, options?: { stepMs?: number; each?: () => void }): Promise<void>
  /** Lets time pass at once: no timer runs in between. */
  jump(ms: number): void
}

export interface WorldOptions {
  /** Responds to the nth token request, counted from 1. The default is `token-n` for 1,000 s. */
  readonly respond?: (n: number) => ObtainedToken | Promise<ObtainedToken>
  readonly startsAt?: number
  readonly credential?: TokenCacheOptions['credential']
  readonly random?: () => number
}

/** Timers are Node's mocked ones, so one world at a time: call `endOfWorld` after each test. */
export function createWorld(options: WorldOptions = {}): World {
  const { respond = (n: number) => token(`token-${n}`) } = options
  mock.timers.enable({ apis: ['setTimeout'] })
  let time = options.startsAt ?? 5_000
  const requestedAt: number[] = []
  const log: Record<string, unknown>[] = []
  const cache = createTokenCache({
    credential: options.credential ?? 'app',
    requestToken: async () => {
      requestedAt.push(time)
      return respond(requestedAt.length)
    },
    now: () => time,
    log: pino({ base: null }, { write: (line) => void log.push(JSON.parse(line)) }),
    random: options.random ?? (() => 0.5),
  })
  return {
    cache,
    requestedAt,
    log,
    now: () => time,
    async pass(ms, { stepMs = 250, each } = {}) {
      await settled()
      const end = time + ms
      while (time < end) {
        const step = Math.min(stepMs, end - time)
        time += step
        mock.timers.tick(step)
        await settled()
        each?.()
      }
    },
    jump(ms) {
      time += ms
    },
  }
}

export function endOfWorld(): void {
  mock.timers.reset()
}

export function token(value: string, lifetimeMs = 1_000_000): TokenResponse {
  return { value, lifetimeMs, products: [] }
}

/** Whatever was about to happen without time passing has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** A response that the test gives later. */
export function later<T>(): { promise: Promise<T>; resolve(value: T): void; reject(error: Error): void } {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
