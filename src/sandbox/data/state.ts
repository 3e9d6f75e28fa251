import { createAccount, type Account, type AccountOptions } from './account.js'
import { createFaultSwitch, type FaultSwitch } from '../faults/fault-switch.js'
import type { Memory } from './memory.js'
import type { Observer } from '../gateway/handler.js'
import { createRateLimits, type RateLimits } from '../gateway/rate-limits.js'
import { createRequestLog, type RequestLog } from '../gateway/received-requests.js'

/** The state of one running sandbox. */
export interface State {
  readonly now: () => number
  /** The time of day, in epoch milliseconds. */
  readonly date: () => number
  readonly observe?: Observer | undefined
  readonly account: Account
  readonly requests: RequestLog
  readonly faults: FaultSwitch
  readonly tokenFaults: FaultSwitch
  tokenRequests: number
  workTokenRequests: number
  memory: Memory
  /** The documented rate limits. */
  readonly limits: RateLimits
  /** Empty until the sandbox listens. */
  origin: string
  /** The origin of presigned downloads; empty until the sandbox listens. */
  downloads: string
}

/** Creates the state of a sandbox that has received nothing yet. `now` is in monotonic milliseconds. */
export function createState(
  options: AccountOptions & { readonly date?: () => number; readonly observe?: Observer },
  now: () => number,
): State {
  return {
    now,
    date: options.date ?? Date.now,
    observe: options.observe,
    account: createAccount(options, now),
    requests: createRequestLog(),
    faults: createFaultSwitch(),
    tokenFaults: createFaultSwitch(),
    tokenRequests: 0,
    workTokenRequests: 0,
    memory: { startedAtMs: now() },
    limits: createRateLimits(now, options.date ?? Date.now),
    origin: '',
    downloads: '',
  }
}

/** Forgets everything but the account and its tokens. */
export function reset(state: State): void {
  state.requests.clear()
  state.faults.set(undefined)
  state.tokenFaults.set(undefined)
  state.limits.set(false)
  state.tokenRequests = 0
  state.workTokenRequests = 0
  state.memory = { startedAtMs: state.now() }
}
