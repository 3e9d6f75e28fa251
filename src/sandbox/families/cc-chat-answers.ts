import { json, problem } from '../gateway/responses.js'
import type { Answer, Call, Handler } from '../gateway/handler.js'
import { pageOf } from '../gateway/paging.js'
import { integer } from '../gateway/parameters.js'
import { byId, type Things } from '../data/things.js'

export function listAnswer(call: Call, items: readonly object[]): Answer {
  const pageIndex = integer(call.query, 'page', 0)
  const pageSize = integer(call.query, 'size', 20)
  if (Number.isNaN(pageIndex) || !(pageSize >= 1)) return violation('page, size: Must be whole numbers.')
  const page = pageOf(items, pageIndex, pageSize)
  const counts = { elementCount: page.totalElements, pageCount: page.totalPages }
  return json({ data: page.items, page: { pageSize, pageIndex, ...counts } })
}

export function one<T extends { readonly id: string }>(
  things: Things<T>,
  answer: (found: T, call: Call) => Answer,
): Handler {
  return byId(things, answer, (id) => problem({ message: 'Not Found', errors: [`No resource ${id}.`] }, 404))
}

export function violation(error: string): Answer {
  return problem({ message: 'Constraint Violation', errors: [error] }, 400)
}
