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

/** Takes page `page` (0-based) of `items`; empty past the end. */
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

/** Returns the paging headers of the analytics APIs. */
export function pageHeaders(page: Page<unknown>): Record<string, string> {
  return {
    'X-Page': String(page.page),
    'X-Page-Size': String(page.size),
    'X-Total-Pages': String(page.totalPages),
    'X-Total-Elements': String(page.totalElements),
  }
}

/** Renders one entry of a `Link` header (RFC 8288). */
export function link(target: string, relation: string): string {
  return `<${target}>; rel="${relation}"`
}

/** Returns the query of a link to another page: the caller's own with some values replaced. */
export function queryWith(
  query: URLSearchParams,
  changes: Readonly<Record<string, string | number>>,
): string {
  const changed = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) changed.set(name, String(value))
  return changed.toString()
}

/** Takes `size` items from the cursor on, with the cursor of the next page; undefined for an invalid cursor. */
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

/**
 * Takes `size` items from the scroll id on, with the next scroll id. After the last items comes an empty page, whose scroll id is
 * the text "No Data"; undefined for an invalid scroll id, such as that text.
 */
export function scrollPage<T>(items: readonly T[], scrollId: string | undefined, size: number) {
  const start = cursorOffset(scrollId)
  if (start === undefined) return undefined
  const page = items.slice(start, start + size)
  return { items: page, next: page.length === 0 ? 'No Data' : cursorAt(start + page.length) }
}

/** Decodes an opaque cursor to an offset; undefined for an invalid one. */
function cursorOffset(cursor: string | null | undefined): number | undefined {
  if (!cursor) return 0
  const found = /^after (\d{10})$/.exec(Buffer.from(cursor, 'base64').toString('latin1'))?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Encodes an offset as an opaque cursor in base64, padding included, so that callers notice a missing URL escape. */
export function cursorAt(offset: number): string {
  // 16 bytes, because only a length that is no multiple of three is padded.
  return Buffer.from(`after ${String(offset).padStart(10, '0')}`).toString('base64')
}
