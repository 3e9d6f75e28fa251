/** A recorded request, for tests to inspect. */
export interface ReceivedRequest {
  method: string
  /** The raw request target as received. */
  target: string
  rawHeaders: string[]
  bodyBytes: number
  /** Hexadecimal SHA-256 of the bytes received (of nothing for no body). */
  bodySha256: string
  /** The status of the response, 0 until there is one. */
  status: number
}

/** How many requests are recorded; older ones are dropped. */
const capacity = 10_000

export interface RequestLog {
  readonly entries: readonly ReceivedRequest[]
  readonly total: number
  add(entry: ReceivedRequest): void
  clear(): void
}

/** Creates an empty log of the last 10,000 requests. */
export function createRequestLog(): RequestLog {
  const entries: ReceivedRequest[] = []
  let total = 0
  return {
    entries,
    get total() {
      return total
    },
    add(entry) {
      total++
      entries.push(entry)
      if (entries.length > capacity) entries.shift()
    },
    clear() {
      total = 0
      entries.length = 0
    },
  }
}
