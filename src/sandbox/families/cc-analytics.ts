import { json, message, text } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import { negotiate } from '../gateway/negotiate.js'
import { integer } from '../gateway/parameters.js'
import { tenantExists } from '../data/tenants.js'
import { xml } from '../files/xml.js'

/** Rejects an unknown tenant. `X-Tenant-Info` may be left out, because the made-up customer has one tenant. */
export function validTenant({ headers }: SandboxCall): SandboxResponse | undefined {
  const tenant = headers['x-tenant-info']
  if (tenant === undefined || tenantExists(tenant.toString())) return undefined
  return message(400, 'Bad request: Invalid value for X-Tenant-Info header.')
}

/** Reads page and size of an analytics request over `count` things, or makes the documented 400. */
export function requestedPage(
  query: URLSearchParams,
  count: number,
): { page: number; size: number } | SandboxResponse {
  const page = integer(query, 'page', 0)
  const size = integer(query, 'size', 100)
  if (!(size >= 1)) return message(400, "Bad request: Field 'size' must be greater than or equal to 1")
  if (size > 1000) return message(400, "Bad request: Field 'size' must be less than or equal to 1000")
  const totalPages = Math.max(1, Math.ceil(count / size))
  if (page < totalPages) return { page, size }
  const limit = `less than the total number of pages, which is ${totalPages} for this request`
  return message(400, `Bad request: Field 'page' must be ${limit}`)
}

/**
 * Responds with a value as JSON or XML, by the `Accept` header.
 * @param charset what 8x8 puts after the media type, if anything.
 */
export function inAcceptedForm(
  call: SandboxCall,
  root: string,
  value: unknown,
  headers: Record<string, string> = {},
  charset = '',
): SandboxResponse {
  const type = negotiate(call.headers.accept, ['application/json', 'application/xml'])
  if (!type) return message(406, 'Not Acceptable')
  if (type === 'application/xml') return text(xml(root, value), type + charset, 200, headers)
  return json(value, 200, { ...headers, 'Content-Type': type + charset })
}

/** Makes the 404 for a thing that does not exist. */
export function missing(kind: string, id: string | undefined): SandboxResponse {
  return message(404, `Resource of type ${kind} with id '${id}' was not found.`)
}
