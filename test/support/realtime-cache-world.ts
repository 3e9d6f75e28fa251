import { parseList } from 'structured-headers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Environment } from '../../src/config/config.js'
import { type TestResponse, send } from './http-client.js'
import { startProxy, type TestProxy, type TestProxyOptions } from './proxy.js'
import { until } from './until.js'
import { startUpstream, type TestUpstream, type TestUpstreamOptions } from './upstream.js'

export const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'

export interface World {
  readonly upstream: TestUpstream
  readonly proxy: TestProxy
  /** Gets the queues, or something else. */
  readonly get: (headers?: Record<string, string>, path?: string, method?: string) => Promise<TestResponse>
}

export async function startWorld(
  upstreamOptions: TestUpstreamOptions = {},
  environment: Environment = {},
  proxyOptions: TestProxyOptions = {},
): Promise<World> {
  const upstream = await startUpstream(upstreamOptions)
  const proxy = await startProxy(
    { X8_BASE_URL: upstream.origin, X8_REALTIME_CACHE_MS: '5000', ...environment },
    proxyOptions,
  )
  return {
    upstream,
    proxy,
    get: (headers = {}, path = QUEUES, method = 'GET') => send(proxy.port, { path, headers, method }),
  }
}

/** An upstream whose responses wait until they are let go. */
export function gate(respond: (request: IncomingMessage, response: ServerResponse) => void): {
  readonly respond: NonNullable<TestUpstreamOptions['respond']>
  readonly waiting: () => number
  readonly open: () => void
} {
  const waiting: (() => void)[] = []
  return {
    respond: (request, response) => void waiting.push(() => respond(request, response)),
    waiting: () => waiting.length,
    open: () => waiting.splice(0).forEach((go) => go()),
  }
}

/** The parameters of this proxy's member of `Cache-Status`, read as a structured field. */
export function cacheStatus({ headers }: TestResponse): Record<string, unknown> | undefined {
  if (headers['cache-status'] === undefined) return undefined
  const members = parseList(headers['cache-status'] as string)
  const [, parameters] = members.find(([name]) => name === '8x8-auth-proxy')!
  return Object.fromEntries([...parameters].map(([key, value]) => [key, String(value)]))
}

export async function cacheOf({ proxy }: Pick<World, 'proxy'>): Promise<Record<string, unknown>> {
  const status = (await (await fetch(`${proxy.origin}/-/status`)).json()) as {
    cache: Record<string, unknown>
  }
  return status.cache
}

/** The one request is at 8x8, and all callers have been let in. */
export async function allWait(proxy: TestProxy, callers: number, atUpstream: () => number): Promise<void> {
  await until(() => atUpstream() === 1)
  // The lookup itself is one of those in flight.
  await until(async () => (await metric(proxy, 'x8_proxy_requests_in_flight')) === String(callers + 1))
}

export async function metric(proxy: TestProxy, name: string): Promise<string | undefined> {
  const text = await (await fetch(`${proxy.origin}/-/metrics`)).text()
  return text
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1)
}
