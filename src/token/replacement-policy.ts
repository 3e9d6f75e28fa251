import { LRUCache } from 'lru-cache'

/** Decides whether a token that 8x8 rejected (401) may be replaced now. Times are on the monotonic clock, in milliseconds. */
export interface ReplacementPolicy {
  /**
   * @param accepted whether 8x8 has accepted the rejected token for any request
   * @param path of the rejected request
   */
  mayReplace(accepted: boolean, path: string, now: number): boolean
  /** A replacement was asked for: it is owed until a token comes, however many attempts fail. */
  begin(): void
  /** A token came. It counts as a replacement if one was owed. */
  obtained(now: number): void
  /** The current token has been accepted. @param afterRejection whether the same request had been rejected before */
  accepted(path: string, afterRejection: boolean): void
  /** 8x8 rejected the new token, too. */
  useless(path: string, now: number): void
  /** The token endpoint gave out the rejected token again: whether it is accepted elsewhere says nothing new. */
  unchanged(): void
  /** How long replacements are held back yet; 0 if they are not. */
  heldBackMs(now: number): number
  /** The credentials have changed: what was learnt is about the old ones. */
  reset(): void
}

export const REPLACEMENT_PAUSE_MS = 60_000
// Replacements within such a pause of which it is not known yet whether they helped: callers may leave, and a large body
// cannot be sent again.
const MOST_UNPROVEN = 2
const MOST_PATHS = 100

/**
 * No kind of rejection may cost a token request a time without bound. Within a minute of the last replacement there is
 * another only if 8x8 has accepted the token meanwhile, and only a few in a row if none was seen to help. One that failed
 * is still owed, and bounded by the back-off.
 *
 * A request that was rejected with a new token, too, holds replacements back until any request is accepted with that token.
 * After that it is known to be about that request: its path replaces nothing for a minute, unless it is accepted itself.
 *
 * @param changed called when replacements begin to be held back, and when they are not any more before their time
 */
export function createReplacementPolicy(changed: (heldBack: boolean) => void): ReplacementPolicy {
  let owed = false
  let lastAt = -Infinity
  let unproven = 0
  let isUseless = false
  const hopeless = new LRUCache<string, number>({ max: MOST_PATHS })

  function holdBack(): void {
    if (isUseless) return
    isUseless = true
    changed(true)
  }

  return {
    mayReplace(accepted, path, now) {
      if (owed) return true
      if (now - lastAt >= REPLACEMENT_PAUSE_MS) {
        isUseless = false
        return true
      }
      if (!accepted) holdBack()
      if (isUseless || unproven >= MOST_UNPROVEN) return false
      return now >= (hopeless.get(path) ?? -Infinity)
    },
    begin: () => void (owed = true),
    obtained(now) {
      if (!owed) return
      owed = false
      lastAt = now
      unproven += 1
    },
    accepted(path, afterRejection) {
      if (afterRejection) unproven = 0
      if (hopeless.size > 0) hopeless.delete(path)
      if (!isUseless) return
      isUseless = false
      changed(false)
    },
    useless(path, now) {
      hopeless.set(path, now + REPLACEMENT_PAUSE_MS)
      holdBack()
    },
    unchanged() {
      unproven = MOST_UNPROVEN
      holdBack()
    },
    heldBackMs(now) {
      return isUseless || unproven >= MOST_UNPROVEN ? Math.max(lastAt + REPLACEMENT_PAUSE_MS - now, 0) : 0
    },
    reset() {
      owed = false
      isUseless = false
      lastAt = -Infinity
      hopeless.clear()
    },
  }
}
