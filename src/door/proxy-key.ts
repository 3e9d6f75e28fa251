import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ProxyError } from '../http/errors.js'
import { valuesOf } from '../http/raw-headers.js'

/** Checks the key that callers must present when X8_PROXY_KEY is set. */
export interface ProxyKey {
  /** @throws {ProxyError} `proxy-key-required` */
  check(headers: IncomingHttpHeaders): void
  /** Whether an `Authorization` header, the second of two even, is this key: then it must go no further. */
  isIn(rawHeaders: readonly string[]): boolean
}

/** @param key the key at this moment: it may be rotated */
export function createProxyKey(key: () => string): ProxyKey {
  // Digests of equal length, compared in constant time: neither the key nor its length can be timed.
  const equals = (presented: string) => timingSafeEqual(digest(presented), digest(key()))
  const isBearer = (authorization: string | undefined) => {
    const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
    return bearer !== undefined && equals(bearer)
  }
  return {
    isIn: (rawHeaders) => valuesOf(rawHeaders, 'authorization').some(isBearer),
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

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
