import { METHODS } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from './config/load-config.js'
import { createCredentials, type Credentials } from './config/credentials.js'
import { createDoor } from './door/door.js'
import { corsHeaders, preflightHeaders } from './door/origin.js'
import { createDrain } from './server/drain.js'
import { ProxyError } from './http/errors.js'
import { newExchange } from './http/exchange.js'
import { familyOf } from './api/families.js'
import { createInFlight } from './server/in-flight.js'
import { inspector } from './inspector/routes.js'
import { isLocalPath } from './http/local-paths.js'
import { catalogue } from './local/downloads.js'
import { health } from './local/health.js'
import { login } from './local/login.js'
import { metrics } from './local/metrics.js'
import { status } from './local/status.js'
import { createProcessMetrics } from './telemetry/process-metrics.js'
import { createRequestCounters } from './telemetry/request-counters.js'
import type { Counters } from './telemetry/counters.js'
import { sendProblem } from './server/send-problem.js'
import { createCircuitBreaker } from './proxy/upstream/circuit-breaker.js'
import { createForward } from './proxy/forward.js'
import { createRealtimeCache } from './proxy/cache/realtime-cache.js'
import type { Upstream } from './proxy/upstream/upstream.js'
import { logExchange } from './telemetry/request-log.js'
import { createServer, type Follow } from './server/server.js'
import { createShared, type Shared } from './shared.js'
import { isPlain } from './http/target.js'
import type { TokenStatus } from './token/token-cache.js'

/** What the app takes from the world outside: time and network enter here and nowhere else. */
export interface Outside {
  readonly version: string
  readonly upstream: Upstream
  readonly log: Logger
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** The config's, unless secret files may change while the program runs. */
  readonly credentials?: Credentials
  /** In a worker: what the primary has for all. Else the app has it itself. */
  readonly shared?: Shared
}

export interface App {
  readonly fastify: FastifyInstance
  /** Obtains the first tokens, in the background. */
  start(): void
  /** Ends gracefully. @returns how many requests had to be cut */
  stop(): Promise<number>
  /** What this process has counted. */
  counters(): Counters
  /** How the shared token is doing. */
  status(): TokenStatus
  /** Takes up changed credentials at once. */
  credentialsChanged(): void
}

/** Wires the parts together. Nothing listens yet. */
export async function buildApp(config: Config, outside: Outside): Promise<App> {
  const { version, upstream, log, now } = outside
  // A connection takes its time-out at most; a little more and the probe is given up.
  const circuitBreaker = createCircuitBreaker(now, config.connectTimeoutMs + 1_000)
  const door = createDoor(config)
  const realtimeCache =
    config.realtimeCacheMs > 0 ? createRealtimeCache({ ttlMs: config.realtimeCacheMs, now }) : undefined
  const requestCounters = createRequestCounters()
  const inFlight = createInFlight()
  const counters = (): Counters => ({
    requestCounters,
    inFlight: inFlight.size,
    circuitBreaker: circuitBreaker.status(),
    cache: realtimeCache?.status(),
  })
  const processMetrics = createProcessMetrics()
  const fastify = createServer(log, (request, reply) => follow(request, reply))
  const drain = createDrain({ fastify, upstream, inFlight, log, graceMs: config.shutdownGraceMs })
  const own =
    outside.shared === undefined
      ? createShared({
          config,
          version,
          upstream,
          credentials: outside.credentials ?? createCredentials(config.app, config.work),
          log,
          now,
          counters: async () => counters(),
          processes: async () => [await processMetrics()],
          draining: drain.started,
        })
      : undefined
  const shared = outside.shared ?? own!
  const { token, workToken, recorder } = shared

  const follow: Follow = (request, reply) => {
    const { raw } = reply
    request.exchange = newExchange(now())
    request.exchange.capture = recorder.capture()
    const place = inFlight.add(raw)
    raw.once('close', () => {
      inFlight.remove(place)
      const time = now()
      requestCounters.count(
        request.exchange,
        request.method,
        raw.headersSent ? raw.statusCode : 0,
        time - request.exchange.startedAt,
      )
      recorder.record(request, raw, time)
      logExchange(log, request, reply, time)
    })
  }
  fastify.addHook('onRequest', (request, reply, done) => {
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

  await fastify.register(health, { tokens: token, draining: drain.started })
  await fastify.register(status, { read: shared.status })
  await fastify.register(catalogue, { version })
  await fastify.register(metrics, { read: shared.metrics })
  await fastify.register(login, {
    products: () => token.status().products,
    handlesWorkLogin: config.work !== undefined,
  })
  await fastify.register(inspector, { inspection: shared.inspection })
  fastify.all('/-/*', () => {
    throw new ProxyError(
      'not-found',
      'The page /-/ lists what is here: /-/live, /-/ready, /-/status, /-/metrics, /-/postman.json, /-/openapi.json.',
    )
  })

  const forward = createForward({
    config,
    credentials: shared.credentials,
    upstream,
    circuitBreaker,
    cache: realtimeCache,
    appToken: token,
    workToken,
    products: () => token.status().products,
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
    start: () => own?.tokens.start(),
    async stop() {
      // Open pages would be waited for like any other response.
      shared.inspection.close()
      const cut = await drain.run()
      own?.tokens.stop()
      return cut
    },
    counters,
    status: () => token.status(),
    credentialsChanged: () => own?.tokens.credentialsChanged(),
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
