import type { CircuitBreakerStatus } from '../../telemetry/counters.js'
import { ProxyError } from '../../http/errors.js'

/** Fails requests at once while 8x8 cannot be reached, instead of after a timeout each (circuit breaker: closed, open, half-open). */
export interface CircuitBreaker {
  /** @throws {ProxyError} the last failure, with `Retry-After`, while 8x8 is not worth a try */
  admit(): void
  /** A connection was there. */
  connected(): void
  /** No connection could be opened. */
  failed(error: ProxyError): void
  readonly status: () => CircuitBreakerStatus
}

const FAILURES_TO_OPEN = 5
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/**
 * After five failures in a row it opens, for a second at first and for twice as long each time, up to 30 s. At the end of
 * each pause one request is the probe; while it is out, the others go on failing at once.
 *
 * @param now a monotonic clock, in milliseconds
 * @param probeMs how long a probe may take to connect; after that the next request is one
 */
export function createCircuitBreaker(now: () => number, probeMs: number): CircuitBreaker {
  let failures = 0
  let lastFailure: ProxyError | undefined
  let retryAt = -Infinity

  return {
    admit() {
      if (lastFailure === undefined || failures < FAILURES_TO_OPEN) return
      const time = now()
      if (time < retryAt) {
        throw new ProxyError(lastFailure.problem, `${lastFailure.detail} It is tried again in a moment.`, {
          proxyError: lastFailure.proxyError,
          retryAfterMs: retryAt - time,
          cause: lastFailure.cause,
        })
      }
      // This one is the probe.
      retryAt = time + probeMs
    },

    connected() {
      failures = 0
      lastFailure = undefined
    },

    failed(error) {
      failures += 1
      lastFailure = error
      if (failures < FAILURES_TO_OPEN) return
      retryAt = now() + Math.min(FIRST_PAUSE_MS * 2 ** (failures - FAILURES_TO_OPEN), LONGEST_PAUSE_MS)
    },

    status() {
      const open = failures >= FAILURES_TO_OPEN
      return {
        state: open ? 'open' : 'closed',
        failures,
        retryInSeconds: open ? Math.max(0, Math.ceil((retryAt - now()) / 1000)) : null,
      }
    },
  }
}
