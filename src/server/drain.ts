import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { InFlight } from './in-flight.js'

export interface DrainOptions {
  readonly fastify: FastifyInstance
  /** The connections to 8x8. */
  readonly upstream: { destroy(): Promise<void> }
  /** The responses that are not over yet. */
  readonly inFlight: InFlight
  readonly log: Logger
  /** How long requests in flight may take, in milliseconds. */
  readonly graceMs: number
}

/** The graceful end. */
export interface Drain {
  /** Whether it has begun: the proxy is not ready any more and forwards nothing new. */
  readonly started: () => boolean
  /** Stops accepting, lets what is in flight end, then closes everything. @returns how many requests had to be aborted */
  run(): Promise<number>
}

// How often connections that have become idle are looked for, and after how many times without a request all may go.
const SWEEP_MS = 50
const QUIET_SWEEPS = 3

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
      // A response that has not begun can still tell its caller not to reuse the connection.
      for (const { raw } of inFlight) if (!raw.headersSent) raw.shouldKeepAlive = false
      for (const event of ['request', 'checkContinue', 'checkExpectation']) {
        server.prependListener(
          event,
          (_request, response: ServerResponse) => (response.shouldKeepAlive = false),
        )
      }
      // One that has begun leaves an idle connection behind, which Node would keep for its keep-alive time. One that
      // never carried a request (browsers open some ahead of need) is not idle to Node, so in the end all connections are closed.
      let quiet = 0
      const sweep = setInterval(() => {
        server.closeIdleConnections()
        quiet = inFlight.size === 0 ? quiet + 1 : 0
        if (quiet >= QUIET_SWEEPS) server.closeAllConnections()
      }, SWEEP_MS)
      const deadline = new AbortController()
      const inTime = await Promise.race([
        closed.then(() => true),
        wait(graceMs, false, { signal: deadline.signal }).catch(() => false),
      ])
      deadline.abort()

      // The last connection closes a moment before the `close` of its response: that one was not aborted.
      const aborted = inTime ? 0 : inFlight.size
      if (aborted > 0) log.warn({ aborted }, 'grace time is over, aborting the remaining requests')
      server.closeAllConnections()
      await closed
      clearInterval(sweep)
      await fastify.close()
      await upstream.destroy()
      return aborted
    },
  }
}
