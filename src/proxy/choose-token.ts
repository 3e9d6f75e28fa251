import { ProxyError } from '../http/errors.js'
import type { Exchange } from '../http/exchange.js'
import type { TokenSource } from '../token/token-source.js'

/** Where tokens of ours come from. */
export interface TokenSources {
  readonly appToken: TokenSource
  /** The Work Analytics user's token, if the proxy logs in there itself. */
  readonly workToken: TokenSource | undefined
}

/** Where the token of a request comes from; undefined where its family takes none of ours. */
export function tokensOf(
  { family }: Exchange,
  { appToken, workToken }: TokenSources,
): TokenSource | undefined {
  if (family?.credential === 'bearer') return appToken
  return family?.credential === 'work' ? workToken : undefined
}

/** The problem that a request has which gets no token. */
export function asProxyError(error: unknown): ProxyError {
  return error instanceof ProxyError
    ? error
    : new ProxyError('internal', 'No token: internal error in the proxy. Its log says more.', {
        cause: error,
      })
}
