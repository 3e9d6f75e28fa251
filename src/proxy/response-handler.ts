import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { RawHeaders } from '../http/raw-headers.js'
import { causeCode } from '../http/cause.js'
import { abort } from './abort.js'
import type { BodyTransform } from './body-links.js'
import type { Connection, CurrentConnection } from './upstream/connection.js'
import { type Departing, end } from './departures.js'
import { responseTimeout } from './upstream/network-problem.js'
import { LONGEST_FAULT_BYTES } from './product-refusal.js'
import { BODILESS, unreadableBody } from './response-body.js'
import type { AttemptProgress, Receiver } from './receiver.js'
import type { Abortable } from './slow-readers.js'

/** One attempt's response, as undici delivers it. */
export class ResponseHandler implements Dispatcher.DispatchHandler, Abortable, Departing {
  readonly #receiver: Receiver
  readonly #attempt: AttemptProgress
  #connectionNow: CurrentConnection | undefined
  #connection: Connection | undefined
  #controller: Dispatcher.DispatchController | undefined
  #reused = false
  #begun = false
  #rejection: Rejection | undefined
  #links: BodyTransform | undefined
  #held: Buffer | undefined
  #flushed = false
  #departing = false
  #received = false
  #ended = false
  #over = false

  constructor(receiver: Receiver, attempt: AttemptProgress) {
    this.#receiver = receiver
    this.#attempt = attempt
  }

  onConnection(current: CurrentConnection): void {
    this.#connectionNow = current
  }

  /** Whether it has got one of the connections, one that is still being opened included. */
  get assigned(): boolean {
    return this.#connectionNow !== undefined
  }

  /** Whether it has got one that is open: then it is sent in this turn of the event loop or the next. */
  get connected(): boolean {
    return this.#connectionNow?.() !== undefined
  }

  /** Ends the attempt at 8x8, now or as soon as it gets a connection: its caller no longer waits. */
  abandon(): void {
    this.#over = true
    this.#receiver.slowReaders.delete(this)
    this.#controller?.abort(new Error('the caller no longer waits for the response'))
  }

