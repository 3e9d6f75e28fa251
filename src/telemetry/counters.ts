import type { RequestCounts } from './request-counters.js'

/** What a process counts of the requests that it serves: plain data. */
export interface Counters {
  readonly requestCounters: RequestCounts
  /** Requests that are not over yet. */
  readonly inFlight: number
  /** Lines that the log had to drop. */
  readonly logLinesDropped: number
  /** Whether 8x8 can be reached, as far as known. */
  readonly circuitBreaker: CircuitBreakerStatus
  /** What the real-time cache holds; undefined while it is off. */
  readonly cache: RealtimeCacheStatus | undefined
}

export interface CircuitBreakerStatus {
  /** `closed` lets requests through, `open` fails them at once. */
  readonly state: 'closed' | 'open'
  /** Connection failures in a row. */
  readonly failures: number
  readonly retryInSeconds: number | null
}

export interface RealtimeCacheStatus {
  readonly ttlMs: number
  readonly entries: number
  readonly bytes: number
}
