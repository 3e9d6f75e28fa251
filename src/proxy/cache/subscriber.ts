import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { RawHeaders } from '../../http/raw-headers.js'
import type { MemoryBudget } from './memory-budget.js'
import type { Connection, TrackedDispatchOptions } from '../upstream/connection.js'
import type { CachedResponse } from './cached-response.js'

/** One caller's attempt: what it would have sent, and who takes the response. */
export interface SubscribedAttempt {
  readonly options: TrackedDispatchOptions
  readonly handler: Dispatcher.DispatchHandler
  /** The headers for this caller, which say how it came by the response. @param whole or as it comes, for this caller alone */
  readonly label: (rawHeaders: RawHeaders, whole: boolean) => RawHeaders
}

/** The response was for another caller alone: this one has to ask for itself. */
export class NotCoalesced extends Error {
  constructor() {
    super('the response is not one that can be shared')
  }
}

/** What a subscriber takes part in. */
export interface Source {
  /** A caller is gone, or waits no longer. */
  leave(subscriber: Subscriber, reason: Error): void
  pause(subscriber: Subscriber): void
  resume(subscriber: Subscriber): void
}

/** One of the callers of a coalesced request. To its handler it is the controller of a request of its own. */
export class Subscriber implements Dispatcher.DispatchController {
  readonly #source: Source
  readonly #attempt: SubscribedAttempt
  #whenResumed: (() => void) | undefined
  #returnLoan: (() => void) | undefined
  aborted = false
  paused = false
  reason: Error | null = null
  rawHeaders: Buffer[] | string[] | null = null

  constructor(coalescible: Source, attempt: SubscribedAttempt) {
    this.#source = coalescible
    this.#attempt = attempt
  }

  /** The request has got a connection. @param mayHaveDied what it said when it was taken; undefined if that is not known */
  start(mayHaveDied: boolean | undefined, begun: boolean): void {
    const { options, handler } = this.#attempt
    if (mayHaveDied !== undefined) {
      const view: Connection = {
        take: () => mayHaveDied,
        pause: () => this.pause(),
        resume: () => this.resume(),
      }
      options.onConnection?.(() => view, options)
    }
    handler.onRequestStart?.(this, undefined)
    if (begun) this.begun()
  }

  begun(): void {
    this.#attempt.handler.onResponseStarted?.()
  }

  informed(status: number, headers: IncomingHttpHeaders): void {
    this.#attempt.handler.onResponseStart?.(this, status, headers)
  }

  head({ status, statusMessage, headers, rawHeaders }: Head, whole: boolean): void {
    this.rawHeaders = this.#attempt.label(rawHeaders, whole) as string[]
    this.#attempt.handler.onResponseStart?.(this, status, headers, statusMessage)
  }

  data(chunk: Buffer): void {
    if (chunk.length > 0) this.#attempt.handler.onResponseData?.(this, chunk)
  }

  end(): void {
    this.#attempt.handler.onResponseEnd?.(this, {})
  }

  /** Takes all at once, and its end when the caller has read so far. */
  takeWhole(response: CachedResponse, budget: MemoryBudget): void {
    this.head(response, true)
    this.data(response.body)
    if (!this.paused) return this.end()
    this.#returnLoan = budget.lend(response)
    this.#whenResumed = () => this.end()
  }

  fail(error: Error): void {
    this.#attempt.handler.onResponseError?.(this, error)
  }

  abort(reason: Error): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    this.#settle()
    this.#source.leave(this, reason)
    this.fail(reason)
  }

  pause(): void {
    this.paused = true
    this.#source.pause(this)
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.#source.resume(this)
    this.#settle()?.()
  }

  /** @returns what was put off */
  #settle(): (() => void) | undefined {
    const putOff = this.#whenResumed
    this.#returnLoan?.()
    this.#returnLoan = undefined
    this.#whenResumed = undefined
    return putOff
  }
}

/** What a response begins with. */
export interface Head {
  readonly status: number
  readonly statusMessage: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: RawHeaders
}
