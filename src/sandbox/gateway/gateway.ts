import type { IncomingMessage } from 'node:http'
import type { Account } from '../data/account.js'
import { message, noRoute } from './responses.js'
import { families } from '../families/registry.js'
import type { Observer, SandboxResponse, SandboxCall } from './handler.js'
import type { SandboxFamily } from '../families/family.js'
import type { Memory } from '../data/memory.js'
import type { RateLimits } from './rate-limits.js'
import type { ReceivedBody } from './receive-body.js'
import { compileRoutes, decodeParts, type Find } from './router.js'

const routed: readonly { readonly family: SandboxFamily; readonly find: Find }[] = families.map((family) => ({
  family,
  find: compileRoutes(family.routes),
}))

/** What the gateway needs to know besides the request. */
export interface GatewayContext {
  readonly account: Account
  readonly origin: string
  readonly downloads: string
  readonly limits: RateLimits
  readonly nowMs: number
  readonly dateMs: number
  readonly memory: Memory
  readonly observe?: Observer | undefined
}

/**
 * Responds to one API request: finds the family, checks the credential and what the family requires, then routes. As on
 * the real gateway, the credential is checked before the path inside the family.
 */
export function handleApiRequest(
  request: IncomingMessage,
  body: ReceivedBody,
  context: GatewayContext,
): SandboxResponse {
  const { method = 'GET', headers } = request
  const { path, query } = splitTarget(request.url ?? '/')
  for (const { family, find } of routed) {
    const base = family.base.exec(path)
    const rest = base && path.slice(base[0].length)
    if (!base || (rest && !rest.startsWith('/'))) continue
    const rejection = family.access(headers, context.account, path)
    if (rejection) return rejection

    const match = find(method, rest ?? '')
    if ('allowed' in match) {
      // Another family may be at the same base, and have the rest of its calls.
      if (match.allowed.length === 0) continue
      return message(405, 'Method Not Allowed', { Allow: match.allowed.join(', ') })
    }
    const turn = context.limits.take(path)
    const call: SandboxCall = {
      method,
      origin: context.origin,
      downloads: context.downloads,
      base: base[0],
      path,
      params: { ...decodeParts(base.groups), ...match.params },
      query: new URLSearchParams(query),
      headers,
      body: body.start,
      nowMs: context.nowMs,
      dateMs: context.dateMs,
      memory: context.memory,
    }
    const found = turn.refused ?? family.demands?.(call) ?? match.handler(call)
    const added = { ...family.adds?.(call), ...turn.headers }
    const response = { ...found, headers: { ...found.headers, ...added } }
    const described = family.calls[match.route]
    if (described !== undefined && turn.refused === undefined) context.observe?.(described, response)
    return response
  }
  return noRoute()
}

/** Splits a raw request target at its first question mark. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?')
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}
