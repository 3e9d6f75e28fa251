import type { TrafficCounts } from '../local/traffic.js'
import type { Numbers } from '../numbers.js'

/** Adds up what the workers have counted. What the dead have counted stays, so that no counter goes back. */
export interface Tally {
  /** The newest numbers of a worker, which stand in the place of its earlier ones. */
  report(worker: number, numbers: Numbers): void
  ended(worker: number): void
  sum(): Numbers
}

export function createTally(): Tally {
  const latest = new Map<number, Numbers>()
  let ofTheDead: TrafficCounts[] = []
  return {
    report: (worker, numbers) => void latest.set(worker, numbers),
    ended(worker) {
      const numbers = latest.get(worker)
      latest.delete(worker)
      if (numbers !== undefined) ofTheDead = [addTraffic([...ofTheDead, numbers.traffic])]
    },
    sum() {
      const all = [...latest.values()]
      return {
        traffic: addTraffic([...ofTheDead, ...all.map(({ traffic }) => traffic)]),
        inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0),
        breaker: worstOf(all.map(({ breaker }) => breaker)),
        cache: addCaches(all.map(({ cache }) => cache)),
      }
    },
  }
}

export function addTraffic(all: readonly TrafficCounts[]): TrafficCounts {
  const sum = {
    families: new Map<string, FamilySum>(),
    problems: new Map<string, number>(),
    retries: { token: 0, connection: 0 },
    cache: { hit: 0, miss: 0, collapsed: 0, bypass: 0 },
  }
  for (const { families, problems, retries, cache } of all) {
    for (const [name, { answers, buckets, count, seconds }] of families) {
      const family = sum.families.get(name)
      if (family === undefined) {
        sum.families.set(name, { answers: new Map(answers), buckets: [...buckets], count, seconds })
        continue
      }
      addCounts(family.answers, answers)
      buckets.forEach((value, i) => (family.buckets[i]! += value))
      family.count += count
      family.seconds += seconds
    }
    addCounts(sum.problems, problems)
    sum.retries.token += retries.token
    sum.retries.connection += retries.connection
    for (const result of ['hit', 'miss', 'collapsed', 'bypass'] as const) sum.cache[result] += cache[result]
  }
  return sum as TrafficCounts
}

type FamilySum = TrafficCounts['families'] extends ReadonlyMap<string, infer Family> ? Family : never

function addCounts(sum: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [key, value] of counts) sum.set(key, (sum.get(key) ?? 0) + value)
}

/** Open if it is open anywhere: whoever looks wants to know why calls fail. Then the first that tries again counts. */
export function worstOf(all: readonly Numbers['breaker'][]): Numbers['breaker'] {
  const open = all.filter(({ state }) => state === 'open')
  const failures = Math.max(0, ...all.map((breaker) => breaker.failures))
  if (open.length === 0) return { state: 'closed', failures, retryInSeconds: null }
  return {
    state: 'open',
    failures,
    retryInSeconds: Math.min(...open.map(({ retryInSeconds }) => retryInSeconds ?? 0)),
  }
}

/** Each worker has a cache of its own. */
function addCaches(all: readonly Numbers['cache'][]): Numbers['cache'] {
  const caches = all.filter((cache) => cache !== undefined)
  if (caches.length === 0) return undefined
  return {
    ttlMs: caches[0]!.ttlMs,
    entries: caches.reduce((sum, { entries }) => sum + entries, 0),
    bytes: caches.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
