import { tenantExists } from '../data/tenants.js'
import { xml } from '../files/xml.js'
import { appToken } from '../gateway/access.js'
import type { SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { negotiate } from '../gateway/negotiate.js'
import { pageOf, type Page } from '../gateway/paging.js'
import { message, text } from '../gateway/responses.js'

/** What real-time and historical metrics have in common. */
export const ccAnalytics = {
  access: appToken('analytics realtime-api'),
  /** `X-Tenant-Info` may be left out, because the made-up customer has one tenant. */
  demands: ({ headers }: SandboxCall) =>
    tenantExists(String(headers['x-tenant-info'] ?? 'sandbox'))
      ? undefined
      : message(400, 'Bad request: Invalid value for X-Tenant-Info header.'),
  refuse: (_call: SandboxCall, status: number, detail: string) => badRequest(inTheirWords(detail), status),
}

/** Makes the 400 of both. */
export function badRequest(detail: string, status = 400): SandboxResponse {
  return message(status, `Bad request: ${detail}`)
}

function inTheirWords(detail: string): string {
  return detail
    .replace(/^([\w.-]+) (?=must|is )/, "Field '$1' ")
    .replace(/([<>])= (?=\d)/, (_, sign) => `${sign === '<' ? 'less' : 'greater'} than or equal to `)
}

/** Makes the 404 for a thing that does not exist. */
export function missing(kind: string, id: string | undefined): SandboxResponse {
  return message(404, `Resource of type ${kind} with id '${id}' was not found.`)
}

/** Takes a page of a list, or makes the documented 400 for one past its end. */
export function pageWithin<T>(items: readonly T[], page: number, size: number): Page<T> | SandboxResponse {
  const found = pageOf(items, page, size)
  if (page < found.totalPages) return found
  const pages = `the total number of pages, which is ${found.totalPages} for this request`
  return badRequest(`Field 'page' must be greater than or equal to 0 and less than ${pages}`)
}

/** Puts a value on the wire as JSON or XML, by the `Accept` header. */
export function inAcceptedForm(call: SandboxCall, root: string, value: unknown, response: SandboxResponse) {
  const { 'Content-Type': type = '', ...headers } = response.headers
  const accepted = negotiate(call.headers.accept, ['application/json', 'application/xml'])
  if (!accepted) return message(406, 'Not Acceptable')
  const charset = type.slice('application/json'.length)
  if (accepted === 'application/json') return response
  return text(xml(root, value), accepted + charset, response.status, headers)
}

/** Makes one table of values in groups, so that short ones share a line. */
export function grouped<T>(...groups: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> {
  return Object.assign({}, ...groups) as Readonly<Record<string, T>>
}
