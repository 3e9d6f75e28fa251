import type { BaseLogger } from 'pino'
import type { Config, Secrets } from '../../config/config.js'
import type { Credentials } from '../../config/credentials.js'
import { createRedisTokenStore } from './redis-token-store.js'
import type { RequestToken } from '../request-token.js'
import { createSeal } from './sealed.js'
import { requestTokenThroughStore } from './token-from-store.js'
import { createStoreOutage, type TokenStoreStatus } from './store-outage.js'

/** Token requests as this proxy makes them alone, made once for all replicas. */
export interface TokenSharing {
  app(requestToken: RequestToken): RequestToken
  work(requestToken: RequestToken): RequestToken
  /** Undefined without a store. */
  readonly status: () => TokenStoreStatus | undefined
  stop(): void
}

export interface TokenSharingOptions {
  readonly config: Config
  readonly secrets: Pick<Secrets, 'tokenStoreUrl'>
  readonly credentials: Credentials
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly log: BaseLogger
}

/** How long a store may keep a caller waiting. */
const STORE_TIMEOUT_MS = 1_500

/** Shares tokens through the store that is set, and through nothing if none is. */
export function createTokenSharing({
  config,
  secrets,
  credentials,
  now,
  log,
}: TokenSharingOptions): TokenSharing {
  const { tokenStoreUrl } = secrets
  const { baseUrl, tokenUrl, workTokenUrl, tokenTimeoutMs } = config
  if (tokenStoreUrl === undefined) {
    const alone = (requestToken: RequestToken) => requestToken
    return { app: alone, work: alone, status: () => undefined, stop: () => undefined }
  }
  const outage = createStoreOutage(log)
  const shared = {
    store: createRedisTokenStore({ url: tokenStoreUrl, timeoutMs: STORE_TIMEOUT_MS }),
    outage,
    // The second look and the hand-over come on top of the token request, each as slow as may be.
    lockMs: tokenTimeoutMs + 2 * STORE_TIMEOUT_MS,
    now,
  }
  return {
    app: (requestToken) =>
      requestTokenThroughStore({
        ...shared,
        requestToken,
        seal() {
          const { key, secret } = credentials.newest()
          return createSeal(secret, ['app', baseUrl.origin, tokenUrl.href, key])
        },
        taken: () => credentials.accepted(credentials.newest()),
      }),
    work: (requestToken) =>
      requestTokenThroughStore({
        ...shared,
        requestToken,
        seal() {
          const { key, secret } = credentials.newest()
          const { username, password } = credentials.work()!
          // The app's secret stands in no request for this token; it makes a guessable password unguessable here.
          return createSeal(JSON.stringify([secret, password]), [
            'work',
            baseUrl.origin,
            workTokenUrl.href,
            key,
            username,
          ])
        },
      }),
    status: outage.status,
    stop: () => shared.store.close(),
  }
}
