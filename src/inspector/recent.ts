/** Tells whether something is true, or was less than `lastingMs` ago; `name` tells one thing from another. */
export type Recent = (name: string, isTrue: boolean, lastingMs: number) => boolean

/** For what comes and goes from one second to the next: what nobody can read in time is not said at all. */
export function createRecent(now: () => number): Recent {
  const lastAt = new Map<string, number>()
  return (name, isTrue, lastingMs) => {
    const time = now()
    if (isTrue) lastAt.set(name, time)
    return time - (lastAt.get(name) ?? -Infinity) < lastingMs
  }
}
