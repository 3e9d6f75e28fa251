import { createServer, type Server } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { AccountOptions } from './data/account.js'
import type { Fault } from './faults/fault-spec.js'
import type { Observer } from './gateway/handler.js'
import type { ReceivedRequest } from './gateway/received-requests.js'
import { serve } from './gateway/dispatch.js'
import { servePresigned } from './gateway/presigned-downloads.js'
import { createState, reset, type State } from './data/state.js'

export type { Fault } from './faults/fault-spec.js'
export type { ReceivedRequest } from './gateway/received-requests.js'

/** Every option has a default; see `AccountOptions` for the made-up credentials. */
export interface SandboxOptions extends AccountOptions {
  /** 0, the default, takes a free port. It always listens on 127.0.0.1. */
  port?: number
  /** Monotonic milliseconds; tokens expire and real-time values change by it. */
  now?: () => number
  /** Epoch milliseconds, `Date.now` by default; recordings, calls and records are of the days before it. */
  date?: () => number
  /** Is told which described call gave which response: for tests that hold the one against the other. */
  observe?: Observer
}

/** A running simulated 8x8. */
export interface Sandbox {
  /** Such as `http://127.0.0.1:12345`. */
  readonly origin: string
  /** The origin of presigned downloads, which is another, as S3 is. */
  readonly downloads: string
  readonly credentials: { key: string; secret: string; workUsername: string; workPassword: string }
  /** Requests to the token endpoint, whatever the response was. */
  readonly tokenRequests: number
  readonly workTokenRequests: number
  /** API requests other than token and control ones, oldest first; at most the last 10,000. */
  readonly requests: readonly ReceivedRequest[]
  /** Every app token ever issued, oldest first. */
  readonly issuedTokens: readonly string[]
  /** All issued tokens become unknown. */
  revokeTokens(): void
  /** Rotates the app's credentials: the old pair is rejected from now on, tokens issued with it stay valid. */
  setCredentials(key: string, secret: string): void
  setProducts(products: readonly string[]): void
  /** Applies to API requests that name no fault themselves, until replaced. */
  setFault(fault: Fault | undefined): void
  /** Resets counters, recorded requests, faults and created things; tokens stay valid. */
  reset(): void
  /** Closes the connections that carry no request, as 8x8 does after some time. */
  closeIdleConnections(): void
  /** Stops listening and destroys open connections. */
  close(): Promise<void>
}

/**
 * Starts a simulated 8x8 on a loopback port.
 * @throws the listen error, for example when the port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const state = createState(options, options.now ?? (() => performance.now()))
  // Longer than clients keep idle connections, as a public gateway does; and uploads may be slow.
  const servers = [serve, servePresigned].map((respond) =>
    createServer({ keepAliveTimeout: 65_000, requestTimeout: 0, maxHeaderSize: 65_536 }).on(
      'request',
      (request, response) => void respond(state, request, response).catch(() => response.destroy()),
    ),
  )
  const [api, downloads] = servers as [Server, Server]
  state.origin = await listen(api, options.port ?? 0)
  state.downloads = await listen(downloads, 0)
  return sandboxOf(state, servers)
}

/** @returns the origin */
async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, backlog: 2048 }, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The sandbox listens on no port')
  return `http://127.0.0.1:${address.port}`
}

function sandboxOf(state: State, servers: readonly Server[]): Sandbox {
  const { account } = state
  return {
    get origin() {
      return state.origin
    },
    get downloads() {
      return state.downloads
    },
    get credentials() {
      const { key, secret, workUsername, workPassword } = account
      return { key, secret, workUsername, workPassword }
    },
    get tokenRequests() {
      return state.tokenRequests
    },
    get workTokenRequests() {
      return state.workTokenRequests
    },
    requests: state.requests.entries,
    issuedTokens: account.tokens.issued,
    revokeTokens() {
      account.tokens.revokeAll()
      account.workTokens.revokeAll()
    },
    setCredentials(key, secret) {
      account.key = key
      account.secret = secret
    },
    setProducts: (products) => void (account.products = products),
    setFault: (fault) => state.faults.set(fault),
    reset: () => reset(state),
    closeIdleConnections() {
      for (const server of servers) server.closeIdleConnections()
    },
    async close() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
      for (const server of servers) server.closeAllConnections()
      await Promise.all(closed)
    },
  }
}
