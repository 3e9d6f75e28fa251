import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ProxyError } from '../http/errors.js'
import { valuesOf } from '../http/raw-headers.js'

/** Checks the key that callers must present when X8_PROXY_KEY is set. */
export interface ProxyKey {
  /** @throws {ProxyError} `proxy-key-required` */
  check(headers: IncomingHttpHeaders): void
  /** Whether the key is the password of a login (RFC 7617), where scripts have the secret of the app. */
  isPassword(authorization: string | undefined): boolean
  /** Whether an `Authorization` header, the second of two even, has this key: then it must go no further. */
  isIn(rawHeaders: readonly string[]): boolean
}

/** @param key the key at this moment: it may be rotated */
export function createProxyKey(key: () => string): ProxyKey {
  let known = { key: '', digest: digest('') }
  /** Of the key; it is made again only when that has been rotated. */
  function expected(): Buffer {
    const current = key()
    if (current !== known.key) known = { key: current, digest: digest(current) }
    return known.digest
  }
  // Digests of equal length, compared in constant time: neither the key nor its length can be timed.
  const equals = (presented: string) => timingSafeEqual(digest(presented), expected())
  const isBearer = (authorization: string | undefined) => {
    const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    return bearer !== undefined && equals(bearer)
  }
  const isPassword = (authorization: string | undefined) => passwords(authorization).some(equals)
  return {
    isPassword,
    isIn: (rawHeaders) =>
      valuesOf(rawHeaders, 'authorization').some((value) => isBearer(value) || isPassword(value)),
    check(headers) {
      const presented = headers['x-proxy-key']
      if (typeof presented === 'string' && equals(presented)) return
      if (isBearer(headers.authorization)) return
      throw new ProxyError(
        'proxy-key-required',
        'Present the proxy key as "X-Proxy-Key: <key>" or "Authorization: Bearer <key>". It is the setting X8_PROXY_KEY.',
      )
    },
  }
}

/** The password as it is written, and as OAuth libraries mean it, which encode it (RFC 6749, section 2.3.1). */
function passwords(authorization: string | undefined): string[] {
  const encoded = /^Basic +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return []
  const credentials = Buffer.from(encoded, 'base64').toString()
  const colon = credentials.indexOf(':')
  if (colon === -1) return []
  const password = credentials.slice(colon + 1)
  try {
    return [password, decodeURIComponent(password.replaceAll('+', ' '))]
  } catch {
    return [password]
  }
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