  abortResponse(): void {
    this.#receiver.exchange.cause = 'SLOW_READER'
    abort(this.#receiver.response)
  }

  timeOut(): void {
    this.#controller?.abort(responseTimeout())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#connection = this.#connectionNow?.()
    if (this.#connection !== undefined) this.#reused = this.#connection.take()
    if (this.#over) controller.abort(new Error('the caller no longer waits for the response'))
    else if (!this.#attempt.connected()) {
      this.#over = true
      controller.abort(new Error('superseded by a request with a new token'))
    }
  }

  /** The first byte of the response. */
  onResponseStarted(): void {
    this.#begun = true
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    statusMessage = '',
  ): void {
    if (this.#over) return
    // Informational responses were for this hop.
    if (status < 200) return this.#attempt.informed()
    this.#attempt.headersReceived(status, headers)
    const unreadable = unreadableBody(headers)
    if (unreadable !== undefined) return controller.abort(unreadable)
    const rawHeaders = controller.rawHeaders as (Buffer | string)[]
    if (status === 401 && this.#attempt.usesToken) {
      const contentEncoding = headers['content-encoding']
      this.#rejection = { statusMessage, rawHeaders, contentEncoding, fault: [], size: 0 }
    } else {
      this.#links = this.#receiver.begin(status, statusMessage, rawHeaders)
      this.#departSoon()
      if (!BODILESS.has(status)) return
      this.#over = true
      this.#ended = true
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // undici hands over an empty piece when it reads on after a pause.
    if (this.#over || chunk.length === 0) return
    const rejection = this.#rejection
    if (rejection === undefined) return this.#write(controller, chunk)
    rejection.fault.push(chunk)
    rejection.size += chunk.length
    if (rejection.size <= LONGEST_FAULT_BYTES || rejection.judging) return
    this.#pause(controller)
    this.#judge(rejection, () => this.#resume(controller))
  }

  onResponseEnd(): void {
    this.#received = true
    this.#receiver.slowReaders.delete(this)
    if (this.#over) return
    if (this.#rejection === undefined) this.#end()
    else this.#judge(this.#rejection, () => this.#end())
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return
    if (this.#rejection?.judging === true) {
      // It says enough already: the request may still be sent once more, and else the caller sees that it is truncated.
      this.#rejection.broken = error
      return
    }
    this.#over = true
    // A response that 8x8 aborted is aborted here: its missing end must be seen.
    if (this.#receiver.response.headersSent) {
      this.#receiver.exchange.cause = causeCode(error)
      this.#flush()
      abort(this.#receiver.response)
    } else
      this.#receiver.failed(error, {
        sent: this.#controller !== undefined,
        reused: this.#reused,
        begun: this.#begun,
      })
  }

  #judge(rejection: Rejection, whenPassedOn: () => void): void {
    rejection.judging = true
    this.#receiver.rejected(
      Buffer.concat(rejection.fault, rejection.size),
      rejection.contentEncoding,
      () => {
        if (this.#over || this.#receiver.left) return
        this.#rejection = undefined
        this.#links = this.#receiver.begin(401, rejection.statusMessage, rejection.rawHeaders)
        this.#flush()
        for (const chunk of rejection.fault) this.#write(this.#controller!, chunk)
        if (rejection.broken === undefined) return whenPassedOn()
        this.#receiver.exchange.cause = causeCode(rejection.broken)
        abort(this.#receiver.response)
      },
      () => {
        this.#over = true
        this.#controller?.abort(new Error('superseded by a request with a new token'))
      },
    )
  }

  #write(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#give(controller, this.#links === undefined ? chunk : this.#links.write(chunk))
  }

  /** What the caller gets of the body. */
  #give(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (chunk.length === 0) return
    const { exchange } = this.#receiver
    exchange.bytes += chunk.length
    exchange.capture?.responseBody(chunk)
    if (!this.#flushed && this.#held === undefined && chunk.length <= LONGEST_HELD_BYTES) {
      this.#held = chunk
      return
    }
    this.#flush()
    this.#pass(controller, chunk)
  }

  /** Node keeps headers back until the first byte of the body, which may be minutes away. */
  #flush(): void {
    if (this.#flushed) return
    const held = this.#release()
    if (held !== undefined) this.#pass(this.#controller!, held)
    else this.#receiver.response.flushHeaders()
  }

  #pass(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response, slowReaders } = this.#receiver
    if (response.write(chunk)) return
    this.#pause(controller)
    if (this.#received) return
    slowReaders.add(this)
    response.once('drain', () => {
      slowReaders.delete(this)
      this.#resume(controller)
    })
  }

  #end(): void {
    if (this.#links !== undefined) this.#give(this.#controller!, this.#links.end())
    this.#ended = true
    this.#departSoon()
  }

  #departSoon(): void {
    if (this.#departing) return
    this.#departing = true
    this.#receiver.departures.add(this)
  }

  /** What has not ended in the turn in which it began goes out as it comes from now on. */
  depart(): void {
    this.#departing = false
    if (this.#ended) end(this.#receiver.response, this.#release())
    else this.#flush()
  }

  /** From here on nothing is held back. @returns what was */
  #release(): Buffer | undefined {
    const held = this.#held
    this.#held = undefined
    this.#flushed = true
    return held
  }

  #pause(controller: Dispatcher.DispatchController): void {
    if (this.#received) return
    if (this.#connection === undefined) controller.pause()
    else this.#connection.pause(controller)
  }

  #resume(controller: Dispatcher.DispatchController): void {
    // What the caller still reads after the last byte is no business of a connection that others may use by now.
    if (this.#over || this.#received) return
    if (this.#connection === undefined) controller.resume()
    else this.#connection.resume(controller)
  }
}

/** A 401 that is held back until it is known whether a new token makes it better. */
interface Rejection {
  readonly statusMessage: string
  readonly rawHeaders: RawHeaders
  readonly contentEncoding: string | undefined
  readonly fault: Buffer[]
  size: number
  judging?: boolean
  broken?: Error
}

// What Node writes without taking memory for it.
const LONGEST_HELD_BYTES = 8 * 1024
