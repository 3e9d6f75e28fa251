import type { Credentials } from '../config/credentials.js'
import type { RequestToken } from './request-token.js'
import { TokenError } from './token-response.js'

/**
 * Asks once more where the secret was refused and X8_APP_SECRET_COMMAND has a new one: in the same flight, so that no caller
 * sees that the old one was refused.
 */
export function retriedWithRenewedSecret(
  requestToken: RequestToken,
  { newest, renewed }: Pick<Credentials, 'newest' | 'renewed'>,
): RequestToken {
  return async (current) => {
    const tried = newest()
    try {
      return await requestToken(current)
    } catch (error) {
      const isRefused = error instanceof TokenError && error.kind === 'refused'
      if (!isRefused || !(await renewed(tried))) throw error
      return requestToken(current)
    }
  }
}
