import type { TokenFailureKind } from './token-response.js'

/** How long to leave the token endpoint alone after a failure. */
export interface Backoff {
  /** Milliseconds until the next attempt: doubling, with up to 20 % taken off at random so that a fleet spreads. */
  next(kind: TokenFailureKind): number
  reset(): void
}

const STEPS = {
  // An endpoint that is down may be back soon.
  unavailable: { firstMs: 1_000, longestMs: 60_000 },
  // A rejected key stays rejected until an operator changes it, and frequent attempts may lock it.
  refused: { firstMs: 5_000, longestMs: 300_000 },
} as const satisfies Record<TokenFailureKind, { firstMs: number; longestMs: number }>

const JITTER = 0.2

/** @param random from 0 to 1 */
export function createBackoff(random: () => number): Backoff {
  let kind: TokenFailureKind | undefined
  let failures = 0
  return {
    next(failed) {
      if (failed !== kind) failures = 0
      kind = failed
      const { firstMs, longestMs } = STEPS[failed]
      const waitMs = Math.min(firstMs * 2 ** failures, longestMs)
      failures += 1
      return waitMs * (1 - JITTER * random())
    },
    reset() {
      kind = undefined
      failures = 0
    },
  }
}
