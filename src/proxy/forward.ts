import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import type { AppCredentials, Config } from '../config.js'
import { ProxyError } from '../errors.js'
import type { Exchange } from '../exchange.js'
import type { AccessToken, TokenSource } from '../token/token-source.js'
import { isProductRefusal, LONGEST_FAULT_BYTES } from './product-refusal.js'
import { readBody, type RequestBody, Upload } from './request-body.js'
import { requestHeaders } from './request-headers.js'
import { responseHeaders } from './response-headers.js'
import {
  type Connection,
  mayOpenNextTime,
  networkProblem,
  responseTimeout,
  type TrackedDispatchOptions,
} from './upstream.js'

export interface ForwardOptions {
  readonly config: Config
  readonly credentials: () => AppCredentials
  readonly dispatcher: Dispatcher
  readonly appToken: TokenSource
  /** The Work Analytics user's token, if the proxy logs in there itself. */
  readonly workToken: TokenSource | undefined
  readonly now: () => number
  /** CORS headers for an allowed origin. */
  readonly corsHeaders: (origin: string) => readonly string[]
  /** How a failure of our own is answered. */
  readonly sendProblem: (request: FastifyRequest, reply: FastifyReply, error: ProxyError) => void
}

/** Sends a request on to 8x8 and its answer back. Returns at once; the raw response is written to as bytes come. */
export type Forward = (request: FastifyRequest, reply: FastifyReply) => void

// Beyond this many at once the caller had better wait: each holds two sockets and up to X8_REPLAY_BODY_BYTES.
const MOST_IN_FLIGHT = 4096

export function createForward(options: ForwardOptions): Forward {
  let inFlight = 0
  return (request, reply) => {
    if (inFlight >= MOST_IN_FLIGHT) {
      throw new ProxyError(
        'overloaded',
        `${MOST_IN_FLIGHT} requests are in flight. Nothing was sent; try again soon.`,
        {
          retryAfterMs: 1000,
        },
      )
    }
    inFlight += 1
    reply.raw.once('close', () => (inFlight -= 1))
    reply.hijack()
    new Forwarding(options, request, reply).start()
  }
}

/**
 * The way of one request: body, token, headers, 8x8, answer. It is a class because undici wants an object with methods
 * and because an object a request is the cheapest closure there is.
 */
class Forwarding {
  readonly options: ForwardOptions
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly response: ServerResponse
  readonly exchange: Exchange
  readonly #incoming: IncomingMessage
  readonly #tokens: TokenSource | undefined
  #body: RequestBody = null
  #token: AccessToken | undefined
  #answer: Answer | undefined
  #responseTimer: NodeJS.Timeout | undefined
  #left = false

