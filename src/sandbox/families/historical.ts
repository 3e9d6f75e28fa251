import { appToken } from '../access.js'
import { bytes, json, message, text } from '../answers.js'
import { csv } from '../csv.js'
import type { Answer, Call, Handler } from '../exchange.js'
import type { Family } from '../family.js'
import { counter, remembered } from '../memory.js'
import { negotiate } from '../negotiate.js'
import { cursorAt, cursorOffset, link, pageHeaders, pageOf, queryWith } from '../paging.js'
import { integer, jsonObject } from '../parameters.js'
import { xlsx } from '../xlsx.js'
import { reportTypes } from './historical-report-types.js'
import { reportOf, rowsOf, type Report } from './historical-report.js'
import { inAcceptedForm, requestedPage, validTenant } from './realtime.js'

const reports = remembered(() => new Map<number, Report>())
const nextId = counter(2_000_001)

/**
 * Reports are created, asked for their status until they are done, and then read page by page or downloaded.
 * Source: 8x8's guides "Contact Center Historical Analytics" and its specification.
 */
export const historical: Family = {
  name: 'CC historical',
  base: /^(?:\/(?:eu|au|ca))?\/analytics\/cc\/v[1-8]\/historical-metrics/,
  access: appToken('analytics realtime-api'),
  demands: validTenant,
  routes: {
    'POST ': createReport,
    'POST /': createReport,
    'GET /report-types': (call) => inAcceptedForm(call, 'reportTypes', reportTypes),
    'GET /report-types/:type': (call) => {
      const found = reportTypes.find(({ type }) => type === call.params['type'])
      return found ? inAcceptedForm(call, 'reportType', found) : missing('ReportType', call.params['type'])
    },
    'POST /detailed-reports': createDetailedReport,
    'GET /detailed-reports/:id/data': withReport(detailedData),
    'GET /:id': withReport(({ id, definition }, call) => {
      return inAcceptedForm(call, 'report', { id: String(id), ...definition })
    }),
    'GET /:id/status': withReport(status),
    'GET /:id/data': withReport(data),
    'GET /:id/download': withReport(download),
    'GET /:id/links': withReport(({ id }, call) => {
      const links = ['status', 'data', 'download'].map((relation) => {
        return { relation, link: `${addressOf(call, id)}/${relation}` }
      })
      return inAcceptedForm(call, 'links', links)
    }),
  },
}

function createReport(call: Call): Answer {
  const report = store(call)
  if (typeof report === 'string') return message(400, `Bad request: ${report}`)
  if (report.type.searchQuery) return message(400, 'Bad request: This type is for detailed reports')
  const { id } = report
  return json({ id, status: report.status }, 200, {
    'Content-Type': 'application/json;charset=UTF-8',
    Link: link(`${addressOf(call, id)}/status`, 'status'),
  })
}

function createDetailedReport(call: Call): Answer {
  const report = store(call)
  if (typeof report === 'string') return message(400, `Bad request: ${report}`)
  if (!report.type.searchQuery) return message(400, 'Bad request: This type is not for detailed reports')
  report.status = 'DONE'
  const { id } = report
  return json({ id, status: report.status }, 200, {
    'Content-Type': 'application/json;charset=UTF-8',
    Link: link(`${detailedAddressOf(call, id)}/data?size=100`, 'data'),
  })
}

function store({ body, memory }: Call): Report | string {
  const definition = jsonObject(body)
  if (!definition) return 'The body must be a JSON object'
  const report = reportOf(definition, nextId(memory))
  if (typeof report !== 'string') reports(memory).set(report.id, report)
  return report
}

/** The first question finds the report in progress, the second finds it done. */
function status(report: Report, call: Call): Answer {
  report.polls++
  if (report.polls > 1) report.status = 'DONE'
  const address = addressOf(call, report.id)
  const links = [link(`${address}/data?page=0&size=100`, 'data'), link(`${address}/download`, 'download')]
  const headers: Record<string, string> = report.status === 'DONE' ? { Link: links.join(', ') } : {}
  return inAcceptedForm(call, 'status', { id: report.id, status: report.status }, headers)
}

function data(report: Report, call: Call): Answer {
  if (report.type.type === 'script-paths') return message(400, 'Bad request: This report is only a download')
  if (report.status !== 'DONE') return notReady(report)
  const rows = rowsOf(report)
  const requested = requestedPage(call.query, rows.length)
  if ('status' in requested) return requested
  const page = pageOf(rows, requested.page, requested.size)
  const next = `${addressOf(call, report.id)}/data?page=${page.page + 1}&size=${page.size}`
  const headers = { ...pageHeaders(page), ...(page.isLast ? {} : { Link: link(next, 'next') }) }
  return inAcceptedForm(call, 'rows', page.items, headers)
}

function download(report: Report, call: Call): Answer {
  if (report.status !== 'DONE') return notReady(report)
  const offered = ['text/csv', 'text/xlsx', 'application/vnd.ms-excel'] as const
  const type = negotiate(call.headers.accept, offered)
  if (!type) return message(406, 'Not Acceptable')
  const rows = rowsOf(report)
  const header = rows[0]?.items.map(({ label }) => label) ?? []
  const values = rows.map(({ items }) => items.map(({ value }) => (typeof value === 'string' ? value : '')))
  const named = (extension: string) => ({
    'Content-Disposition': `attachment; filename="${report.title.replace(/[^\w .-]/g, '_')}.${extension}"`,
  })
  if (type === 'text/csv') return text(csv(header, values), 'text/csv;charset=UTF-8', 200, named('csv'))
  return bytes(xlsx([header, ...values]), type, named('xlsx'))
}

/** Detailed data goes on after the last document of the page before, not by page number. */
function detailedData(report: Report, call: Call): Answer {
  const size = integer(call.query, 'size', 100)
  const offset = cursorOffset(call.query.get('lastDocumentId'))
  if (!(size >= 1 && size <= 1000)) {
    return message(400, "Bad request: Field 'size' must be less than or equal to 1000")
  }
  if (offset === undefined) return message(400, "Bad request: Invalid value for 'lastDocumentId'")
  const rows = rowsOf(report)
  const headers: Record<string, string> = {
    'X-Page-Size': String(size),
    'X-Total-Pages': String(Math.max(1, Math.ceil(rows.length / size))),
    'X-Total-Elements': String(rows.length),
  }
  if (offset + size < rows.length) {
    const lastDocumentId = cursorAt(offset + size)
    const query = queryWith(call.query, { size, lastDocumentId })
    headers['Last-Document-Id'] = lastDocumentId
    headers['Link'] = link(`${detailedAddressOf(call, report.id)}/data?${query}`, 'next')
  }
  return inAcceptedForm(call, 'rows', rows.slice(offset, offset + size), headers)
}

function withReport(answer: (report: Report, call: Call) => Answer): Handler {
  return (call) => {
    const report = reports(call.memory).get(Number(call.params['id']))
    return report ? answer(report, call) : missing('Report', call.params['id'])
  }
}

function addressOf({ origin, base }: Call, id: number): string {
  return `${origin}${base}/${id}`
}

function detailedAddressOf({ origin, base }: Call, id: number): string {
  return `${origin}${base}/detailed-reports/${id}`
}

function notReady({ id }: Report): Answer {
  return message(400, `Bad request: Report ${id} is not done yet, ask for its status`)
}

function missing(kind: string, id: string | undefined): Answer {
  return message(404, `Resource of type ${kind} with id '${id}' was not found.`)
}
