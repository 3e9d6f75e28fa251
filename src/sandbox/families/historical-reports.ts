import { json, message } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import { counter, remembered } from '../data/memory.js'
import { jsonObject } from '../gateway/parameters.js'
import { inAcceptedForm, missing } from './cc-analytics.js'
import { reportOf, type Report } from './historical-report.js'

const reports = remembered(() => new Map<number, Report>())
const nextId = counter(2_000_001)
const charset = ';charset=UTF-8'

/**
 * Creates the report that the body describes, or responds 400.
 * @param linkTo builds the `Link` to the next step.
 */
export function createReport(
  { body, memory }: SandboxCall,
  kind: 'summary' | 'detailed',
  linkTo: (report: Report) => string,
): SandboxResponse {
  const definition = jsonObject(body)
  if (!definition) return message(400, 'Bad request: The body must be a JSON object')
  const report = reportOf(definition, nextId(memory))
  if (typeof report === 'string') return message(400, `Bad request: ${report}`)
  if ((report.type.searchQuery !== undefined) !== (kind === 'detailed')) {
    return message(400, `Bad request: This type is not for ${kind} reports`)
  }
  // Detailed reports need not be waited for.
  if (kind === 'detailed') report.status = 'DONE'
  reports(memory).set(report.id, report)
  return json({ id: report.id, status: report.status }, 200, {
    'Content-Type': `application/json${charset}`,
    Link: linkTo(report),
  })
}

/** Makes a handler for the report that the path names, 404 if there is none. */
export function withReport(response: (report: Report, call: SandboxCall) => SandboxResponse): Handler {
  return (call) => {
    const report = reports(call.memory).get(Number(call.params['id']))
    return report ? response(report, call) : missing('Report', call.params['id'])
  }
}

/** Responds with a value as JSON or XML, with the charset that 8x8 appends. */
export function inForm(
  call: SandboxCall,
  root: string,
  value: unknown,
  headers: Record<string, string> = {},
) {
  return inAcceptedForm(call, root, value, headers, charset)
}

/** Returns the absolute address of a report. */
export function addressOf({ origin, base }: SandboxCall, id: number): string {
  return `${origin}${base}/${id}`
}

/** Makes the 400 for data of a report that is not done yet. */
export function notReady({ id }: Report): SandboxResponse {
  return message(400, `Bad request: Report ${id} is not done yet, ask for its status`)
}
