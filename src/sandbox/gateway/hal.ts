import type { SandboxCall } from './handler.js'
import { pageOf, queryWith } from './paging.js'
import { integer } from './parameters.js'

/**
 * Renders the page of a list that `page` and `size` ask for, in HAL (draft-kelly-json-hal): the items under their
 * relation, absolute links to the other pages, and the counts.
 * @returns undefined when `page` is not a whole number, or `size` not one from 1 to 1000.
 */
export function halPage<const R extends string, T>(
  { query, origin, path }: SandboxCall,
  relation: R,
  items: readonly T[],
) {
  const number = integer(query, 'page', 0)
  const size = integer(query, 'size', 20)
  if (Number.isNaN(number) || !(size >= 1 && size <= 1000)) return undefined
  const { items: shown, totalElements, totalPages, isLast } = pageOf(items, number, size)
  const to = (page: number) => ({ href: `${origin}${path}?${queryWith(query, { page, size })}` })
  return {
    _embedded: { [relation]: shown } as Readonly<Record<R, readonly T[]>>,
    _links: {
      first: to(0),
      ...(number > 0 ? { prev: to(number - 1) } : {}),
      self: to(number),
      ...(isLast ? {} : { next: to(number + 1) }),
      last: to(totalPages - 1),
    },
    page: { size, totalElements, totalPages, number },
  }
}
