/** How long a connection may be idle and still get a request. */
export interface IdleLimit {
  /** In milliseconds. */
  current(): number
  /** The other side closed a connection that had been idle so long, in milliseconds. */
  closedAfter(idleMs: number): void
}

export interface IdleTiming {
  /** Longer is no connection kept. */
  readonly longestMs: number
  /** Closed sooner than that looks like a restart, or like no keep-alive at all: no less is learned. */
  readonly shortestMs: number
  /** A request has to arrive before the close, so this is more than a round trip. */
  readonly marginMs: number
  /** After that what was learned is forgotten: 8x8 may have changed. */
  readonly forgetMs: number
}

export const IDLE_TIMING: IdleTiming = {
  // Longer, and a call is too rare to keep sockets for it at 8x8 and in every firewall on the way.
  longestMs: 15 * 60_000,
  shortestMs: 500,
  marginMs: 200,
  forgetMs: 60 * 60_000,
}

/**
 * Learns from each connection that the other side closes how long it lets connections idle, and stays a fifth below that.
 *
 * @param now a monotonic clock, in milliseconds
 */
export function createIdleLimit(timing: IdleTiming, now: () => number): IdleLimit {
  const { longestMs, shortestMs, marginMs, forgetMs } = timing
  let limit = longestMs
  let learnedAt = -Infinity

  const current = () => {
    if (now() - learnedAt >= forgetMs) limit = longestMs
    return limit
  }

  return {
    current,
    closedAfter(idleMs) {
      const safe = Math.max(idleMs - Math.max(idleMs / 5, marginMs), shortestMs)
      if (safe > current()) return
      limit = safe
      learnedAt = now()
    },
  }
}
