import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Upstream } from './proxy/upstream.js'

export interface DrainOptions {
  readonly fastify: FastifyInstance
  readonly upstream: Upstream
  /** The answers that are not over yet. */
  readonly inFlight: ReadonlySet<ServerResponse>
  readonly log: Logger
  /** How long requests in flight may take, in milliseconds. */
  readonly graceMs: number
}

/** The graceful end. */
export interface Drain {
  /** Whether it has begun: the proxy is not ready any more and forwards nothing new. */
  readonly started: () => boolean
  /** Stops accepting, lets what is in flight end, then closes everything. @returns how many requests had to be cut */
  run(): Promise<number>
}

// How often connections that have become idle are looked for.
const SWEEP_MS = 50

export function createDrain({ fastify, upstream, inFlight, log, graceMs }: DrainOptions): Drain {
  let started = false
  return {
    started: () => started,

    async run() {
      started = true
      log.info({ inFlight: inFlight.size, graceMs }, 'shutting down')
      const { server } = fastify
      // It waits for every connection, and closes those that are idle now.
      const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : Promise.resolve()
      // An answer that has not begun can still tell its caller not to reuse the connection.
      for (const response of inFlight) if (!response.headersSent) response.shouldKeepAlive = false
      // One that has begun leaves an idle connection behind, which Node would keep for its keep-alive time.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
      const deadline = new AbortController()
      await Promise.race([
        closed,
        wait(graceMs, undefined, { signal: deadline.signal }).catch(() => undefined),
      ])
      deadline.abort()

      const cut = inFlight.size
      if (cut > 0) log.warn({ cut }, 'grace time is over, cutting the requests that are left')
      server.closeAllConnections()
      await closed
      clearInterval(sweep)
      await fastify.close()
      await upstream.destroy()
      return cut
    },
  }
}
