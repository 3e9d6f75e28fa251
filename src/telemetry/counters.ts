import type { RequestCounts } from './request-counters.js'
import type { CircuitBreakerStatus } from '../proxy/upstream/circuit-breaker.js'
import type { RealtimeCacheStatus } from '../proxy/cache/realtime-cache.js'

/** What a process counts of the requests that it serves: plain data, so that several can be added up. */
export interface Counters {
  readonly requestCounters: RequestCounts
  /** Requests that are not over yet. */
  readonly inFlight: number
  /** Whether 8x8 can be reached, as far as known. */
  readonly circuitBreaker: CircuitBreakerStatus
  /** What the real-time cache holds; undefined while it is off. */
  readonly cache: RealtimeCacheStatus | undefined
}
