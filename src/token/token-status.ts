import { ProxyError } from '../http/errors.js'
import type { TokenError, TokenFailureKind } from './token-response.js'

export type TokenState = 'valid' | 'renewing' | 'refused' | 'unavailable' | 'none'

/** How a token is doing, as `/-/status` and the page show it. */
export interface TokenStatus {
  readonly state: TokenState
  readonly expiresInSeconds: number | null
  /** ISO 8601, in UTC. */
  readonly obtainedAt: string | null
  readonly products: readonly string[]
  /** While 8x8 rejects new tokens too, none is replaced: how long yet; null if nothing is held back. */
  readonly renewalsHeldBackSeconds: number | null
  /** Tokens obtained after the first one. */
  readonly renewals: number
  readonly lastError: string | null
  /** Of that error: 8x8 rejects the credentials, or the token endpoint cannot be used. */
  readonly lastErrorKind: TokenFailureKind | null
  /** After an error: how long until the next attempt by itself, 0 if it is due or under way. */
  readonly retryInSeconds: number | null
}

export interface KnownOfToken {
  /** The token that may be sent now. */
  readonly token: { readonly endsAt: number; readonly obtainedOn: Date } | undefined
  readonly inFlight: boolean
  /** Undefined unless the last attempt failed. */
  readonly failure: { readonly error: TokenError; readonly retryAt: number } | undefined
  readonly products: readonly string[]
  /** Tokens obtained, the first one included. */
  readonly obtained: number
  readonly heldBackMs: number
  /** In monotonic milliseconds. */
  readonly now: number
}

export function tokenStatus(known: KnownOfToken): TokenStatus {
  const { token, inFlight, failure, products, obtained, heldBackMs, now } = known
  const state = token === undefined ? (failure?.error.kind ?? 'none') : 'valid'
  return {
    state: inFlight ? 'renewing' : state,
    expiresInSeconds: token === undefined ? null : Math.floor((token.endsAt - now) / 1000),
    obtainedAt: token === undefined ? null : token.obtainedOn.toISOString(),
    products,
    renewalsHeldBackSeconds: heldBackMs > 0 ? Math.ceil(heldBackMs / 1000) : null,
    renewals: Math.max(obtained - 1, 0),
    lastError: failure?.error.message ?? null,
    lastErrorKind: failure?.error.kind ?? null,
    retryInSeconds:
      failure === undefined ? null : inFlight ? 0 : Math.max(0, Math.ceil((failure.retryAt - now) / 1000)),
  }
}

/** What getting tokens has cost so far, for the metrics. */
export interface TokenCounts {
  /** Token requests by how they ended. */
  readonly requests: Readonly<Record<'ok' | TokenFailureKind, number>>
  /** Tokens obtained by what they were needed for. */
  readonly renewals: Readonly<Record<RenewalReason, number>>
}

/**
 * - `start`: the first one
 * - `due`: ahead of need
 * - `expired`: a request had to wait for it
 * - `refused`: 8x8 responded 401 to the one before
 * - `credentials`: the app's key or secret has changed
 */
export type RenewalReason = 'start' | 'due' | 'expired' | 'refused' | 'credentials'

/** What the token is for: the app's, or that of a Work Analytics user. */
export type CredentialName = 'app' | 'work'

/**
 * The failure of a token request as the callers hear of it who needed the token.
 *
 * @param credential names the settings to check when the credentials are rejected
 * @param waitMs until the next attempt
 */
export function tokenProblem(credential: CredentialName, error: TokenError, waitMs: number): ProxyError {
  if (error.kind === 'refused') {
    const settings =
      credential === 'app' ? 'X8_APP_KEY and X8_APP_SECRET' : 'X8_WORK_USERNAME and X8_WORK_PASSWORD'
    return new ProxyError(
      'credentials-refused',
      `8x8 does not accept the credentials of this proxy. ${error.message} ` +
        `Check ${settings} against 8x8 Admin Console; a new pair is taken up by a restart or SIGHUP.`,
      { cause: error },
    )
  }
  return new ProxyError('token-unavailable', `${error.message} Nothing was sent to 8x8; try again later.`, {
    retryAfterMs: Math.max(waitMs, 0),
    cause: error,
  })
}
