import { METHODS, type ServerResponse } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from './config.js'
import { createCredentials, type Credentials } from './credentials.js'
import { createDoor } from './door/door.js'
import { corsHeaders, preflightHeaders } from './door/origin.js'
import { createDrain } from './drain.js'
import { ProxyError } from './errors.js'
import { newExchange } from './exchange.js'
import { FAMILIES, familyOf, opens } from './families.js'
import { createRecorder } from './inspector/recorder.js'
import { inspector } from './inspector/routes.js'
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
import { createRealtimeCache } from './proxy/realtime-cache.js'
import type { Upstream } from './proxy/upstream.js'
import { logExchange } from './request-log.js'
import { createServer, type Follow } from './server.js'
import { createTokenSharing } from './token-sharing.js'
import { appTokenRequest, workTokenRequest } from './token/request-token.js'
import { isPlain } from './target.js'
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
  const sharing = createTokenSharing({ config, credentials, now, log })
  const tokens = createTokenCache({
    credential: 'app',
    requestToken: sharing.app(
      appTokenRequest({ ...endpoint, url: config.tokenUrl }, credentials.newest, credentials.accepted),
    ),
    now,
    log,
    opens,
  })
  const workTokens =
    config.work &&
    createTokenCache({
      credential: 'work',
      requestToken: sharing.work(
        workTokenRequest({ ...endpoint, url: config.workTokenUrl }, credentials.newest, () =>
          credentials.work()!,
        ),
      ),
      now,
      log,
    })
  const caches = [tokens, workTokens].filter((cache): cache is TokenCache => cache !== undefined)

  // A connection takes its time-out at most; a little more and the probe is given up.
  const breaker = createBreaker(now, config.connectTimeoutMs + 1_000)
  const door = createDoor(config)
  const realtimeCache =
    config.realtimeCacheMs > 0 ? createRealtimeCache({ ttlMs: config.realtimeCacheMs, now }) : undefined
  const traffic = createTraffic()
  const recorder = createRecorder({ now })
  const inFlight = new Set<ServerResponse>()
  const fastify = createServer(log, (request, reply) => follow(request, reply))
  const drain = createDrain({ fastify, upstream, inFlight, log, graceMs: config.shutdownGraceMs })

  const follow: Follow = (request, { raw }) => {
    request.exchange = newExchange(now())
    request.exchange.capture = recorder.capture()
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
      recorder.record(request, raw)
      logExchange(log, request, raw, time)
    })
  }
  fastify.addHook('onRequest', (request, reply, done) => {
    follow(request, reply)
    try {
      const admission = door(request.raw, request.originalUrl)
      const { corsOrigin, target } = admission
      request.exchange.admission = admission
      if (admission.preflight) {
        reply.hijack()
        reply.raw.writeHead(204, preflightHeaders(corsOrigin!, request.headers)).end()
        return
      }
      if (isLocalPath(target.path, config)) {
        reply.header('X-Request-Id', request.id)
        if (corsOrigin !== undefined) reply.headers(Object.fromEntries(pairs(corsHeaders(corsOrigin))))
      } else {
        if (drain.started()) throw shuttingDown()
        request.exchange.family = familyOf(target.path)
      }
      done()
    } catch (error) {
      done(error as Error)
    }
  })

  await fastify.register(health, { tokens, draining: drain.started })
  await fastify.register(status, {
    version,
    config,
    tokens,
    workTokens,
    tokenStore: sharing.status,
    traffic,
    breaker: breaker.status,
    cache: realtimeCache?.status,
    now,
  })
  await fastify.register(catalogue, { version })
  await fastify.register(metrics, { traffic, tokens, inFlight: () => inFlight.size })
  await fastify.register(login, {
    products: () => tokens.status().products,
    answersWorkLogin: config.work !== undefined,
  })
  await fastify.register(inspector, {
    recorder,
    tokens,
    workTokens,
    families: FAMILIES,
    version,
    upstream: config.baseUrl.origin,
    keyRequired: config.proxyKey !== undefined,
    draining: drain.started,
  })
  fastify.all('/-/*', () => {
    throw new ProxyError(
      'not-found',
      'The page /-/ lists what is here: /-/live, /-/ready, /-/status, /-/metrics, /-/postman.json, /-/openapi.json.',
    )
  })

  const forward = createForward({
    config,
    credentials: credentials.inForce,
    upstream,
    breaker,
    cache: realtimeCache,
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
    // http-proxy looks for tricks in the target by parsing three URLs, a tenth of what a request costs. A path of plain
    // characters has room for none but those that the door has refused already.
    preHandler: (request, reply, done) => {
      if (!isPlain(request.exchange.admission!.target.path)) return done()
      try {
        forward(request, reply)
      } catch (error) {
        done(error as Error)
      }
    },
    // From here on the request is ours: reply-from's hooks are synchronous, so they can neither wait nor replay.
    handler: (request, reply) => forward(request, reply),
  })

  return {
    fastify,
    start: () => caches.forEach((cache) => cache.start()),
    async stop() {
      // Open pages would be waited for like any other answer.
      recorder.close()
      const cut = await drain.run()
      caches.forEach((cache) => cache.stop())
      sharing.stop()
      return cut
    },
    status: () => tokens.status(),
    credentialsChanged: () => caches.forEach((cache) => cache.credentialsChanged()),
  }
}

// CONNECT never reaches a route, and TRACE would send the token back.
const FORWARDED_METHODS = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')

function shuttingDown(): ProxyError {
  return new ProxyError('shutting-down', 'The proxy is shutting down. Nothing was sent.', {
    retryAfterMs: 1000,
  })
}

function* pairs(flat: readonly string[]): Generator<[string, string]> {
  for (let i = 0; i < flat.length; i += 2) yield [flat[i]!, flat[i + 1]!]
}
