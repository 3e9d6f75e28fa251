import { agentsOfQueue, groups, queues } from '../data/people.js'
import { seededNumber } from '../data/seeded.js'
import type { Window } from '../data/time-series.js'
import { dimensionsOf } from './historical-report-types.js'

/** One row of a report's data. */
export interface Row {
  readonly total: {
    readonly type: string
    readonly startIndex: number | null
    readonly endIndex: number | null
  } | null
  readonly items: readonly Item[]
}

interface Item {
  readonly key: string
  readonly label: string
  readonly value: unknown
}

/** What a row is about, by the key that it has there. */
type Member = Readonly<Record<string, string>>

/** What a report asks for. */
export interface ReportQuery {
  readonly grouping: string
  /** The wanted values of a dimension, where not all are. */
  readonly filters: ReadonlyMap<string, readonly string[]>
  readonly metrics: readonly string[]
  readonly window: Window
  readonly intervalMs: number
  readonly grandTotal: boolean
}

/** The most rows that 8x8 returns as JSON. */
const maxRows = 10_000

/** The keys of each dimension. A filter is about the last of them. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  media: ['media'],
  channel: ['channel'],
  queue: ['queue', 'queueId'],
  agent: ['agent', 'agentId'],
  group: ['group', 'groupId'],
}
export const medias = { phone: 'Phone', chat: 'Chat', email: 'Email', voicemail: 'VoiceMail' } as const

/** Every queue with each of its agents: whatever a report is grouped by is found among these. */
const everything: readonly Member[] = queues.flatMap(({ id, name, channel }) =>
  agentsOfQueue(id).map((agent) => ({
    media: medias[channel],
    channel: `Main ${channel}`,
    queue: name,
    queueId: id,
    agent: agent.name,
    agentId: agent.agentId,
    group: groups.find((group) => group.id === agent.groupId)?.name ?? '',
    groupId: agent.groupId,
  })),
)

/** Returns one row for each member of the report's grouping in each interval, at most 10,000. */
export function summaryRows(query: ReportQuery): readonly Row[] {
  const { metrics, window, intervalMs, grandTotal } = query
  const members = membersOf(query)
  const rows: Row[] = []
  for (let at = window.startMs; at < window.endMs && rows.length < maxRows; at += intervalMs) {
    const startTime = new Date(at).toISOString()
    const endTime = new Date(Math.min(at + intervalMs, window.endMs)).toISOString()
    for (const member of members) {
      const seed = `${JSON.stringify(member)} ${at}`
      const values = metrics.map(
        (metric) => [metric, String(seededNumber(`${metric} ${seed}`, 0, 500))] as const,
      )
      rows.push(rowOf({ startTime, endTime, ...member, ...Object.fromEntries(values) }))
    }
  }
  if (!grandTotal) return rows.slice(0, maxRows)
  return [...rows.slice(0, maxRows - 1), totalOf(rows, metrics)]
}

/** The members of a grouping, each once, that pass the filters. */
function membersOf({ grouping, filters }: ReportQuery): readonly Member[] {
  const keys = dimensionsOf(grouping).flatMap((dimension) => keysOf[dimension] ?? [])
  const isWanted = (one: Member) =>
    [...filters].every(([dimension, values]) => values.includes(one[keysOf[dimension]?.at(-1) ?? ''] ?? ''))
  const members = everything
    .filter(isWanted)
    .map((one): Member => Object.fromEntries(keys.map((key) => [key, one[key] ?? ''])))
  return [...new Map(members.map((member) => [JSON.stringify(member), member])).values()]
}

/** The row of sums; fields of single rows are null. */
function totalOf(rows: readonly Row[], metrics: readonly string[]): Row {
  const items = rows[0]?.items ?? []
  const sums = items.map(({ key, label }, index) => {
    if (!metrics.includes(key)) return { key, label, value: null }
    const sum = rows.reduce((total, row) => total + Number(row.items[index]?.value), 0)
    return { key, label, value: String(sum) }
  })
  return { total: { type: 'grandtotal', startIndex: null, endIndex: null }, items: sums }
}

/** Makes a row of these values, labelled by their keys. */
export function rowOf(values: Readonly<Record<string, unknown>>): Row {
  return {
    total: null,
    items: Object.entries(values).map(([key, value]) => ({ key, label: labelOf(key), value })),
  }
}

function labelOf(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1).replace(/([A-Z])/g, ' $1')
}
