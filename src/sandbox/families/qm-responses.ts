import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import { pageOf, queryWith } from '../gateway/paging.js'
import { integer } from '../gateway/parameters.js'

/** Responds with one page of a list, or 400 for an invalid page or size. */
export function pageResponse<T>(
  call: SandboxCall,
  items: readonly T[],
  show: (item: T) => unknown,
): SandboxResponse {
  const number = integer(call.query, 'page', 0)
  const size = integer(call.query, 'size', 20)
  if (Number.isNaN(number)) return failure(400, 'INVALID_PAGE', 'page must be a whole number')
  if (!(size >= 1 && size <= 100)) return failure(400, 'INVALID_SIZE', 'size must be from 1 to 100')
  const page = pageOf(items, number, size)
  const at = (target: number) => `${call.origin}${call.path}?${queryWith(call.query, { page: target, size })}`
  const links = [
    ...(number > 0 ? [{ rel: 'prevUrl', href: at(number - 1) }] : []),
    ...(page.isLast ? [] : [{ rel: 'nextUrl', href: at(number + 1) }]),
  ]
  const content = page.items.map(show)
  return json({ pageNumber: number, pageSize: size, pageResultSize: content.length, content, links })
}

/** Makes a link to another path of the family. */
export function linkTo({ origin, base }: SandboxCall, rel: string, path: string) {
  return { rel, href: `${origin}${base}${path}` }
}

/** Makes an error in QM's format: a code for machines and a message for humans. */
export function failure(status: number, code: string, text: string): SandboxResponse {
  return json({ code, message: text }, status)
}
