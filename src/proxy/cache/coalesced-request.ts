import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { RawHeaders } from '../../http/raw-headers.js'
import { unreadableBody } from '../response-body.js'
import type { MemoryBudget } from './memory-budget.js'
import type { Connection, CurrentConnection, TrackedDispatchOptions } from '../upstream/connection.js'
import { type SubscribedAttempt, type Head, NotCoalesced, Subscriber, type Source } from './subscriber.js'
import { ownBytes, ownHeaders, type CachedResponse } from './cached-response.js'

export interface CoalescedRequestOptions {
  readonly askedAt: number
  /** Its place among all requests and changes. */
  readonly place: number
  readonly budget: MemoryBudget
  /** The largest response that is collected. */
  readonly maxResponseBytes: number
  /** Whether others may have a response with such headers. Otherwise one caller has it, as it comes. */
  readonly mayBeCoalesced: (headers: IncomingHttpHeaders) => boolean
  /**
   * It takes no further callers. Called once, before any caller hears of it.
   *
   * @param response undefined if there is none that is complete
   * @param aloneStatus the status of a response that one caller has, as it comes
   */
  readonly ended: (response: CachedResponse | undefined, aloneStatus?: number) => void
}

/**
 * One request at 8x8 that any number of callers wait for. It ends early only when the last of them leaves. Its response is
 * collected whole and then given to all at once, so that no slow reader holds up the others or the connection. One that
 * is too large for that, or not for all, streams to the caller who came first; the others are told to ask for themselves.
 */
export class CoalescedRequest implements Dispatcher.DispatchHandler, Source {
  readonly askedAt: number
  readonly place: number
  readonly #options: CoalescedRequestOptions
  readonly #subscribers = new Set<Subscriber>()
  #streamsTo: Subscriber | undefined
  #currentConnection: CurrentConnection | undefined
  #connection: Connection | undefined
  #mayHaveDied: boolean | undefined
  #controller: Dispatcher.DispatchController | undefined
  #begun = false
  #head: Head | undefined
  #chunks: Buffer[] = []
  #size = 0
  #over = false

  constructor(options: CoalescedRequestOptions) {
    this.#options = options
    this.askedAt = options.askedAt
    this.place = options.place
  }

  /** Sends the first caller's request. */
  send(first: SubscribedAttempt, dispatcher: Dispatcher): void {
    this.join(first)
    const options: TrackedDispatchOptions = {
      ...first.options,
      onConnection: (current, request) => {
        this.#currentConnection = current
        // It may have a newer token by now.
        first.options.onConnection?.(current, request)
      },
    }
    dispatcher.dispatch(options, this)
  }

  join(attempt: SubscribedAttempt): void {
    const subscriber = new Subscriber(this, attempt)
    this.#subscribers.add(subscriber)
    if (this.#controller !== undefined) subscriber.start(this.#mayHaveDied, this.#begun)
  }

  leave(subscriber: Subscriber, reason: Error): void {
    if (!this.#subscribers.delete(subscriber) || this.#over || this.#subscribers.size > 0) return
    this.#finish(undefined)
    this.#controller!.abort(reason)
  }

  pause(subscriber: Subscriber): void {
    if (subscriber !== this.#streamsTo || this.#over) return
    if (this.#connection === undefined) this.#controller!.pause()
    else this.#connection.pause(this.#controller!)
  }

  resume(subscriber: Subscriber): void {
    if (subscriber !== this.#streamsTo || this.#over) return
    if (this.#connection === undefined) this.#controller!.resume()
    else this.#connection.resume(this.#controller!)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#connection = this.#currentConnection?.()
    if (this.#connection !== undefined) this.#mayHaveDied = this.#connection.take()
    for (const subscriber of this.#subscribers) subscriber.start(this.#mayHaveDied, false)
  }

  onResponseStarted(): void {
    this.#begun = true
    for (const subscriber of this.#subscribers) subscriber.begun()
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    statusMessage = '',
  ): void {
    if (this.#over) return
    if (status < 200) {
      for (const subscriber of this.#subscribers) subscriber.informed(status, headers)
      return
    }
    const unreadable = unreadableBody(headers)
    if (unreadable !== undefined) return controller.abort(unreadable)
    const rawHeaders = controller.rawHeaders as RawHeaders
    this.#head = { status, statusMessage, headers, rawHeaders }
    const { mayBeCoalesced, maxResponseBytes } = this.#options
    if (!mayBeCoalesced(headers) || Number(headers['content-length']) > maxResponseBytes)
      this.#streamToFirst()
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    if (this.#streamsTo !== undefined) return this.#streamsTo.data(chunk)
    const { budget, maxResponseBytes } = this.#options
    this.#chunks.push(chunk)
    this.#size += chunk.length
    budget.take(chunk.length)
    if (this.#size > maxResponseBytes || budget.overdrawn) this.#streamToFirst()
  }

  onResponseEnd(): void {
    if (this.#over) return
    if (this.#streamsTo !== undefined) {
      this.#over = true
      return this.#streamsTo.end()
    }
    const response: CachedResponse = {
      ...this.#head!,
      rawHeaders: ownHeaders(this.#head!.rawHeaders),
      body: ownBytes(this.#chunks, this.#size),
      askedAt: this.askedAt,
      place: this.place,
    }
    this.#finish(response)
    for (const subscriber of this.#subscribers) subscriber.takeWhole(response, this.#options.budget)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return
    this.#finish(undefined)
    for (const subscriber of this.#subscribers) subscriber.fail(error)
  }

  #streamToFirst(): void {
    const [first, ...others] = this.#subscribers
    const begin = ownBytes(this.#chunks, this.#size)
    this.#streamsTo = first!
    for (const other of others) this.#subscribers.delete(other)
    this.#letGo()
    this.#options.ended(undefined, this.#head!.status)
    first!.head(this.#head!, false)
    first!.data(begin)
    for (const other of others) other.fail(new NotCoalesced())
  }

  #finish(response: CachedResponse | undefined): void {
    this.#over = true
    this.#letGo()
    if (this.#streamsTo === undefined) this.#options.ended(response)
  }

  #letGo(): void {
    this.#options.budget.giveBack(this.#size)
    this.#chunks = []
    this.#size = 0
  }
}
