import type { FastifyInstance } from 'fastify'
import type { TokenCache } from '../token/token-cache.js'
import { catalogue } from './downloads.js'
import { health } from './health.js'
import { login } from './login.js'
import { metrics, type ReadMetrics } from './metrics.js'
import { status, type ReadStatus } from './status.js'

export interface LocalRoutesOptions {
  readonly version: string
  readonly tokens: Pick<TokenCache, 'ready' | 'status'>
  /** Whether the first connection to 8x8 is being opened. */
  readonly warming: () => boolean
  readonly draining: () => boolean
  readonly status: ReadStatus
  readonly metrics: ReadMetrics
  /** Whether callers must present X8_PROXY_KEY. */
  readonly requiresProxyKey: boolean
  /** Whether the proxy logs in to Work Analytics itself; else that login is forwarded. */
  readonly handlesWorkLogin: boolean
}

/**
 * Everything that the proxy responds to by itself, but for the page: health, status, metrics, downloads and logins.
 * None of it may be stored by a cache: it is true for this moment, and a login response holds a token.
 */
export async function localRoutes(app: FastifyInstance, options: LocalRoutesOptions): Promise<void> {
  const { version, tokens, warming, draining, requiresProxyKey, handlesWorkLogin } = options
  app.addHook('onRequest', async (_request, reply) => void reply.header('Cache-Control', 'no-store'))

  await app.register(health, { tokens, warming, draining })
  await app.register(status, { read: options.status })
  await app.register(catalogue, { version, requiresProxyKey })
  await app.register(metrics, { read: options.metrics })
  await app.register(login, { products: () => tokens.status().products, handlesWorkLogin })
}
