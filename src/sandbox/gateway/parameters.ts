/** A whole number from the query: `missing` if it is not there, NaN if it is not one. */
export function integer(query: URLSearchParams, name: string, missing: number): number {
  const given = query.get(name)
  if (given === null || given === '') return missing
  return /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN
}

/** The values of a list parameter: 8x8 takes the key repeated and comma-joined, in any mix. */
export function list(query: URLSearchParams, name: string): readonly string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/** Whether a value is one of those that a list parameter names; without the parameter every value is. */
export function chosenBy(query: URLSearchParams, name: string): (value: string) => boolean {
  const values = list(query, name)
  return (value) => values.length === 0 || values.includes(value)
}

export function isTrue(query: URLSearchParams, name: string): boolean {
  return query.get(name) === 'true'
}

/** A time in epoch milliseconds from the forms 8x8 uses: ISO, `YYYY-MM-DD hh:mm:ss` (UTC) and epoch seconds or milliseconds. */
export function time(value: string | null | undefined): number | undefined {
  if (value === null || value === undefined || value.trim() === '') return undefined
  if (/^\d{9,11}$/.test(value)) return Number(value) * 1000
  if (/^\d{12,}$/.test(value)) return Number(value)
  const iso = value.trim().replace(' ', 'T')
  const parsed = Date.parse(/T/.test(iso) && !/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? `${iso}Z` : iso)
  return Number.isNaN(parsed) ? undefined : parsed
}

/** The JSON object of a body, or undefined when it is none. */
export function jsonObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  const value = jsonValue(body)
  return isObject(value) ? value : undefined
}

/** The strings of a JSON array body, or undefined when it is none. */
export function jsonStrings(body: Buffer): readonly string[] | undefined {
  return stringList(jsonValue(body))
}

/** The strings of a list, or undefined when it is none. */
export function stringList(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value
  return items.every((item) => typeof item === 'string') ? items : undefined
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value if it is a string that says something. */
export function nonEmptyString(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

function jsonValue(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
