import type { IncomingHttpHeaders } from 'node:http'
import { type ProblemOptions, ProxyError } from '../http/errors.js'

/**
 * Keeps other sites' web pages out: whatever a browser marks as coming from another origin is refused unless that
 * origin is in X8_ALLOWED_ORIGINS. Programs send neither header and pass. A page of the proxy's own names the proxy
 * itself as its origin.
 *
 * @param host the request's checked `Host`
 * @returns the origin to send CORS headers for, or undefined where none are needed
 * @throws {ProxyError} `cross-site`
 */
export function checkOrigin(
  headers: IncomingHttpHeaders,
  host: string | undefined,
  allowedOrigins: ReadonlySet<string>,
): string | undefined {
  const { origin } = headers
  if (origin !== undefined) {
    if (allowedOrigins.has(origin)) return origin
    // A list of two origins, "null" of a sandboxed frame, a neighbour's port: all foreign.
    if (host === undefined || origin !== `http://${host}`) throw crossSite(origin)
  }
  // A page cannot forge Sec-Fetch-Site. GETs of forms, images and links carry no Origin, but they carry this.
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw crossSite()
  return undefined
}

/** Whether the request is a CORS preflight (Fetch standard, "CORS-preflight request"). */
export function isPreflight(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  )
}

export const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** The response's headers to a preflight of an allowed origin: name and value in turn. */
export function preflightHeaders(origin: string, headers: IncomingHttpHeaders): string[] {
  const response = [
    'Access-Control-Allow-Origin', origin,
    'Access-Control-Allow-Credentials', 'true',
    'Access-Control-Allow-Methods', ALLOWED_METHODS,
    'Access-Control-Max-Age', '600',
    'Vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Private-Network',
  ] // prettier-ignore
  const requested = headers['access-control-request-headers']
  if (requested !== undefined) response.push('Access-Control-Allow-Headers', requested)
  // Private Network Access: Chromium asks before a public page may call a local address.
  if (headers['access-control-request-private-network'] === 'true') {
    response.push('Access-Control-Allow-Private-Network', 'true')
  }
  return response
}

/** What every response to an allowed origin carries: its page may send credentials and read it, 8x8's paging headers included. */
export function corsHeaders(origin: string): string[] {
  return [
    'Access-Control-Allow-Origin', origin,
    'Access-Control-Allow-Credentials', 'true',
    'Access-Control-Expose-Headers', EXPOSED,
    'Vary', 'Origin',
  ] // prettier-ignore
}

const EXPOSED = [
  'Age',
  'Cache-Status',
  'Link',
  'Location',
  'X-Page',
  'X-Page-Size',
  'X-Total-Pages',
  'X-Total-Elements',
  'Last-Document-Id',
  'Content-Disposition',
  'ETag',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'X-Request-Id',
  'X-Response-Id',
  'Proxy-Status',
  'Server-Timing',
  'X-Proxy-Hint',
].join(', ')

function crossSite(origin?: string): ProxyError {
  return new ProxyError(
    'cross-site',
    'A web page of another origin made this request. To let it in, add its origin to the setting X8_ALLOWED_ORIGINS.',
    refusing(origin),
  )
}

/** Who was refused, for the log: an origin as browsers write it. Anything else may be anything. */
export function refusing(origin: string | undefined): ProblemOptions {
  return origin !== undefined && ORIGIN.test(origin) ? { refused: { origin } } : {}
}

const ORIGIN = /^(?:null|[a-z][a-z\d+.-]{0,30}:\/\/(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?)$/
