/** How an attempt ended that brought no response. */
export interface FailedAttempt {
  readonly method: string
  /** Whether the request had been written to a connection. */
  readonly sent: boolean
  /** Whether that connection may have died while it was idle: it had carried a request, or was opened ahead. */
  readonly reused: boolean
  /** Whether a byte of the response had come. */
  readonly begun: boolean
  /** The connection could not be opened, and another attempt may do better. */
  readonly mayOpenNextTime: boolean
  /** The connection was closed or reset. */
  readonly connectionLost: boolean
  /** Whether the body can be sent again: there is none, or all of it is in memory, or none of it has been read. */
  readonly body: BodyState
  /** Whether the request has been sent again for its connection before. */
  readonly retried: boolean
}

/**
 * - `repeatable`: there is none, or all of it is in memory
 * - `unread`: a stream of which nothing has been read
 * - `read`: a stream that has been read from
 */
export type BodyState = 'repeatable' | 'unread' | 'read'

/**
 * Whether a request is sent once more after an attempt without a response: only what 8x8 surely has not processed. That is
 * a connection that could not be opened, and, for safe methods, a reused connection that was closed before a byte of the
 * response: 8x8 closed it while it was idle (RFC 9112, section 9.3.1; trap 8 in the notes on undici).
 */
export function mayRetry(attempt: FailedAttempt): boolean {
  const { sent, reused, begun, method, body, retried } = attempt
  if (retried) return false
  if (!sent) return attempt.mayOpenNextTime && body !== 'read'
  return reused && !begun && attempt.connectionLost && SAFE_METHODS.has(method) && body === 'repeatable'
}

/** Methods that change nothing (RFC 9110, section 9.2.1), as far as 8x8 has them. */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What to do with a 401 that came in response to a token of ours. */
export type RejectionStep =
  'pass-on' | 'pass-on-and-hold-renewals' | 'replace-token' | 'replace-token-and-pass-on'

/**
 * A rejected token is replaced once, and the request sent once more if its body can be. Neither helps where the app lacks
 * the API product, or where the replacement was rejected too.
 */
export function afterRejection(rejection: {
  readonly lacksProduct: boolean
  /** The request had been sent with another token before. */
  readonly retried: boolean
  readonly body: BodyState
}): RejectionStep {
  if (rejection.lacksProduct) return 'pass-on'
  if (rejection.retried) return 'pass-on-and-hold-renewals'
  return rejection.body === 'repeatable' ? 'replace-token' : 'replace-token-and-pass-on'
}

/** Whether a status says that 8x8 accepted the token. 429 and 5xx may come from before the place where it checks tokens. */
export function acceptsToken(status: number): boolean {
  return status < 500 && status !== 401 && status !== 429
}
