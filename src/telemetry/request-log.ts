import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { tenths } from '../http/exchange.js'
import { isProbe } from '../http/local-paths.js'

/** The caller's `X-Request-Id`, if it is one that may be logged and sent on; else a new one. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}

const REQUEST_ID = /^[\x21-\x7e]{1,200}$/

/** One line for each request, when it is over: which, how it ended, how long it took and what it waited for. */
export function logExchange(log: Logger, request: FastifyRequest, reply: FastifyReply, now: number): void {
  const { exchange } = request
  const response = reply.raw
  const left = !response.writableFinished
  // Probes come every few seconds and say nothing as long as all is well.
  const level = exchange.family === undefined && isProbe(request.originalUrl) ? 'debug' : 'info'
  if (!log.isLevelEnabled(level)) return
  log[level](
    {
      id: request.id,
      method: request.method,
      path: withoutValues(request.originalUrl),
      family: exchange.family?.name,
      status: response.headersSent ? response.statusCode : 0,
      durationMs: tenths(now - exchange.startedAt),
      // Fastify knows the length of what it sent itself.
      bytes: exchange.bytes || Number(reply.getHeader('content-length') ?? 0),
      ...(exchange.tokenWaitMs === 0 ? undefined : { tokenWaitMs: Math.round(exchange.tokenWaitMs) }),
      ...(exchange.retries.length === 0 ? undefined : { retries: exchange.retries }),
      ...(exchange.cache === undefined ? undefined : { cache: exchange.cache }),
      ...(exchange.problem === undefined ? undefined : { problem: exchange.problem }),
      ...(left ? { incomplete: true } : undefined),
    },
    left ? 'request without a complete response' : 'request',
  )
}

/** The path and the names of the query's parameters: values may be anything, presigned signatures included. */
function withoutValues(target: string): string {
  const start = target.indexOf('?')
  if (start === -1) return target
  const names = target
    .slice(start + 1)
    .split('&')
    .map((parameter) => (parameter.includes('=') ? parameter.slice(0, parameter.indexOf('=')) : '…'))
  return `${target.slice(0, start)}?${names.join('&')}`
}
