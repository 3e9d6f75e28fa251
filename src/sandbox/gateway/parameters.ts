/** Reads a whole number from the query: `missing` if absent, NaN if invalid. */
export function integer(query: URLSearchParams, name: string, missing: number): number {
  const given = query.get(name)
  if (given === null || given === '') return missing
  return /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN
}

/** Reads the values of a list parameter: 8x8 accepts the key repeated and comma-joined, in any mix. */
export function list(query: URLSearchParams, name: string): readonly string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/** Reads a time in epoch milliseconds from the formats 8x8 uses, undefined if it is none: ISO, `YYYY-MM-DD hh:mm:ss` (UTC) and epoch seconds or milliseconds. */
export function time(value: string | null | undefined): number | undefined {
  if (value === null || value === undefined || value.trim() === '') return undefined
  if (/^\d{9,11}$/.test(value)) return Number(value) * 1000
  if (/^\d{12,}$/.test(value)) return Number(value)
  const iso = value.trim().replace(' ', 'T')
  const parsed = Date.parse(/T/.test(iso) && !/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? `${iso}Z` : iso)
  return Number.isNaN(parsed) ? undefined : parsed
}

/** Parses a body as a JSON array of strings; undefined if it is none. */
export function jsonStrings(body: Buffer): readonly string[] | undefined {
  return stringList(jsonValue(body))
}

/** Returns the value if it is an array of strings, else undefined. */
export function stringList(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value
  return items.every((item) => typeof item === 'string') ? items : undefined
}

/** Tells whether a value is an object, and neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function jsonValue(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
