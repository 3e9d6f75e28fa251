import type { TrafficCounts } from './local/traffic.js'
import type { BreakerStatus } from './proxy/breaker.js'

/** What a process counts of the requests that it serves: plain data, so that several can be added up. */
export interface Numbers {
  readonly traffic: TrafficCounts
  /** Requests that are not over yet. */
  readonly inFlight: number
  /** Whether 8x8 can be reached, as far as known. */
  readonly breaker: BreakerStatus
}
