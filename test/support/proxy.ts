import { type AddressInfo } from 'node:net'
import { after } from 'node:test'
import { once } from 'node:events'
import { pino } from 'pino'
import { buildApp, type App } from '../../src/app.js'
import type { Schedule } from '../../src/inspector/schedule.js'
import type { Environment } from '../../src/config/config.js'
import { loadConfig } from '../../src/config/load-config.js'
import type { Credentials } from '../../src/config/credentials.js'
import { createLogger } from '../../src/telemetry/logger.js'
import type { IdleTiming } from '../../src/proxy/upstream/idle-limit.js'
import { createUpstream } from '../../src/proxy/upstream/upstream.js'
import { startUpstream, type TestUpstream, type TestUpstreamOptions } from './upstream.js'

export interface TestProxy {
  readonly app: App
  readonly origin: string
  readonly port: number
  /** What was logged, one parsed line each. */
  readonly log: Record<string, unknown>[]
  close(): Promise<void>
}

export interface TestProxyOptions {
  /** A monotonic clock, in milliseconds. */
  readonly now?: () => number
  readonly schedule?: Schedule
  /** How long idle connections are kept. */
  readonly idleTiming?: IdleTiming
  /** Whether the first token is obtained at start, as in real life. */
  readonly start?: boolean
  /** Those of the environment, unless they change while it runs. */
  readonly credentials?: Credentials
  /** How many lines the log had to drop. */
  readonly logLinesDropped?: () => number
  /** Whether it knows that it is in front of the sandbox. */
  readonly sandbox?: boolean
}

/**
 * The whole proxy in this process on a free port, with made-up credentials unless the environment has others. It is
 * closed when the test (or the file) that asked for it is over.
 */
export async function startProxy(
  environment: Environment,
  options: TestProxyOptions = {},
): Promise<TestProxy> {
  const { config, secrets } = loadConfig(
    { X8_APP_KEY: 'test-key', X8_APP_SECRET: 'test-secret', X8_SHUTDOWN_GRACE_MS: '500', ...environment },
    () => '',
  )
  const log: Record<string, unknown>[] = []
  const app = await buildApp(config, secrets, {
    version: '0.0.0-test',
    node: process.versions.node,
    upstream: createUpstream(config, secrets.egress, options.idleTiming),
    log: createLogger({
      level: config.logLevel,
      destination: { write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>) },
    }),
    sandbox: options.sandbox ?? false,
    logLinesDropped: options.logLinesDropped ?? (() => 0),
    now: options.now ?? (() => performance.now()),
    ...(options.schedule === undefined ? {} : { schedule: options.schedule }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  })
  await app.fastify.ready()
  await once(app.fastify.server.listen(0, '127.0.0.1'), 'listening')
  if (options.start !== false) void app.start()
  const { port } = app.fastify.server.address() as AddressInfo
  let closed: Promise<unknown> | undefined
  const close = async () => void (await (closed ??= app.stop()))
  after(close)
  return { app, origin: `http://127.0.0.1:${port}`, port, log, close }
}

/**
 * The whole proxy in front of an upstream in the place of 8x8. No token is obtained before the first call needs one,
 * unless `start` says so, so that what the upstream counts is what the calls of the test have caused.
 */
export async function startPair(
  upstreamOptions: TestUpstreamOptions = {},
  environment: Environment = {},
  options: TestProxyOptions = { start: false },
): Promise<{ upstream: TestUpstream; proxy: TestProxy }> {
  const upstream = await startUpstream(upstreamOptions)
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, ...environment }, options)
  return { upstream, proxy }
}

/** A log that goes nowhere. */
export const silent = pino({ level: 'silent' })
