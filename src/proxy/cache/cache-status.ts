import { forEachHeader, type RawHeaders } from '../../http/raw-headers.js'

/**
 * A response's headers with what this cache did: `Cache-Status` (RFC 9211) after those of caches before it, and `Age`
 * (RFC 9111, section 5.1) if the response was not made for this caller.
 *
 * @param rawHeaders name and value in turn
 * @param ageMs how old the response is by now
 */
export function labelled(rawHeaders: RawHeaders, how: string, ageMs?: number): RawHeaders {
  const headers: (Buffer | string)[] = []
  forEachHeader(rawHeaders, (name, value) => {
    const isAge = name.length === 3 && name.toString().toLowerCase() === 'age'
    if (ageMs === undefined || !isAge) headers.push(name, value)
  })
  if (ageMs !== undefined) headers.push('Age', String(Math.floor(ageMs / 1000)))
  headers.push('Cache-Status', `"8x8-auth-proxy"; ${how}`)
  return headers
}
