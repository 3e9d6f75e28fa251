import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import type { AppCredentials, Config } from '../config/load-config.js'
import { ProxyError } from '../http/errors.js'
import { type Exchange, tenths } from '../http/exchange.js'
import { isGranted, productHint } from '../api/families.js'
import type { AccessToken, TokenSource } from '../token/token-source.js'
import { ResponseHandler, type Failure, type Receiver } from './response-handler.js'
import type { CircuitBreaker } from './upstream/circuit-breaker.js'
import type { TrackedDispatchOptions } from './upstream/connection.js'
import { createDepartures, type Departures } from './departures.js'
import { mayOpenNextTime, networkProblem } from './upstream/network-problem.js'
import { NotCoalesced } from './cache/subscriber.js'
import { isProductRefusal } from './product-refusal.js'
import { withoutCoalescing, type Lookup, type RealtimeCache } from './cache/realtime-cache.js'
import { hasBody, readBody, type RequestBody, Upload, waitsForContinue } from './request-body.js'
import { requestHeaders } from './request-headers.js'
import { responseHeaders } from './response-headers.js'
import { createSlowReaders, type SlowReaders } from './slow-readers.js'
import type { Upstream } from './upstream/upstream.js'

export interface ForwardOptions {
  readonly config: Config
  readonly credentials: () => Pick<AppCredentials, 'key'>
  readonly upstream: Pick<Upstream, 'api' | 'uploads'>
  readonly circuitBreaker: CircuitBreaker
  /** For the families whose answers are the state of the moment; undefined while it is off. */
  readonly cache: RealtimeCache | undefined
  readonly appToken: TokenSource
  /** The Work Analytics user's token, if the proxy logs in there itself. */
  readonly workToken: TokenSource | undefined
  /** The products that 8x8 grants to the app, as far as known. */
  readonly products: () => readonly string[]
  readonly now: () => number
  /** How a failure of our own is answered. */
  readonly sendProblem: (request: FastifyRequest, reply: FastifyReply, error: ProxyError) => void
}

/** Sends a request on to 8x8 and its response back. Returns at once; the raw response is written to as bytes come. */
export type Forward = (request: FastifyRequest, reply: FastifyReply) => void

// Beyond this many at once the caller had better wait: each holds two sockets.
const MOST_IN_FLIGHT = 4096
// All bodies together: a thousand of the largest that are kept, a quarter of what so many requests could bring.
const MOST_KEPT_BYTES = 256 * 1024 * 1024

interface ForwardingOptions extends ForwardOptions {
  /** Of 8x8: a URL works it out anew each time. */
  readonly upstreamOrigin: string
}

/** What the requests in flight take together. */
interface Load {
  requests: number
  /** Of their bodies, in memory. */
  keptBytes: number
  /** Of the connections to 8x8, by pool. */
  readonly slowReaders: { readonly api: SlowReaders; readonly uploads: SlowReaders }
  /** Of their responses. */
  readonly departures: Departures
}

export function createForward(given: ForwardOptions): Forward {
  const { now, config } = given
  const options = { ...given, upstreamOrigin: config.baseUrl.origin }
  const slowReaders = () => createSlowReaders({ now, idleTimeoutMs: config.idleTimeoutMs })
  const load: Load = {
    requests: 0,
    keptBytes: 0,
    slowReaders: { api: slowReaders(), uploads: slowReaders() },
    departures: createDepartures(),
  }
  return (request, reply) => {
    if (load.requests >= MOST_IN_FLIGHT) throw overloaded(`${MOST_IN_FLIGHT} requests are in flight.`)
    load.requests += 1
    reply.hijack()
    new Forwarding(options, load, request, reply).start()
  }
}

function overloaded(why: string): ProxyError {
  return new ProxyError('overloaded', `${why} Nothing was sent; try again soon.`, { retryAfterMs: 1000 })
}

/**
 * The way of one request: body, token, headers, 8x8, answer. It is a class because undici wants an object with methods
 * and because an object a request is the cheapest closure there is.
 */
class Forwarding implements Receiver {
  readonly options: ForwardingOptions
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly response: ServerResponse
  readonly exchange: Exchange
  readonly #load: Load
  readonly #incoming: IncomingMessage
  readonly #tokens: TokenSource | undefined
  #body: RequestBody = null
  #token: AccessToken | undefined
  #handler: ResponseHandler | undefined
  #lookup: Lookup | undefined
  #keptBytes = 0
  #responseTimer: NodeJS.Timeout | undefined
  #queueTimer: NodeJS.Timeout | undefined
  #stopMakingRoom: (() => void) | undefined
  #dispatchedAt = 0
  #productRefused = false
  #left = false

