import {
  ccHistorical as described,
  type Definition,
  type ReportType,
  type Row,
} from '../../api/calls/cc-historical.js'
import { counter, remembered } from '../data/memory.js'
import { isTimeZone, localTime } from '../data/time-zone.js'
import { csv } from '../files/csv.js'
import { xlsx } from '../files/xlsx.js'
import type { SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { negotiate } from '../gateway/negotiate.js'
import { cursorPage, link, pageHeaders, pageOf, queryWith } from '../gateway/paging.js'
import { time } from '../gateway/parameters.js'
import { bytes, message, text } from '../gateway/responses.js'
import { simulate, withHeaders } from '../gateway/simulate.js'
import { badRequest, ccAnalytics, inAcceptedForm, missing, pageWithin } from './cc-analytics.js'
import { detailedRows } from './historical-details.js'
import { scriptPaths, summaryRows, type Report } from './historical-rows.js'
import { reportTypes } from './historical-types.js'

interface Job extends Report {
  /** Each poll of its status advances it by one step. */
  status: 'IN_PROGRESS' | 'DONE'
  polls: number
  rows?: readonly Row[]
}

const jobs = remembered(() => new Map<string, Job>())
const nextId = counter(2_000_001)
const dayMs = 24 * 3_600_000
/** The most rows that 8x8 returns as JSON. */
const maxRows = 10_000

/** The roots of XML, by how the path ends. */
const roots: readonly (readonly [RegExp, string])[] = [
  [/\/(?:report-types|links)$/, 'List'],
  [/\/report-types\/[^/]+$/, 'ApiReportTypeResponse'],
  [/\/detailed-reports\/\d+\/data$/, 'ResourceOfDetailedApiReportResponse'],
  [/\/data$/, 'ResourceOfApiReportResponse'],
  [/\/(?:status|historical-metrics\/?|detailed-reports)$/, 'ResourceOfStatusResponse'],
]

const family = simulate(described, {
  ...ccAnalytics,
  render: (call, value, response) => {
    const [, root = 'ReportDefinitionResponse'] = roots.find(([pattern]) => pattern.test(call.path)) ?? []
    return inAcceptedForm(call, root, value, response)
  },
  handlers: {
    historicalReportTypes: () => reportTypes,
    historicalReportType: ({ params: { reportType } }) =>
      reportTypes.find(({ type }) => type === reportType) ?? missing('ReportType', reportType),
    createHistoricalReport: (call) => {
      const job = create(call, call.sent)
      return 'body' in job
        ? job
        : withHeaders(statusOf(job), { Link: link(`${addressOf(call, job)}/status`, 'status') })
    },
    createDetailedReport: (call) => {
      if (!call.sent.type.startsWith('detailed-')) return badRequest('This type is not for detailed reports')
      const job = create(call, call.sent)
      if ('body' in job) return job
      // Detailed reports need not be waited for.
      job.status = 'DONE'
      const data = `${call.origin}${call.base}/detailed-reports/${job.id}/data?size=100`
      return withHeaders(statusOf(job), { Link: link(data, 'data') })
    },
    historicalReportStatus: withJob((job, call) => {
      job.polls++
      if (job.polls > 1) job.status = 'DONE'
      const links = linksOf(job, call).slice(1)
      const headers = { Link: links.map(({ relation, link: address }) => link(address, relation)).join(', ') }
      return withHeaders(statusOf(job), job.status === 'DONE' ? headers : {})
    }),
    historicalReport: withJob(({ id, status, definition }) => ({ id: String(id), status, ...definition })),
    historicalReportLinks: withJob(linksOf),
    historicalReportData: withJob((job, call: Paged) => {
      if (job.type.type === 'script-paths') return badRequest('This report is only a download')
      if (job.status !== 'DONE') return notReady(job)
      const page = pageWithin(rowsOf(job).slice(0, maxRows), call.given.page, call.given.size)
      if ('status' in page) return page
      const next = `${addressOf(call, job)}/data?page=${page.page + 1}&size=${page.size}`
      return withHeaders(page.items, {
        ...pageHeaders(page),
        ...(page.isLast ? {} : { Link: link(next, 'next') }),
      })
    }),
    downloadHistoricalReport: withJob((job, call) => {
      if (job.status !== 'DONE') return notReady(job)
      const isScript = job.type.type === 'script-paths'
      const types = ['text/csv', ...(isScript ? [] : ['text/xlsx', 'application/vnd.ms-excel'])]
      const type = negotiate(call.headers.accept, types)
      if (!type) return message(406, 'Not Acceptable')
      const [heading = [], ...lines] = isScript ? scriptPaths(job) : tableOf(rowsOf(job))
      const extension = type === 'text/csv' ? 'csv' : 'xlsx'
      const named = { 'Content-Disposition': `attachment; filename="${job.definition.title}.${extension}"` }
      if (extension === 'csv') return text(csv(heading, lines), type, 200, named)
      return bytes(xlsx([heading, ...lines]), type, named)
    }),
    detailedReportData: (call) => {
      const job = jobs(call.memory).get(call.params['detailedReportId']!)
      if (job === undefined) return missing('Report', call.params['detailedReportId'])
      const { size, lastDocumentId } = call.given
      const rows = rowsOf(job)
      const page = cursorPage(rows, lastDocumentId, size)
      if (!page) return badRequest("Invalid value for 'lastDocumentId'")
      const { 'X-Page': _, ...headers } = pageHeaders(pageOf(rows, 0, size))
      if (page.next === null) return withHeaders(page.items, headers)
      const query = queryWith(call.query, { size, lastDocumentId: page.next })
      const next = link(`${call.origin}${call.base}/detailed-reports/${job.id}/data?${query}`, 'next')
      return withHeaders(page.items, { ...headers, 'Last-Document-Id': page.next, Link: next })
    },
  },
})

/** 8x8's specification has the base with a slash at its end, its guide without. */
export const historical = {
  ...family,
  routes: { 'POST /': family.routes['POST ']!, ...family.routes },
  calls: { 'POST /': family.calls['POST ']!, ...family.calls },
}

type Paged = SandboxCall & { readonly given: { readonly page: number; readonly size: number } }

/** Creates the report that is defined, or tells what is wrong with it. */
function create({ memory, dateMs }: SandboxCall, definition: Definition): Job | SandboxResponse {
  const type = reportTypes.find((known) => known.type === definition.type)
  if (!type) return badRequest("Field 'type' must be one of the report types")
  const { dateRange, timezone: zone = 'UTC', intraDayTimeRange: range, metrics: named = [] } = definition
  const window = { startMs: time(dateRange.start) ?? Number.NaN, endMs: time(dateRange.end) ?? Number.NaN }
  const [from, to] = [secondsOf(range?.start ?? '00:00:00'), secondsOf(range?.end ?? '24:00:00')]
  const unknown = named.find((metric) => !type.metrics?.includes(metric))
  const least = type.type.startsWith('detailed-') ? 5 : 15
  const wrong =
    (window.endMs > window.startMs ? undefined : "Field 'dateRange.end' must be after 'dateRange.start'") ??
    (isTimeZone(zone) ? undefined : "Field 'timezone' is invalid") ??
    (unknown === undefined ? undefined : `Field 'metrics' has the unknown metric '${unknown}'`) ??
    // A range may cross midnight.
    ((to - from + 86_400) % 86_400 < least * 60 && to - from !== 86_400
      ? `Field 'intraDayTimeRange.end' must be at least ${least} minutes after its start`
      : undefined) ??
    (type.groupBy
      ? summaryProblem(definition, type.groupBy, window.endMs - window.startMs)
      : detailProblem(definition, type))
  if (wrong !== undefined) return badRequest(wrong)
  const isInDay = (instantMs: number) => {
    const at = secondsOf(localTime(zone, instantMs).slice(11, 19))
    return from < to ? at >= from && at < to : at >= from || at < to
  }
  const metrics = named.length > 0 ? named : (type.metrics ?? [])
  const span = { window: { ...window, endMs: Math.min(window.endMs, dateMs) }, zone, dateMs, isInDay }
  const asked = { id: nextId(memory), definition, type, metrics }
  const job: Job = { ...asked, ...span, status: 'IN_PROGRESS', polls: 0 }
  jobs(memory).set(String(job.id), job)
  return job
}

const NOT_IN_PATHS =
  'groupBy granularity metrics includeSubTotal includeGrandTotal includeParticipants'.split(' ')

function summaryProblem(
  { granularity, groupBy }: Definition,
  known: NonNullable<ReportType['groupBy']>,
  lengthMs: number,
): string | undefined {
  if (granularity === undefined) return 'granularity is required'
  if (groupBy === undefined) return 'groupBy.name is required'
  const grouping = known.find(({ name }) => name === groupBy.name)
  if (!grouping) return "Field 'groupBy.name' must be one of the report type's groupings"
  const unknown = groupBy.filters?.find(({ name }) => !grouping.filters.includes(name))
  if (unknown) return `Field 'groupBy.filters' has the unknown filter '${unknown.name}'`
  const few = lengthMs > 31 * dayMs ? ['month', 'year'] : ['hour', 'day', 'week']
  const allowed = ['none', ...(lengthMs > 7 * dayMs ? few : ['15m', '30m', 'hour', 'day'])]
  return allowed.includes(granularity)
    ? undefined
    : `Field 'granularity' must be one of ${allowed.join(', ')} for this dateRange`
}

function detailProblem(definition: Definition, { type, searchQuery }: ReportType): string | undefined {
  const isPaths = type === 'script-paths'
  const forbidden = isPaths ? NOT_IN_PATHS.find((field) => field in definition) : undefined
  if (forbidden) return `Field '${forbidden}' is not allowed for ${type}`
  if (isPaths && definition.timezone === undefined) return 'timezone is required'
  if (definition.includeParticipants !== undefined && type !== 'detailed-reports-interaction-details') {
    return "Field 'includeParticipants' is for interaction details only"
  }
  const { fields = [], operators = [] } = searchQuery ?? {}
  const wrong = definition.searchQuery?.find(
    (one) => !fields.includes(one.field) || !operators.includes(one.operator),
  )
  return wrong && `Field 'searchQuery' has the unknown field or operator '${wrong.field} ${wrong.operator}'`
}

/** Makes a behaviour that is about the report which the path names. */
function withJob<C extends SandboxCall, R>(what: (job: Job, call: C) => R) {
  return (call: C) => {
    const job = jobs(call.memory).get(call.params['reportId']!)
    return job ? what(job, call) : missing('Report', call.params['reportId'])
  }
}

function statusOf({ id, status }: Job) {
  return { id, status }
}

/** The link to the status always, those to the data once the report is done. */
function linksOf(job: Job, call: SandboxCall) {
  const found = [
    ['status', '/status'],
    ...(job.type.type === 'script-paths' ? [] : [['data', '/data?page=0&size=100'] as const]),
    ['download', '/download'],
  ] as const
  const links = found.map(([relation, below]) => ({ relation, link: addressOf(call, job) + below }))
  return job.status === 'DONE' ? links : links.slice(0, 1)
}

function addressOf({ origin, base }: SandboxCall, { id }: Job): string {
  return `${origin}${base}/${id}`
}

function notReady({ id }: Job): SandboxResponse {
  return badRequest(`Report ${id} is not done yet, ask for its status`)
}

/** Returns the rows of a report, computed once for all of its pages. */
function rowsOf(job: Job): readonly Row[] {
  return (job.rows ??= job.type.groupBy ? summaryRows(job) : detailedRows(job))
}

function tableOf(rows: readonly Row[]): readonly (readonly string[])[] {
  const cells = ({ items }: Row) => items.map(({ value }) => cellOf(value))
  return [rows[0]?.items.map(({ label }) => label) ?? [], ...rows.map(cells)]
}

function cellOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'value' in value) return cellOf(value.value)
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
}

function secondsOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number)
  return (hours * 60 + minutes) * 60 + seconds
}
