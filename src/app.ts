import { METHODS, type IncomingMessage, type ServerResponse } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import Fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Logger } from 'pino'
import type { Config } from './config.js'
import { answerUnparsed, refuseConnect } from './client-error.js'
import { createCredentials, type Credentials } from './credentials.js'
import { createDoor } from './door/door.js'
import { corsHeaders, preflightHeaders } from './door/origin.js'
import { createDrain } from './drain.js'
import { ProxyError } from './errors.js'
import { newExchange } from './exchange.js'
import { familyOf, opens } from './families.js'
import { isLocalPath } from './local-paths.js'
import { catalogue } from './local/catalogue.js'
import { health } from './local/health.js'
import { login } from './local/login.js'
import { metrics } from './local/metrics.js'
import { status } from './local/status.js'
import { createTraffic } from './local/traffic.js'
import { sendProblem } from './problems.js'
import { createBreaker } from './proxy/breaker.js'
import { createForward } from './proxy/forward.js'
import type { Upstream } from './proxy/upstream.js'
import { logExchange, requestId } from './request-log.js'
import { routePath } from './target.js'
import { appTokenRequest, workTokenRequest } from './token/request-token.js'
import { createTokenCache, type TokenCache, type TokenStatus } from './token/token-cache.js'

/** What the app takes from the world outside: time and network enter here and nowhere else. */
export interface Outside {
  readonly version: string
  readonly upstream: Upstream
  readonly log: Logger
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** The config's, unless secret files may change while the program runs. */
  readonly credentials?: Credentials
}

export interface App {
  readonly fastify: FastifyInstance
  /** Obtains the first tokens, in the background. */
  start(): void
  /** Ends gracefully. @returns how many requests had to be cut */
  stop(): Promise<number>
  /** How the shared token is doing. */
  status(): TokenStatus
  /** Takes up changed credentials at once. */
  credentialsChanged(): void
}

/** Wires the parts together. Nothing listens yet. */
export async function buildApp(config: Config, outside: Outside): Promise<App> {
  const { version, upstream, log, now } = outside
  const credentials = outside.credentials ?? createCredentials(config.app, config.work)

  const endpoint = { dispatcher: upstream.token, timeoutMs: config.tokenTimeoutMs }
  const tokens = createTokenCache({
    credential: 'app',
    requestToken: appTokenRequest(
      { ...endpoint, url: config.tokenUrl },
      credentials.newest,
      credentials.accepted,
    ),
    now,
    log,
    opens,
  })
  const workTokens =
    config.work &&
    createTokenCache({
      credential: 'work',
      requestToken: workTokenRequest({ ...endpoint, url: config.workTokenUrl }, credentials.newest, () =>
        credentials.work()!,
      ),
      now,
      log,
    })
  const caches = [tokens, workTokens].filter((cache): cache is TokenCache => cache !== undefined)

  // A connection takes its time-out at most; a little more and the probe is given up.
  const breaker = createBreaker(now, config.connectTimeoutMs + 1_000)
  const door = createDoor(config)
  const traffic = createTraffic()
  const inFlight = new Set<ServerResponse>()
  const fastify = createServer(log, (request, reply) => follow(request, reply))
  const drain = createDrain({ fastify, upstream, inFlight, log, graceMs: config.shutdownGraceMs })

  const follow: Follow = (request, { raw }) => {
    request.exchange = newExchange(now())
    inFlight.add(raw)
    raw.once('close', () => {
      inFlight.delete(raw)
      const time = now()
      traffic.count(
        request.exchange,
        request.method,
        raw.headersSent ? raw.statusCode : 0,
        time - request.exchange.startedAt,
      )
      logExchange(log, request, raw, time)
    })
  }
  fastify.addHook('onRequest', (request, reply, done) => {
    follow(request, reply)
    try {
      const { exchange } = request
      const admission = door(request.raw, request.originalUrl)
      exchange.admission = admission
      if (admission.preflight) {
        reply.hijack()
        reply.raw.writeHead(204, preflightHeaders(admission.corsOrigin!, request.headers)).end()
        return
      }
      const { path } = admission.target
      if (!isLocalPath(path, config)) {
        if (drain.started())
          throw new ProxyError('shutting-down', 'The proxy is shutting down. Nothing was sent.', {
            retryAfterMs: 1000,
          })
        exchange.family = familyOf(path)
      } else {
        reply.header('X-Request-Id', request.id)
        if (admission.corsOrigin !== undefined)
          reply.headers(Object.fromEntries(pairs(corsHeaders(admission.corsOrigin))))
      }
      done()
    } catch (error) {
      done(error as Error)
    }
  })
  fastify.setErrorHandler<Error>((error, request, reply) =>
    sendProblem(request, reply, asProxyError(error, log)),
  )
  fastify.setNotFoundHandler(() => {
    throw new ProxyError(
      'not-found',
      'Only what is listed in the README is here; every other path is forwarded.',
    )
  })

  await fastify.register(health, { tokens, draining: drain.started })
  await fastify.register(status, {
    version,
    config,
    tokens,
    workTokens,
    traffic,
    breaker: breaker.status,
    now,
  })
  await fastify.register(catalogue, { version })
  await fastify.register(metrics, { traffic, tokens, inFlight: () => inFlight.size })
  await fastify.register(login, {
    products: () => tokens.status().products,
    answersWorkLogin: config.work !== undefined,
  })
  fastify.all('/-/*', () => {
    throw new ProxyError(
      'not-found',
      'The proxy has nothing at this address. Its own addresses are /-/live, /-/ready and /-/status.',
    )
  })

  const forward = createForward({
    config,
    credentials: credentials.inForce,
    dispatcher: upstream.api,
    breaker,
    appToken: tokens,
    workToken: workTokens,
    products: () => tokens.status().products,
    now,
    corsHeaders,
    sendProblem,
  })
  await fastify.register(httpProxy, {
    upstream: config.baseUrl.origin,
    undici: upstream.api,
    httpMethods: FORWARDED_METHODS,
    // From here on the request is ours: reply-from's hooks are synchronous, so they can neither wait nor replay.
    handler: (request, reply) => forward(request, reply),
  })

  return {
    fastify,
    start: () => caches.forEach((cache) => cache.start()),
    async stop() {
      const cut = await drain.run()
      caches.forEach((cache) => cache.stop())
      return cut
    },
    status: () => tokens.status(),
    credentialsChanged: () => caches.forEach((cache) => cache.credentialsChanged()),
  }
}

