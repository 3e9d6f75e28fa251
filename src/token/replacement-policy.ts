/** Decides whether a token that 8x8 rejected (401) may be replaced now. Times are on the monotonic clock, in milliseconds. */
export interface ReplacementPolicy {
  /** @param accepted whether 8x8 has accepted the rejected token for any request */
  mayReplace(accepted: boolean, now: number): boolean
  /** A replacement was asked for: it is owed until a token comes, however many attempts fail. */
  begin(): void
  /** A token came. It counts as a replacement if one was owed. */
  obtained(now: number): void
  /** A request that was rejected before has been accepted with the new token. */
  helped(): void
  /** 8x8 rejected the new token, too. */
  useless(): void
  /** The credentials have changed: what was learnt is about the old ones. */
  reset(): void
}

export const REPLACEMENT_PAUSE_MS = 60_000
// Replacements within such a pause of which it is not known yet whether they helped: callers may leave, and a large body
// cannot be sent again.
const MOST_UNPROVEN = 2

/**
 * No kind of rejection may cost a token request a time without bound. Within a minute of the last replacement there is
 * another only if 8x8 has accepted the token meanwhile, and only a few in a row if none was seen to help. One that failed
 * is still owed, and bounded by the back-off.
 *
 * @param heldBack called once whenever replacements begin to be held back
 */
export function createReplacementPolicy(heldBack: () => void): ReplacementPolicy {
  let owed = false
  let lastAt = -Infinity
  let unproven = 0
  let isUseless = false

  function useless(): void {
    if (isUseless) return
    isUseless = true
    heldBack()
  }

  return {
    mayReplace(accepted, now) {
      if (owed) return true
      if (now - lastAt >= REPLACEMENT_PAUSE_MS) {
        isUseless = false
        return true
      }
      if (!accepted) useless()
      return !isUseless && unproven < MOST_UNPROVEN
    },
    begin: () => void (owed = true),
    obtained(now) {
      if (!owed) return
      owed = false
      lastAt = now
      unproven += 1
    },
    helped: () => void (unproven = 0),
    useless,
    reset() {
      owed = false
      isUseless = false
      lastAt = -Infinity
    },
  }
}
