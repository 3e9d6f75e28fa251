import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Family, pagesByLinks } from '../api/families.js'
import { hasBody, waitsForContinue } from '../http/body.js'
import type { ProxyError } from '../http/errors.js'
import type { Capture, Exchange } from '../http/exchange.js'
import type { RawHeaders } from '../http/raw-headers.js'
import type { AccessToken, TokenSource } from '../token/token-source.js'
import { Attempt, type AttemptOptions, type Sender } from './attempt.js'
import type { BodyTransform } from './body-links.js'
import type { RateBudget } from './budget/rate-budget.js'
import type { Turn } from './budget/turns.js'
import { type Kept, type Lookup, type RealtimeCache, withoutCoalescing } from './cache/realtime-cache.js'
import { NotCoalesced } from './cache/subscriber.js'
import { type CacheReader, fromCache } from './cache/from-cache.js'
import { asProxyError, type TokenSources, tokensOf } from './choose-token.js'
import type { Departures } from './departures.js'
import { hintFor, isRefused } from './hints.js'
import { createLoad, type Load, type RequestLoad } from './load.js'
import { isProductRefusal } from './product-refusal.js'
import type { Failure } from './receiver.js'
import { bodyState, readBody, type RequestBody, Upload } from './request-body.js'
import { additionsTo, requestHeaders } from './request-headers.js'
import { writeResponseHead } from './response-head.js'
import { acceptsToken, afterRejection, mayRetry } from './retry-policy.js'
import type { SlowReaders } from './slow-readers.js'
import type { Host, Hosts } from './upstream/hosts.js'
import { isAboutUpstream, networkProblem, secondChance } from './upstream/network-problem.js'

export interface ForwardOptions extends AttemptOptions, TokenSources {
  readonly hosts: Hosts
  /** The key that a family takes. */
  readonly keyOf: (family: Family) => string
  /** 8x8's documented limits; undefined while no call is held for them. */
  readonly budget: RateBudget | undefined
  /** The products that 8x8 grants to the app, as far as known. */
  readonly products: () => readonly string[]
  /** A capture of an error's body. @param sent the request's headers as they were sent to 8x8 */
  readonly captureError: (sent: readonly string[]) => Capture
  /** Responds with a failure of the proxy's own. */
  readonly sendProblem: (request: FastifyRequest, reply: FastifyReply, error: ProxyError) => void
}

/** Sends a request on to 8x8 and its response back. Returns at once; the raw response is written to as bytes come. */
export type Forward = (request: FastifyRequest, reply: FastifyReply) => void

export function createForward(options: ForwardOptions): Forward {
  const { now, config } = options
  const load = createLoad(now, config.idleTimeoutMs)
  return (request, reply) => {
    const forwarding = new Forwarding(options, load, request, reply)
    reply.hijack()
    forwarding.start()
  }
}

/**
 * The lifecycle of one request: body, token, attempt, response; on a 401 or a lost connection perhaps a second attempt. It
 * is a class because undici wants an object with methods, and one object a request is cheaper than closures.
 */
class Forwarding implements Sender, CacheReader {
  readonly options: ForwardOptions
  readonly host: Host
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly response: ServerResponse
  readonly exchange: Exchange
  readonly tokens: TokenSource | undefined
  readonly #load: Load
  readonly #own: RequestLoad
  readonly incoming: IncomingMessage
  body: RequestBody = null
  lookup: Lookup | undefined
  #attempt: Attempt | undefined
  #turn: Turn | undefined
  #lacksProduct = false
  #admittedAt = 0
  #failed = false
  /** Whether links to 8x8 in the response's JSON are to lead back here. */
  readonly rewritesLinks: boolean
  #left = false

  constructor(options: ForwardOptions, load: Load, request: FastifyRequest, reply: FastifyReply) {
    this.options = options
    this.#load = load
    this.#own = load.begin()
    this.request = request
    this.reply = reply
    this.response = reply.raw
    this.exchange = request.exchange
    this.incoming = request.raw
    const { family, admission } = request.exchange
    this.rewritesLinks = options.config.rewriteBodyLinks && pagesByLinks(family!, admission!.target.path)
    this.host = options.hosts.of(family!)
    this.tokens = tokensOf(request.exchange, options)
  }

