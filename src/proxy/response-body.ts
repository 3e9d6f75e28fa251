import type { IncomingHttpHeaders } from 'node:http'
import { ProxyError } from '../http/errors.js'

/** Their Content-Length is that of another response (RFC 9110, section 8.6): undici would miss those bytes and fail. */
export const BODILESS: ReadonlySet<number> = new Set([204, 304])

/**
 * Why the body of a response cannot be passed on. undici takes chunks apart and nothing else: what is left of
 * `gzip, chunked` is gzip, without a header that says so. It cannot be labelled with `Content-Encoding` either, which
 * belongs to the content, to its ETag and its ranges. No server may send it, since no request here has a `TE` header.
 *
 * @returns `upstream-broken`, or undefined where nothing is wrong
 */
export function unreadableBody(headers: IncomingHttpHeaders): ProxyError | undefined {
  const coding = headers['transfer-encoding'] as string | string[] | undefined
  if (coding === undefined || coding === 'chunked' || String(coding).toLowerCase() === 'chunked')
    return undefined
  return new ProxyError(
    'upstream-broken',
    'The response has a Transfer-Encoding that was not asked for: only chunked is understood here.',
  )
}
