/** A response that can be ended before its end. */
export interface Cuttable {
  /** Ends it so that its caller sees that it is not whole. */
  cutOff(): void
}

/** The responses whose callers take nothing at the moment: each of them holds a connection to 8x8. */
export interface SlowReaders {
  add(response: Cuttable): void
  delete(response: Cuttable): void
  /**
   * Somebody waits for a connection: for each who does, the response that has not been read for longest is cut off once it
   * has not been read for the idle time-out. A caller may pause as long as it likes while nobody else needs what it holds.
   *
   * @returns how to say that nobody waits any more
   */
  makeRoom(): () => void
}

export interface SlowReadersOptions {
  readonly idleTimeoutMs: number
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
}

export function createSlowReaders({ idleTimeoutMs, now }: SlowReadersOptions): SlowReaders {
  // In the order in which they stopped reading.
  const since = new Map<Cuttable, number>()
  let waiting = 0
  // Connections on their way to somebody who waits; to whom is not ours to say.
  let freed = 0
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    timer = undefined
    while (waiting > freed) {
      const [longest] = since
      const leftMs = longest === undefined ? idleTimeoutMs : longest[1] + idleTimeoutMs - now()
      if (leftMs > 0) {
        timer = setTimeout(look, Math.ceil(leftMs)).unref()
        return
      }
      freed += 1
      since.delete(longest![0])
      longest![0].cutOff()
    }
  }

  return {
    add: (response) => void since.set(response, now()),
    delete: (response) => void since.delete(response),

    makeRoom() {
      waiting += 1
      if (timer === undefined) look()
      let over = false
      return () => {
        if (over) return
        over = true
        waiting -= 1
        freed = waiting === 0 ? 0 : Math.max(freed - 1, 0)
        if (waiting > 0) return
        clearTimeout(timer)
        timer = undefined
      }
    },
  }
}
