import type { CachedResponse } from './cached-response.js'

/** The memory of responses beside the cache: while they are collected, and while callers have not read them yet. */
export class MemoryBudget {
  readonly #mostBytes: number
  readonly #readers = new Map<CachedResponse, number>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get overdrawn(): boolean {
    return this.#bytes > this.#mostBytes
  }

  take(bytes: number): void {
    this.#bytes += bytes
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes
  }

  /** A caller reads the response slowly. Its bytes are there once, however many do. @returns to be called when it is read */
  lend(response: CachedResponse): () => void {
    const readers = this.#readers.get(response) ?? 0
    if (readers === 0) this.take(response.body.length)
    this.#readers.set(response, readers + 1)
    return () => {
      const left = this.#readers.get(response)! - 1
      if (left > 0) return void this.#readers.set(response, left)
      this.#readers.delete(response)
      this.giveBack(response.body.length)
    }
  }
}
