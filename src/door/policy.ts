import type { Rule } from '../config.js'
import { ProxyError } from '../errors.js'

export interface Policy {
  readonly readOnly: boolean
  readonly allow: readonly Rule[]
  readonly deny: readonly Rule[]
}

/**
 * What may be forwarded, by method and path: X8_READ_ONLY, X8_DENY, X8_ALLOW, in this order.
 *
 * @param path canonical, see `canonicalPath`
 * @throws {ProxyError} `not-allowed`
 */
export function checkPolicy(method: string, path: string, { readOnly, allow, deny }: Policy): void {
  // TRACE makes a server send back the request as it got it: with the token in it.
  if (method === 'TRACE' || method === 'CONNECT') throw notAllowed(`${method} is never forwarded.`)
  if (readOnly && !SAFE.has(method))
    throw notAllowed('X8_READ_ONLY is on: only GET, HEAD and OPTIONS are forwarded.')
  if (allow.length === 0 && deny.length === 0) return

  const readings = readingsOf(path)
  if (deny.some((rule) => readings.some((reading) => matches(rule, method, reading)))) {
    throw notAllowed('A rule in X8_DENY matches this request.')
  }
  if (
    allow.length > 0 &&
    !readings.every((reading) => allow.some((rule) => matches(rule, method, reading)))
  ) {
    throw notAllowed('No rule in X8_ALLOW matches this request.')
  }
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * The paths that a server might take this one for. Some decode escaped slashes before they route, some cut
 * `;parameters`: a rule that denies must hold for all readings, one that allows must hold in all of them.
 */
function readingsOf(path: string): string[] {
  const loose = path
    .replace(/%2f|%5c/gi, '/')
    .replace(/;[^/]*|%3b[^/]*/gi, '')
    .replace(/\/{2,}/g, '/')
  return loose === path ? [path] : [path, loose]
}

function matches(rule: Rule, method: string, path: string): boolean {
  // HEAD is GET without the body (RFC 9110, section 9.3.2).
  if (rule.method !== undefined && rule.method !== method && !(rule.method === 'GET' && method === 'HEAD'))
    return false
  return path === rule.prefix || path.startsWith(`${rule.prefix}/`)
}

function notAllowed(reason: string): ProxyError {
  return new ProxyError('not-allowed', `${reason} Nothing was sent to 8x8.`)
}
