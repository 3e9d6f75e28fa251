import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { RawHeaders } from '../http/raw-headers.js'
import type { Exchange } from '../http/exchange.js'
import type { BodyTransform } from './body-links.js'
import type { Departures } from './departures.js'
import type { SlowReaders } from './slow-readers.js'

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
  /** Writes the response's head. @returns what changes the body on its way, if something does */
  begin(status: number, statusMessage: string, rawHeaders: RawHeaders): BodyTransform | undefined
  /**
   * 8x8 rejected our token (401).
   *
   * @param passOn gives the 401 to the caller
   * @param supersede drops it, because the request is sent once more
   */
  rejected(
    fault: Buffer,
    contentEncoding: string | undefined,
    passOn: () => void,
    supersede: () => void,
  ): void
  /** The attempt ended without a response that could be passed on. */
  failed(error: Error, how: Failure): void
}

/** How far an attempt has come, for the part that times it. */
export interface AttemptProgress {
  /** Whether the request goes with a token of ours, so that a 401 is about that token. */
  readonly usesToken: boolean
  /** A connection is there, nothing has been written to it yet. @returns whether to go on */
  connected(): boolean
  /** An informational response came (102, 103): the final one is still owed. */
  informed(): void
  /** The response's headers are there. */
  headersReceived(status: number, headers: IncomingHttpHeaders): void
}

export interface Failure {
  /** Whether the request had been written to a connection. */
  readonly sent: boolean
  /** Whether that connection may have died while it was idle: it had carried a request, or was opened ahead. */
  readonly reused: boolean
  /** Whether a byte of the response had come. */
  readonly begun: boolean
}
