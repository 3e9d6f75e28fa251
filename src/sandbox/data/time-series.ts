/**
 * A window of time. Made-up things happen at regular intervals: the n-th at n times the step since 1970. So every
 * window, in whichever year, always has the same things in it.
 */
export interface Window {
  readonly startMs: number
  /** Not included. */
  readonly endMs: number
}

/** The window of requests that name none: the same seven days for every caller. */
export const exampleWeek: Window = { startMs: Date.UTC(2026, 0, 5), endMs: Date.UTC(2026, 0, 12) }

/**
 * Returns the indices of the things in a window, oldest first.
 * @param limit how many at most.
 */
export function occurrences({ startMs, endMs }: Window, stepMs: number, limit = 10_000): readonly number[] {
  const first = Math.max(0, Math.ceil(startMs / stepMs))
  const count = Math.min(limit, Math.max(0, Math.ceil(endMs / stepMs) - first))
  return Array.from({ length: count }, (_, index) => first + index)
}

/** Returns the indices of the latest `count` things before the hour that a time is in, oldest first. */
export function recent(dateMs: number, stepMs: number, count: number): readonly number[] {
  const end = Math.ceil((Math.floor(dateMs / 3_600_000) * 3_600_000) / stepMs)
  return Array.from({ length: count }, (_, index) => end - count + index)
}

/** Returns the window between two optional times in epoch milliseconds; missing ones come from the example week. */
export function windowBetween(startMs: number | undefined, endMs: number | undefined): Window {
  if (startMs === undefined && endMs === undefined) return exampleWeek
  const week = exampleWeek.endMs - exampleWeek.startMs
  const start = startMs ?? (endMs ?? 0) - week
  return { startMs: start, endMs: endMs ?? start + week }
}

/** Converts the sandbox's clock to epoch milliseconds of the made-up data, which start on the example week's first morning. */
export function momentOf(nowMs: number): number {
  return exampleWeek.startMs + 9 * 3_600_000 + Math.floor(nowMs)
}
