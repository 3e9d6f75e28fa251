import type { ProblemName } from '../http/errors.js'
import type { CacheResult, Exchange } from '../http/exchange.js'

/** What passed through since the start: plain numbers, because every request pays for them. */
export interface RequestCounters extends RequestCounts {
  /**
   * Counts a request that is over.
   *
   * @param status of the response; 0 if the caller left before
   * @param durationMs from the request's headers to the response's last byte
   */
  count(exchange: Exchange, method: string, status: number, durationMs: number): void
}

export interface RequestCounts {
  readonly families: ReadonlyMap<string, FamilyCounts>
  readonly problems: ReadonlyMap<ProblemName, number>
  readonly retries: Readonly<Record<Exchange['retries'][number], number>>
  /** What the real-time cache did. */
  readonly cache: Readonly<Record<CacheResult, number>>
}

export interface FamilyCounts {
  /** How often, by method and status such as `GET 200`. */
  readonly responses: Map<string, number>
  /** Responses by duration: how many took at most `BUCKETS_SECONDS[i]`, and not less than the one before. */
  readonly buckets: number[]
  count: number
  seconds: number
}

/** Upper bounds: from a response of the local network to a report that takes its minute. */
export const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

// Labels must not grow with what callers send: families are a fixed list, methods and statuses are made one here.
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function createRequestCounters(): RequestCounters {
  const families = new Map<string, FamilyCounts>()
  const problems = new Map<ProblemName, number>()
  const retries = { token: 0, connection: 0 }
  const cache = { hit: 0, miss: 0, collapsed: 0, bypass: 0 }
  return {
    families,
    problems,
    retries,
    cache,
    count({ family, admission, problem, retries: repeated, cache: result }, method, status, durationMs) {
      const name = family?.name ?? (admission === undefined ? 'refused' : 'local')
      let requestCounters = families.get(name)
      if (requestCounters === undefined) {
        requestCounters = {
          responses: new Map(),
          buckets: BUCKETS_SECONDS.map(() => 0),
          count: 0,
          seconds: 0,
        }
        families.set(name, requestCounters)
      }
      const known = METHODS.has(method) ? method : 'other'
      increase(requestCounters.responses, `${known} ${status < 600 ? status : 'other'}`)
      const seconds = durationMs / 1000
      requestCounters.count += 1
      requestCounters.seconds += seconds
      const bucket = BUCKETS_SECONDS.findIndex((bound) => seconds <= bound)
      if (bucket !== -1) requestCounters.buckets[bucket]! += 1
      if (problem !== undefined) increase(problems, problem)
      for (const reason of repeated) retries[reason] += 1
      if (result !== undefined) cache[result] += 1
    },
  }
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
