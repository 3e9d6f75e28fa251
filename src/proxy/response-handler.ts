import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Exchange } from '../http/exchange.js'
import type { Connection, CurrentConnection } from './upstream/connection.js'
import { type Departing, type Departures, end } from './departures.js'
import { responseTimeout } from './upstream/network-problem.js'
import { LONGEST_FAULT_BYTES } from './product-refusal.js'
import type { Cuttable, SlowReaders } from './slow-readers.js'

/** Who a response is for. */
export interface Receiver {
  readonly response: ServerResponse
  readonly exchange: Exchange
  /** Whether the caller is gone. */
  readonly left: boolean
  /** Where it is noted that the caller does not read. */
  readonly slowReaders: SlowReaders
  /** Where it leaves from. */
  readonly departures: Departures
  /** Whether 8x8 answers to a token of ours, so that its 401 is about that token. */
  readonly usesToken: boolean
  /** A connection is there, nothing has been written to it yet. @returns whether to go on */
  connected(): boolean
  /** An informational response came (102, 103): the final one is still owed. */
  informed(): void
  /** The response's headers are there. */
  headersReceived(): void
  /** Writes the response's head. */
  begin(status: number, statusMessage: string, rawHeaders: readonly (Buffer | string)[]): void
  /**
   * 8x8 refused our token.
   *
   * @param giveUp passes the refusal on to the caller
   * @param supersede drops the refusal, because the request is sent once more
   */
  refused(fault: Buffer, contentEncoding: string | undefined, giveUp: () => void, supersede: () => void): void
  /** The attempt ended without a response that could be passed on. */
  failed(error: Error, how: Failure): void
}

export interface Failure {
  /** Whether the request had been written to a connection. */
  readonly sent: boolean
  /** Whether that connection had carried another request before. */
  readonly reused: boolean
  /** Whether a byte of the response had come. */
  readonly begun: boolean
}

/** One attempt's response, as undici delivers it. */
export class ResponseHandler implements Dispatcher.DispatchHandler, Cuttable, Departing {
  readonly #forwarding: Receiver
  #connectionNow: CurrentConnection | undefined
  #connection: Connection | undefined
  #controller: Dispatcher.DispatchController | undefined
  #reused = false
  #begun = false
  #refusal: Refusal | undefined
  #held: Buffer | undefined
  #flushed = false
  #departing = false
  #received = false
  #ended = false
  #over = false

  constructor(forwarding: Receiver) {
    this.#forwarding = forwarding
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

  /** Ends the attempt at 8x8, now or as soon as it gets a connection: nobody waits for it any more. */
  abandon(): void {
    this.#over = true
    this.#forwarding.slowReaders.delete(this)
    this.#controller?.abort(new Error('nobody waits for the response any more'))
  }

  cutOff(): void {
    cut(this.#forwarding.response)
  }

  timeOut(): void {
    this.#controller?.abort(responseTimeout())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#connection = this.#connectionNow?.()
    if (this.#connection !== undefined) this.#reused = this.#connection.requests++ > 0
    if (this.#over) controller.abort(new Error('nobody waits for the response any more'))
    else if (!this.#forwarding.connected()) {
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
    if (status < 200) return this.#forwarding.informed()
    this.#forwarding.headersReceived()
    const rawHeaders = controller.rawHeaders as (Buffer | string)[]
    if (status === 401 && this.#forwarding.usesToken) {
      this.#refusal = {
        statusMessage,
        rawHeaders,
        contentEncoding: headers['content-encoding'],
        fault: [],
        size: 0,
      }
    } else {
      this.#forwarding.begin(status, statusMessage, rawHeaders)
      this.#departSoon()
      if (!BODILESS.has(status)) return
      // Their Content-Length is that of another response (RFC 9110, section 8.6): undici would miss those bytes and fail.
      this.#over = true
      this.#ended = true
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // undici hands over an empty piece when it reads on after a pause.
    if (this.#over || chunk.length === 0) return
    const refusal = this.#refusal
    if (refusal === undefined) return this.#write(controller, chunk)
    refusal.fault.push(chunk)
    refusal.size += chunk.length
    if (refusal.size <= LONGEST_FAULT_BYTES || refusal.judging) return
    this.#pause(controller)
    this.#judge(refusal, () => this.#resume(controller))
  }

  onResponseEnd(): void {
    this.#received = true
    this.#forwarding.slowReaders.delete(this)
    if (this.#over) return
    if (this.#refusal === undefined) this.#end()
    else this.#judge(this.#refusal, () => this.#end())
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return
    if (this.#refusal?.judging === true) {
      // It says enough already: the request may still be sent once more, and else the caller sees the cut.
      this.#refusal.broken = true
      return
    }
    this.#over = true
    // A response that was cut at 8x8 is cut here: its missing end must be seen.
    if (this.#forwarding.response.headersSent) {
      this.#flush()
      cut(this.#forwarding.response)
    } else
      this.#forwarding.failed(error, {
        sent: this.#controller !== undefined,
        reused: this.#reused,
        begun: this.#begun,
      })
  }

  #judge(refusal: Refusal, whenPassedOn: () => void): void {
    refusal.judging = true
    this.#forwarding.refused(
      Buffer.concat(refusal.fault, refusal.size),
      refusal.contentEncoding,
      () => {
        if (this.#over || this.#forwarding.left) return
        this.#refusal = undefined
        this.#forwarding.begin(401, refusal.statusMessage, refusal.rawHeaders)
        this.#flush()
        for (const chunk of refusal.fault) this.#write(this.#controller!, chunk)
        if (refusal.broken === true) cut(this.#forwarding.response)
        else whenPassedOn()
      },
      () => {
        this.#over = true
        this.#controller?.abort(new Error('superseded by a request with a new token'))
      },
    )
  }

  #write(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { exchange } = this.#forwarding
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
    else this.#forwarding.response.flushHeaders()
  }

  #pass(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response, slowReaders } = this.#forwarding
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
    this.#ended = true
    this.#departSoon()
  }

  #departSoon(): void {
    if (this.#departing) return
    this.#departing = true
    this.#forwarding.departures.add(this)
  }

  /** What has not ended in the turn in which it began goes out as it comes from now on. */
  depart(): void {
    this.#departing = false
    if (this.#ended) end(this.#forwarding.response, this.#release())
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
interface Refusal {
  readonly statusMessage: string
  readonly rawHeaders: readonly (Buffer | string)[]
  readonly contentEncoding: string | undefined
  readonly fault: Buffer[]
  size: number
  judging?: boolean
  broken?: boolean
}

// What Node writes without taking memory for it.
const LONGEST_HELD_BYTES = 8 * 1024

const BODILESS: ReadonlySet<number> = new Set([204, 304])

/** Ends a response so that nobody takes it for complete: in HTTP/1.0 a close is the end of the body, a reset is not. */
function cut(response: ServerResponse): void {
  const { socket } = response
  // A Unix socket has no address, and knows no reset.
  if (response.req.httpVersionMinor === 0 && socket?.remoteAddress !== undefined) socket.resetAndDestroy()
  else response.destroy()
}
