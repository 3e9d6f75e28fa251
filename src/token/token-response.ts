import { parseHttpDate } from '../http/http-date.js'
import { parseObject } from '../http/json.js'

/** What a token endpoint's response holds, if it is a token. */
export interface TokenResponse {
  readonly value: string
  readonly lifetimeMs: number
  readonly products: readonly string[]
}

/**
 * - `refused`: the key or secret is wrong; asking again soon does not help
 * - `unavailable`: anything else; it may pass
 */
export type TokenFailureKind = 'refused' | 'unavailable'

/** Why there is no token. `message` may be shown to callers: it holds no text of the endpoint's but known error codes. */
export class TokenError extends Error {
  readonly kind: TokenFailureKind
  /** How long the endpoint itself asked to wait (`Retry-After`). */
  readonly retryAfterMs: number

  constructor(
    kind: TokenFailureKind,
    message: string,
    options: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'TokenError'
    this.kind = kind
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}

/**
 * Is the response a token? RFC 6749, section 5.1, as 8x8 speaks it: `expires_in` is a string there (and a number in Work
 * Analytics), `token_type` is "BearerToken" and must not become the scheme.
 *
 * @param madeAt when the response was made, a time of day in milliseconds: a `Retry-After` that is a date counts from there
 * @throws {TokenError}
 */
export function judgeTokenResponse(
  status: number,
  retryAfter: string | undefined,
  body: string,
  madeAt = Date.now(),
): TokenResponse {
  const response = parseObject(body)
  if (status !== 200) throw failure(status, waitAsked(retryAfter, madeAt), response)
  if (response === undefined)
    throw new TokenError('unavailable', 'The token endpoint responded 200 without a JSON object.')

  const value = response.access_token
  if (typeof value !== 'string' || !HEADER_SAFE.test(value)) {
    throw new TokenError('unavailable', 'The token endpoint responded 200 without a usable access_token.')
  }
  return { value, lifetimeMs: lifetimeMs(response.expires_in), products: productsOf(response) }
}

// Visible ASCII: a space would end the credentials, CR or LF the header (RFC 9110, section 5.5).
const HEADER_SAFE = /^[\x21-\x7e]+$/
const DEFAULT_LIFETIME_MS = 300_000
const LONGEST_LIFETIME_MS = 24 * 3_600_000
// A page of maintenance may say "next week"; the proxy does not wait that long before it asks again.
const LONGEST_RETRY_AFTER_MS = 300_000

/** A lifetime that makes no sense becomes a short one: neither kept for ever nor asked for at every request. */
function lifetimeMs(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && expiresIn.trim() !== '' ? Number(expiresIn) : expiresIn
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return DEFAULT_LIFETIME_MS
  return Math.min(seconds * 1000, LONGEST_LIFETIME_MS)
}

/** `api_product_list_json` is a list; old gateways only have `api_product_list`, a Java list as text: `[a, b]`. */
function productsOf(response: Record<string, unknown>): string[] {
  const list = response.api_product_list_json
  if (Array.isArray(list)) return list.filter((name) => typeof name === 'string')
  const text = response.api_product_list
  if (typeof text !== 'string') return []
  return text
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** `Retry-After` in either form, seconds or a date (RFC 9110, section 10.2.3), in milliseconds. */
function waitAsked(retryAfter: string | undefined, madeAt: number): number {
  if (retryAfter === undefined) return 0
  const waitMs = /^\s*\d+\s*$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : (parseHttpDate(retryAfter, madeAt) ?? madeAt) - madeAt
  return Math.min(Math.max(waitMs, 0), LONGEST_RETRY_AFTER_MS)
}

function failure(
  status: number,
  retryAfterMs: number,
  response: Record<string, unknown> | undefined,
): TokenError {
  const code = errorCode(response)
  const said = code !== undefined && KNOWN_CODE.test(code) ? `${status} (${code})` : `${status}`
  // 400 is how 8x8 refuses a Work Analytics user or key; without an error code it is some other server's page.
  if (status === 401 || ((status === 400 || status === 403) && code !== undefined)) {
    return new TokenError('refused', `The token endpoint responded ${said}.`, { retryAfterMs })
  }
  if (status >= 300 && status < 400) {
    return new TokenError(
      'unavailable',
      `The token endpoint responded with a redirect (${status}), which is not followed.`,
      { retryAfterMs },
    )
  }
  return new TokenError('unavailable', `The token endpoint responded ${said}.`, { retryAfterMs })
}

/** The error code in any of the shapes in use: 8x8's `ErrorCode`, RFC 6749's `error`, Apigee's fault, Work's `code`. */
function errorCode(response: Record<string, unknown> | undefined): string | undefined {
  const fault = response?.fault as { detail?: { errorcode?: unknown } } | undefined
  for (const code of [response?.ErrorCode, response?.error, fault?.detail?.errorcode, response?.code]) {
    if (typeof code === 'string') return code
  }
  return undefined
}

// RFC 6749's, Apigee's and Work Analytics'. Whatever else stands there might be the secret itself, echoed.
const KNOWN_CODE =
  /^(?:invalid_(?:request|client|grant|scope|token)|unauthorized_client|unsupported_grant_type|access_denied|server_error|temporarily_unavailable|(?:oauth\.v2|keymanagement\.service|policies\.ratelimit)\.[A-Za-z_]{1,60}|SHA\d{3})$/
