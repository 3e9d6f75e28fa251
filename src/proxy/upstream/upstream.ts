import { Agent, type Dispatcher, Pool } from 'undici'
import type { Config, EgressSettings } from '../../config/config.js'
import { connectOptions } from './connect-options.js'
import { tracked } from './connection.js'
import { createEgressAgent } from './egress.js'

/** The ways to 8x8. Tokens have a connection of their own, so that no wall of downloads delays a renewal. */
export interface Upstream {
  readonly api: Dispatcher
  /** For bodies that are sent as they come: slow senders take connections from one another only. */
  readonly uploads: Dispatcher
  readonly token: Dispatcher
  /** Waits for what is in flight. */
  close(): Promise<void>
  /** Ends what is in flight. */
  destroy(): Promise<void>
}

// Enough for a wall of slow reports, few enough not to look like an attack.
const CONNECTIONS = 256
// Below what servers grant idle connections, so that we close before they do. 8x8 documents nothing; 4 s is undici's.
const IDLE_CONNECTION_MS = 4_000
const LONGEST_IDLE_CONNECTION_MS = 30_000

/**
 * undici pools of our own: http-proxy's default agent does not verify certificates. HTTP/1.1 only, since HTTP/2 costs
 * twice the CPU, and no interceptors, since those of undici 7 for retry, cache and decompression had advisories.
 */
export function createUpstream(config: Config, egress: EgressSettings | undefined): Upstream {
  const { origin } = config.baseUrl
  const api = createDispatcher(config, egress, CONNECTIONS, origin)
  const uploads = createDispatcher(config, egress, CONNECTIONS, origin)
  // A token request is timed as a whole, by X8_TOKEN_TIMEOUT_MS, and goes where X8_TOKEN_URL says.
  const token = createDispatcher({ ...config, responseTimeoutMs: 0, idleTimeoutMs: 0 }, egress, 2)
  const all = [api, uploads, token]
  return {
    api,
    uploads,
    token,
    close: async () => void (await Promise.all(all.map((agent) => agent.close()))),
    destroy: async () => void (await Promise.all(all.map((agent) => agent.destroy()))),
  }
}

/** @param origin the only one that is ever asked for; any, if it is not given */
function createDispatcher(
  config: Config,
  egress: EgressSettings | undefined,
  connections: number,
  origin?: string,
): Dispatcher {
  const options = {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: LONGEST_IDLE_CONNECTION_MS,
    bodyTimeout: config.idleTimeoutMs,
    headersTimeout: config.responseTimeoutMs,
    connect: { ...connectOptions(config.connectTimeoutMs), rejectUnauthorized: true },
  }
  const createPool = (to: string | URL, poolOptions: object) =>
    new Pool(to, { ...poolOptions, factory: tracked })
  if (egress !== undefined) {
    return createEgressAgent(config, egress, { ...options, factory: createPool })
  }
  return origin === undefined ? new Agent({ ...options, factory: createPool }) : createPool(origin, options)
}
