import { bytes, message, text } from '../gateway/responses.js'
import { csv } from '../files/csv.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import { negotiate } from '../gateway/negotiate.js'
import { xlsx } from '../files/xlsx.js'
import { rowsOf, type Report } from './historical-report.js'
import { notReady } from './historical-reports.js'

/** Responds with the whole report as a file, in the format that the caller accepts. */
export function download(report: Report, call: SandboxCall): SandboxResponse {
  if (report.status !== 'DONE') return notReady(report)
  const type = negotiate(call.headers.accept, ['text/csv', 'text/xlsx', 'application/vnd.ms-excel'])
  if (!type) return message(406, 'Not Acceptable')
  const rows = rowsOf(report)
  const header = rows[0]?.items.map(({ label }) => label) ?? []
  const values = rows.map(({ items }) => items.map(({ value }) => (typeof value === 'string' ? value : '')))
  const named = (extension: string) => ({
    'Content-Disposition': `attachment; filename="${report.title.replace(/[^\w .-]/g, '_')}.${extension}"`,
  })
  if (type === 'text/csv') return text(csv(header, values), type, 200, named('csv'))
  return bytes(xlsx([header, ...values]), type, named('xlsx'))
}
