import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { ProxyError } from '../http/errors.js'
import { hostname } from './host-header.js'
import { refusing } from './origin.js'

/**
 * Refuses what a browser asks for without saying for whose page. At addresses that it does not trust it sends no
 * `Sec-Fetch-Site`, and a GET for an image, a form or a link carries no `Origin`: 0.0.0.0 and [::ffff:127.0.0.1] lead
 * here like 127.0.0.1, and a page of any site may name them. There only `Referer` tells the proxy's own pages.
 *
 * @param host the request's checked `Host`
 * @throws {ProxyError} `cross-site`
 */
export function checkReferer(
  headers: IncomingHttpHeaders,
  host: string,
  allowedOrigins: ReadonlySet<string>,
): void {
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) return
  if (!isBrowser(headers) || isTrustedByBrowsers(host)) return
  const page = /^https?:\/\/[^/]+/i.exec(headers.referer ?? '')?.[0]
  if (page === undefined || (page !== `http://${host}` && !allowedOrigins.has(page))) {
    throw new ProxyError(
      'cross-site',
      'At this address a browser does not say whose page makes a request. In a browser, call the proxy as http://localhost or http://127.0.0.1, or add the origin of the page to the setting X8_ALLOWED_ORIGINS.',
      refusing(page),
    )
  }
}

/**
 * Whether a browser asks for its icon by itself, as it does for anything of the proxy's that it shows, its error responses included:
 * that request is same-origin, so a link on a foreign page would cause one at 8x8.
 */
export function isIconRequest(path: string, headers: IncomingHttpHeaders): boolean {
  return ICON.test(path) && isBrowser(headers)
}

const ICON = /^\/(?:favicon\.ico|apple-touch-icon[\w-]*\.png)$/

/** Whether a response may be shown as a page: to whatever sends a `Sec-Fetch-*` header, some programs included. */
export function mayShowPages(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name.startsWith('sec-fetch-')) return true
  return isBrowser(headers)
}

/** Every browser sends these, and no page can keep it from doing so. Programs that call themselves "Mozilla" send less. */
function isBrowser(headers: IncomingHttpHeaders): boolean {
  return (
    headers['sec-fetch-dest'] !== undefined ||
    (headers['accept-language'] !== undefined && /\bGecko\b/.test(headers['user-agent'] ?? ''))
  )
}

/** Where browsers send `Sec-Fetch-Site` over plain HTTP (W3C Secure Contexts, section 3.1). */
function isTrustedByBrowsers(host: string): boolean {
  const name = hostname(host) ?? ''
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}
