/**
 * A window of time. Made-up things happen at regular intervals: the n-th at n times the step since 1970. So every
 * window, in whichever year, always has the same things in it.
 */
export interface Window {
  readonly startMs: number
  /** Not included. */
  readonly endMs: number
}

/**
 * Returns the indices of the things in a window, oldest first.
 * @param limit how many at most.
 */
export function occurrences({ startMs, endMs }: Window, stepMs: number, limit = 10_000): readonly number[] {
  const first = Math.max(0, Math.ceil(startMs / stepMs))
  const count = Math.min(limit, Math.max(0, Math.ceil(endMs / stepMs) - first))
  return Array.from({ length: count }, (_, index) => first + index)
}

/** Returns the beginning of the hour that a time is in: things appear at the full hour, so that pages fit together. */
export function hourOf(dateMs: number): number {
  return dateMs - (dateMs % 3_600_000)
}

/** Returns the indices of the latest `count` things before the hour that a time is in, oldest first. */
export function recent(dateMs: number, stepMs: number, count: number): readonly number[] {
  const end = Math.ceil(hourOf(dateMs) / stepMs)
  return Array.from({ length: count }, (_, index) => end - count + index)
}
