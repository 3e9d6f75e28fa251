import type { IncomingMessage } from 'node:http'
import type { Config } from '../config.js'
import { ProxyError } from '../errors.js'
import type { Admission } from '../exchange.js'
import { isLocalPath } from '../local-paths.js'
import { readTarget } from '../target.js'
import { checkHost } from './host.js'
import { checkOrigin, isPreflight } from './origin.js'
import { checkPolicy } from './policy.js'
import { createProxyKey } from './proxy-key.js'

/** @throws {ProxyError} why the request may not come in */
export type Door = (request: IncomingMessage, requestTarget: string) => Admission

/** Addresses that answer under any name and without a key: a prober knows neither. */
const PROBES: ReadonlySet<string> = new Set(['/-/live', '/-/ready'])

/** Who may come in, checked before anything else, on every method and address. */
export function createDoor(config: Config): Door {
  const proxyKey = config.proxyKey === undefined ? undefined : createProxyKey(config.proxyKey)

  return (request, requestTarget) => {
    const { headers } = request
    const method = request.method ?? ''
    const probe = PROBES.has(requestTarget)
    const host = probe ? (headers.host ?? '') : checkHost(request.rawHeaders, config.allowedHosts)
    const corsOrigin = checkOrigin(headers, host, config.allowedOrigins)
    const preflight = corsOrigin !== undefined && isPreflight(method, headers)
    // A browser sends no credentials with a preflight.
    if (proxyKey !== undefined && !probe && !preflight) proxyKey.check(headers)
    const target = readTarget(requestTarget, host)
    // What is answered here changes nothing at 8x8: the rules are about what is forwarded.
    if (!preflight && !isLocalPath(target.path, config)) checkPolicy(method, target.path, config)
    if (headers.upgrade?.toLowerCase().includes('websocket')) {
      throw new ProxyError(
        'websocket-not-supported',
        '8x8 offers no WebSockets on this host. Nothing was sent to 8x8.',
      )
    }
    return {
      target,
      host,
      corsOrigin,
      preflight,
      authorizationIsProxyKey: proxyKey?.isIn(headers.authorization) ?? false,
    }
  }
}
