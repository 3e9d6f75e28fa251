import { message } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import { cursorPage, link, queryWith } from '../gateway/paging.js'
import { integer } from '../gateway/parameters.js'
import { rowsOf, type Report } from './historical-report.js'
import { createReport, inForm } from './historical-reports.js'

/** Creates a detailed report, which is done at once. */
export function createDetailedReport(call: SandboxCall): SandboxResponse {
  return createReport(call, 'detailed', ({ id }) => link(`${addressOf(call, id)}/data?size=100`, 'data'))
}

/** Responds with a page of detailed data: it continues after the last document of the page before, not by number. */
export function detailedData(report: Report, call: SandboxCall): SandboxResponse {
  const size = integer(call.query, 'size', 100)
  if (!(size >= 1 && size <= 1000)) {
    return message(400, "Bad request: Field 'size' must be less than or equal to 1000")
  }
  const rows = rowsOf(report)
  const page = cursorPage(rows, call.query.get('lastDocumentId'), size)
  if (!page) return message(400, "Bad request: Invalid value for 'lastDocumentId'")
  const headers: Record<string, string> = {
    'X-Page-Size': String(size),
    'X-Total-Pages': String(Math.max(1, Math.ceil(rows.length / size))),
    'X-Total-Elements': String(rows.length),
  }
  if (page.next !== null) {
    const query = queryWith(call.query, { size, lastDocumentId: page.next })
    headers['Last-Document-Id'] = page.next
    headers['Link'] = link(`${addressOf(call, report.id)}/data?${query}`, 'next')
  }
  return inForm(call, 'rows', page.items, headers)
}

function addressOf({ origin, base }: SandboxCall, id: number): string {
  return `${origin}${base}/detailed-reports/${id}`
}
