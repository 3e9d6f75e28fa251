import type { IncomingMessage } from 'node:http'
import type { Family } from '../api/families.js'
import type { ProblemName } from './errors.js'
import type { Target } from './target.js'

/** What the door knows of a request that it let in. */
export interface Admission {
  readonly target: Target
  /** `Host` as the caller wrote it: the proxy's own name in rewritten links. */
  readonly host: string
  /** The caller is a browser, as far as is known: a file of 8x8's must not act as a page of the proxy. */
  readonly mayShowPages: boolean
  /** CORS headers for the response to an allowed origin, name and value in turn. */
  readonly corsHeaders: readonly string[] | undefined
  /** A response without a body that the proxy gives itself, and forwards nothing: to a preflight, or at `/`. */
  readonly ownResponse: OwnResponse | undefined
  /** The caller's `Authorization` was for the proxy: it must not be sent on. */
  readonly authorizationIsProxyKey: boolean
  /** The proxy key, where a caller has logged in with it: it is then the token that the caller gets. */
  readonly loginKey: string | undefined
}

export interface OwnResponse {
  readonly status: number
  /** Name and value in turn. */
  readonly headers: readonly string[]
}

/** Lets a request in. @throws {ProxyError} why it may not come in */
export type Door = (request: IncomingMessage, requestTarget: string) => Admission

/** One request and its response, as far as the log and the counters want to know. Times in monotonic milliseconds. */
export interface Exchange {
  readonly startedAt: number
  /** Undefined until the door has let the request in. */
  admission: Admission | undefined
  /** Undefined for what the proxy responds to itself. */
  family: Family | undefined
  /** What was waited for: a token that was not there yet. */
  tokenWaitMs: number
  /** The wait for its turn under 8x8's limits; undefined unless it was subject to them. */
  rateWaitMs: number | undefined
  /** From being ready to go to having a connection to 8x8. */
  queueMs: number
  /** From having a connection to the response's headers. */
  upstreamMs: number
  /** Why the request was sent a second time, if it was. */
  retries: ('token' | 'connection')[]
  /** Bytes of the response's body. */
  bytes: number
  /** The failure of our own that the response reports. */
  problem: ProblemName | undefined
  /** What the problem says to the caller. */
  detail: string | undefined
  /** The code of what went wrong, for the log; also of a response that broke off, which can report no problem. */
  cause: string | undefined
  /** What the log alone is told of a refusal: who was refused. */
  refused: Readonly<Record<string, string>> | undefined
  /** The id that 8x8 gave the request. */
  upstreamId: string | undefined
  /** What the caller is told in `X-Proxy-Hint`. */
  hint: Hint | undefined
  /** What the real-time cache did; undefined where it is off or not for this request. */
  cache: CacheResult | undefined
  /** Undefined unless headers and bodies are being captured, or the response is an error of 8x8's, whose body is. */
  capture: Capture | undefined
}

/** Why 8x8 refused a request, where the proxy knows more than 8x8 says. */
export interface Hint {
  /**
   * - `product`: the app lacks the API product
   * - `own-key`: the key that 8x8 refused is one that the request brought
   * - `region`: the path names a region that there is none of
   * - `renewals`: 8x8 rejected a new token too, and no other is asked for yet
   */
  readonly kind: 'product' | 'own-key' | 'region' | 'renewals'
  /** What it means and what to do, in a sentence or two. */
  readonly text: string
}

/** Where the parts of one exchange are noted as they pass. The page implements it; the proxy only writes. */
export interface Capture {
  /** The headers that are sent to 8x8, name and value in turn. Called again when the request is sent again. */
  requestHeaders(raw: readonly string[]): void
  requestBody(chunk: Buffer): void
  /** The headers that the caller gets, name and value in turn. */
  responseHead(status: number, raw: readonly string[]): void
  responseBody(chunk: Buffer): void
}

/**
 * - `hit`: served from memory
 * - `miss`: sent to 8x8
 * - `collapsed`: waited for the same request of another caller
 * - `bypass`: sent to 8x8 because caller or response want no cache
 */
export type CacheResult = 'hit' | 'miss' | 'collapsed' | 'bypass'

export function newExchange(startedAt: number): Exchange {
  return {
    startedAt,
    admission: undefined,
    family: undefined,
    tokenWaitMs: 0,
    rateWaitMs: undefined,
    queueMs: 0,
    upstreamMs: 0,
    retries: [],
    bytes: 0,
    problem: undefined,
    detail: undefined,
    cause: undefined,
    refused: undefined,
    upstreamId: undefined,
    hint: undefined,
    cache: undefined,
    capture: undefined,
  }
}

/** Milliseconds as they are told, to a tenth. Every request pays for this, and `toFixed` is slower. */
export function tenths(ms: number): number {
  return Math.round(10 * ms) / 10
}

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange
  }
}
