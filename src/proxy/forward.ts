import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isGranted, pagesByLinks } from '../api/families.js'
import type { AppCredentials } from '../config/config.js'
import { hasBody, waitsForContinue } from '../http/body.js'
import type { ProxyError } from '../http/errors.js'
import type { Exchange } from '../http/exchange.js'
import type { AccessToken, TokenSource } from '../token/token-source.js'
import { Attempt, type AttemptOptions, type Sender } from './attempt.js'
import type { BodyTransform } from './body-links.js'
import { type Lookup, type RealtimeCache, withoutCoalescing } from './cache/realtime-cache.js'
import { NotCoalesced } from './cache/subscriber.js'
import { asProxyError, type TokenSources, tokensOf } from './choose-token.js'
import type { Departures } from './departures.js'
import { createLoad, type Load } from './load.js'
import { isProductRefusal } from './product-refusal.js'
import type { Failure } from './receiver.js'
import { readBody, type RequestBody, Upload } from './request-body.js'
import { requestHeaders } from './request-headers.js'
import { writeResponseHead } from './response-head.js'
import { acceptsToken, afterRejection, type BodyState, mayRetry } from './retry-policy.js'
import type { SlowReaders } from './slow-readers.js'
import { isAboutUpstream, networkProblem, secondChance } from './upstream/network-problem.js'

export interface ForwardOptions extends Omit<AttemptOptions, 'upstreamOrigin'>, TokenSources {
  readonly credentials: () => Pick<AppCredentials, 'key'>
  /** The products that 8x8 grants to the app, as far as known. */
  readonly products: () => readonly string[]
  /** Responds with a failure of the proxy's own. */
  readonly sendProblem: (request: FastifyRequest, reply: FastifyReply, error: ProxyError) => void
}

/** Sends a request on to 8x8 and its response back. Returns at once; the raw response is written to as bytes come. */
export type Forward = (request: FastifyRequest, reply: FastifyReply) => void

type ForwardingOptions = ForwardOptions & AttemptOptions

export function createForward(given: ForwardOptions): Forward {
  const { now, config } = given
  const options = { ...given, upstreamOrigin: config.baseUrl.origin }
  const load = createLoad(now, config.idleTimeoutMs)
  return (request, reply) => {
    load.begin()
    reply.hijack()
    new Forwarding(options, load, request, reply).start()
  }
}

/**
 * The lifecycle of one request: body, token, attempt, response; on a 401 or a lost connection perhaps a second attempt. It
 * is a class because undici wants an object with methods, and one object a request is cheaper than closures.
 */
class Forwarding implements Sender {
  readonly options: ForwardingOptions
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly response: ServerResponse
  readonly exchange: Exchange
  readonly tokens: TokenSource | undefined
  readonly #load: Load
  readonly #incoming: IncomingMessage
  body: RequestBody = null
  lookup: Lookup | undefined
  #attempt: Attempt | undefined
  #keptBytes = 0
  #lacksProduct = false
  #left = false

  constructor(options: ForwardingOptions, load: Load, request: FastifyRequest, reply: FastifyReply) {
    this.options = options
    this.#load = load
    this.request = request
    this.reply = reply
    this.response = reply.raw
    this.exchange = request.exchange
    this.#incoming = request.raw
    this.tokens = tokensOf(request.exchange, options)
  }

  get method(): string {
    return this.#incoming.method!
  }

