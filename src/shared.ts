import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { AppCredentials, Config } from './config/load-config.js'
import type { Credentials } from './config/credentials.js'
import { FAMILIES } from './api/families.js'
import type { Capture } from './inspector/capture.js'
import { createInspection, type Inspection } from './inspector/inspection.js'
import { createRecorder, type RecordedRequest, type Recorder } from './inspector/recorder.js'
import { createMetrics, type ReadMetrics } from './local/metrics.js'
import type { ProcessMetrics } from './telemetry/process-metrics.js'
import { createStatus, type ReadStatus } from './local/status.js'
import type { Counters } from './telemetry/counters.js'
import type { Upstream } from './proxy/upstream/upstream.js'
import type { SharedToken } from './token/token-cache.js'
import { createTokens, type Tokens } from './token/tokens.js'

/** What the proxy has once, however many processes serve. In a worker it stands for what the primary has. */
export interface Shared {
  readonly token: SharedToken
  /** The Work Analytics user's, if the proxy logs in there itself. */
  readonly workToken: SharedToken | undefined
  /** What stands in headers. */
  readonly credentials: () => Pick<AppCredentials, 'key'>
  /** Where requests are taken down. */
  readonly recorder: TakesDown
  /** What the page at `/-/` sees. */
  readonly inspection: Inspection
  readonly status: ReadStatus
  readonly metrics: ReadMetrics
}

export interface TakesDown {
  /** A new capture for a request that begins, or undefined while nothing is captured. */
  capture(): Capture | undefined
  /** Takes down a request that is over. @param endedAt when, by the monotonic clock */
  record(request: RecordedRequest, response: ServerResponse, endedAt: number): void
}

export interface SharedOptions {
  readonly config: Config
  readonly version: string
  readonly upstream: Pick<Upstream, 'token'>
  readonly credentials: Credentials
  readonly log: Logger
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** What all processes have counted. */
  readonly counters: () => Promise<Counters>
  /** Node's own metrics of each process. */
  readonly processes: () => Promise<ProcessMetrics[]>
  readonly draining: () => boolean
  /** Called when a token or what is known of it has changed. */
  readonly tokensChanged?: () => void
}

/** What is shared, in the process that owns it. */
export interface OwnShared extends Shared {
  readonly tokens: Tokens
  readonly recorder: Recorder
}

export function createShared(options: SharedOptions): OwnShared {
  const { config, version, upstream, credentials, log, now, counters, processes, draining } = options
  const tokens = createTokens({
    config,
    credentials,
    dispatcher: upstream.token,
    now,
    log,
    ...(options.tokensChanged === undefined ? {} : { changed: options.tokensChanged }),
  })
  const recorder = createRecorder({ now })
  return {
    tokens,
    token: tokens.app,
    workToken: tokens.work,
    credentials: credentials.inForce,
    recorder,
    inspection: createInspection({
      recorder,
      tokens: tokens.app,
      workTokens: tokens.work,
      families: FAMILIES,
      version,
      upstream: config.baseUrl.origin,
      keyRequired: config.proxyKey !== undefined,
      draining,
    }),
    status: createStatus({
      version,
      config,
      tokens: tokens.app,
      workTokens: tokens.work,
      tokenStore: tokens.store,
      counters,
      now,
    }),
    metrics: createMetrics({ counters, tokens: tokens.app, processes }),
  }
}