  get #path(): string {
    return this.exchange.admission!.target.path
  }

  get method(): string {
    return this.incoming.method!
  }

  get declaredLength(): string | undefined {
    return this.incoming.headers['content-length']
  }

  /** Whether the caller is gone: nothing is sent for it any more. */
  get left(): boolean {
    return this.#left
  }

  get slowReaders(): SlowReaders {
    return this.#load.slowReaders[this.body instanceof Upload ? 'uploads' : 'api']
  }

  get departures(): Departures {
    return this.#load.departures
  }

  start(): void {
    this.response.once('close', () => {
      this.#attempt?.settle()
      this.#turn?.end(true)
      this.#own.end()
      if (this.response.writableFinished) return
      this.#left = true
      this.#attempt?.abandon()
      if (this.body instanceof Upload) this.body.destroy()
    })
    if (hasBody(this.incoming)) return this.#readBody()
    // Reads nothing. Without it Node drains the body that is not there, which costs more.
    this.incoming.read(0)
    this.#authorize()
  }

  #readBody(): void {
    const { capture } = this.exchange
    if (capture !== undefined) this.incoming.on('data', (chunk: Buffer) => capture.requestBody(chunk))
    readBody(this.incoming, this.options.config, this.#own.keep, (error, body) => {
      if (error !== undefined) return this.fail(error)
      this.body = body
      this.#authorize()
    })
    // "100 Continue" is sent once neither the door nor the declared length has spoken against the request.
    if (waitsForContinue(this.incoming) && !this.response.headersSent) this.response.writeContinue()
  }

  fail(error: ProxyError): void {
    this.options.sendProblem(this.request, this.reply, error)
  }

  /** The token is there already in all but the first moments: then nothing is awaited. */
  #authorize(): void {
    const { cache } = this.options
    if (cache !== undefined && this.exchange.family!.realtime === true && fromCache(cache, this)) return
    const token = this.tokens?.get()
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

  serve(kept: Kept, cache: RealtimeCache): void {
    this.#attempt = undefined
    this.begin(kept.response.status, kept.response.statusMessage, kept.rawHeaders)
    cache.give(kept, this.response, this.exchange)
  }

  get appKey(): string {
    return this.options.keyOf(this.exchange.family!)
  }

  headers(token: AccessToken | undefined): string[] {
    return requestHeaders(this.incoming.rawHeaders, additionsTo(this, token?.value))
  }

  #send(token: AccessToken | undefined): void {
    if (this.#left) return
    this.#attempt?.settle()
    const { budget } = this.options
    if (budget === undefined) return this.#dispatch(token, undefined)
    const go = (turn: Turn | undefined) => this.#dispatch(token, turn)
    this.#turn = budget.take(this.exchange, this.incoming.headers, go, (error) => this.fail(error))
  }

  #dispatch(token: AccessToken | undefined, turn: Turn | undefined): void {
    try {
      this.#admittedAt = this.host.circuitBreaker.admit()
    } catch (error) {
      turn?.end(false)
      return this.fail(asProxyError(error))
    }
    this.#attempt = new Attempt(this, token, turn)
    this.#attempt.dispatch()
  }

  tokenExpired(): void {
    this.#authorize()
  }

  begin(status: number, statusMessage: string, rawHeaders: RawHeaders): BodyTransform | undefined {
    const token = this.#attempt?.token
    this.#attempt?.settle()
    if (token !== undefined && acceptsToken(status)) {
      this.tokens!.accepted(token, this.#path, this.exchange.retries.includes('token'))
    }
    if (status >= 400) this.#noteError(status, token)
    const head = { status, statusMessage, rawHeaders }
    return writeResponseHead(this.response, this.exchange, head, {
      upstreamOrigin: this.host.origin,
      requestId: this.request.id,
      hint: this.exchange.hint?.text,
      rewritesLinks: this.rewritesLinks,
    })
  }

  #noteError(status: number, token: AccessToken | undefined): void {
    this.exchange.capture ??= this.options.captureError(this.headers(token))
    if (!isRefused(status)) return
    this.exchange.hint = hintFor({
      status,
      exchange: this.exchange,
      rawHeaders: this.incoming.rawHeaders,
      lacksProduct: this.#lacksProduct,
      heldBackMs: this.tokens?.heldBackMs() ?? 0,
      products: this.options.products(),
    })
  }

  /** The 401 is passed on as it came unless a new token makes it better. */
  rejected(
    fault: Buffer,
    contentEncoding: string | undefined,
    passOn: () => void,
    supersede: () => void,
  ): void {
    const token = this.#attempt!.token!
    const tokens = this.tokens!
    this.#lacksProduct = isProductRefusal(fault, contentEncoding)
    const retried = this.exchange.retries.includes('token')
    switch (afterRejection({ lacksProduct: this.#lacksProduct, retried, body: bodyState(this.body) })) {
      case 'pass-on':
        return passOn()
      case 'pass-on-and-hold-renewals':
        tokens.rejectedAgain(token, this.#path)
        return passOn()
      case 'replace-token-and-pass-on':
        void tokens.replace(token, this.#path)
        return passOn()
      case 'replace-token':
        void tokens.replace(token, this.#path).then((renewed) => {
          if (renewed === undefined || this.#left) return passOn()
          supersede()
          this.exchange.retries.push('token')
          this.#send(renewed)
        })
    }
  }

  /** No response's headers came. What was surely not processed is sent once more, once. */
  failed(error: Error, { sent, reused, begun }: Failure): void {
    this.#attempt!.settle()
    if (this.#left) return
    if (error instanceof NotCoalesced) {
      this.lookup = withoutCoalescing(this.lookup!)
      return this.#authorize()
    }
    const problem = networkProblem(error, sent, this.host.setting)
    // One connection that failed is one failure, however many requests waited for it.
    const isMine = this.exchange.cache !== 'collapsed'
    // Nor is the second attempt of a request a second one.
    if (!sent && isMine && !this.#failed && isAboutUpstream(problem)) {
      this.#failed = true
      this.host.circuitBreaker.failed(problem, this.#admittedAt)
    }
    const attempt = {
      method: this.method,
      sent,
      reused,
      begun,
      ...secondChance(error),
      body: bodyState(this.body),
      retried: this.exchange.retries.includes('connection'),
    }
    if (!mayRetry(attempt)) return this.fail(problem)
    this.exchange.retries.push('connection')
    this.#authorize()
  }
}
