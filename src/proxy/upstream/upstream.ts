import { Agent, type Dispatcher, Pool } from 'undici'
import type { Config, EgressSettings } from '../../config/config.js'
import { connectOptions } from './connect-options.js'
import { tracked } from './connection.js'
import { createEgressAgent } from './egress.js'
import { createIdleLimits, type IdleLimits } from './idle-connection.js'
import { IDLE_TIMING, type IdleTiming } from './idle-limit.js'
import { openConnection } from './open-connection.js'

/** The ways to 8x8. Tokens have a connection of their own, so that no wall of downloads delays a renewal. */
export interface Upstream {
  readonly api: Dispatcher
  /** For bodies that are sent as they come: slow senders take connections from one another only. */
  readonly uploads: Dispatcher
  readonly token: Dispatcher
  /** Opens the connection that the first request will use; does nothing after the first time. */
  warmUp(): void
  /** Whether that connection is being opened. */
  readonly warming: () => boolean
  /** Waits for what is in flight. */
  close(): Promise<void>
  /** Ends what is in flight. */
  destroy(): Promise<void>
}

// Enough for a wall of slow reports, few enough not to look like an attack.
const CONNECTIONS = 256
// How much sooner than 8x8 announces with `Keep-Alive: timeout`: undici's timers are up to a second late.
const KEEP_ALIVE_THRESHOLD_MS = 1_500

/**
 * undici pools of our own: http-proxy's default agent does not verify certificates. HTTP/1.1 only, since HTTP/2 costs
 * twice the CPU, and no interceptors, since those of undici 7 for retry, cache and decompression had advisories.
 *
 * Idle connections are kept as long as 8x8 lets them, and a quarter of an hour at most: after that each pool is empty, since
 * nobody waits for a renewal or notices one handshake in an upload, and rare calls are not worth a socket in every firewall.
 */
export function createUpstream(
  config: Config,
  egress: EgressSettings | undefined,
  timing: IdleTiming = IDLE_TIMING,
): Upstream {
  const { origin } = config.baseUrl
  const idle = { longestMs: timing.longestMs, limitsOf: createIdleLimits(timing) }
  const api = createDispatcher(config, egress, idle, CONNECTIONS, origin)
  const uploads = createDispatcher(config, egress, idle, CONNECTIONS, origin)
  // A token request is timed as a whole, by X8_TOKEN_TIMEOUT_MS, and goes where X8_TOKEN_URL says.
  const token = createDispatcher({ ...config, responseTimeoutMs: 0, idleTimeoutMs: 0 }, egress, idle, 2)
  const all = [api, uploads, token]
  let warmth: 'cold' | 'warming' | 'warm' = 'cold'
  return {
    api,
    uploads,
    token,
    warmUp() {
      if (warmth !== 'cold') return
      warmth = 'warming'
      void openConnection(api, origin).then(() => (warmth = 'warm'))
    },
    warming: () => warmth === 'warming',
    close: async () => void (await Promise.all(all.map((agent) => agent.close()))),
    destroy: async () => void (await Promise.all(all.map((agent) => agent.destroy()))),
  }
}

interface Idle {
  readonly longestMs: number
  readonly limitsOf: (origin: string | URL) => IdleLimits
}

/** @param origin the only one that is ever asked for; any, if it is not given */
function createDispatcher(
  config: Config,
  egress: EgressSettings | undefined,
  { longestMs, limitsOf }: Idle,
  connections: number,
  origin?: string,
): Dispatcher {
  const options = {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: longestMs,
    keepAliveMaxTimeout: longestMs,
    keepAliveTimeoutThreshold: KEEP_ALIVE_THRESHOLD_MS,
    bodyTimeout: config.idleTimeoutMs,
    headersTimeout: config.responseTimeoutMs,
    connect: { ...connectOptions(config.connectTimeoutMs), rejectUnauthorized: true },
  }
  const createPool = (to: string | URL, poolOptions: object) =>
    new Pool(to, {
      ...poolOptions,
      factory: (client, clientOptions) => tracked(client, clientOptions, limitsOf(client)),
    })
  if (egress !== undefined) {
    return createEgressAgent(config, egress, { ...options, factory: createPool })
  }
  return origin === undefined ? new Agent({ ...options, factory: createPool }) : createPool(origin, options)
}
