import { request, type Dispatcher } from 'undici'
import type { AppCredentials, WorkCredentials } from '../config/config.js'
import { readBounded } from '../http/body.js'
import { causeCode } from '../http/cause.js'
import { connectFailure } from '../http/connect-failure.js'
import { parseHttpDate } from '../http/http-date.js'
import { judgeTokenResponse, TokenError, type TokenResponse } from './token-response.js'
import type { AccessToken } from './token-source.js'

/**
 * Gets one token. Rejects with a TokenError.
 *
 * @param current what is there already and is to be replaced: one that another replica got is taken only if it is newer
 */
export type RequestToken = (current?: Pick<AccessToken, 'value' | 'obtainedAt'>) => Promise<ObtainedToken>

export interface ObtainedToken extends TokenResponse {
  /** From when the lifetime counts, on the monotonic clock; unless given, from when the token was asked for. */
  readonly issuedAt?: number
  /** Another replica got it: it has cost no token request here. */
  readonly isShared?: boolean
}

export interface TokenEndpoint {
  readonly url: URL
  readonly dispatcher: Dispatcher
  /** For the whole request, from its start to the last byte of the response. */
  readonly timeoutMs: number
  /** In milliseconds; the system's unless given. */
  readonly timeOfDay?: () => number
}

/**
 * The client credentials grant (RFC 6749, section 4.4) as 8x8 documents it: Basic with the raw key and secret, not
 * percent-encoded as the RFC has it, and a body of exactly `grant_type=client_credentials`.
 */
export function appTokenRequest(
  endpoint: TokenEndpoint,
  app: () => AppCredentials,
  accepted: (app: AppCredentials) => void = () => undefined,
): RequestToken {
  return async () => {
    const tried = app()
    const authorization = `Basic ${Buffer.from(`${tried.key}:${tried.secret}`).toString('base64')}`
    const token = await post(endpoint, { authorization }, 'grant_type=client_credentials')
    accepted(tried)
    return token
  }
}

/** A Work Analytics login, as 8x8 documents it: the app key in a header, the user in the form, no grant type. */
export function workTokenRequest(
  endpoint: TokenEndpoint,
  app: () => AppCredentials,
  work: () => WorkCredentials,
): RequestToken {
  return () => {
    const { username, password } = work()
    return post(endpoint, { '8x8-apikey': app().key }, new URLSearchParams({ username, password }).toString())
  }
}

// A token's response is under 1 KiB; what is larger than this is something else.
const LARGEST_RESPONSE_BYTES = 64 * 1024

async function post(
  endpoint: TokenEndpoint,
  headers: Record<string, string>,
  body: string,
): Promise<TokenResponse> {
  const signal = AbortSignal.timeout(endpoint.timeoutMs)
  try {
    const response = await request(endpoint.url, {
      dispatcher: endpoint.dispatcher,
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body,
      signal,
    })
    const now = (endpoint.timeOfDay ?? Date.now)()
    const date = first(response.headers.date)
    return judgeTokenResponse(
      response.statusCode,
      first(response.headers['retry-after']),
      await readText(response.body),
      // A date is one on the endpoint's clock, which ours need not agree with.
      (date === undefined ? undefined : parseHttpDate(date, now)) ?? now,
    )
  } catch (error) {
    if (error instanceof TokenError) throw error
    const message = signal.aborted
      ? `The token endpoint did not respond within ${endpoint.timeoutMs} ms.`
      : whyNoResponse(causeCode(error) ?? 'Error')
    throw new TokenError('unavailable', message, { cause: error })
  }
}

/** Of a header that came more than once. */
function first(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value
}

function whyNoResponse(code: string): string {
  const { problem, reason, cure, isLocal } = connectFailure(code, 'X8_TOKEN_URL or X8_BASE_URL')
  // Any other may have come after the request was sent.
  if (problem === 'upstream-tls' || isLocal) return `No connection to the token endpoint: ${reason}. ${cure}`
  return `The token endpoint cannot be reached, or broke off (${code}).`
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const { bytes, truncated } = await readBounded(body, LARGEST_RESPONSE_BYTES, 'destroy')
  if (truncated) throw new TokenError('unavailable', 'The response of the token endpoint is too large.')
  return bytes.toString()
}
