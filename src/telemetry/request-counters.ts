import { type ProblemName, PROBLEMS } from '../http/errors.js'
import { emptyHistogram, type Histogram, observe } from './histogram.js'
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
  /** Every name from the start: what is not there cannot be seen to begin. */
  readonly problems: ReadonlyMap<ProblemName, number>
  readonly retries: Readonly<Record<Exchange['retries'][number], number>>
  /** What the real-time cache did. */
  readonly cache: Readonly<Record<CacheResult, number>>
}

/** How long responses took, and how often which came. */
export interface FamilyCounts extends Histogram {
  /** How often, by method and status such as `GET 200`. */
  readonly responses: Map<string, number>
}

// Labels must not grow with what callers send: families are a fixed list, methods and statuses are made one here.
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function createRequestCounters(): RequestCounters {
  const families = new Map<string, FamilyCounts>()
  const problems = new Map(Object.keys(PROBLEMS).map((name) => [name as ProblemName, 0]))
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
        requestCounters = { responses: new Map(), ...emptyHistogram() }
        families.set(name, requestCounters)
      }
      const known = METHODS.has(method) ? method : 'other'
      increase(requestCounters.responses, `${known} ${status < 600 ? status : 'other'}`)
      observe(requestCounters, durationMs / 1000)
      if (problem !== undefined) increase(problems, problem)
      for (const reason of repeated) retries[reason] += 1
      if (result !== undefined) cache[result] += 1
    },
  }
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