  get declaredLength(): string | undefined {
    return this.#incoming.headers['content-length']
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
      this.#load.end(this.#keptBytes)
      this.#keptBytes = 0
      if (this.response.writableFinished) return
      this.#left = true
      this.#attempt?.abandon()
      if (this.body instanceof Upload) this.body.destroy()
    })
    if (hasBody(this.#incoming)) return this.#readBody()
    // Reads nothing. Without it Node drains the body that is not there, which costs more.
    this.#incoming.read(0)
    this.#authorize()
  }

  #readBody(): void {
    const { capture } = this.exchange
    if (capture !== undefined) this.#incoming.on('data', (chunk: Buffer) => capture.requestBody(chunk))
    const keep = (bytes: number) => {
      this.#keptBytes += bytes
      return this.#load.keep(bytes)
    }
    readBody(this.#incoming, this.options.config, keep, (error, body) => {
      if (error !== undefined) return this.fail(error)
      this.body = body
      this.#authorize()
    })
    // "100 Continue" is sent once neither the door nor the declared length has spoken against the request.
    if (waitsForContinue(this.#incoming) && !this.response.headersSent) this.response.writeContinue()
  }

  fail(error: ProxyError): void {
    this.options.sendProblem(this.request, this.reply, error)
  }

  /** The token is there already in all but the first moments: then nothing is awaited. */
  #authorize(): void {
    const { cache } = this.options
    if (cache !== undefined && this.exchange.family!.realtime === true && this.#respondFromCache(cache))
      return
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

  /** A fresh cached response needs neither a token nor a connection. @returns whether there was one */
  #respondFromCache(cache: RealtimeCache): boolean {
    if (this.method !== 'GET') return false
    const target = this.exchange.admission!.target.raw
    const appKey = this.options.credentials().key
    this.lookup ??= cache.lookup(this.#incoming, target, this.headers(undefined), appKey)
    const kept = cache.find(this.lookup, this.exchange)
    if (kept === undefined) return false
    const { status, statusMessage, body } = kept.response
    this.#attempt = undefined
    this.begin(status, statusMessage, kept.rawHeaders)
    this.exchange.bytes = body.length
    this.exchange.capture?.responseBody(body)
    if (!this.response.write(body)) cache.readSlowly(kept, this.response)
    this.response.end()
    return true
  }

  headers(token: AccessToken | undefined): string[] {
    const { config, credentials } = this.options
    return requestHeaders(this.#incoming.rawHeaders, {
      family: this.exchange.family!,
      appKey: credentials().key,
      token: token?.value,
      requestId: this.request.id,
      tenant: config.tenant,
      pbx: config.pbx,
      unencoded: this.#rewritesLinks(),
      dropAuthorization: this.exchange.admission!.authorizationIsProxyKey,
    })
  }

  #send(token: AccessToken | undefined): void {
    if (this.#left) return
    this.#attempt?.settle()
    try {
      this.options.circuitBreaker.admit()
    } catch (error) {
      return this.fail(asProxyError(error))
    }
    this.#attempt = new Attempt(this, token)
    this.#attempt.dispatch()
  }

  tokenExpired(): void {
    this.#authorize()
  }

  begin(
    status: number,
    statusMessage: string,
    rawHeaders: readonly (Buffer | string)[],
  ): BodyTransform | undefined {
    const { upstreamOrigin } = this.options
    const token = this.#attempt?.token
    this.#attempt?.settle()
    if (token !== undefined && acceptsToken(status)) {
      this.tokens!.accepted(token, this.exchange.retries.includes('token'))
    }
    const head = { status, statusMessage, rawHeaders }
    const lacksProduct = this.#isRefusedForProduct(status)
    return writeResponseHead(this.response, this.exchange, head, {
      upstreamOrigin,
      requestId: this.request.id,
      lacksProduct,
      rewritesLinks: this.#rewritesLinks(),
    })
  }

  /** Whether links to 8x8 in the response's JSON are to lead back here. */
  #rewritesLinks(): boolean {
    const { admission, family } = this.exchange
    return this.options.config.rewriteBodyLinks && pagesByLinks(family!, admission!.target.path)
  }

  /** Whether 8x8 refused because the app's products do not open this family: it says so, or none of them does. */
  #isRefusedForProduct(status: number): boolean {
    if (status !== 401 && status !== 403) return false
    return this.#lacksProduct || isGranted(this.exchange.family!, this.options.products()) === false
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
    switch (afterRejection({ lacksProduct: this.#lacksProduct, retried, body: this.#bodyState() })) {
      case 'pass-on':
        return passOn()
      case 'pass-on-and-hold-renewals':
        tokens.rejectedAgain(token)
        return passOn()
      case 'replace-token-and-pass-on':
        void tokens.replace(token)
        return passOn()
      case 'replace-token':
        void tokens.replace(token).then((renewed) => {
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
    const problem = networkProblem(error, sent)
    // One connection that failed is one failure, however many requests waited for it.
    const isMine = this.exchange.cache !== 'collapsed'
    if (!sent && isMine && isAboutUpstream(problem)) this.options.circuitBreaker.failed(problem)
    const attempt = {
      method: this.method,
      sent,
      reused,
      begun,
      ...secondChance(error),
      body: this.#bodyState(),
      retried: this.exchange.retries.includes('connection'),
    }
    if (!mayRetry(attempt)) return this.fail(problem)
    this.exchange.retries.push('connection')
    this.#authorize()
  }

  #bodyState(): BodyState {
    if (!(this.body instanceof Upload)) return 'repeatable'
    return this.body.readableDidRead ? 'read' : 'unread'
  }
}