  constructor(options: ForwardingOptions, load: Load, request: FastifyRequest, reply: FastifyReply) {
    this.options = options
    this.#load = load
    this.request = request
    this.reply = reply
    this.response = reply.raw
    this.exchange = request.exchange
    this.#incoming = request.raw
    this.#tokens = this.#tokensOf(request.exchange)
  }

  /** Whether the caller is gone: nothing is sent for it any more. */
  get left(): boolean {
    return this.#left
  }

  start(): void {
    this.response.once('close', () => {
      this.#load.requests -= 1
      clearTimeout(this.#responseTimer)
      this.#stopWaiting()
      this.#load.keptBytes -= this.#keptBytes
      this.#keptBytes = 0
      if (this.response.writableFinished) return
      this.#left = true
      this.#handler?.abandon()
      if (this.#body instanceof Upload) this.#body.destroy()
    })
    if (hasBody(this.#incoming)) return this.#readBody()
    // A look that finds nothing. Without it Node drains the body that is not there, and that takes its time.
    this.#incoming.read(0)
    this.#authorize()
  }

  #readBody(): void {
    const { capture } = this.exchange
    if (capture !== undefined) this.#incoming.on('data', (chunk: Buffer) => capture.requestBody(chunk))
    const keep = (bytes: number) => this.#keep(bytes)
    readBody(this.#incoming, this.options.config, keep, (error, body) => {
      if (error !== undefined) return this.fail(error)
      this.#body = body
      this.#authorize()
    })
    // A caller that asked first is told to go on now that neither the door nor its declared length spoke against it.
    if (waitsForContinue(this.#incoming) && !this.response.headersSent) this.response.writeContinue()
  }

  /** Takes memory for a part of the body. @returns why there is none */
  #keep(bytes: number): ProxyError | undefined {
    this.#keptBytes += bytes
    this.#load.keptBytes += bytes
    if (this.#load.keptBytes <= MOST_KEPT_BYTES) return undefined
    return overloaded('The bodies of the requests in flight take all the memory that there is for them.')
  }

  fail(error: ProxyError): void {
    this.options.sendProblem(this.request, this.reply, error)
  }

  /** The caller's token is there already in all but the first moments: then nothing is awaited. */
  #authorize(): void {
    const { cache } = this.options
    if (cache !== undefined && this.exchange.family!.realtime === true && this.#respondFromCache(cache))
      return
    const token = this.#tokens?.get()
    if (!(token instanceof Promise)) return this.#send(token)
    const waitingSince = this.options.now()
    token.then(
      (obtained) => {
        this.exchange.tokenWaitMs += this.options.now() - waitingSince
        this.#send(obtained)
      },
      (error: unknown) => this.fail(asProxyError(error)),
    )
  }

  /** What is fresh in memory needs neither a token nor a connection. @returns whether it was there */
  #respondFromCache(cache: RealtimeCache): boolean {
    if (this.#incoming.method !== 'GET') return false
    this.#lookup ??= cache.lookup(
      this.#incoming,
      this.exchange.admission!.target.raw,
      this.#headers(undefined),
      this.options.credentials().key,
    )
    const kept = cache.find(this.#lookup, this.exchange)
    if (kept === undefined) return false
    const { status, statusMessage, body } = kept.response
    this.#token = undefined
    this.begin(status, statusMessage, kept.rawHeaders)
    this.exchange.bytes = body.length
    this.exchange.capture?.responseBody(body)
    if (!this.response.write(body)) cache.readSlowly(kept, this.response)
    this.response.end()
    return true
  }

  #headers(token: AccessToken | undefined): string[] {
    const { config, credentials } = this.options
    return requestHeaders(this.#incoming.rawHeaders, {
      family: this.exchange.family!,
      appKey: credentials().key,
      token: token?.value,
      requestId: this.request.id,
      tenant: config.tenant,
      pbx: config.pbx,
      dropAuthorization: this.exchange.admission!.authorizationIsProxyKey,
    })
  }

  #send(token: AccessToken | undefined): void {
    if (this.#left) return
    const { circuitBreaker, config, now } = this.options
    try {
      circuitBreaker.admit()
    } catch (error) {
      return this.fail(asProxyError(error))
    }
    this.#token = token
    const body = this.#body
    const headers = this.#headers(token)
    // A stream's length is the caller's; a body in memory tells its own.
    const declared = this.#incoming.headers['content-length']
    if (body instanceof Upload && declared !== undefined) headers.push('Content-Length', declared)
    this.exchange.capture?.requestHeaders(headers)

    const handler = new ResponseHandler(this)
    this.#handler = handler
    const attempt: TrackedDispatchOptions = {
      origin: this.options.upstreamOrigin,
      path: this.exchange.admission!.target.raw,
      method: this.#incoming.method as Dispatcher.HttpMethod,
      headers,
      body,
      // The clock of an upload starts when it has ended, however long it takes.
      headersTimeout: body instanceof Upload ? 0 : config.responseTimeoutMs,
      onConnection: (connection, request) => {
        handler.onConnection(connection)
        this.#stopMakingRoom?.()
        if (this.#queueTimer !== undefined) this.#refreshToken(request)
      },
    }
    // Each attempt has a clock of its own.
    clearTimeout(this.#responseTimer)
    this.#responseTimer = undefined
    this.#dispatchedAt = now()
    const { api, uploads } = this.options.upstream
    if (body instanceof Upload) uploads.dispatch(attempt, handler)
    else if (this.#lookup === undefined) api.dispatch(attempt, handler)
    else {
      const caller = { options: attempt, handler: handler, exchange: this.exchange }
      this.options.cache!.send(this.#lookup, token?.value, caller, api)
    }
    if (body instanceof Upload) body.once('end', () => this.#startResponseTimer())
    if (!handler.connected) this.#waitForConnection(handler)
  }

  get slowReaders(): SlowReaders {
    return this.#load.slowReaders[this.#body instanceof Upload ? 'uploads' : 'api']
  }

  get departures(): Departures {
    return this.#load.departures
  }

  /** All connections may be taken by calls that hang: whoever waits behind them waits no longer than for a response. */
  #waitForConnection(handler: ResponseHandler): void {
    const { responseTimeoutMs } = this.options.config
    if (!handler.assigned && this.exchange.cache !== 'collapsed')
      this.#stopMakingRoom = this.slowReaders.makeRoom()
    this.#queueTimer = setTimeout(() => {
      handler.abandon()
      this.fail(overloaded('No connection to 8x8 became free in time.'))
    }, responseTimeoutMs).unref()
  }

  #stopWaiting(): void {
    clearTimeout(this.#queueTimer)
    this.#stopMakingRoom?.()
  }

  /** A request may have waited for a connection longer than its token lives; what has been renewed meanwhile is at hand. */
  #refreshToken({ headers }: Dispatcher.DispatchOptions): void {
    const token = this.#token
    if (token === undefined || this.options.now() < token.expiresAt) return
    const renewed = this.#tokens!.get()
    if (renewed instanceof Promise) return void renewed.catch(() => undefined)
    this.#token = renewed
    const authorization = `Bearer ${renewed.value}`
    if (Array.isArray(headers)) headers[headers.indexOf(`Bearer ${token.value}`)] = authorization
    else (headers as Record<string, string>).Authorization = authorization
  }

  connected(): boolean {
    const { circuitBreaker, now } = this.options
    this.#stopWaiting()
    circuitBreaker.connected()
    const time = now()
    this.exchange.queueMs += time - this.#dispatchedAt
    this.#dispatchedAt = time
    // An expired token is never sent: if there is no other yet, the request waits for it.
    if (this.#token === undefined || time < this.#token.expiresAt) return true
    this.#authorize()
    return false
  }

  informed(): void {
    // undici's clock starts again at each one, so that a row of them would never end.
    if (this.#responseTimer === undefined && !(this.#body instanceof Upload)) this.#startResponseTimer()
  }

  headersReceived(): void {
    this.exchange.upstreamMs = this.options.now() - this.#dispatchedAt
  }

  #startResponseTimer(): void {
    // 8x8 may answer before the upload has ended: then it is the silence between two chunks that is timed.
    if (this.response.headersSent) return
    clearTimeout(this.#responseTimer)
    this.#responseTimer = setTimeout(
      () => this.#handler?.timeOut(),
      this.options.config.responseTimeoutMs,
    ).unref()
  }

  begin(status: number, statusMessage: string, rawHeaders: readonly (Buffer | string)[]): void {
    clearTimeout(this.#responseTimer)
    if (this.#token !== undefined && saysThatTokenIsGood(status)) {
      this.#tokens!.accepted(this.#token, this.exchange.retries.includes('token'))
    }
    const { host, corsHeaders } = this.exchange.admission!
    const { response } = this
    const headers = responseHeaders(rawHeaders, {
      upstreamOrigin: this.options.upstreamOrigin,
      proxyOrigin: `http://${host}`,
      requestId: this.request.id,
      cors: corsHeaders,
    })
    headers.push('Server-Timing', serverTiming(this.exchange))
    if (this.#lacksProduct(status)) headers.push('X-Proxy-Hint', productHint(this.exchange.family!))
    this.exchange.capture?.responseHead(status, headers)
    // 8x8's `Date`, or none.
    response.sendDate = false
    response.writeHead(
      status,
      // What Node would refuse to write is left to its default phrase.
      REASON_PHRASE.test(statusMessage) ? statusMessage : '',
      headers,
    )
  }

  /** Whether 8x8 refused because the app's products do not open this family: it says so, or none of them does. */
  #lacksProduct(status: number): boolean {
    if (status !== 401 && status !== 403) return false
    return this.#productRefused || isGranted(this.exchange.family!, this.options.products()) === false
  }

  get usesToken(): boolean {
    return this.#token !== undefined
  }

  /** The refusal comes down as it came unless a new token makes it better. */
  refused(
    fault: Buffer,
    contentEncoding: string | undefined,
    giveUp: () => void,
    supersede: () => void,
  ): void {
    const token = this.#token!
    const tokens = this.#tokens!
    if (isProductRefusal(fault, contentEncoding)) {
      this.#productRefused = true
      return giveUp()
    }
    if (this.exchange.retries.includes('token')) {
      tokens.refusedAgain(token)
      return giveUp()
    }
    const replacement = tokens.replace(token)
    if (this.#body instanceof Upload) return giveUp()
    void replacement.then((renewed) => {
      if (renewed === undefined || this.#left) return giveUp()
      supersede()
      this.exchange.retries.push('token')
      this.#send(renewed)
    })
  }

  /** No response's headers came. What was surely not processed is sent once more, once. */
  failed(error: Error, { sent, reused, begun }: Failure): void {
    clearTimeout(this.#responseTimer)
    this.#stopWaiting()
    if (this.#left) return
    if (error instanceof NotCoalesced) {
      this.#lookup = withoutCoalescing(this.#lookup!)
      return this.#authorize()
    }
    const problem = networkProblem(error, sent)
    // One connection that failed is one failure, however many waited for it.
    const mine = this.exchange.cache !== 'collapsed'
    if (!sent && mine && problem.problem !== 'internal') this.options.circuitBreaker.failed(problem)
    const neverOpened = !sent && mayOpenNextTime(error)
    const diedIdle = sent && reused && !begun && SAFE.has(this.#incoming.method!) && isDeadSocket(error)
    const repeatable = !(this.#body instanceof Upload) || (neverOpened && !this.#body.readableDidRead)
    if ((neverOpened || diedIdle) && repeatable && !this.exchange.retries.includes('connection')) {
      this.exchange.retries.push('connection')
      return this.#authorize()
    }
    this.fail(problem)
  }

  #tokensOf({ family }: Exchange): TokenSource | undefined {
    if (family?.credential === 'bearer') return this.options.appToken
    return family?.credential === 'work' ? this.options.workToken : undefined
  }
}

function asProxyError(error: unknown): ProxyError {
  return error instanceof ProxyError
    ? error
    : new ProxyError('internal', 'No token: internal error in the proxy. Its log says more.', {
        cause: error,
      })
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/

/** 429 and 5xx may come from before the place where 8x8 looks at tokens. */
function saysThatTokenIsGood(status: number): boolean {
  return status < 500 && status !== 401 && status !== 429
}

function isDeadSocket(error: Error): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** Where the time went until now, in milliseconds (W3C Server Timing): a browser's and an operator's first question. */
function serverTiming({ tokenWaitMs, queueMs, upstreamMs }: Exchange): string {
  return `token;dur=${tenths(tokenWaitMs)}, queue;dur=${tenths(queueMs)}, upstream;dur=${tenths(upstreamMs)}`
}
