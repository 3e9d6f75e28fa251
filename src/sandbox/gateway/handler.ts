import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from '../../api/call.js'
import type { Memory } from '../data/memory.js'

/** Bytes that may be too many to hold: read in pieces, from any offset. */
export interface ByteSource {
  readonly length: number
  /** The bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): Iterable<Uint8Array>
}

/** One response, before faults are applied and it is put on the wire. */
export interface SandboxResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | ByteSource
}

/** One API request that has found its family and passed the gateway's checks. */
export interface SandboxCall {
  readonly method: string
  /** The sandbox's own origin: it plays https://api.8x8.com in every absolute link. */
  readonly origin: string
  /** Where presigned downloads are. */
  readonly downloads: string
  /** The family's part of the path as it was called, region and version included. */
  readonly base: string
  /** The whole path as it was called, without the query. */
  readonly path: string
  /** Decoded named parts of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The request's body, truncated at 1 MiB: nothing that the sandbox parses is larger. */
  readonly body: Buffer
  /** Milliseconds on the sandbox's clock. */
  readonly nowMs: number
  /** The time of day in epoch milliseconds: what the made-up data follow. */
  readonly dateMs: number
  /** What requests have created since the start or the last reset. */
  readonly memory: Memory
}

export type Handler = (call: SandboxCall) => SandboxResponse

/** Handlers by `METHOD /pattern` below the family's base; `:name` stands for one segment. The first match wins. */
export type Routes = Readonly<Record<string, Handler>>

/** Is told which described call gave which response, before faults. */
export type Observer = (call: Call, response: SandboxResponse) => void
