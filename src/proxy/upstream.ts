import type { Socket } from 'node:net'
import { Agent, type buildConnector, Client, EnvHttpProxyAgent, Pool, type Dispatcher } from 'undici'
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

/** A connection to 8x8, as far as the answers on it need to know it. */
export interface Connection {
  /** How many requests it has carried. */
  requests: number
  /** Stops reading from it, because the caller reads slowly. */
  pause(controller: Dispatcher.DispatchController): void
  resume(controller: Dispatcher.DispatchController): void
}

/** A request that is told, as soon as it has a connection, how to look at it. */
export interface TrackedDispatchOptions extends Dispatcher.DispatchOptions {
  readonly onConnection?: (current: () => Connection, request: Dispatcher.DispatchOptions) => void
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
  // A token request is timed as a whole, by X8_TOKEN_TIMEOUT_MS.
  const token = createAgent({ ...config, responseTimeoutMs: 0, idleTimeoutMs: 0 }, 2)
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
        factory: tracked,
      }),
  }
  return config.egress === undefined ? new Agent(options) : createEgressAgent(config, config.egress, options)
}

function createEgressAgent(
  { connectTimeoutMs: timeout }: Config,
  { httpsProxy, noProxy }: NonNullable<Config['egress']>,
  options: Agent.Options,
): Dispatcher {
  const agent = new EnvHttpProxyAgent({
    ...options,
    httpsProxy,
    // Plain http: is for loopback addresses only, and those are never looked for behind a proxy.
    httpProxy: '',
    noProxy: noProxy === '*' ? noProxy : `${noProxy},localhost,127.0.0.1,[::1]`,
    // To the proxy, for its answer to CONNECT, and through it: `connect` counts for none of the three.
    proxyTls: { timeout },
    requestTls: { timeout },
    clientFactory: (origin, poolOptions) => new Pool(origin, { ...poolOptions, headersTimeout: timeout }),
  })
  const dispatch = agent.dispatch.bind(agent)
  agent.dispatch = (request, handler) =>
    dispatch(
      Array.isArray(request.headers) ? { ...request, headers: headersByName(request.headers) } : request,
      handler,
    )
  return agent
}

/** What undici's proxy agent would make of a list of headers, but with those that are repeated. */
function headersByName(headers: readonly string[]): Record<string, string | string[]> {
  const byName = Object.create(null) as Record<string, string | string[]>
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const before = byName[name]
    const value = headers[i + 1]!
    byName[name] = before === undefined ? value : [before, value].flat()
  }
  return byName
}

/** A client that tells each request which connection it got: only a used one may have died while it was idle. */
function tracked(origin: URL, options: object): Client {
  const { connect } = options as { connect: buildConnector.connector }
  let connection: Connection
  const client = new Client(origin, {
    ...options,
    connect: (target, callback) =>
      connect(target, (...result) => {
        if (result[1]) connection = track(result[1])
        callback(...result)
      }),
  })
  const dispatch = client.dispatch.bind(client)
  client.dispatch = (request, handler) => {
    ;(request as TrackedDispatchOptions).onConnection?.(() => connection, request)
    return dispatch(request, handler)
  }
  return client
}

/**
 * undici 7 fails an assertion, and the whole process with it, when a connection ends or is reset while the last answer
 * on it is paused. So the end of a paused connection waits until it is read again, and a reset goes by undici's own name
 * for a broken connection: under Node's name undici also takes it for the end of an answer without a length.
 */
function track(socket: Socket): Connection {
  let ended = false
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') error.code = 'UND_ERR_SOCKET'
  })
  const emit = socket.emit.bind(socket)
  const emitLater: typeof emit = (event: string, ...values: unknown[]) => {
    if (event !== 'end') return emit(event, ...values)
    ended = true
    return true
  }
  return {
    requests: 0,
    pause(controller) {
      socket.emit = emitLater
      // Or Node would close the connection at the end that is not known yet.
      socket.allowHalfOpen = true
      controller.pause()
    },
    resume(controller) {
      socket.emit = emit
      controller.resume()
      if (!ended || socket.emit === emitLater || socket.destroyed) return
      ended = false
      socket.emit('end')
    },
  }
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
  // Before anything was sent, only an egress proxy can have kept headers back: its answer to CONNECT.
  const noTunnel = !sent && code === 'UND_ERR_HEADERS_TIMEOUT'
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT' || noTunnel) {
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
  /^(?:ERR_(?:TLS|SSL)_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EPROTO|UND_ERR_PRX_TLS)/