  constructor(options: ForwardOptions, request: FastifyRequest, reply: FastifyReply) {
    this.options = options
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
    this.response.on('close', () => {
      clearTimeout(this.#responseTimer)
      if (this.response.writableFinished) return
      this.#left = true
      this.#answer?.abandon()
      if (this.#body instanceof Upload) this.#body.destroy()
    })
    // A caller that asked first ("Expect: 100-continue") is told to go on now that the door has let it in.
    if (this.#incoming.headers.expect !== undefined) this.response.writeContinue()
    readBody(this.#incoming, this.options.config, (error, body) => {
      if (error !== undefined) return this.fail(error)
      this.#body = body
      this.#authorize()
    })
  }

  fail(error: ProxyError): void {
    this.options.sendProblem(this.request, this.reply, error)
  }

  /** The caller's token is there already in all but the first moments: then nothing is awaited. */
  #authorize(): void {
    const token = this.#tokens?.get()
    if (!(token instanceof Promise)) return this.#send(token)
    const waitingSince = this.options.now()
    token.then(
      (obtained) => {
        this.exchange.tokenWaitMs = this.options.now() - waitingSince
        this.#send(obtained)
      },
      (error: unknown) => this.fail(asProxyError(error)),
    )
  }

  #send(token: AccessToken | undefined): void {
    if (this.#left) return
    this.#token = token
    const { config } = this.options
    const { target, authorizationIsProxyKey } = this.exchange.admission!
    const body = this.#body
    const headers = requestHeaders(this.#incoming.rawHeaders, {
      family: this.exchange.family!,
      appKey: this.options.credentials().key,
      token: token?.value,
      requestId: this.request.id,
      tenant: config.tenant,
      pbx: config.pbx,
      dropAuthorization: authorizationIsProxyKey,
    })
    // A stream's length is the caller's; a body in memory tells its own.
    const declared = this.#incoming.headers['content-length']
    if (body instanceof Upload && declared !== undefined) headers.push('Content-Length', declared)

    const answer = new Answer(this)
    this.#answer = answer
    const attempt: TrackedDispatchOptions = {
      origin: config.baseUrl.origin,
      path: target.raw,
      method: this.#incoming.method as Dispatcher.HttpMethod,
      headers,
      body,
      // The clock of an upload starts when it has ended, however long it takes.
      headersTimeout: body instanceof Upload ? 0 : config.responseTimeoutMs,
      onConnection: answer.onConnection,
    }
    this.options.dispatcher.dispatch(attempt, answer)
    if (body instanceof Upload) body.once('end', () => this.#startResponseTimer())
  }

  #startResponseTimer(): void {
    this.#responseTimer = setTimeout(
      () => this.#answer?.timeOut(),
      this.options.config.responseTimeoutMs,
    ).unref()
  }

  /** The answer has begun: it goes down as it came. */
  begin(status: number, statusMessage: string, rawHeaders: readonly (Buffer | string)[]): void {
    clearTimeout(this.#responseTimer)
    const { host, corsOrigin } = this.exchange.admission!
    const { response } = this
    // 8x8's `Date`, or none.
    response.sendDate = false
    response.writeHead(
      status,
      // What Node would refuse to write is left to its default phrase.
      REASON_PHRASE.test(statusMessage) ? statusMessage : '',
      responseHeaders(rawHeaders, {
        upstreamOrigin: this.options.config.baseUrl.origin,
        proxyOrigin: `http://${host}`,
        requestId: this.request.id,
        cors: corsOrigin === undefined ? undefined : this.options.corsHeaders(corsOrigin),
      }),
    )
  }

  /** Whether 8x8 answers to a token of ours, so that its 401 is about that token. */
  get usesToken(): boolean {
    return this.#token !== undefined
  }

  /**
   * 8x8 refused our token: the answer comes down as it came unless a new token makes it better.
   *
   * @param giveUp passes the refusal on to the caller
   * @param supersede drops the refusal, because the request is sent once more
   */
  refused(
    fault: Buffer,
    contentEncoding: string | undefined,
    giveUp: () => void,
    supersede: () => void,
  ): void {
    const token = this.#token!
    const tokens = this.#tokens!
    if (isProductRefusal(fault, contentEncoding)) return giveUp()
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

  /** No answer's headers came. What was surely not processed is sent once more, once. */
  failed(error: Error, { sent, reused, begun }: { sent: boolean; reused: boolean; begun: boolean }): void {
    clearTimeout(this.#responseTimer)
    if (this.#left) return
    const neverOpened = !sent && mayOpenNextTime(error)
    const diedIdle = sent && reused && !begun && SAFE.has(this.#incoming.method!) && isDeadSocket(error)
    const repeatable = !(this.#body instanceof Upload) || (neverOpened && !this.#body.readableDidRead)
    if ((neverOpened || diedIdle) && repeatable && !this.exchange.retries.includes('connection')) {
      this.exchange.retries.push('connection')
      return this.#send(this.#token)
    }
    this.fail(networkProblem(error, sent))
  }

  #tokensOf({ family }: Exchange): TokenSource | undefined {
    if (family?.credential === 'bearer') return this.options.appToken
    return family?.credential === 'work' ? this.options.workToken : undefined
  }
}

/** One attempt's answer, as undici delivers it. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #forwarding: Forwarding
  #connection: (() => Connection) | undefined
  #controller: Dispatcher.DispatchController | undefined
  #reused = false
  #begun = false
  #refusal: Refusal | undefined
  #over = false

  constructor(forwarding: Forwarding) {
    this.#forwarding = forwarding
  }

  readonly onConnection = (current: () => Connection): void => {
    this.#connection = current
  }

  /** Ends the attempt at 8x8, now or as soon as it gets a connection. */
  abandon(): void {
    this.#over = true
    this.#controller?.abort(new Error('the caller left'))
  }

  timeOut(): void {
    this.#controller?.abort(responseTimeout())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    const connection = this.#connection?.()
    if (connection !== undefined) this.#reused = connection.requests++ > 0
    if (this.#over) controller.abort(new Error('the caller left'))
  }

  /** The first byte of the answer. */
  onResponseStarted(): void {
    this.#begun = true
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    statusMessage = '',
  ): void {
    // Informational answers (102, 103) were for this hop.
    if (status < 200 || this.#over) return
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
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    const refusal = this.#refusal
    if (refusal === undefined) return this.#write(controller, chunk)
    refusal.fault.push(chunk)
    refusal.size += chunk.length
    if (refusal.size <= LONGEST_FAULT_BYTES || refusal.judging) return
    controller.pause()
    this.#judge(refusal, () => controller.resume())
  }

  onResponseEnd(): void {
    if (this.#over) return
    if (this.#refusal === undefined) this.#forwarding.response.end()
    else this.#judge(this.#refusal, () => this.#forwarding.response.end())
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return
    this.#over = true
    // An answer that was cut at 8x8 is cut here: its missing end must be seen.
    if (this.#forwarding.response.headersSent) cut(this.#forwarding.response)
    else
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
        for (const chunk of refusal.fault) this.#write(this.#controller!, chunk)
        whenPassedOn()
      },
      () => {
        this.#over = true
        this.#controller?.abort(new Error('superseded by a request with a new token'))
      },
    )
  }

  #write(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response, exchange } = this.#forwarding
    exchange.bytes += chunk.length
    if (response.write(chunk)) return
    controller.pause()
    response.once('drain', () => controller.resume())
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
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/

function isDeadSocket(error: Error): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** Ends an answer so that nobody takes it for complete: in HTTP/1.0 a close is the end of the body, a reset is not. */
function cut(response: ServerResponse): void {
  if (response.req.httpVersionMinor === 0) response.socket?.resetAndDestroy()
  else response.destroy()
}

function asProxyError(error: unknown): ProxyError {
  return error instanceof ProxyError
    ? error
    : new ProxyError('internal', 'No token: the proxy made a mistake. Its log says more.', { cause: error })
}
