import { isObject, nonEmptyString, time } from '../parameters.js'
import { somebody } from '../people.js'
import { seededHex, seededNumber, seededPick } from '../seeded.js'
import { occurrences, windowBetween, type Window } from '../time-series.js'
import { membersOf, reportTypes, type ReportType } from './historical-report-types.js'

/** A report as it was asked for. */
export interface Report {
  readonly id: number
  readonly title: string
  readonly definition: Readonly<Record<string, unknown>>
  readonly type: ReportType
  readonly grouping: string
  readonly metrics: readonly string[]
  readonly window: Window
  readonly intervalMs: number
  readonly grandTotal: boolean
  /** Its status takes one step each time that it is asked for. */
  status: 'IN_PROGRESS' | 'DONE'
  polls: number
}

/** One row of a report's data. */
export interface Row {
  readonly total: { readonly type: string; readonly startIndex: number; readonly endIndex: number } | null
  readonly items: readonly { readonly key: string; readonly label: string; readonly value: unknown }[]
}

const hourMs = 3_600_000
const granularities: Readonly<Record<string, number>> = {
  '15m': hourMs / 4,
  '30m': hourMs / 2,
  hour: hourMs,
  day: 24 * hourMs,
  week: 7 * 24 * hourMs,
  none: Number.POSITIVE_INFINITY,
}
/** 8x8 answers no more rows as JSON. */
export const maxRows = 10_000
const interactionStepMs = 10 * 60_000

/** Reads the body of a report request; a string says what is wrong with it. */
export function reportOf(definition: Readonly<Record<string, unknown>>, id: number): Report | string {
  const type = reportTypes.find((known) => known.type === definition['type'])
  if (!type) return "Field 'type' must be one of the report types"
  const known = new Set(type.metrics)
  const metrics = Array.isArray(definition['metrics']) ? definition['metrics'].map(String) : type.metrics
  const wrong = metrics.find((metric) => !known.has(metric))
  if (wrong !== undefined) return `Field 'metrics' has the unknown metric '${wrong}'`
  const groupBy = isObject(definition['groupBy']) ? definition['groupBy']['name'] : type.groupBy?.[0]?.name
  if (type.groupBy && !type.groupBy.some(({ name }) => name === groupBy)) {
    return "Field 'groupBy.name' must be one of the report type's groupings"
  }
  const granularity = nonEmptyString(definition['granularity']) ?? 'day'
  const intervalMs = granularities[granularity]
  if (intervalMs === undefined) {
    return `Field 'granularity' must be one of ${Object.keys(granularities).join(', ')}`
  }
  const range = isObject(definition['dateRange']) ? definition['dateRange'] : {}
  const window = windowBetween(time(nonEmptyString(range['start'])), time(nonEmptyString(range['end'])))
  if (window.endMs <= window.startMs) return "Field 'dateRange.end' must be after 'dateRange.start'"
  return {
    id,
    title: nonEmptyString(definition['title']) ?? type.type,
    definition,
    type,
    grouping: String(groupBy),
    metrics: metrics.length > 0 ? metrics : type.metrics,
    window,
    intervalMs,
    grandTotal: definition['includeGrandTotal'] === true,
    status: 'IN_PROGRESS',
    polls: 0,
  }
}

const rowsByReport = new WeakMap<Report, readonly Row[]>()

/** The rows of a report, worked out once and then the same for each of its pages. */
export function rowsOf(report: Report): readonly Row[] {
  const known = rowsByReport.get(report)
  if (known) return known
  const rows = report.type.searchQuery ? detailedRows(report) : summaryRows(report)
  rowsByReport.set(report, rows)
  return rows
}

/** One row for each member of the report's grouping in each interval. */
function summaryRows({ grouping, metrics, window, intervalMs, grandTotal }: Report): readonly Row[] {
  const rows: Row[] = []
  for (let at = window.startMs; at < window.endMs && rows.length < maxRows; at += intervalMs) {
    const start = new Date(at).toISOString()
    for (const { key, name } of membersOf(grouping)) {
      const values = metrics.map((metric) =>
        item(metric, String(seededNumber(`${key} ${metric} ${at}`, 0, 500))),
      )
      rows.push({
        total: null,
        items: [item('startTime', start), item('id', key), item('name', name), ...values],
      })
    }
  }
  const data = rows.slice(0, grandTotal ? maxRows - 1 : maxRows)
  return grandTotal ? [...data, totalOf(data, metrics)] : data
}

/** One row for each interaction in the report's window. */
function detailedRows({ metrics, window }: Report): readonly Row[] {
  return occurrences(window, interactionStepMs).map((index) => {
    const all = interaction(index)
    return { total: null, items: metrics.map((metric) => item(metric, all[metric] ?? null)) }
  })
}

function interaction(index: number): Readonly<Record<string, unknown>> {
  const seed = `interaction ${index}`
  return {
    interactionId: `int-${seededHex(seed, 16)}`,
    startTime: new Date(index * interactionStepMs).toISOString(),
    channel: seededPick(seed, ['phone', 'chat', 'email']),
    queueId: String(seededNumber(seed, 101, 124)),
    agentId: somebody(seed).agentId,
    outcome: seededPick(`${seed} outcome`, ['handled', 'abandoned', 'diverted']),
    handlingTime: { value: String(seededNumber(seed, 5_000, 900_000)), ongoing: false },
    labels: index % 3 === 0 ? ['vip', 'callback'] : [],
    wrapUp: index % 4 === 0 ? null : 'Resolved',
  }
}

function totalOf(rows: readonly Row[], metrics: readonly string[]): Row {
  const sums = metrics.map((metric) => {
    const values = rows.map(({ items }) => Number(items.find(({ key }) => key === metric)?.value))
    return item(metric, String(values.reduce((sum, value) => sum + value, 0)))
  })
  return { total: { type: 'GRAND_TOTAL', startIndex: 0, endIndex: rows.length - 1 }, items: sums }
}

function item(key: string, value: unknown) {
  const words = key.replace(/([A-Z])/g, ' $1').toLowerCase()
  return { key, label: words.charAt(0).toUpperCase() + words.slice(1), value }
}
