/** How the caller sees the proxy: what 8x8's own links are rewritten to. */
export interface CallerView {
  /** 8x8's origin, such as `https://api.8x8.com`. */
  readonly upstreamOrigin: string
  /** The proxy as the caller addressed it, such as `http://localhost:8808`. */
  readonly proxyOrigin: string
  readonly requestId: string
  /** CORS headers to answer with, name and value in turn; 8x8's own then stop here. */
  readonly cors: readonly string[] | undefined
}

/**
 * The headers that come down: as 8x8 sent them, without what belongs to the last hop or to 8x8's own host name, and with
 * links to 8x8 turned into links to the proxy.
 *
 * @param rawHeaders name and value in turn, as undici gives them
 */
export function responseHeaders(rawHeaders: readonly (Buffer | string)[], view: CallerView): string[] {
  const headers: string[] = []
  let connection: Set<string> | undefined
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = latin1(rawHeaders[i]!)
    const lower = name.toLowerCase()
    let value = latin1(rawHeaders[i + 1]!)
    if (lower === 'connection') {
      connection = withOptions(connection, value)
      continue
    }
    if (STOPS_HERE.has(lower) || (view.cors !== undefined && lower.startsWith('access-control-'))) continue
    // What carries our name in Proxy-Status is ours: nobody else may claim it.
    if (lower === 'proxy-status' && value.includes('8x8-auth-proxy')) continue
    if (lower === 'location') value = rewriteUrl(value, view)
    else if (lower === 'link') value = rewriteLink(value, view)
    headers.push(name, value)
  }
  const kept = connection === undefined ? headers : without(headers, connection)
  kept.push('X-Request-Id', view.requestId)
  if (view.cors !== undefined) kept.push(...view.cors)
  return kept
}

const STOPS_HERE: ReadonlySet<string> = new Set([
  // Hop by hop (RFC 9110, section 7.6.1).
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
  // The one that the proxy answers with is the one that it sent up.
  'x-request-id',
])

/** RFC 8288: only what stands between angle brackets, never what a quoted parameter holds. */
function rewriteLink(value: string, view: CallerView): string {
  return value.replace(/"(?:[^"\\]|\\.)*"|<[^<>]*>/g, (part) =>
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

function withOptions(names: Set<string> | undefined, connection: string): Set<string> | undefined {
  if (/^(?:keep-alive|close)$/i.test(connection)) return names
  return new Set([...(names ?? []), ...connection.split(',').map((option) => option.trim().toLowerCase())])
}

function without(headers: readonly string[], names: ReadonlySet<string>): string[] {
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    if (!names.has(headers[i]!.toLowerCase())) kept.push(headers[i]!, headers[i + 1]!)
  }
  return kept
}

function latin1(value: Buffer | string): string {
  return typeof value === 'string' ? value : value.toString('latin1')
}
