import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { ProblemName } from '../http/errors.js'
import { tenths } from '../http/exchange.js'
import { EVENTS_PATH, isOfPage, isRoutine } from '../http/local-paths.js'
import { traceIdOf } from '../http/trace-ids.js'

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
  // A page that is closed leaves its stream: nothing was to come to an end.
  const left = !response.writableFinished && !request.originalUrl.startsWith(EVENTS_PATH)
  const level = levelOf(request)
  if (!log.isLevelEnabled(level)) return
  const traceId = traceIdOf(request.headers.traceparent)
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
      ...(exchange.rateWaitMs === undefined || exchange.rateWaitMs < 1
        ? undefined
        : { rateWaitMs: Math.round(exchange.rateWaitMs) }),
      ...(exchange.retries.length === 0 ? undefined : { retries: exchange.retries }),
      ...(exchange.cache === undefined ? undefined : { cache: exchange.cache }),
      ...(exchange.problem === undefined
        ? undefined
        : { problem: exchange.problem, detail: exchange.detail }),
      ...(exchange.cause === undefined ? undefined : { cause: exchange.cause }),
      ...exchange.refused,
      ...(exchange.upstreamId === undefined ? undefined : { upstreamId: exchange.upstreamId }),
      ...(traceId === undefined ? undefined : { traceId }),
      ...(left ? { incomplete: true } : undefined),
    },
    left ? 'request without a complete response' : 'request',
  )
}

/** Failures of our own are warnings, whoever has caused them: the reason is nowhere else in the log. */
function levelOf({ exchange: { family, problem, cause }, originalUrl }: FastifyRequest): Level {
  if (family === undefined) {
    const [path = ''] = originalUrl.split('?', 1)
    // Pages, probes and scrapers ask every few seconds, and fail for what the log has said already.
    const isQuiet =
      problem === undefined
        ? cause === undefined && isRoutine(path)
        : SAID_ELSEWHERE.has(problem) && (problem === 'not-found' ? isOfPage(path) : isRoutine(path))
    if (isQuiet) return 'debug'
  }
  return problem === undefined && cause === undefined ? 'info' : 'warn'
}

type Level = 'debug' | 'info' | 'warn'

const SAID_ELSEWHERE: ReadonlySet<ProblemName> = new Set([
  'not-found',
  'token-unavailable',
  'credentials-refused',
  'shutting-down',
])

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
