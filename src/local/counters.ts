import type { Exchange } from '../exchange.js'

export interface FamilyCounts {
  requests: number
  /** Answers by class, such as `2xx`; `0` for callers who left before one. */
  readonly statuses: Record<string, number>
}

/** How many requests came, by family. The families are a fixed list, so this cannot grow. */
export interface Counters {
  count(exchange: Exchange, status: number): void
  read(): Readonly<Record<string, FamilyCounts>>
}

export function createCounters(): Counters {
  const families: Record<string, FamilyCounts> = {}
  return {
    count({ family, admission }, status) {
      const name = family?.name ?? (admission === undefined ? 'refused' : 'local')
      const counts = (families[name] ??= { requests: 0, statuses: {} })
      const statusClass = status === 0 ? '0' : `${Math.floor(status / 100)}xx`
      counts.requests += 1
      counts.statuses[statusClass] = (counts.statuses[statusClass] ?? 0) + 1
    },
    read: () => families,
  }
}
