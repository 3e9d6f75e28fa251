import type { IncomingHttpHeaders } from 'node:http'
import type { Family } from '../../api/families.js'
import type { ProxyError } from '../../http/errors.js'
import type { Exchange } from '../../http/exchange.js'
import type { RateStatus } from '../../telemetry/counters.js'
import { callerName } from './caller-name.js'
import { type Turn, Turns, type TurnsOptions } from './turns.js'

/** The limits that 8x8 documents per key, shared by all callers of this proxy. */
export interface RateBudget {
  /**
   * Has a request wait for its turn, or go on at once if its family has no documented limit.
   *
   * @param go gets the turn that it has, if any; it may be called before this returns
   * @param refuse gets `rate-budget` if the request would wait too long
   */
  take(
    exchange: Exchange,
    headers: IncomingHttpHeaders,
    go: (turn: Turn | undefined) => void,
    refuse: (error: ProxyError) => void,
  ): Turn | undefined
  /** Of each family with a documented limit. */
  readonly status: () => readonly RateStatus[]
  stop(): void
}

export interface RateBudgetOptions extends TurnsOptions {
  readonly families: readonly Family[]
}

/** Keeps one budget for each family with a documented limit. Replicas know nothing of each other's. */
export function createRateBudget({ families, ...options }: RateBudgetOptions): RateBudget {
  const limited = families.filter(({ limits }) => limits !== undefined)
  const turns = new Map(limited.map((family) => [family, new Turns(family, options)]))
  const { now } = options
  return {
    take(exchange, headers, go, refuse) {
      const ofFamily = turns.get(exchange.family!)
      if (ofFamily === undefined) {
        go(undefined)
        return undefined
      }
      const since = now()
      const waited = () => (exchange.rateWaitMs = (exchange.rateWaitMs ?? 0) + now() - since)
      return ofFamily.take(callerName(headers), {
        go(turn) {
          waited()
          go(turn)
        },
        refuse(error) {
          waited()
          refuse(error)
        },
      })
    },
    status: () => [...turns.values()].map((ofFamily) => ofFamily.status()),
    stop: () => turns.forEach((ofFamily) => ofFamily.stop()),
  }
}
