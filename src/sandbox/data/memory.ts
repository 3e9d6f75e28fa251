/** Identifies one life of the sandbox's created things; a reset starts a new one. */
export interface Memory {
  readonly startedAtMs: number
}

/**
 * Declares a slot for things that requests create. Each family declares its own, so no file lists them all, and
 * a reset drops all of them by replacing the `Memory` that is their key.
 * @param initial makes the slot's content for a fresh sandbox.
 */
export function remembered<T>(initial: () => T): (memory: Memory) => T {
  const contents = new WeakMap<Memory, T>()
  return (memory) => {
    let content = contents.get(memory)
    if (content === undefined) {
      content = initial()
      contents.set(memory, content)
    }
    return content
  }
}

/** Declares a remembered table of things by id, filled with `seeds` at first. */
export function collection<T extends { id: string }>(seeds: () => readonly T[]) {
  return remembered(() => new Map(seeds().map((thing) => [thing.id, thing])))
}

/** Declares a remembered counter: each call returns the next number, from `first` up. */
export function counter(first: number): (memory: Memory) => number {
  const slot = remembered(() => ({ next: first }))
  return (memory) => slot(memory).next++
}
