import type { CircuitBreakerStatus } from '../../telemetry/counters.js'
import { ProxyError } from '../../http/errors.js'

/** Fails requests at once while 8x8 cannot be reached, instead of after a timeout each (closed, open, half-open). */
export interface CircuitBreaker {
  /**
   * @returns when the attempt began, which `failed` wants to know
   * @throws {ProxyError} the last failure, with `Retry-After`, while it is open
   */
  admit(): number
  /** A connection was there. */
  connected(): void
  /** No connection could be opened. @param admittedAt what `admit` returned */
  failed(error: ProxyError, admittedAt: number): void
  readonly status: () => CircuitBreakerStatus
}

const FAILURES_TO_OPEN = 5
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000

/**
 * Opens after five failures in a row. Attempts that were under way together fail together: that is one failure. At the end of
 * a pause one request is the probe (half-open); while it is out, the others go on failing at once. Only a probe that fails
 * makes the next pause longer: 250 ms at first, twice as long each time, 30 s at most. So a blip of 300 ms is over after 750.
 *
 * @param now a monotonic clock, in milliseconds
 * @param probeMs how long a probe may take to connect; after that the next request is one
 */
export function createCircuitBreaker(now: () => number, probeMs: number): CircuitBreaker {
  let failures = 0
  let lastFailure: ProxyError | undefined
  let lastFailedAt = -Infinity
  let pauseMs = FIRST_PAUSE_MS
  let retryAt = -Infinity
  let probedAt = Infinity

  const isOpen = () => failures >= FAILURES_TO_OPEN

  return {
    admit() {
      const time = now()
      if (lastFailure === undefined || !isOpen()) return time
      if (time < retryAt) {
        throw new ProxyError(lastFailure.problem, `${lastFailure.detail} It is tried again in a moment.`, {
          proxyError: lastFailure.proxyError,
          retryAfterMs: retryAt - time,
          cause: lastFailure.cause,
        })
      }
      // This one is the probe.
      retryAt = time + probeMs
      probedAt = time
      return time
    },

    connected() {
      failures = 0
      lastFailure = undefined
      lastFailedAt = -Infinity
      pauseMs = FIRST_PAUSE_MS
      probedAt = Infinity
    },

    failed(error, admittedAt) {
      const isProbe = admittedAt >= probedAt
      if (isOpen() ? !isProbe : admittedAt < lastFailedAt) return
      failures += 1
      lastFailure = error
      lastFailedAt = now()
      if (isProbe) pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      if (isOpen()) retryAt = lastFailedAt + pauseMs
    },

    status: () => ({
      state: isOpen() ? 'open' : 'closed',
      failures,
      retryInSeconds: isOpen() ? Math.max(0, Math.ceil((retryAt - now()) / 1000)) : null,
    }),
  }
}
