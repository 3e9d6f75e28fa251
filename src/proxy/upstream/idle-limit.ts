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
  /** A request has to arrive before the close, so this is more than a round trip and a late timer. */
  readonly marginMs: number
  /** After that what was learned is forgotten, unless it was learned again: then it is believed twice as long. */
  readonly forgetMs: number
}

export const IDLE_TIMING: IdleTiming = {
  // Longer, and a call is too rare to keep sockets for it at 8x8 and in every firewall on the way.
  longestMs: 15 * 60_000,
  shortestMs: 500,
  marginMs: 300,
  // A restart at 8x8 looks like a limit. It costs callers that poll a handshake each for so long, and no longer.
  forgetMs: 10 * 60_000,
}

const LONGEST_BELIEF_MS = 24 * 60 * 60_000

/**
 * Learns from each connection that the other side closes how long it lets connections idle, and stays below that: by
 * `marginMs`, or by a twentieth of long times, whose clocks differ more.
 *
 * @param now a monotonic clock, in milliseconds
 */
export function createIdleLimit(timing: IdleTiming, now: () => number): IdleLimit {
  const { longestMs, shortestMs, marginMs, forgetMs } = timing
  let learned = longestMs
  let learnedAt = -Infinity
  let beliefMs = forgetMs

  const current = () => (now() - learnedAt < beliefMs ? learned : longestMs)

  return {
    current,
    closedAfter(idleMs) {
      const limit = Math.max(idleMs - Math.max(idleMs / 20, marginMs), shortestMs)
      if (limit > current()) return
      const isAgain = Math.abs(limit - learned) <= learned / 5
      beliefMs = isAgain ? Math.min(2 * beliefMs, LONGEST_BELIEF_MS) : forgetMs
      learned = limit
      learnedAt = now()
    },
  }
}
