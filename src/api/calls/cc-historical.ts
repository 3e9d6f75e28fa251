import { allow, alsoAs, type Described, describeFamily, offer, returns, returnsBytes } from '../describe.js'
import {
  dateTime,
  either,
  list,
  mapOf,
  maybe,
  named,
  nullable,
  oneOf,
  record,
  Shape,
  type Spec,
  text,
  type ValueOf,
  whole,
} from '../shape.js'

export const OPERATORS = 'in not-in = != > >= <= < contains is-empty is-not-empty'.split(' ')
const OPERATOR = oneOf('in', ...OPERATORS.slice(1))
const YES = either(true, oneOf('true', 'false'))
const CLOCK = { pattern: String.raw`^\d\d:\d\d:\d\d(\.\d+)?$` } as const

const REPORT_TYPE = named(
  'ReportType',
  { type: 'queue-interactions-summary', metrics: maybe(['accepted']) },
  { groupBy: maybe([named('Grouping', { name: 'media-and-queue', filters: ['media'] })]) },
  { searchQuery: maybe(named('SearchOptions', { fields: ['queueName'], operators: [OPERATOR] })) },
)
export type ReportType = ValueOf<typeof REPORT_TYPE>

const DETAILED_METRICS = [
  'creationTime',
  'finishedTime',
  'interactionId',
  'interactionDuration',
  'mediaType',
  'queueName',
] as const

const COMMON = {
  title: text('Queues by day', { pattern: String.raw`^[A-Za-z0-9\s!_.*'()-]+$` }),
  dateRange: { start: dateTime('2026-01-05T00:00:00.000Z'), end: dateTime('2026-01-07T00:00:00.000Z') },
  timezone: maybe('Europe/Helsinki'),
  intraDayTimeRange: maybe({ start: text('08:30:00', CLOCK), end: text('17:00:00', CLOCK) }),
} as const
const SUMMARY = {
  metrics: maybe(list('accepted', { example: ['accepted', 'slaPercentage', 'avgWaitTime'] })),
  granularity: maybe(oneOf('day', '15m', '30m', 'hour', 'week', 'month', 'year', 'none')),
  groupBy: maybe({
    name: 'media-and-queue',
    filters: maybe([{ name: 'media', values: list('Phone', { example: ['Phone', 'Chat'] }) }]),
  }),
  includeSubTotal: maybe(YES),
  includeGrandTotal: maybe(YES),
} as const
const DETAILED = {
  metrics: maybe(list('time', { example: DETAILED_METRICS })),
  searchQuery: maybe([{ field: 'mediaType', operator: OPERATOR, value: maybe(either(['Phone'], 'Phone')) }]),
  includeParticipants: maybe(YES),
  reportSettings: maybe({ showOngoingInteractions: maybe(YES), showInteractionsStateInTime: maybe(YES) }),
} as const
/** What Postman fills in. */
const FILLED = {
  dateRange: { start: dateTime('{{fromDate}}T00:00:00.000Z'), end: dateTime('{{toDate}}T00:00:00.000Z') },
  timezone: maybe('{{timezone}}'),
} as const
const DEFINITION = record({ type: 'queue-interactions-summary' }, COMMON, DETAILED, SUMMARY)
export type Definition = ValueOf<typeof DEFINITION>
const ASKED = record({ type: '{{reportType}}' }, COMMON, SUMMARY, FILLED)

const STATUS = oneOf('DONE', 'IN_PROGRESS', 'QUEUED', 'FAILED')
const JOB = named('ReportStatus', { id: 2000001, status: STATUS, reason: maybe('') })

const TOTAL = named('ReportTotal', {
  type: oneOf('subtotal', 'grandtotal'),
  startIndex: nullable(0),
  endIndex: nullable(23),
})
const ONGOING = named('OngoingValue', {
  value: nullable(either(32281, '2026-01-05T09:00:00.000+02:00')),
  ongoing: false,
})
const DETAIL = nullable(
  either('Phone', ['Queued'], ONGOING, [
    mapOf('participantType', nullable(either('Agent', ['Resolved'], ONGOING))),
  ]),
)
const ROW = named('ReportRow', {
  total: nullable(TOTAL),
  items: [named('ReportItem', { key: 'queue', label: 'Queue', value: DETAIL })],
})
export type Row = ValueOf<typeof ROW>

const ROWS = "The `total` of a row is `totals` in 8x8's specification; values may be null, as in its guide."
const SIZE = offer(whole(100, 1, 1000), 'Elements a page, at most 1000.', 100)
const ERROR = { message: 'Bad request: title is required' } as const

/**
 * Source: 8x8's guides "CC Historical Analytics Summary Report" and "... Detailed Report" and its specification of
 * the historical metrics, version 8.
 */
