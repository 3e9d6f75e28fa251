/** Headers as Node and undici give them: name, value, name, value. Names keep their case and may come twice. */
export type RawHeaders = readonly (Buffer | string)[]

/** All of a request's headers, with their names. Node's own default. */
export const MAX_HEADER_BYTES = 16 * 1024

/** Calls `visit` with each header in order. This is the one loop over raw headers. */
export function forEachHeader<T extends Buffer | string>(
  raw: readonly T[],
  visit: (name: T, value: T) => void,
): void {
  for (let i = 0; i + 1 < raw.length; i += 2) visit(raw[i]!, raw[i + 1]!)
}

/**
 * Finds all values of one header.
 *
 * @param name in lower case
 * @example
 * valuesOf(['Host', 'a', 'host', 'b'], 'host') // ['a', 'b']
 */
export function valuesOf<T extends Buffer | string>(raw: readonly T[], name: string): T[] {
  const values: T[] = []
  forEachHeader(raw, (key, value) => {
    if (key.length === name.length && key.toString().toLowerCase() === name) values.push(value)
  })
  return values
}

/**
 * Finds the headers that `Connection` names, in lower case: they are hop-by-hop (RFC 9110, section 7.6.1). Undefined in
 * the usual cases, where it names none.
 */
export function connectionOptions(raw: RawHeaders): ReadonlySet<string> | undefined {
  let names: Set<string> | undefined
  for (const value of valuesOf(raw, 'connection')) {
    const options = latin1(value)
    if (!USUAL_CONNECTION.test(options)) {
      names ??= new Set()
      for (const option of options.split(',')) names.add(option.trim().toLowerCase())
    }
  }
  return names
}

const USUAL_CONNECTION = /^(?:keep-alive|close)?$/i

/** A header's name or value as a string, byte for byte: HTTP/1 headers are Latin-1. */
export function latin1(value: Buffer | string): string {
  return typeof value === 'string' ? value : value.toString('latin1')
}
