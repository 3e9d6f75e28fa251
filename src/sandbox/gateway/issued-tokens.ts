/** What the gateway knows about a token that it receives. */
export type IssuedTokenState = 'live' | 'expired' | 'unknown'

/** The tokens of one issuer. Several live at once, and each expires on its own. */
export interface IssuedTokens {
  /** Every value ever issued, oldest first. */
  readonly issued: readonly string[]
  add(token: string, lifetimeSeconds: number): void
  state(token: string): IssuedTokenState
  /** Makes every token unknown, as a gateway that has lost its store. */
  revokeAll(): void
}

/**
 * Creates an empty store of issued tokens.
 * @param now monotonic milliseconds.
 */
export function createTokenStore(now: () => number): IssuedTokens {
  const issued: string[] = []
  const expiryMs = new Map<string, number>()
  return {
    issued,
    add(token, lifetimeSeconds) {
      issued.push(token)
      expiryMs.set(token, now() + lifetimeSeconds * 1000)
    },
    state(token) {
      const at = expiryMs.get(token)
      if (at === undefined) return 'unknown'
      return now() < at ? 'live' : 'expired'
    },
    revokeAll: () => expiryMs.clear(),
  }
}