// CONNECT never reaches a route, and TRACE would send the token back.
const FORWARDED_METHODS = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')

type Follow = (request: FastifyRequest, reply: FastifyReply) => void

function createServer(log: Logger, follow: Follow): FastifyInstance {
  const fastify = Fastify({
    loggerInstance: log,
    // One line a request is written when it is over; Fastify's own four cost a third of the time.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    genReqId: requestId,
    requestIdHeader: false,
    // The router sees the path alone; what is sent is `originalUrl`, byte for byte.
    rewriteUrl: (request) => routePath(request.url ?? '/'),
    routerOptions: { caseSensitive: true, maxParamLength: 65536 },
    frameworkErrors: (error, request, reply) => {
      // The router gave up before the hooks ran. This is what they would have said.
      follow(request, reply)
      sendProblem(request, reply, asProxyError(error, log))
    },
    clientErrorHandler: (error, socket) => answerUnparsed(error, socket, log),
    // An upload may take as long as it takes: silence is what is timed, by the parts that read.
    requestTimeout: 0,
    return503OnClosing: false,
    // The door counts Host headers itself, so that a missing one gets a reason.
    http: { requireHostHeader: false },
  }) as unknown as FastifyInstance
  // To a proxy no method has a body that must be parsed, and every method may have one.
  fastify.removeAllContentTypeParsers()
  for (const method of METHODS) fastify.addHttpMethod(method, { hasBody: false, overrideExisting: true })

  // Node drops what comes after 2,000 headers without a word. Their size is what is limited, to 16 KiB in all.
  fastify.server.maxHeadersCount = 0
  const route = (request: IncomingMessage, response: ServerResponse) => fastify.routing(request, response)
  // "Expect: 100-continue" is answered when the door has let the request in; other expectations are ignored.
  fastify.server.on('checkContinue', route).on('checkExpectation', route)
  fastify.server.on('connect', (request: IncomingMessage, socket) => refuseConnect(request, socket, log))
  return fastify
}

function asProxyError(error: FastifyError | Error, log: Logger): ProxyError {
  if (error instanceof ProxyError) return error
  // http-proxy and the router refuse what they cannot place with a 400.
  if ('statusCode' in error && error.statusCode === 400) {
    return new ProxyError('bad-target', 'The path is malformed. Check its percent-encoding.', {
      cause: error,
    })
  }
  log.error({ err: error }, 'unexpected error')
  return new ProxyError('internal', 'The proxy made a mistake. Its log says more.', { cause: error })
}

function* pairs(flat: readonly string[]): Generator<[string, string]> {
  for (let i = 0; i < flat.length; i += 2) yield [flat[i]!, flat[i + 1]!]
}
