/** A token as the rest of the program sees it. Times are on the monotonic clock, in milliseconds. */
export interface AccessToken {
  /** Opaque; legal in a header. Never logged. */
  readonly value: string
  readonly obtainedAt: number
  /** It is never sent from here on. */
  readonly expiresAt: number
  /** The API products that 8x8 grants to the app, where the response names them. */
  readonly products: readonly string[]
  /** Whether 8x8 has accepted it for any request; only `accepted` below sets it. */
  accepted: boolean
}

/** Where requests get their token from, and where they say that it was rejected. */
export interface TokenSource {
  /**
   * A token that is good now. There almost always is one, so it comes without a promise: no request waits a tick for
   * what is in memory.
   *
   * @throws {ProxyError} (or rejects with) `token-unavailable` or `credentials-refused`
   */
  get(): AccessToken | Promise<AccessToken>

  /**
   * Says that 8x8 responded 401 to a token. However many callers say so of one token, it is replaced once.
   *
   * @param path of the request, without its query
   * @returns the token to send the request with once more, or undefined if there is none to try
   */
  replace(rejected: AccessToken, path: string): Promise<AccessToken | undefined>

  /**
   * Says that 8x8 accepted a token: the response was not a 401.
   *
   * @param afterRejection whether the same request had been rejected with another token, so that the replacement helped
   */
  accepted(token: AccessToken, path: string, afterRejection: boolean): void

  /**
   * Says that 8x8 responded 401 to the token that `replace` had given: renewing does not help, so replacements are held
   * back for a minute, or until any request is accepted with it.
   */
  rejectedAgain(token: AccessToken, path: string): void

  /** How long replacements are held back yet, in milliseconds; 0 if they are not. */
  heldBackMs(): number
}
