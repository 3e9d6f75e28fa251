/** Page `page` (0-based) of `items`, with the counts that 8x8 sends along. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly page: number
  readonly size: number
  /** At least 1: an empty list is one empty page. */
  readonly totalPages: number
  readonly totalElements: number
  readonly isLast: boolean
}

export function pageOf<T>(items: readonly T[], page: number, size: number): Page<T> {
  const totalPages = Math.max(1, Math.ceil(items.length / size))
  return {
    items: items.slice(page * size, (page + 1) * size),
    page,
    size,
    totalPages,
    totalElements: items.length,
    isLast: page >= totalPages - 1,
  }
}

/** The paging headers of the analytics APIs. */
export function pageHeaders(page: Page<unknown>): Record<string, string> {
  return {
    'X-Page': String(page.page),
    'X-Page-Size': String(page.size),
    'X-Total-Pages': String(page.totalPages),
    'X-Total-Elements': String(page.totalElements),
  }
}

/** One entry of a `Link` header (RFC 8288). */
export function link(target: string, relation: string): string {
  return `<${target}>; rel="${relation}"`
}

/** The query of a link to another page: the caller's own with some values replaced. */
export function queryWith(
  query: URLSearchParams,
  changes: Readonly<Record<string, string | number>>,
): string {
  const changed = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) changed.set(name, String(value))
  return changed.toString()
}

/** A stretch of a list, with the cursor of what follows; undefined for a cursor that is none of ours. */
export function cursorPage<T>(
  items: readonly T[],
  cursor: string | null | undefined,
  size: number,
): { readonly items: readonly T[]; readonly next: string | null } | undefined {
  const start = cursorOffset(cursor)
  if (start === undefined) return undefined
  const end = start + size
  return { items: items.slice(start, end), next: end < items.length ? cursorAt(end) : null }
}

/** Continues a list after the place that an opaque cursor names; undefined for a cursor that is none of ours. */
function cursorOffset(cursor: string | null | undefined): number | undefined {
  if (!cursor) return 0
  const found = /^after (\d{10})$/.exec(Buffer.from(cursor, 'base64').toString('latin1'))?.[1]
  return found === undefined ? undefined : Number(found)
}

/** An opaque cursor in base64, padding included: a caller that forgets to escape it in a URL must find out. */
export function cursorAt(offset: number): string {
  // 16 bytes, because a length that is no multiple of three is what brings the padding.
  return Buffer.from(`after ${String(offset).padStart(10, '0')}`).toString('base64')
}
