import type { IncomingMessage } from 'node:http'
import type { Config } from '../config/config.js'
import { ProxyError } from '../http/errors.js'
import type { Admission, Door } from '../http/exchange.js'
import { isLocalPath, isLoginPath, isProbe, isRoot, OWN_PREFIX } from '../http/local-paths.js'
import { readTarget, routePath, type Target } from '../http/target.js'
import { checkReferer, isIconRequest, mayShowPages } from './browser.js'
import { createFraming } from './framing.js'
import { checkForm, checkHost } from './host-header.js'
import { ALLOWED_METHODS, checkOrigin, corsHeaders, isPreflight, preflightHeaders } from './origin.js'
import { createPolicy } from './policy.js'
import { createProxyKey } from './proxy-key.js'

/**
 * Checks which callers may come in, before anything else, on every method and address.
 *
 * @param keyOfCallers what they must send at this moment; undefined if they need not
 */
export function createDoor(config: Config, keyOfCallers: () => string | undefined): Door {
  const proxyKey = keyOfCallers() === undefined ? undefined : createProxyKey(() => keyOfCallers()!)
  const checkPolicy = createPolicy(config)
  const checkFraming = createFraming()

  return (request, requestTarget) => {
    // First of all: what follows a request whose end is in doubt must not come in, whatever else is wrong with it.
    checkFraming(request)
    checkForm(requestTarget, request.headers, config.allowedHosts)
    // Probes are admitted under any host name and without a key: an orchestrator knows neither.
    const probe = isProbe(withoutQuery(requestTarget))
    const host = probe ? (request.headers.host ?? '') : checkHost(request.rawHeaders, config.allowedHosts)
    const corsOrigin = checkOrigin(request.headers, host, config.allowedOrigins)
    const cors = corsOrigin === undefined ? undefined : corsHeaders(corsOrigin)
    try {
      return admit(request, requestTarget, { probe, host, corsOrigin, cors })
    } catch (error) {
      // The page of an allowed origin may read why its request was refused.
      if (cors !== undefined && error instanceof ProxyError) error.headers = cors
      throw error
    }
  }

  function admit(
    request: IncomingMessage,
    requestTarget: string,
    { probe, host, corsOrigin, cors }: Caller,
  ): Admission {
    const { headers } = request
    const method = request.method ?? ''
    const preflight = corsOrigin !== undefined && isPreflight(method, headers)
    // A browser sends no credentials with a preflight.
    const login =
      method === 'POST' &&
      proxyKey?.isPassword(headers.authorization) === true &&
      isLoginPath(routePath(requestTarget), config)
    if (proxyKey !== undefined && !probe && !preflight && !login) proxyKey.check(headers)
    // The one target that is no path: about the server as a whole, which for a caller is this proxy (RFC 9112, 3.2.4).
    const everything = requestTarget === '*' && method === 'OPTIONS'
    const target = everything ? ALL : readTarget(requestTarget, host)
    // What the proxy responds to itself changes nothing at 8x8: the rules are about what is forwarded.
    if (!preflight && !everything && !isLocalPath(target.path, config)) {
      checkReferer(headers, host, config.allowedOrigins)
      checkPolicy(method, target.path)
      if (isIconRequest(target.path, headers)) {
        throw new ProxyError('not-found', 'The proxy has no icon, and does not ask 8x8 for one.')
      }
    }
    if (headers.upgrade?.toLowerCase().includes('websocket')) {
      throw new ProxyError(
        'websocket-not-supported',
        '8x8 offers no WebSockets on this host. Nothing was sent to 8x8.',
      )
    }
    return {
      target,
      host,
      mayShowPages: mayShowPages(headers),
      corsHeaders: cors,
      ownResponse: preflight
        ? { status: 204, headers: preflightHeaders(corsOrigin, headers) }
        : ownResponse(method, target, cors),
      authorizationIsProxyKey: proxyKey?.isIn(request.rawHeaders) ?? false,
      loginKey: login ? keyOfCallers() : undefined,
    }
  }
}

const ALL: Target = { raw: '*', path: '*' }

/** @throws {ProxyError} `not-found` */
function ownResponse(
  method: string,
  { path }: Target,
  cors: readonly string[] = [],
): Admission['ownResponse'] {
  if (path === ALL.path) return { status: 204, headers: ['Allow', ALLOWED_METHODS, ...cors] }
  if (!isRoot(path)) return undefined
  if (method === 'OPTIONS') return { status: 204, headers: ['Allow', 'GET, HEAD, OPTIONS', ...cors] }
  if (method === 'GET' || method === 'HEAD') {
    const headers = ['Location', OWN_PREFIX, 'Cache-Control', 'no-store', 'Content-Length', '0', ...cors]
    return { status: 302, headers }
  }
  throw new ProxyError('not-found', '8x8 has nothing at this path. The page of the proxy itself is /-/.')
}

interface Caller {
  readonly probe: boolean
  readonly host: string
  readonly corsOrigin: string | undefined
  readonly cors: readonly string[] | undefined
}

function withoutQuery(requestTarget: string): string {
  const end = requestTarget.indexOf('?')
  return end === -1 ? requestTarget : requestTarget.slice(0, end)
}
