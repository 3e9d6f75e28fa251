import { isObject, nonEmptyString, stringList, time } from '../gateway/parameters.js'
import { windowBetween } from '../data/time-series.js'
import { detailedRows } from './historical-interactions.js'
import { reportTypes, type ReportType } from './historical-report-types.js'
import { summaryRows, type ReportQuery, type Row } from './historical-rows.js'

/** A report as requested. */
export interface Report extends ReportQuery {
  readonly id: number
  readonly title: string
  readonly definition: Readonly<Record<string, unknown>>
  readonly type: ReportType
  /** Each poll advances it by one step. */
  status: 'IN_PROGRESS' | 'DONE'
  polls: number
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const granularities: Readonly<Record<string, number>> = {
  '15m': hourMs / 4,
  '30m': hourMs / 2,
  hour: hourMs,
  day: dayMs,
  week: 7 * dayMs,
  // Near enough for made-up data.
  month: 30 * dayMs,
  year: 365 * dayMs,
  none: Number.POSITIVE_INFINITY,
}

/** Reads the body of a report request; returns a string with the error if it is invalid. */
export function reportOf(definition: Readonly<Record<string, unknown>>, id: number): Report | string {
  const type = reportTypes.find((known) => known.type === definition['type'])
  if (!type) return "Field 'type' must be one of the report types"
  const metrics = metricsOf(definition, type)
  if (typeof metrics === 'string') return metrics
  const groupBy = groupByOf(definition, type)
  if (typeof groupBy === 'string') return groupBy
  const intervalMs = granularities[nonEmptyString(definition['granularity']) ?? 'day']
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
    ...groupBy,
    metrics,
    window,
    intervalMs,
    // The guide allows a string, too.
    grandTotal: String(definition['includeGrandTotal']) === 'true',
    status: 'IN_PROGRESS',
    polls: 0,
  }
}

const rowsByReport = new WeakMap<Report, readonly Row[]>()

/** Returns the rows of a report, computed once for all of its pages. */
export function rowsOf(report: Report): readonly Row[] {
  const known = rowsByReport.get(report)
  if (known) return known
  const rows = report.type.searchQuery ? detailedRows(report) : summaryRows(report)
  rowsByReport.set(report, rows)
  return rows
}

/** Returns the named ones, or all if none is named. */
function metricsOf({ metrics }: Report['definition'], type: ReportType): readonly string[] | string {
  const named = stringList(metrics) ?? []
  const wrong = named.find((metric) => !type.metrics.includes(metric))
  if (wrong !== undefined) return `Field 'metrics' has the unknown metric '${wrong}'`
  return named.length > 0 ? named : type.metrics
}

function groupByOf(
  definition: Report['definition'],
  type: ReportType,
): Pick<ReportQuery, 'grouping' | 'filters'> | string {
  const groupBy = isObject(definition['groupBy']) ? definition['groupBy'] : {}
  const name = groupBy['name'] ?? type.groupBy?.[0]?.name
  const grouping = type.groupBy?.find((known) => known.name === name)
  if (type.groupBy && !grouping) return "Field 'groupBy.name' must be one of the report type's groupings"
  const given = Array.isArray(groupBy['filters']) ? groupBy['filters'].filter(isObject) : []
  const wrong = given.find((filter) => !grouping?.filters.includes(String(filter['name'])))
  if (wrong) return `Field 'groupBy.filters' has the unknown filter '${String(wrong['name'])}'`
  const filters = new Map(given.map((filter) => [String(filter['name']), stringList(filter['values']) ?? []]))
  return { grouping: grouping?.name ?? '', filters }
}