export const ccHistorical = describeFamily({
  family: 'cc-historical',
  description:
    'Reports about the Contact Center. Create one, ask for its status until it is DONE, then read it page by page ' +
    'or download it. A detailed report is DONE at once. Surveys are reports too.',
  base: '/analytics/cc/v8/historical-metrics',
  regions: ['', '/eu', '/au', '/ca'],
  olderVersions: ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7'],
  errors: [returns(ERROR, 400), returns(ERROR, 404), returns(ERROR, 406)],
  calls: {
    historicalReportTypes: {
      title: 'Types of reports',
      docs: 'analytics/reference/cc-historical-analytics-report-types',
      path: 'GET /report-types',
      response: inForm([REPORT_TYPE]),
    },
    historicalReportType: {
      title: 'Type of report: groupings, filters, metrics',
      docs: 'analytics/reference/cc-historical-analytics-report-type-by-type',
      path: 'GET /report-types/{reportType}',
      response: inForm(REPORT_TYPE),
    },
    createHistoricalReport: {
      title: 'Create a report',
      description:
        'Summaries need `granularity` and `groupBy`, the type `script-paths` must not have them. Detailed types are for downloads here.',
      docs: 'analytics/reference/cc-historical-report-create',
      path: 'POST ',
      body: new Shape<Definition>(DEFINITION.schema, ASKED.example, DEFINITION.components),
      response: inForm(JOB),
      deviates:
        "8x8's specification lets `dateRange` and `groupBy` be left out, its guide does not, as here.",
      keeps: { reportId: ['id'] },
    },
    historicalReportStatus: {
      title: 'Status of a report',
      description:
        'Once DONE, the `Link` header leads to the data and to the download. Do not ask in a tight loop.',
      docs: 'analytics/reference/cc-historical-report-status-by-id',
      path: 'GET /{reportId}/status',
      response: inForm(JOB),
      repeatsWhile: ['QUEUED', 'IN_PROGRESS'],
    },
    historicalReport: {
      title: 'Definition of a report',
      docs: 'analytics/reference/cc-historical-report-details-by-id',
      path: 'GET /{reportId}',
      response: inForm(
        named(
          'ReportDefinition',
          { id: '2000001', status: STATUS, type: 'queue-interactions-summary' },
          COMMON,
          DETAILED,
          SUMMARY,
        ),
      ),
    },
    historicalReportLinks: {
      title: 'Links of a report',
      docs: 'analytics/reference/cc-historical-report-links-by-id',
      path: 'GET /{reportId}/links',
      response: inForm([
        {
          relation: oneOf('status', 'data', 'download'),
          link: 'https://api.8x8.com/analytics/cc/v8/historical-metrics/2000001/status',
        },
      ]),
    },
    historicalReportData: {
      title: 'Data of a report',
      description: 'At most 10,000 rows. The `Link` header leads to the next page.',
      docs: 'analytics/reference/cc-historical-report-data-by-id',
      path: 'GET /{reportId}/data',
      query: { page: allow(whole(0, 0), 'The number of the page; the first is 0.', 0), size: SIZE },
      response: inForm([ROW]),
      paging: { kind: 'link', items: [], size: 'size' },
      deviates: ROWS,
    },
    downloadHistoricalReport: {
      title: 'Download a report',
      description:
        'As CSV, or as a spreadsheet with `Accept: text/xlsx`; the type `script-paths` as CSV only.',
      docs: 'analytics/reference/cc-historical-report-download-by-id',
      path: 'GET /{reportId}/download',
      headers: { Accept: offer('text/csv', 'The media type of the response.') },
      response: alsoAs(returnsBytes('text/csv'), 'text/xlsx', 'application/vnd.ms-excel'),
      deviates:
        "8x8's guide calls spreadsheets text/xlsx, its specification application/vnd.ms-excel: here both are.",
    },
    createDetailedReport: {
      title: 'Create a detailed report',
      docs: 'analytics/reference/cc-detailed-report-create',
      path: 'POST /detailed-reports',
      body: record({ type: 'detailed-reports-interaction-details' }, COMMON, DETAILED, FILLED),
      response: inForm(JOB),
      deviates:
        "8x8's specification says a list and lets `dateRange` be left out, its guide one report, as here.",
      keeps: { detailedReportId: ['id'] },
    },
    detailedReportData: {
      title: 'Data of a detailed report',
      description: 'The `Link` header, or `Last-Document-Id`, leads to the next page.',
      docs: 'analytics/reference/cc-detailed-report-data-by-id',
      path: 'GET /detailed-reports/{detailedReportId}/data',
      query: {
        size: SIZE,
        lastDocumentId: allow('', 'From the response before; leave it out for the first page.'),
      },
      response: inForm([ROW]),
      paging: { kind: 'link', items: [], size: 'size' },
      deviates:
        "8x8's specification says that values are objects, its guide texts, lists, objects and null, as here.",
    },
  },
})

function inForm<const S extends Spec>(spec: S): Described<ValueOf<S>> {
  return alsoAs(returns(spec, 200, 'application/json;charset=UTF-8'), 'application/xml')
}
