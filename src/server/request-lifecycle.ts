import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Logger } from 'pino'
import { familyOf } from '../api/families.js'
import type { Config } from '../config/config.js'
import { ProxyError } from '../http/errors.js'
import { type Capture, type Door, newExchange } from '../http/exchange.js'
import { isLocalPath } from '../http/local-paths.js'
import { forEachHeader } from '../http/raw-headers.js'
import { inTurn } from './pipeline.js'
import type { RequestCounters } from '../telemetry/request-counters.js'
import { logExchange } from '../telemetry/request-log.js'
import type { InFlight } from './in-flight.js'

/** Keeps requests that are over, for the page that shows them. */
export interface RequestRecorder {
  /** A capture for a request that begins; undefined while none are wanted. */
  capture(): Capture | undefined
  /** @param endedAt in monotonic milliseconds */
  record(request: FastifyRequest, response: ServerResponse, endedAt: number): void
}

export interface RequestLifecycleOptions {
  readonly config: Config
  readonly door: Door
  readonly inFlight: InFlight
  readonly counters: RequestCounters
  readonly recorder: RequestRecorder
  readonly log: Logger
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly draining: () => boolean
}

/** What happens to every request, whatever it asks for. */
export interface RequestLifecycle {
  /** Called first, for malformed requests too: from here on it is in flight, and its end is counted, recorded, logged. */
  begin(request: FastifyRequest, reply: FastifyReply): void
  /** The hook that asks the door, gives the responses that it has ready, and finds the API family. */
  readonly admit: onRequestHookHandler
}

export function createRequestLifecycle(options: RequestLifecycleOptions): RequestLifecycle {
  const { config, door, inFlight, counters, recorder, log, now, draining } = options

  function end(request: FastifyRequest, reply: FastifyReply): void {
    const { raw } = reply
    const time = now()
    const status = raw.headersSent ? raw.statusCode : 0
    counters.count(request.exchange, request.method, status, time - request.exchange.startedAt)
    recorder.record(request, raw, time)
    logExchange(log, request, reply, time)
  }

  return {
    begin(request, reply) {
      const { raw } = reply
      request.exchange = newExchange(now())
      request.exchange.capture = recorder.capture()
      const place = inFlight.add(reply)
      raw.once('close', () => {
        inFlight.remove(place)
        end(request, reply)
      })
    },

    admit(request, reply, done) {
      try {
        const admission = door(request.raw, request.originalUrl)
        const { target, ownResponse, corsHeaders = [] } = admission
        request.exchange.admission = admission
        if (ownResponse !== undefined) {
          reply.hijack()
          reply.raw.writeHead(ownResponse.status, [...ownResponse.headers, 'X-Request-Id', request.id]).end()
          return
        }
        if (isLocalPath(target.path, config)) {
          reply.header('X-Request-Id', request.id)
          forEachHeader(corsHeaders, (name, value) => void reply.header(name, value))
        } else {
          if (draining()) throw shuttingDown()
          request.exchange.family = familyOf(target.path)
          inTurn(request.raw, reply.raw, done)
          return
        }
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  }
}

function shuttingDown(): ProxyError {
  return new ProxyError('shutting-down', 'The proxy is shutting down. Nothing was sent.', {
    retryAfterMs: 1000,
  })
}
