import { METHODS } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { FAMILIES } from './api/families.js'
import { createCredentials, type Credentials } from './config/credentials.js'
import type { Config, Secrets } from './config/config.js'
import { createDoor } from './door/door.js'
import { ProxyError } from './http/errors.js'
import { createErrorCapture } from './inspector/capture.js'
import { createInspection } from './inspector/inspection.js'
import { createRecorder } from './inspector/recorder.js'
import { inspector } from './inspector/routes.js'
import { type Schedule, schedule } from './inspector/schedule.js'
import { localRoutes } from './local/local-routes.js'
import { createMetrics } from './local/metrics.js'
import { createStatus } from './local/status.js'
import { createRealtimeCache } from './proxy/cache/realtime-cache.js'
import { createRateBudget } from './proxy/budget/rate-budget.js'
import { createForward } from './proxy/forward.js'
import { createHosts } from './proxy/upstream/hosts.js'
import type { Upstream } from './proxy/upstream/upstream.js'
import { createDrain } from './server/drain.js'
import { createInFlight } from './server/in-flight.js'
import { createRequestLifecycle } from './server/request-lifecycle.js'
import { sendProblem } from './server/send-problem.js'
import { createServer } from './server/server.js'
import { createProcessMetrics } from './telemetry/process-metrics.js'
import { createRequestCounters } from './telemetry/request-counters.js'
import type { TokenStatus } from './token/token-status.js'
import { createTokens } from './token/tokens.js'

/** What the app takes from the world outside: time and network enter here and nowhere else. */
export interface Outside {
  readonly version: string
  /** The version of Node.js. */
  readonly node: string
  readonly upstream: Upstream
  readonly log: Logger
  /** How many lines the log had to drop; none unless given. */
  readonly logLinesDropped?: () => number
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** In milliseconds; the system's unless given. */
  readonly timeOfDay?: () => number
  /** What is to happen later; Node's timers unless given. */
  readonly schedule?: Schedule
  /** Those of `secrets`, unless secret files may change while the program runs. */
  readonly credentials?: Credentials
  /** In front of the sandbox, which has control addresses: `/-/status` and the page say so. */
  readonly sandbox?: boolean
}

export interface App {
  readonly fastify: FastifyInstance
  /** Obtains the first tokens. Resolves when the first attempt for the app's is over, whatever came of it. */
  start(): Promise<void>
  /** Ends gracefully. @returns how many requests had to be aborted */
  stop(): Promise<number>
  /** How the app's token is doing. */
  status(): TokenStatus
  /** Takes up changed credentials at once. */
  credentialsChanged(): void
}

/** Wires the parts together. Nothing listens yet. */
export async function buildApp(config: Config, secrets: Secrets, outside: Outside): Promise<App> {
  const { version, upstream, log, now, timeOfDay = Date.now, sandbox = false } = outside
  const credentials = outside.credentials ?? createCredentials(secrets)
  let started = false
  const tokens = createTokens({
    config,
    secrets,
    credentials,
    dispatcher: upstream.token,
    now,
    timeOfDay,
    log,
    // So that the first call after ready finds an open connection.
    obtained: () => void (started && upstream.warmUp()),
  })
  const hosts = createHosts({ config, egress: secrets.egress, upstream, now })
  const cache =
    config.realtimeCacheMs > 0 ? createRealtimeCache({ ttlMs: config.realtimeCacheMs, now }) : undefined
  const budget =
    config.rateWaitMs > 0
      ? createRateBudget({ families: FAMILIES, maxWaitMs: config.rateWaitMs, now, log })
      : undefined
  const requestCounters = createRequestCounters()
  const inFlight = createInFlight()
  const recorder = createRecorder({
    now,
    schedule: outside.schedule ?? schedule,
    underWay: () => Array.from(inFlight, ({ request }) => request),
  })

  const fastify = createServer(log, (request, reply) => lifecycle.begin(request, reply))
  const drain = createDrain({ fastify, upstream: hosts, inFlight, log, graceMs: config.shutdownGraceMs })
  const lifecycle = createRequestLifecycle({
    config,
    door: createDoor(config, credentials.proxyKey),
    inFlight,
    counters: requestCounters,
    recorder,
    log,
    now,
    draining: drain.started,
  })
  fastify.addHook('onRequest', lifecycle.admit)

  const counters = () => ({
    requestCounters,
    inFlight: inFlight.size,
    logLinesDropped: outside.logLinesDropped?.() ?? 0,
    circuitBreaker: hosts.main.circuitBreaker.status(),
    hosts: hosts.status(),
    cache: cache?.status(),
    rates: budget?.status(),
  })
  const inspection = createInspection({
    recorder,
    tokens: tokens.app,
    workTokens: tokens.work,
    families: FAMILIES,
    counters,
    version,
    upstream: config.baseUrl.origin,
    sandbox,
    keyRequired: config.requiresProxyKey,
    now,
    draining: drain.started,
  })
  await fastify.register(localRoutes, {
    version,
    tokens: tokens.app,
    warming: upstream.warming,
    draining: drain.started,
    status: createStatus({
      version,
      config,
      tokens: tokens.app,
      workTokens: tokens.work,
      tokenStore: tokens.store,
      counters,
      sandbox,
      now,
    }),
    metrics: createMetrics({
      version,
      node: outside.node,
      counters,
      tokens: tokens.app,
      processMetrics: createProcessMetrics(),
    }),
    requiresProxyKey: config.requiresProxyKey,
    handlesWorkLogin: config.handlesWorkLogin,
  })
  await fastify.register(inspector, { inspection })
  fastify.all('/-/*', () => {
    throw new ProxyError(
      'not-found',
      'The page /-/ lists what is here: /-/live, /-/ready, /-/status, /-/metrics, /-/postman.json, /-/openapi.json, /-/calls?q=.',
    )
  })

  const forward = createForward({
    config,
    keyOf: credentials.keyOf,
    hosts,
    cache,
    budget,
    appToken: tokens.app,
    workToken: tokens.work,
    products: () => tokens.app.status().products,
    now,
    captureError: createErrorCapture,
    sendProblem,
  })
  await fastify.register(httpProxy, {
    upstream: config.baseUrl.origin,
    undici: upstream.api,
    httpMethods: FORWARDED_METHODS,
    // From here on the request is ours: reply-from's hooks are synchronous, so they can neither wait nor replay.
    handler: (request, reply) => forward(request, reply),
    // The door has read the target, and what is sent is its raw form: http-proxy need not look at it again.
    preRewrite: () => '/',
  })

  return {
    fastify,
    start() {
      started = true
      return tokens.start()
    },
    async stop() {
      // Open pages would be waited for like any other response.
      inspection.close()
      const aborted = await drain.run()
      tokens.stop()
      budget?.stop()
      return aborted
    },
    status: () => tokens.app.status(),
    credentialsChanged: () => tokens.credentialsChanged(),
  }
}

// CONNECT never reaches a route, and TRACE would send the token back.
const FORWARDED_METHODS = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')
