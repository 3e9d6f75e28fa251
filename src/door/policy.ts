import type { Rule } from '../config/config.js'
import { ProxyError } from '../http/errors.js'
import { decodeFully } from '../http/percent-encoding.js'

export interface PolicySettings {
  readonly readOnly: boolean
  readonly allow: readonly Rule[]
  readonly deny: readonly Rule[]
}

/**
 * @param path canonical, see `canonicalPath`
 * @throws {ProxyError} `not-allowed`
 */
export type Policy = (method: string, path: string) => void

/** What may be forwarded, by method and path: X8_READ_ONLY, X8_DENY, X8_ALLOW, in this order. */
export function createPolicy({ readOnly, allow, ...rules }: PolicySettings): Policy {
  const deny = rules.deny.map(withLoosePrefix)

  return (method, path) => {
    // TRACE makes a server send back the request as it got it: with the token in it.
    if (method === 'TRACE' || method === 'CONNECT') throw notAllowed(`${method} is never forwarded.`)
    if (readOnly && !SAFE.has(method)) {
      throw notAllowed('X8_READ_ONLY is on: only GET, HEAD and OPTIONS are forwarded.')
    }
    if (allow.length === 0 && deny.length === 0) return

    // What is denied is denied in every reading of the path, what is allowed in the exact one only.
    const loose = deny.length === 0 ? path : loosePath(path)
    if (deny.some((rule) => isFor(method, rule) && covers(rule.loosePrefix, loose))) {
      throw notAllowed('A rule in X8_DENY matches this request.')
    }
    if (allow.length > 0 && !allow.some((rule) => isFor(method, rule) && covers(rule.prefix, path))) {
      throw notAllowed('No rule in X8_ALLOW matches this request.')
    }
  }
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

interface LooseRule extends Rule {
  readonly loosePrefix: string
}

function withLoosePrefix(rule: Rule): LooseRule {
  return { ...rule, loosePrefix: loosePath(rule.prefix).replace(/\/$/, '') }
}

/**
 * The path as the most generous server might read it: all escapes decoded, however often they were escaped, backslashes
 * taken for slashes, `;parameters` dropped, case ignored.
 */
function loosePath(path: string): string {
  return decodeFully(path)
    .replace(/[?#].*$/s, '')
    .replace(/\\/g, '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/{2,}/g, '/')
    .toLowerCase()
}

function isFor(method: string, rule: Rule): boolean {
  // HEAD is GET without the body (RFC 9110, section 9.3.2).
  return rule.method === undefined || rule.method === method || (rule.method === 'GET' && method === 'HEAD')
}

/** Prefixes end where a segment ends. */
function covers(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}

function notAllowed(reason: string): ProxyError {
  return new ProxyError('not-allowed', `${reason} Nothing was sent to 8x8.`)
}
