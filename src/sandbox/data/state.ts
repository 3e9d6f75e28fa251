import { createAccount, type Account, type AccountOptions } from './account.js'
import { createFaultSwitch, type FaultSwitch } from '../faults/fault-switch.js'
import type { Memory } from './memory.js'
import { createRequestLog, type RequestLog } from '../gateway/received-requests.js'

/** What one sandbox keeps while it runs. */
export interface State {
  readonly now: () => number
  readonly account: Account
  readonly requests: RequestLog
  readonly faults: FaultSwitch
  readonly tokenFaults: FaultSwitch
  tokenRequests: number
  workTokenRequests: number
  memory: Memory
  /** Known once it listens. */
  origin: string
}

export function createState(options: AccountOptions, now: () => number): State {
  return {
    now,
    account: createAccount(options, now),
    requests: createRequestLog(),
    faults: createFaultSwitch(),
    tokenFaults: createFaultSwitch(),
    tokenRequests: 0,
    workTokenRequests: 0,
    memory: { startedAtMs: now() },
    origin: '',
  }
}

/** Forgets everything but the account and its tokens. */
export function reset(state: State): void {
  state.requests.clear()
  state.faults.set(undefined)
  state.tokenFaults.set(undefined)
  state.tokenRequests = 0
  state.workTokenRequests = 0
  state.memory = { startedAtMs: state.now() }
}
