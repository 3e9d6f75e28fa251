import { Agent, Client, EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici'
import type { Config } from '../config.js'
import { ProxyError } from '../errors.js'

/** The ways to 8x8. Tokens have a connection of their own, so that no wall of downloads delays a renewal. */
export interface Upstream {
  readonly api: Dispatcher
  readonly token: Dispatcher
  /** Waits for what is in flight. */
  close(): Promise<void>
  /** Ends what is in flight. */
  destroy(): Promise<void>
}

/** How many requests a connection to 8x8 has carried. */
export interface Connection {
  requests: number
}

/** A request that is told, as soon as it has a connection, how to look at it. */
export interface TrackedDispatchOptions extends Dispatcher.DispatchOptions {
  readonly onConnection?: (current: () => Connection) => void
}

// Enough for a wall of slow reports, few enough not to look like an attack.
const CONNECTIONS = 256
// Below what servers grant idle connections, so that we close before they do. 8x8 documents nothing; 4 s is undici's.
const IDLE_CONNECTION_MS = 4_000
const LONGEST_IDLE_CONNECTION_MS = 30_000

/**
 * undici agents of our own: http-proxy's default one does not verify certificates. HTTP/1.1 only, since HTTP/2 costs
 * twice the CPU, and no interceptors, since those of undici 7 for retry, cache and decompression had advisories.
 */
export function createUpstream(config: Config): Upstream {
  const api = createAgent(config, CONNECTIONS)
  const token = createAgent(config, 2)
  return {
    api,
    token,
    close: async () => void (await Promise.all([api.close(), token.close()])),
    destroy: async () => void (await Promise.all([api.destroy(), token.destroy()])),
  }
}

function createAgent(config: Config, connections: number): Dispatcher {
  const options = {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: LONGEST_IDLE_CONNECTION_MS,
    bodyTimeout: config.idleTimeoutMs,
    headersTimeout: config.responseTimeoutMs,
    connect: { timeout: config.connectTimeoutMs, rejectUnauthorized: true },
    factory: (origin: string | URL, poolOptions: object) =>
      new Pool(origin, {
        ...poolOptions,
        factory: (url, clientOptions) => counted(new Client(url, clientOptions)),
      }),
  }
  if (config.egress === undefined) return new Agent(options)
  // Plain http: is for loopback addresses only: never through an egress proxy.
  return new EnvHttpProxyAgent({ ...options, ...config.egress, httpProxy: '' })
}

/** Tells each request which connection it got: only a used one may have died while it was idle. */
function counted(client: Client): Client {
  let connection: Connection = { requests: 0 }
  client.on('connect', () => (connection = { requests: 0 }))
  const dispatch = client.dispatch.bind(client)
  client.dispatch = (options, handler) => {
    ;(options as TrackedDispatchOptions).onConnection?.(() => connection)
    return dispatch(options, handler)
  }
  return client
}

/** Whether a failure is one of opening the connection that may be gone at a second attempt. */
export function mayOpenNextTime(error: unknown): boolean {
  const name = networkProblem(error, false)
  return name.problem === 'upstream-unreachable'
}

/**
 * A network failure as one of our errors. The caller sees no address; the log gets the cause.
 *
 * @param sent whether the request had been written to a connection
 */
export function networkProblem(error: unknown, sent: boolean): ProxyError {
  if (error instanceof ProxyError) return error
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? ''
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new ProxyError('upstream-timeout', 'No connection to 8x8 within X8_CONNECT_TIMEOUT_MS.', {
      proxyError: 'connection_timeout',
      cause: error,
    })
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return responseTimeout(error)
  if (TLS_CODE.test(code)) {
    return new ProxyError(
      'upstream-tls',
      `The certificate of 8x8 could not be verified (${code}), so nothing was sent. ` +
        'Behind a company proxy that inspects TLS, name its certificate authority in NODE_EXTRA_CA_CERTS.',
      { proxyError: /SSL|EPROTO/.test(code) ? 'tls_protocol_error' : 'tls_certificate_error', cause: error },
    )
  }
  if (sent) {
    return code.startsWith('HPE_') || code.startsWith('UND_ERR_RES') || code === 'UND_ERR_HEADERS_OVERFLOW'
      ? new ProxyError('upstream-broken', 'The answer was not valid HTTP.', { cause: error })
      : new ProxyError(
          'upstream-broken',
          'The connection to 8x8 ended before an answer came. It may have been processed.',
          {
            proxyError: 'connection_terminated',
            cause: error,
          },
        )
  }
  if (code.startsWith('UND_ERR_INVALID'))
    return new ProxyError('internal', 'The request could not be built.', { cause: error })
  const dns = code === 'ENOTFOUND' || code === 'EAI_AGAIN'
  const reason = dns
    ? 'its name was not found'
    : code === 'ECONNREFUSED'
      ? 'the connection was refused'
      : 'no connection'
  return new ProxyError(
    'upstream-unreachable',
    `8x8 cannot be reached: ${reason}. Nothing was sent; check the network.`,
    {
      proxyError: dns
        ? 'dns_error'
        : code === 'ECONNREFUSED'
          ? 'connection_refused'
          : 'destination_unavailable',
      cause: error,
    },
  )
}

/** No answer's headers within X8_RESPONSE_TIMEOUT_MS. */
export function responseTimeout(cause?: unknown): ProxyError {
  return new ProxyError(
    'upstream-timeout',
    'No answer from 8x8 within X8_RESPONSE_TIMEOUT_MS. It may have been processed.',
    {
      cause,
    },
  )
}

// OpenSSL's verification errors and Node's names for the rest of the handshake.
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL)_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EPROTO)/
