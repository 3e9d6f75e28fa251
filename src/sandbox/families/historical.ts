import { appToken } from '../gateway/access.js'
import { message } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { link, pageHeaders, pageOf } from '../gateway/paging.js'
import { missing, requestedPage, validTenant } from './cc-analytics.js'
import { createDetailedReport, detailedData } from './historical-detailed.js'
import { download } from './historical-download.js'
import { reportTypes } from './historical-report-types.js'
import { rowsOf, type Report } from './historical-report.js'
import { addressOf, createReport, inForm, notReady, withReport } from './historical-reports.js'

/**
 * Reports are created, polled until they are done, and then read page by page or downloaded.
 * Source: 8x8's guides "Contact Center Historical Analytics" and its specification.
 */
export const historical: SandboxFamily = {
  name: 'CC historical',
  base: /^(?:\/(?:eu|au|ca))?\/analytics\/cc\/v[1-8]\/historical-metrics/,
  access: appToken('analytics realtime-api'),
  demands: validTenant,
  routes: {
    'POST ': createSummaryReport,
    'POST /': createSummaryReport,
    'GET /report-types': (call) => inForm(call, 'reportTypes', reportTypes),
    'GET /report-types/:type': (call) => {
      const found = reportTypes.find(({ type }) => type === call.params['type'])
      return found ? inForm(call, 'reportType', found) : missing('ReportType', call.params['type'])
    },
    'POST /detailed-reports': createDetailedReport,
    'GET /detailed-reports/:id/data': withReport(detailedData),
    'GET /:id': withReport(({ id, status: state, definition }, call) => {
      return inForm(call, 'report', { id: String(id), status: state, ...definition })
    }),
    'GET /:id/status': withReport(status),
    'GET /:id/data': withReport(data),
    'GET /:id/download': withReport(download),
    'GET /:id/links': withReport(links),
  },
}

function createSummaryReport(call: SandboxCall): SandboxResponse {
  return createReport(call, 'summary', ({ id }) => link(`${addressOf(call, id)}/status`, 'status'))
}

/** The first poll finds the report in progress, the second finds it done. */
function status(report: Report, call: SandboxCall): SandboxResponse {
  report.polls++
  if (report.polls > 1) report.status = 'DONE'
  const address = addressOf(call, report.id)
  const found = [link(`${address}/data?page=0&size=100`, 'data'), link(`${address}/download`, 'download')]
  const headers: Record<string, string> = report.status === 'DONE' ? { Link: found.join(', ') } : {}
  return inForm(call, 'status', { id: report.id, status: report.status }, headers)
}

function data(report: Report, call: SandboxCall): SandboxResponse {
  if (report.type.type === 'script-paths') return message(400, 'Bad request: This report is only a download')
  if (report.status !== 'DONE') return notReady(report)
  const rows = rowsOf(report)
  const requested = requestedPage(call.query, rows.length)
  if ('status' in requested) return requested
  const page = pageOf(rows, requested.page, requested.size)
  const next = `${addressOf(call, report.id)}/data?page=${page.page + 1}&size=${page.size}`
  const headers = { ...pageHeaders(page), ...(page.isLast ? {} : { Link: link(next, 'next') }) }
  return inForm(call, 'rows', page.items, headers)
}

/** The link to the status always, those to the data once the report is done. */
function links({ id, status: state }: Report, call: SandboxCall): SandboxResponse {
  const address = addressOf(call, id)
  const found = [
    { relation: 'status', link: `${address}/status` },
    { relation: 'data', link: `${address}/data?page=0&size=100` },
    { relation: 'download', link: `${address}/download` },
  ]
  return inForm(call, 'links', state === 'DONE' ? found : found.slice(0, 1))
}
