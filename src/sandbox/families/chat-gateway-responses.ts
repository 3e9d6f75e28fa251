import { json, problem } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import { compileFilter } from '../data/fiql.js'
import { halPage } from '../gateway/hal.js'
import { jsonObject } from '../gateway/parameters.js'
import { sorted } from '../data/sorting.js'
import { byId, type Things } from '../data/things.js'

/** Makes a response in HAL. */
export function hal(value: unknown, status = 200): SandboxResponse {
  return json(value, status, { 'Content-Type': 'application/hal+json' })
}

/**
 * Responds with one page of a list, filtered and sorted as the query says.
 * @param order the default order.
 */
export function listResponse(
  call: SandboxCall,
  relation: string,
  items: readonly object[],
  order = 'id:asc',
): SandboxResponse {
  const filter = compileFilter(call.query.get('filter'))
  if ('error' in filter) return failure(400, 'FILTER', filter.error)
  const page = halPage(call, relation, sorted(items.filter(filter.accepts), call.query.get('sort') ?? order))
  return page === undefined ? failure(400, 'PAGE', 'page and size must be whole numbers') : hal(page)
}

/** Responds if the body is an object with all these fields, else with 400. */
export function requiring(
  { body }: SandboxCall,
  fields: readonly string[],
  response: (given: Readonly<Record<string, unknown>>) => SandboxResponse,
): SandboxResponse {
  const given = jsonObject(body)
  if (!given) return failure(400, 'BODY', 'The body must be a JSON object')
  const absent = fields.find((field) => given[field] === undefined)
  return absent === undefined ? response(given) : failure(400, 'REQUIRED', `${absent} is missing`)
}

/** Makes a handler for the thing that the path names, 404 if there is none. */
export function one<T extends { readonly id: string }>(
  things: Things<T>,
  response: (found: T, call: SandboxCall) => SandboxResponse,
): Handler {
  return byId(things, response, missing)
}

/** Makes the 404 for a thing that does not exist. */
export function missing(id: string): SandboxResponse {
  return failure(404, 'NOT_FOUND', `No resource ${id}`)
}

/** Makes an error in the gateway's format. */
export function failure(status: number, code: string, text: string): SandboxResponse {
  return problem(
    { message: text, errors: [{ code, message: text }], referenceId: `sandbox-${status}` },
    status,
  )
}
