/** What the system says about time, each in milliseconds from a start of its own. */
export interface SystemTime {
  /** Never set back or forward, but on Linux it stands still while the machine sleeps. */
  readonly monotonic: () => number
  /** Set back and forward with the system's clock. */
  readonly timeOfDay: () => number
  /** Counts sleep and is never set, but is coarse and expensive to read. May throw where the system hides it. */
  readonly uptime: () => number
}

// What the coarse clocks may be apart without a reason.
const NOTICEABLE_MS = 1_000

/**
 * A clock in milliseconds for everything that expires: it is never set back or forward, and it goes on while the
 * machine sleeps, because 8x8's half hour does. The time of day, which costs nothing to ask, tells that something
 * happened; how long the system has been up tells whether that was sleep.
 */
export function createClock({ monotonic, timeOfDay, uptime }: SystemTime): () => number {
  let asleepMs = sleepUntil(monotonic())
  let apartMs = timeOfDay() - monotonic()

  function sleepUntil(time: number): number {
    try {
      const ms = uptime() - time
      return Math.abs(ms) < NOTICEABLE_MS ? 0 : ms
    } catch {
      return 0
    }
  }

  return () => {
    const time = monotonic()
    const apartNowMs = timeOfDay() - time
    if (Math.abs(apartNowMs - apartMs) >= NOTICEABLE_MS) {
      apartMs = apartNowMs
      const ms = sleepUntil(time)
      if (ms - asleepMs >= NOTICEABLE_MS) asleepMs = ms
    }
    return time + asleepMs
  }
}
