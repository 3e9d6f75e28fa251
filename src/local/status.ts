import type { FastifyInstance } from 'fastify'
import { settingOf } from '../config/family-settings.js'
import type { Config } from '../config/config.js'
import { FAMILIES, isGranted } from '../api/families.js'
import type { Counters, RateStatus } from '../telemetry/counters.js'
import type { TokenCache } from '../token/token-cache.js'
import type { RequestCounts } from '../telemetry/request-counters.js'

export interface StatusOptions {
  readonly version: string
  readonly config: Config
  readonly tokens: Pick<TokenCache, 'status'>
  readonly workTokens: Pick<TokenCache, 'status'> | undefined
  /** Whether replicas can share tokens; undefined where they do not. */
  readonly tokenStore: () => object | undefined
  readonly counters: () => Counters
  /** In front of the sandbox of this process. */
  readonly sandbox: boolean
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
}

/** How the proxy is doing. */
export type ReadStatus = () => object

/** `/-/status`: what a person asks first, as JSON. No secret, no token, no key. */
export async function status(app: FastifyInstance, { read }: { read: ReadStatus }): Promise<void> {
  app.get('/-/status', () => read())
}

export function createStatus(options: StatusOptions): ReadStatus {
  const { version, config, tokens, workTokens, tokenStore, counters, sandbox, now } = options
  const startedAt = now()
  return () => {
    const { requestCounters, circuitBreaker, hosts, cache, rates } = counters()
    return {
      version,
      ...(sandbox ? { sandbox } : {}),
      uptimeSeconds: Math.floor((now() - startedAt) / 1000),
      token: tokens.status(),
      families: entitlements(tokens.status().products),
      ...(workTokens === undefined ? {} : { workToken: workTokens.status() }),
      // Left out of the JSON where there is none.
      tokenStore: tokenStore(),
      upstream: { origin: config.baseUrl.origin, tokenUrl: withoutQuery(config.tokenUrl), ...circuitBreaker },
      hosts,
      requests: requestsByFamily(requestCounters),
      cache:
        cache === undefined
          ? { enabled: false }
          : { enabled: true, ...cache, ...cacheResults(requestCounters) },
      rateBudget:
        rates === undefined
          ? { enabled: false }
          : {
              enabled: true,
              ...OF_THIS_REPLICA,
              maxWaitMs: config.rateWaitMs,
              families: rates.map(withoutWaits),
            },
      settings: settingsInForce(config),
    }
  }
}

const OF_THIS_REPLICA = {
  scope: 'replica',
  note: 'Replicas keep their own budgets and know nothing of each other: lead all calls of these families to one of them.',
} as const

function withoutWaits({ waits, ...rate }: RateStatus): object {
  const averageWaitSeconds = waits.count === 0 ? 0 : Math.round((1000 * waits.seconds) / waits.count) / 1000
  return { ...rate, sent: waits.count, averageWaitSeconds }
}

/** The settings by their names, as a person wrote them; secrets only as being set. */
function settingsInForce(config: Config): Record<string, unknown> {
  const rules = (list: Config['allow']) =>
    list.map(({ method, prefix }) => `${method === undefined ? '' : `${method} `}${prefix || '/'}`)
  return {
    ...('socket' in config.listen
      ? { X8_SOCKET: config.listen.socket }
      : { X8_HOST: config.listen.host, X8_PORT: config.listen.port }),
    X8_BASE_URL: config.baseUrl.origin,
    ...Object.fromEntries(
      [...config.familyUrls].map(([family, url]) => [settingOf('X8_BASE_URL', family), url.origin]),
    ),
    X8_TOKEN_URL: withoutQuery(config.tokenUrl),
    X8_APP_KEY: 'set',
    ...Object.fromEntries(config.familiesWithKey.map((family) => [settingOf('X8_APP_KEY', family), 'set'])),
    X8_APP_SECRET: 'set',
    X8_APP_SECRET_COMMAND: config.hasSecretCommand ? 'set' : 'not set',
    X8_WORK_USERNAME: config.handlesWorkLogin ? 'set' : 'not set',
    X8_PROXY_KEY: config.requiresProxyKey ? 'set' : 'not set',
    X8_TENANT: config.tenant ?? null,
    X8_PBX: config.pbx ?? null,
    X8_ALLOWED_HOSTS: [...config.allowedHosts],
    X8_ALLOWED_ORIGINS: [...config.allowedOrigins],
    X8_READ_ONLY: config.readOnly,
    X8_ALLOW: rules(config.allow),
    X8_DENY: rules(config.deny),
    X8_MAX_BODY_BYTES: config.maxBodyBytes,
    X8_REPLAY_BODY_BYTES: config.replayBodyBytes,
    X8_CONNECT_TIMEOUT_MS: config.connectTimeoutMs,
    X8_RESPONSE_TIMEOUT_MS: config.responseTimeoutMs,
    X8_IDLE_TIMEOUT_MS: config.idleTimeoutMs,
    X8_TOKEN_TIMEOUT_MS: config.tokenTimeoutMs,
    X8_SHUTDOWN_GRACE_MS: config.shutdownGraceMs,
    X8_REALTIME_CACHE_MS: config.realtimeCacheMs,
    X8_TOKEN_STORE_URL: config.sharesTokens ? 'set' : 'not set',
    X8_RATE_WAIT_MS: config.rateWaitMs,
    X8_REWRITE_BODY_LINKS: config.rewriteBodyLinks,
    X8_LOG_LEVEL: config.logLevel,
  }
}

function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`
}

function cacheResults({ cache }: RequestCounts): Record<string, number> {
  return { hits: cache.hit, misses: cache.miss, collapsed: cache.collapsed, bypassed: cache.bypass }
}

function requestsByFamily({
  families,
}: RequestCounts): Record<string, { requests: number; statuses: Record<string, number> }> {
  return Object.fromEntries(
    [...families].map(([family, { count, responses }]) => {
      const statuses: Record<string, number> = {}
      for (const [response, value] of responses) {
        const code = response.slice(response.indexOf(' ') + 1)
        statuses[code] = (statuses[code] ?? 0) + value
      }
      return [family, { requests: count, statuses }]
    }),
  )
}

/** Which families the app may call; null where 8x8 does not tell by the token. */
function entitlements(
  products: readonly string[],
): { name: string; title: string; granted: boolean | null }[] {
  return FAMILIES.map((family) => ({
    name: family.name,
    title: family.title,
    granted: isGranted(family, products) ?? null,
  }))
}
