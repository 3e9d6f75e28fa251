/**
 * Things that happen at regular times: the n-th at n times the step since 1970. Every window of time, whichever
 * year a caller asks about, has the same things in it whenever it is asked for.
 */
export interface Window {
  readonly startMs: number
  /** Not included. */
  readonly endMs: number
}

/** What a caller sees who names no window: the same seven days for every caller. */
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

/** The window between two optional times; missing ones come from the example week. */
export function windowBetween(startMs: number | undefined, endMs: number | undefined): Window {
  if (startMs === undefined && endMs === undefined) return exampleWeek
  const week = exampleWeek.endMs - exampleWeek.startMs
  const start = startMs ?? (endMs ?? 0) - week
  return { startMs: start, endMs: endMs ?? start + week }
}

/** When a request comes, on the calendar of the made-up data: its days go on from the example week's first morning. */
export function momentOf(nowMs: number): number {
  return exampleWeek.startMs + 9 * 3_600_000 + Math.floor(nowMs)
}
