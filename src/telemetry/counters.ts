import type { Histogram } from './histogram.js'
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
  /** Servers that single families live at. */
  readonly hosts: readonly HostStatus[]
  /** What the real-time cache holds; undefined while it is off. */
  readonly cache: RealtimeCacheStatus | undefined
  /** The budgets of the families with a documented limit; undefined while they are off. */
  readonly rates: readonly RateStatus[] | undefined
}

/** One family's budget under 8x8's documented limits. */
export interface RateStatus {
  readonly family: string
  readonly limits: readonly { readonly calls: number; readonly windowSeconds: number }[]
  /** Calls that could be sent at once now. */
  readonly remaining: number
  readonly waiting: number
  /** Callers with calls that wait or count. */
  readonly callers: number
  /** How long 8x8 wants no calls (429). */
  readonly pausedForSeconds: number
  /** Calls that would have waited too long, since the start. */
  readonly refused: number
  /** How long the calls that were sent had waited. */
  readonly waits: Histogram
}

export interface CircuitBreakerStatus {
  /** `closed` lets requests through, `open` fails them at once. */
  readonly state: 'closed' | 'open'
  /** Connection failures in a row. */
  readonly failures: number
  readonly retryInSeconds: number | null
}

/** A server besides the one of X8_BASE_URL. */
export interface HostStatus extends CircuitBreakerStatus {
  readonly origin: string
  /** The families that live there. */
  readonly families: readonly string[]
}

export interface RealtimeCacheStatus {
  readonly ttlMs: number
  readonly entries: number
  readonly bytes: number
}
