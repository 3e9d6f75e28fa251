import type { FastifyInstance } from 'fastify'
import { ProxyError } from '../http/errors.js'
import type { TokenCache } from '../token/token-cache.js'

export interface HealthOptions {
  readonly tokens: Pick<TokenCache, 'ready' | 'status'>
  /** Whether the first connection to 8x8 is being opened; a first call is not to wait for that. */
  readonly warming: () => boolean
  readonly draining: () => boolean
}

/** `/-/live` and `/-/ready`, for orchestrators that start and stop containers. */
export async function health(
  app: FastifyInstance,
  { tokens, warming, draining }: HealthOptions,
): Promise<void> {
  app.get('/-/live', async () => ({ live: true }))

  app.get('/-/ready', async () => {
    if (draining())
      throw new ProxyError('shutting-down', 'The proxy is shutting down.', { retryAfterMs: 1000 })
    if (tokens.ready()) {
      if (!warming()) return { ready: true }
      throw new ProxyError('token-unavailable', 'The first connection to 8x8 is being opened.', {
        status: 503,
        retryAfterMs: 1000,
      })
    }
    const { state, lastError } = tokens.status()
    const reason =
      lastError ?? (state === 'renewing' ? 'The token is being obtained.' : 'There is no token yet.')
    throw new ProxyError(state === 'refused' ? 'credentials-refused' : 'token-unavailable', reason, {
      status: 503,
      retryAfterMs: 1000,
    })
  })
}
