import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { Config } from './config.js'
import type { Credentials } from './credentials.js'
import { opens } from './families.js'
import { createTokenSharing } from './token-sharing.js'
import type { TokenStoreStatus } from './token/store-outage.js'
import { appTokenRequest, workTokenRequest } from './token/request-token.js'
import { createTokenCache, type TokenCache } from './token/token-cache.js'

export interface TokensOptions {
  readonly config: Config
  readonly credentials: Credentials
  /** The way to the token endpoint. */
  readonly dispatcher: Dispatcher
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly log: Logger
  /** Called when a token or what is known of it has changed. */
  readonly changed?: () => void
}

/** The tokens of all credentials. */
export interface Tokens {
  readonly app: TokenCache
  /** The Work Analytics user's, if the proxy logs in there itself. */
  readonly work: TokenCache | undefined
  /** Obtains the first ones, in the background. */
  start(): void
  /** Takes up changed credentials at once. */
  credentialsChanged(): void
  stop(): void
  /** Whether replicas can share the tokens; undefined where they do not. */
  readonly store: () => TokenStoreStatus | undefined
}

export function createTokens({ config, credentials, dispatcher, ...common }: TokensOptions): Tokens {
  const endpoint = { dispatcher, timeoutMs: config.tokenTimeoutMs }
  const sharing = createTokenSharing({ config, credentials, now: common.now, log: common.log })
  const app = createTokenCache({
    ...common,
    credential: 'app',
    requestToken: sharing.app(
      appTokenRequest({ ...endpoint, url: config.tokenUrl }, credentials.newest, credentials.accepted),
    ),
    opens,
  })
  const work =
    config.work &&
    createTokenCache({
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
    start: () => all.forEach((cache) => cache.start()),
    credentialsChanged: () => all.forEach((cache) => cache.credentialsChanged()),
    stop() {
      all.forEach((cache) => cache.stop())
      sharing.stop()
    },
    store: sharing.status,
  }
}
