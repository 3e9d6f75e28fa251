import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { Config, Secrets } from '../config/config.js'
import type { Credentials } from '../config/credentials.js'
import { opens } from '../api/families.js'
import { createTokenSharing } from './store/with-store.js'
import type { TokenStoreStatus } from './store/store-outage.js'
import { appTokenRequest, workTokenRequest } from './request-token.js'
import { retriedWithRenewedSecret } from './renewed-secret.js'
import { createTokenCache, type TokenCache } from './token-cache.js'

export interface TokensOptions {
  readonly config: Config
  readonly secrets: Pick<Secrets, 'tokenStoreUrl'>
  readonly credentials: Credentials
  /** The way to the token endpoint. */
  readonly dispatcher: Dispatcher
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly timeOfDay: () => number
  readonly log: Logger
  /** The app has got a token, which is about to be used. */
  readonly obtained: () => void
}

/** The tokens of all credentials. */
export interface Tokens {
  readonly app: TokenCache
  /** The Work Analytics user's, if the proxy logs in there itself. */
  readonly work: TokenCache | undefined
  /** Obtains the first ones. Resolves when the first attempt for the app's is over, whatever came of it. */
  start(): Promise<void>
  /** Takes up changed credentials at once. */
  credentialsChanged(): void
  /** Whether replicas can share tokens; undefined where they do not. */
  readonly store: () => TokenStoreStatus | undefined
  stop(): void
}

export function createTokens(options: TokensOptions): Tokens {
  const { config, secrets, credentials, dispatcher, timeOfDay, obtained, ...common } = options
  const sharing = createTokenSharing({ config, secrets, credentials, ...common })
  const endpoint = { dispatcher, timeoutMs: config.tokenTimeoutMs, timeOfDay }
  const requestAppToken = retriedWithRenewedSecret(
    sharing.app(
      appTokenRequest({ ...endpoint, url: config.tokenUrl }, credentials.newest, credentials.accepted),
    ),
    credentials,
  )
  const app = createTokenCache({
    ...common,
    credential: 'app',
    async requestToken(...request) {
      const token = await requestAppToken(...request)
      obtained()
      return token
    },
    opens,
  })
  const work = !config.handlesWorkLogin
    ? undefined
    : createTokenCache({
        ...common,
        credential: 'work',
        requestToken: sharing.work(
          workTokenRequest({ ...endpoint, url: config.workTokenUrl }, credentials.newest, () =>
            credentials.work()!,
          ),
        ),
      })
  const all = [app, work].filter((cache): cache is TokenCache => cache !== undefined)
  return {
    app,
    work,
    async start() {
      const [first] = all.map((cache) => cache.start())
      await first
    },
    credentialsChanged: () => all.forEach((cache) => cache.credentialsChanged()),
    store: sharing.status,
    stop() {
      all.forEach((cache) => cache.stop())
      sharing.stop()
    },
  }
}
