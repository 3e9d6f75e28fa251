import type { IncomingHttpHeaders } from 'node:http'
import { ProxyError } from '../../http/errors.js'
import { parseHttpDate } from '../../http/http-date.js'
import { isTold } from './cache-key.js'

/** What a caller asks of a cache (RFC 9111, section 5.2.1). */
export interface RequestDirectives {
  /** Whether a kept response may be given. */
  readonly reads: boolean
  /** Whether 8x8's response may be kept for others. */
  readonly stores: boolean
  /** How old a kept response may be, in milliseconds. */
  readonly maxAgeMs: number
}

export function requestDirectives(headers: IncomingHttpHeaders): RequestDirectives {
  const directives = parse(headers['cache-control'])
  const noCache = directives.has('no-cache') || parse(headers.pragma).has('no-cache')
  const noStore = directives.has('no-store')
  const maxAgeMs = milliseconds(directives.get('max-age')) ?? Infinity
  return { reads: !noCache && !noStore && maxAgeMs > 0, stores: !noStore, maxAgeMs }
}

/** Why a request goes no further though nothing stored can be given: its caller wanted that or nothing. */
export function notToBeAsked(headers: IncomingHttpHeaders): ProxyError | undefined {
  if (!parse(headers['cache-control']).has('only-if-cached')) return undefined
  return new ProxyError(
    'not-stored',
    'The request says only-if-cached, and nothing that is stored is fresh enough for it. Nothing was sent to 8x8.',
  )
}

/** What 8x8 allows a cache to do with its response. */
export interface Reuse {
  /** Whether others may have it at all. */
  readonly coalescible: boolean
  /** How long it is fresh by 8x8's own word, in milliseconds; Infinity where 8x8 says nothing. */
  readonly freshMs: number
}

/**
 * To 8x8 the proxy is one user, with one credential, and this is that user's private cache: `private` and a response to
 * `Authorization` may be kept, `s-maxage` is for others. `no-store`, and a `Vary` that the key does not tell apart, keep
 * a response to the one who asked; `no-cache` and `max-age=0` only from those who ask later.
 */
export function reuseOf(headers: IncomingHttpHeaders): Reuse {
  const directives = parse(headers['cache-control'])
  const varies = names(headers.vary)
  return {
    coalescible: !directives.has('no-store') && varies.every(isTold),
    freshMs: freshMs(directives, headers),
  }
}

/**
 * How old the response was when it came, in milliseconds: a cache before this one says so. The first of a list counts (RFC
 * 9111, section 5.1).
 */
export function ageOnArrivalMs({ age }: IncomingHttpHeaders): number {
  if (age === undefined) return 0
  return milliseconds(text(age).split(',')[0]!.trim()) ?? 0
}

function freshMs(directives: ReadonlyMap<string, string>, headers: IncomingHttpHeaders): number {
  if (directives.has('no-cache')) return 0
  // One that cannot be read is taken for stale (RFC 9111, section 4.2.1).
  if (directives.has('max-age')) return milliseconds(directives.get('max-age')) ?? 0
  if (headers.expires === undefined) return Infinity
  const expiresAt = parseHttpDate(text(headers.expires))
  if (expiresAt === undefined) return 0
  const madeAt = headers.date === undefined ? undefined : parseHttpDate(text(headers.date))
  return Math.max(expiresAt - (madeAt ?? Date.now()), 0)
}

/** Directives by their lower-case names; the first of a name counts. What stands in quotes may hold commas. */
function parse(value: string | string[] | undefined): Map<string, string> {
  const directives = new Map<string, string>()
  if (value === undefined) return directives
  for (const [, name, quoted, plain] of text(value).matchAll(DIRECTIVE)) {
    const lower = name!.toLowerCase()
    if (!directives.has(lower)) directives.set(lower, quoted ?? plain ?? '')
  }
  return directives
}

const DIRECTIVE = /([^\s,;="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g

function names(value: string | string[] | undefined): string[] {
  if (value === undefined) return []
  return text(value)
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}

/** A header that came more than once is one list (RFC 9110, section 5.3). */
function text(value: string | string[]): string {
  return typeof value === 'string' ? value : value.join(', ')
}

/** Whole seconds as milliseconds; undefined for what is none. */
function milliseconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) * 1000 : undefined
}
