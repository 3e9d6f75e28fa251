import type { Family } from '../api/families.js'
import type { Config } from '../config/config.js'
import type { Exchange } from '../http/exchange.js'
import { isPlaceholder } from '../http/placeholder.js'
import { connectionOptions, forEachHeader } from '../http/raw-headers.js'

/** What the proxy adds to a request. */
export interface Additions {
  readonly family: Family
  /** The app key, for the families that take it. */
  readonly appKey: string
  /** The shared token, or the Work Analytics user's; undefined where the family takes none or the caller's own. */
  readonly token: string | undefined
  readonly requestId: string
  readonly tenant: string | undefined
  readonly pbx: string | undefined
  /** The response's body may have to be changed: it is asked for without a content encoding. */
  readonly unencoded: boolean
  /** The caller's `Authorization` was for the proxy and is stripped. */
  readonly dropAuthorization: boolean
}

/**
 * Makes the headers that are sent to 8x8: the caller's without the stripped ones, then what the proxy adds. Adding comes
 * last, so a caller can neither forge nor strip it. Names and values stay byte for byte, in their order.
 *
 * @param rawHeaders name and value in turn, as Node gives them
 * @returns name and value in turn, without `Host` and the body's length: those follow from origin and body
 */
export function requestHeaders(rawHeaders: readonly string[], additions: Additions): string[] {
  const { family, appKey, token } = additions
  const hopByHop = connectionOptions(rawHeaders)
  const headers: string[] = []
  let hasKey = false
  let hasTenant = false

  const keyHeader = KEY_HEADER[family.credential]
  const tenantHeader = family.tenantHeader
  const tenantName = tenantHeader?.toLowerCase()
  const keepsAuthorization =
    family.credential === 'work' && token === undefined && !additions.dropAuthorization

  forEachHeader(rawHeaders, (name, value) => {
    const lower = name.toLowerCase()
    if (isStripped(lower) || hopByHop?.has(lower) === true) return
    if (lower === 'authorization' && !keepsAuthorization) return
    if (lower === 'accept-encoding' && additions.unencoded) return
    if (lower === keyHeader) {
      if (isPlaceholder(value) || family.credential === 'work') return
      hasKey = true
    } else if (lower === tenantName) {
      if (isPlaceholder(value)) return
      hasTenant = true
    }
    headers.push(name, value)
  })

  if (token !== undefined) headers.push('Authorization', `Bearer ${token}`)
  if (keyHeader !== undefined && !hasKey) headers.push(keyHeader, appKey)
  if (tenantHeader !== undefined && !hasTenant) {
    const tenant = tenantHeader === 'pbx' ? additions.pbx : additions.tenant
    if (tenant !== undefined) headers.push(tenantHeader, tenant)
  }
  if (additions.unencoded) headers.push('Accept-Encoding', 'identity')
  headers.push('X-Request-Id', additions.requestId)
  return headers
}

/** The header in which a request brings a key of its own, as its caller spells it, if it goes to 8x8 with that key. */
export function ownKeyHeader(rawHeaders: readonly string[], family: Family): string | undefined {
  const keyHeader = family.credential === 'work' ? undefined : KEY_HEADER[family.credential]
  if (keyHeader === undefined || connectionOptions(rawHeaders)?.has(keyHeader) === true) return undefined
  let own: string | undefined
  forEachHeader(rawHeaders, (name, value) => {
    if (name.toLowerCase() === keyHeader && !isPlaceholder(value)) own = name
  })
  return own
}

const KEY_HEADER = {
  bearer: undefined,
  'api-key': 'x-api-key',
  work: '8x8-apikey',
  'customer-experience': '8x8-apikey',
} as const

/** A request that is about to be sent. */
export interface OutgoingRequest {
  readonly exchange: Exchange
  readonly request: { readonly id: string }
  readonly appKey: string
  readonly rewritesLinks: boolean
  readonly options: { readonly config: Pick<Config, 'tenant' | 'pbx'> }
}

/** What the proxy adds to a request. Each one pays for this: put together by spreading, it takes a fifth of a request's time. */
export function additionsTo(outgoing: OutgoingRequest, token: string | undefined): Additions {
  const { family, admission } = outgoing.exchange
  const { tenant, pbx } = outgoing.options.config
  return {
    family: family!,
    appKey: outgoing.appKey,
    token,
    requestId: outgoing.request.id,
    tenant,
    pbx,
    unencoded: outgoing.rewritesLinks,
    dropAuthorization: admission!.authorizationIsProxyKey,
  }
}

/** Servers that hand headers on as variables take "_" for "-". */
function isStripped(lower: string): boolean {
  const name = lower.includes('_') ? lower.replaceAll('_', '-') : lower
  return STRIPPED.has(name) || STRIPPED_PREFIX.test(name)
}

const STRIPPED: ReadonlySet<string> = new Set([
  // Hop-by-hop (RFC 9110, section 7.6.1).
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  // Made anew for the next hop.
  'host',
  'content-length',
  'expect',
  'x-request-id',
  // Of the caller's browser and of the hops before: not for 8x8.
  'cookie',
  'cookie2',
  'origin',
  'referer',
  'forwarded',
  'via',
  'x-real-ip',
  'x-proxy-key',
  'x-proxy-client',
  // They ask for another method or path than the rules have judged.
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
])
// "proxy-" covers Proxy-Authorization and Proxy-Connection, "access-control-request-" a preflight's headers.
const STRIPPED_PREFIX = /^(?:sec-|proxy-|x-forwarded-|access-control-request-)/
