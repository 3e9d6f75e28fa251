import { json, problem } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import { pageOf } from '../gateway/paging.js'
import { integer } from '../gateway/parameters.js'
import { byId, type Things } from '../data/things.js'

/** Responds with one page of a list. */
export function listResponse(call: SandboxCall, items: readonly object[]): SandboxResponse {
  const pageIndex = integer(call.query, 'page', 0)
  const pageSize = integer(call.query, 'size', 20)
  if (Number.isNaN(pageIndex) || !(pageSize >= 1)) return violation('page, size: Must be whole numbers.')
  const page = pageOf(items, pageIndex, pageSize)
  const counts = { elementCount: page.totalElements, pageCount: page.totalPages }
  return json({ data: page.items, page: { pageSize, pageIndex, ...counts } })
}

/** Makes a handler for the thing that the path names, 404 if there is none. */
export function one<T extends { readonly id: string }>(
  things: Things<T>,
  response: (found: T, call: SandboxCall) => SandboxResponse,
): Handler {
  return byId(things, response, (id) =>
    problem({ message: 'Not Found', errors: [`No resource ${id}.`] }, 404),
  )
}

/** Makes the 400 for an invalid request. */
export function violation(error: string): SandboxResponse {
  return problem({ message: 'Constraint Violation', errors: [error] }, 400)
}
