/** A response that can be aborted. */
export interface Abortable {
  /** Ends it so that its caller sees that it is not whole. */
  abortResponse(): void
}

/** The responses whose callers take nothing at the moment: each of them holds a connection to 8x8. */
export interface SlowReaders {
  add(response: Abortable): void
  delete(response: Abortable): void
  /**
   * A request waits for a connection: for each that does, the response that has not been read for longest is aborted once
   * it has not been read for the idle time-out. A caller may pause as long as it likes while no request needs its connection.
   *
   * @returns to be called when the request waits no longer
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
  const since = new Map<Abortable, number>()
  let waiting = 0
  // Connections on their way to requests that wait; undici decides to which.
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
      longest![0].abortResponse()
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
