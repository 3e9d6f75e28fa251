import type { WholeAnswer } from './cached-response.js'

/** The memory of answers beside the cache: while they are collected, and while callers have not read them yet. */
export class AnswerBudget {
  readonly #mostBytes: number
  readonly #readers = new Map<WholeAnswer, number>()
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

  /** Somebody reads the answer slowly. Its bytes are there once, however many do. @returns to be called when it is read */
  lend(answer: WholeAnswer): () => void {
    const readers = this.#readers.get(answer) ?? 0
    if (readers === 0) this.take(answer.body.length)
    this.#readers.set(answer, readers + 1)
    return () => {
      const left = this.#readers.get(answer)! - 1
      if (left > 0) return void this.#readers.set(answer, left)
      this.#readers.delete(answer)
      this.giveBack(answer.body.length)
    }
  }
}
