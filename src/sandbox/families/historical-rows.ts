import type { Definition, ReportType, Row } from '../../api/calls/cc-historical.js'
import { agentsOfQueue, groups, queues } from '../data/people.js'
import { seededNumber } from '../data/seeded.js'
import type { Window } from '../data/time-series.js'
import { localTime } from '../data/time-zone.js'
import { grouped } from './cc-analytics.js'
import { dimensionsOf } from './historical-types.js'

/** What a report asks for, read and checked. */
export interface Report {
  readonly id: number
  readonly definition: Definition
  readonly type: ReportType
  readonly metrics: readonly string[]
  readonly window: Window
  readonly zone: string
  /** What the clock said when it was created. */
  readonly dateMs: number
  /** Whether the time of day of an instant is among those that it is about. */
  readonly isInDay: (instantMs: number) => boolean
}

/** Downloads have more than the 10,000 rows of JSON, but a made-up company need not have all. */
const maxRows = 20_000
const hourMs = 3_600_000
const steps = grouped(
  { '15m': hourMs / 4, '30m': hourMs / 2, hour: hourMs, day: 24 * hourMs, week: 168 * hourMs },
  { month: 720 * hourMs, year: 8760 * hourMs, none: Number.POSITIVE_INFINITY },
)

/** The keys of each dimension. A filter is about the last of them. */
const keysOf = grouped(
  { media: ['media'], channel: ['channel'], queue: ['queue', 'queueId'] },
  { agent: ['agent', 'agentId'], group: ['group', 'groupId'] },
)
export const medias = { phone: 'Phone', chat: 'Chat', email: 'Email', voicemail: 'VoiceMail' } as const

export type ItemValue = Row['items'][number]['value']

/** What a row is about, by the key that it has there. */
type Member = Readonly<Record<string, string>>

/** Every queue with each of its agents: whatever a report is grouped by is found among these. */
const everything: readonly Member[] = queues.flatMap(({ id, name, channel }) =>
  agentsOfQueue(id).map(({ name: agent, agentId, groupId }) =>
    grouped<string>(
      { media: medias[channel], channel: `Main ${channel}`, queue: name, queueId: id },
      { agent, agentId, groupId, group: groups.find((group) => group.id === groupId)!.name },
    ),
  ),
)

/** Returns a row for each member of the report's grouping in each interval, with the totals that it asks for. */
export function summaryRows({ definition, metrics, window, zone, isInDay }: Report): readonly Row[] {
  const { granularity = 'none', groupBy, includeSubTotal, includeGrandTotal } = definition
  const [keys = [], ...more] = dimensionsOf(groupBy?.name ?? '').map((dimension) => keysOf[dimension] ?? [])
  const members = membersOf([...keys, ...more.flat()], groupBy?.filters)
  const time = (ms: number) => localTime(zone, ms).replace(/^(.{16}).*(.\d\d)(\d\d)$/, '$1$2:$3')
  const stepMs = steps[granularity]!
  const rows: Row[] = []
  for (let at = window.startMs; at < window.endMs && rows.length < maxRows; at += stepMs) {
    if (stepMs <= hourMs && !isInDay(at)) continue
    const span = { startTime: time(at), endTime: time(Math.min(at + stepMs, window.endMs)) }
    let start = rows.length
    members.forEach((member, index) => {
      const seed = `${JSON.stringify(member)} ${at}`
      const values = metrics.map(
        (metric) => [metric, String(seededNumber(`${metric} ${seed}`, 0, 500))] as const,
      )
      rows.push(rowOf({ ...span, ...member, ...Object.fromEntries(values) }))
      const isLast = keys.some((key) => members[index + 1]?.[key] !== member[key])
      if (!isLast || more.length === 0 || !isYes(includeSubTotal)) return
      rows.push(totalOf(rows.slice(start), metrics, ['startTime', 'endTime', ...keys], 'subtotal', start))
      start = rows.length
    })
  }
  if (!isYes(includeGrandTotal)) return rows
  const single = rows.filter(({ total }) => total === null)
  return [...rows, totalOf(single, metrics, [], 'grandtotal')]
}

/** Flags may be text. */
export function isYes(flag: boolean | string | undefined): boolean {
  return String(flag) === 'true'
}

/** The members of a grouping, each once, that pass the filters. */
function membersOf(keys: readonly string[], filters: NonNullable<Definition['groupBy']>['filters'] = []) {
  const isWanted = (one: Member) =>
    filters.every(({ name, values }) => {
      const value = one[keysOf[name]?.at(-1) ?? '']
      // Phone calls and emails may be filtered by direction.
      return values.length === 0 || values.some((wanted) => wanted.replace(/^(?:In|Out)bound/, '') === value)
    })
  const members = everything
    .filter(isWanted)
    .map((one): Member => Object.fromEntries(keys.map((key) => [key, one[key]!])))
  const distinct = new Map(members.map((member) => [JSON.stringify(member), member]))
  return [...distinct].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, member]) => member)
}

/** A row of sums; what its rows do not have in common is null. */
function totalOf(
  rows: readonly Row[],
  metrics: readonly string[],
  common: readonly string[],
  type: 'subtotal' | 'grandtotal',
  start?: number,
): Row {
  const items = (rows[0]?.items ?? []).map(({ key, label, value }, index) => {
    if (!metrics.includes(key)) return { key, label, value: common.includes(key) ? value : null }
    const sum = rows.reduce((total, row) => total + Number(row.items[index]!.value), 0)
    return { key, label, value: String(/^avg|Percent/.test(key) ? Math.round(sum / rows.length) : sum) }
  })
  const [startIndex, endIndex] = start === undefined ? [null, null] : [start, start + rows.length - 1]
  return { total: { type, startIndex, endIndex }, items }
}

/** Makes a row of these values, labelled by their keys. */
export function rowOf(values: Readonly<Record<string, ItemValue>>, label = labelOf): Row {
  const items = Object.entries(values).map(([key, value]) => ({ key, label: label(key), value }))
  return { total: null, items }
}

export function labelOf(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1).replace(/([A-Z])/g, ' $1')
}

const PATHS = `Path ID,Parent Path ID,Script ID,Script Name,Node Type,Node Label,Depth,Count,Terminal
1,,,,ENTRY_POINT,,0,ALL,false
2,1,4163,Main menu,SCRIPT,Main menu,1,ALL,false
3,2,4163,Main menu,GetDigit,Choice,2,ALL,false
4,3,4163,Main menu,ForwardToQueue,Sales phone,3,HALF,false
5,4,4163,Main menu,AgentAccepted,,4,HALF,true
6,3,4163,Main menu,CustomerHangUp,,3,HALF,true`

/** Returns the rows of `script-paths`: a tree of what callers came through, with its heading first. */
export function scriptPaths({ window }: Report): readonly (readonly string[])[] {
  const half = Math.ceil((window.endMs - window.startMs) / hourMs)
  const counted = PATHS.replaceAll('ALL', String(2 * half)).replaceAll('HALF', String(half))
  return counted.split('\n').map((line) => line.split(','))
}
