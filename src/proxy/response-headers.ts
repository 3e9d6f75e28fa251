import { connectionOptions, forEachHeader, latin1, type RawHeaders } from '../http/raw-headers.js'

/** How the caller sees the proxy: what 8x8's own links are rewritten to. */
export interface CallerView {
  /** 8x8's origin, such as `https://api.8x8.com`. */
  readonly upstreamOrigin: string
  /** The proxy as the caller addressed it, such as `http://localhost:8808`. */
  readonly proxyOrigin: string
  readonly requestId: string
  /** CORS headers of the response, name and value in turn; 8x8's own are then stripped. */
  readonly cors: readonly string[] | undefined
  /** Links in the body are rewritten: what holds for its bytes as 8x8 sent them holds no longer. */
  readonly changesBody: boolean
  /** Whether what 8x8 serves may not act as a page of the proxy: it is for a browser, and may be anybody's file. */
  readonly shutsIn: boolean
}

/**
 * Makes the headers of the caller's response: as 8x8 sent them, without what belongs to the last hop or to 8x8's own host name, and with
 * links to 8x8 turned into links to the proxy.
 *
 * @param rawHeaders name and value in turn, as undici gives them
 */
export function responseHeaders(rawHeaders: RawHeaders, view: CallerView): string[] {
  const headers: string[] = []
  const hopByHop = connectionOptions(rawHeaders)
  forEachHeader(rawHeaders, (rawName, rawValue) => {
    const name = latin1(rawName)
    const lower = name.toLowerCase()
    let value = latin1(rawValue)
    if (STRIPPED.has(lower) || hopByHop?.has(lower) === true) return
    if (view.shutsIn && lower === 'x-content-type-options') return
    if (view.cors !== undefined && lower.startsWith('access-control-')) return
    // What carries our name in Proxy-Status is ours: no other server may claim it.
    if (lower === 'proxy-status' && value.includes('8x8-auth-proxy')) return
    if (view.changesBody && OF_EXACT_BYTES.has(lower)) return
    // A changed body may not have the strong validator of another one (RFC 9110, section 8.8.1).
    if (view.changesBody && lower === 'etag') value = value.replace(/^(?=")/, 'W/')
    if (lower === 'location') value = rewriteUrl(value, view)
    else if (lower === 'link') value = rewriteLink(value, view)
    headers.push(name, value)
  })
  headers.push('X-Request-Id', view.requestId)
  // A second policy beside 8x8's: the stricter of both holds (CSP, section 8.1). In a sandbox a page has no origin.
  if (view.shutsIn) headers.push('Content-Security-Policy', 'sandbox', 'X-Content-Type-Options', 'nosniff')
  if (view.cors !== undefined) headers.push(...view.cors)
  return headers
}

const STRIPPED: ReadonlySet<string> = new Set([
  // Hop-by-hop (RFC 9110, section 7.6.1).
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Cookies on localhost are shared by all ports; the other two speak of 8x8's host, not of this one.
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  'alt-svc',
  // They act on all that has this origin, the page at /-/ included, or lead away from it.
  'clear-site-data',
  'service-worker-allowed',
  'refresh',
  // The caller gets the one that was sent to 8x8.
  'x-request-id',
])

/** The length, and digests (RFC 9530 and before). */
const OF_EXACT_BYTES: ReadonlySet<string> = new Set([
  'content-length',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
])

/**
 * RFC 8288: only what stands between angle brackets, never what a quoted parameter holds. A quote that is not closed lasts
 * to the end (appendix B.4), so that no character is looked at twice.
 */
function rewriteLink(value: string, view: CallerView): string {
  return value.replace(/"(?:[^"\\]|\\.?)*(?:"|$)|<[^<>]*>/gs, (part) =>
    part.startsWith('<') ? `<${rewriteUrl(part.slice(1, -1), view)}>` : part,
  )
}

/** An absolute URL on exactly 8x8's origin becomes one on the proxy; any other, presigned ones included, stays. */
function rewriteUrl(value: string, { upstreamOrigin, proxyOrigin }: CallerView): string {
  const match = /^\s*((?:https?:)?\/\/[^/?#\s]*)(.*)$/is.exec(value)
  if (match === null) return value
  const [, origin, rest] = match as unknown as [string, string, string]
  const absolute = origin.startsWith('//') ? `${new URL(upstreamOrigin).protocol}${origin}` : origin
  // `new URL` knows that case and the default port do not matter. Credentials in a URL make it another one, and
  // browsers take a backslash for the end of the host, others do not.
  if (/[@\\]/.test(absolute) || !URL.canParse(absolute) || new URL(absolute).origin !== upstreamOrigin)
    return value
  return `${proxyOrigin}${rest}`
}
