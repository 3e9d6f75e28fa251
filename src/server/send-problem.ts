import type { FastifyReply, FastifyRequest } from 'fastify'
import { causeCode } from '../http/cause.js'
import { type ProxyError, renderProblem } from '../http/errors.js'
import { forEachHeader } from '../http/raw-headers.js'
import { hasBody } from '../http/body.js'

// How long a caller may go on sending a body that is discarded, before the connection is closed.
const LONGEST_LINGER_MS = 10_000

/** Responds with a failure of the proxy's own, wherever it came up. If a response has begun, it is aborted instead. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: ProxyError): void {
  const { raw } = reply
  const { exchange } = request
  if (!reply.sent) reply.hijack()
  // A caller who is gone is no failure of ours.
  if (!raw.destroyed) exchange.cause = causeCode(error) ?? (error.status < 500 ? undefined : error.proxyError)
  if (raw.headersSent || raw.destroyed) {
    raw.destroy()
    return
  }
  exchange.problem = error.problem
  exchange.detail = error.detail
  exchange.refused = error.refused
  const { status, headers, body } = renderProblem(error, request.id)
  for (const [name, value] of Object.entries(headers)) raw.setHeader(name, value)
  forEachHeader(exchange.admission?.corsHeaders ?? [], (name, value) => void raw.setHeader(name, value))
  // A caller who waits for "100 Continue" may or may not send the body now: only a new connection is unambiguous.
  if (request.headers.expect !== undefined) raw.setHeader('Connection', 'close')
  exchange.bytes = Buffer.byteLength(body)
  raw.writeHead(status)
  raw.end(body)
  if (hasBody(request.raw) && !request.raw.complete) linger(request)
}

/**
 * A caller in the middle of sending reads the response only when it has sent all, or sees a reset instead of the response if
 * we close first. So the rest is read and forgotten (Node does, once the response is out), but not for ever.
 */
function linger({ raw }: FastifyRequest): void {
  const timer = setTimeout(() => raw.socket.destroy(), LONGEST_LINGER_MS).unref()
  raw.once('end', () => clearTimeout(timer))
  raw.once('close', () => clearTimeout(timer))
}
