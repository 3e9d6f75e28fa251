import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Config } from '../config/config.js'
import { ProxyError } from '../http/errors.js'
import type { AccessToken, TokenSource } from '../token/token-source.js'
import type { Turn } from './budget/turns.js'
import type { Lookup, RealtimeCache } from './cache/realtime-cache.js'
import { overloaded } from './load.js'
import { type RequestBody, Upload } from './request-body.js'
import type { AttemptProgress, Receiver } from './receiver.js'
import { ResponseHandler } from './response-handler.js'
import { SAFE_METHODS } from './retry-policy.js'
import type { TrackedDispatchOptions } from './upstream/connection.js'
import type { Host } from './upstream/hosts.js'

export interface AttemptOptions {
  readonly config: Config
  /** For the families whose responses are the state of the moment; undefined while it is off. */
  readonly cache: RealtimeCache | undefined
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
}

/** The request that an attempt is made for. */
export interface Sender extends Receiver {
  readonly options: AttemptOptions
  /** Where its family lives. */
  readonly host: Host
  readonly method: string
  readonly body: RequestBody
  /** The caller's `Content-Length`. */
  readonly declaredLength: string | undefined
  /** What the real-time cache knows the request by; undefined where it has no part in it. */
  readonly lookup: Lookup | undefined
  readonly tokens: TokenSource | undefined
  headers(token: AccessToken | undefined): string[]
  fail(error: ProxyError): void
  /** The token expired while the attempt waited for a connection, and there is no other yet. */
  tokenExpired(): void
}

/** One dispatch of a request to 8x8: its token, its wait for a connection and its wait for the response. */
export class Attempt implements AttemptProgress {
  readonly #sender: Sender
  readonly #handler: ResponseHandler
  readonly #isUpload: boolean
  /** Under 8x8's documented limits, where the family has one and they are kept. */
  readonly #turn: Turn | undefined
  #token: AccessToken | undefined
  #sent = false
  #since = 0
  #responseTimer: NodeJS.Timeout | undefined
  #queueTimer: NodeJS.Timeout | undefined
  #stopMakingRoom: (() => void) | undefined

  constructor(sender: Sender, token: AccessToken | undefined, turn: Turn | undefined) {
    this.#sender = sender
    this.#token = token
    this.#turn = turn
    this.#isUpload = sender.body instanceof Upload
    this.#handler = new ResponseHandler(sender, this)
  }

  /** The token that the request goes with: a newer one if the first expired while it waited for a connection. */
  get token(): AccessToken | undefined {
    return this.#token
  }

  get usesToken(): boolean {
    return this.#token !== undefined
  }

  dispatch(): void {
    const { body, declaredLength, exchange, host, lookup, method, options } = this.#sender
    const { cache, config } = options
    const { upstream } = host
    const headers = this.#sender.headers(this.#token)
    // A stream's length is the caller's; a body in memory tells its own.
    if (this.#isUpload && declaredLength !== undefined) headers.push('Content-Length', declaredLength)
    exchange.capture?.requestHeaders(headers)
    const handler = this.#handler
    const request: TrackedDispatchOptions = {
      origin: host.origin,
      path: exchange.admission!.target.raw,
      method,
      headers,
      body,
      // The clock of an upload starts when it has ended, however long it takes.
      headersTimeout: this.#isUpload ? 0 : config.responseTimeoutMs,
      onConnection: (connection, dispatched) => {
        handler.onConnection(connection)
        this.#stopMakingRoom?.()
        if (this.#queueTimer !== undefined) this.#refreshToken(dispatched)
      },
    }
    this.#since = options.now()
    if (this.#isUpload) upstream.uploads.dispatch(request, handler)
    else if (lookup === undefined) upstream.api.dispatch(request, handler)
    else cache!.send(lookup, this.#token?.value, { options: request, handler, exchange }, upstream.api)
    if (body instanceof Upload) body.once('end', () => this.#startResponseTimer())
    if (!handler.connected) this.#waitForConnection()
  }

  /** Ends the attempt at 8x8, now or as soon as it gets a connection: its caller is gone. */
  abandon(): void {
    this.#handler.abandon()
  }

  /** Its timers end: the response begins, or there will be none. */
  settle(): void {
    clearTimeout(this.#responseTimer)
    this.#stopWaiting()
    this.#turn?.end(this.#sent)
  }

  /** All connections may be taken by calls that hang: a request waits for one no longer than for a response. */
  #waitForConnection(): void {
    const { exchange, options, slowReaders } = this.#sender
    if (!this.#handler.assigned && exchange.cache !== 'collapsed')
      this.#stopMakingRoom = slowReaders.makeRoom()
    this.#queueTimer = setTimeout(() => {
      this.#handler.abandon()
      this.#sender.fail(overloaded('No connection to 8x8 became free in time.'))
    }, options.config.responseTimeoutMs).unref()
  }

  #stopWaiting(): void {
    clearTimeout(this.#queueTimer)
    this.#stopMakingRoom?.()
  }

  /** A request may have waited for a connection longer than its token lives; a renewed one is at hand. */
  #refreshToken({ headers }: Dispatcher.DispatchOptions): void {
    const token = this.#token
    if (token === undefined || this.#sender.options.now() < token.expiresAt) return
    const renewed = this.#sender.tokens!.get()
    if (renewed instanceof Promise) return void renewed.catch(() => undefined)
    this.#token = renewed
    const authorization = `Bearer ${renewed.value}`
    if (Array.isArray(headers)) headers[headers.indexOf(`Bearer ${token.value}`)] = authorization
    else (headers as Record<string, string>).Authorization = authorization
  }

  connected(): boolean {
    const { exchange, host, options } = this.#sender
    this.#stopWaiting()
    host.circuitBreaker.connected()
    const time = options.now()
    exchange.queueMs += time - this.#since
    this.#since = time
    // An expired token is never sent: if there is no other yet, the request waits for it.
    if (this.#token === undefined || time < this.#token.expiresAt) return (this.#sent = true)
    this.#sender.tokenExpired()
    return false
  }

  informed(): void {
    // undici's clock starts again at each one, so that a series of them would never end.
    if (this.#responseTimer === undefined && !this.#isUpload) this.#startResponseTimer()
  }

  headersReceived(status: number, headers: IncomingHttpHeaders): void {
    const { exchange, method, options } = this.#sender
    this.#turn?.answered(status, headers)
    exchange.upstreamMs = options.now() - this.#since
    const mayHaveChanged = status < 400 && exchange.family!.realtime === true && !SAFE_METHODS.has(method)
    if (mayHaveChanged) options.cache?.changed(exchange.admission!.target)
  }

  #startResponseTimer(): void {
    // 8x8 may respond before the upload has ended: then it is the silence between two chunks that is timed.
    if (this.#sender.response.headersSent) return
    clearTimeout(this.#responseTimer)
    this.#responseTimer = setTimeout(
      () => this.#handler.timeOut(),
      this.#sender.options.config.responseTimeoutMs,
    ).unref()
  }
}
