import type { Traffic } from './wire.js'

const SECONDS = 60

/** Counts requests and errors by the second, for a minute. It never grows. */
export interface LastMinute {
  /** @param time when, by the clock that it was given */
  count(time: number, failed: boolean): void
  read(): Traffic
}

/** @param now a monotonic clock, in milliseconds */
export function createLastMinute(now: () => number): LastMinute {
  const requests = new Uint32Array(SECONDS)
  const errors = new Uint32Array(SECONDS)
  let current = Math.floor(now() / 1000)

  /** Empties the seconds that have passed since the last look. */
  function advance(time: number): number {
    const second = Math.floor(time / 1000)
    for (let i = Math.max(current + 1, second - SECONDS + 1); i <= second; i += 1) {
      requests[i % SECONDS] = 0
      errors[i % SECONDS] = 0
    }
    current = Math.max(current, second)
    return current % SECONDS
  }

  return {
    count(time, failed) {
      const slot = advance(time)
      requests[slot]! += 1
      if (failed) errors[slot]! += 1
    },
    read() {
      const slot = advance(now())
      return {
        seconds: Array.from({ length: SECONDS }, (_, i) => requests[(slot + 1 + i) % SECONDS]!),
        errors: errors.reduce((sum, second) => sum + second, 0),
      }
    },
  }
}
