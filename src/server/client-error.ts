import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { causeCode } from '../http/cause.js'
import { ProxyError, renderProblem } from '../http/errors.js'
import { NO_FORWARD_PROXY } from '../http/target.js'
import { requestId } from '../telemetry/request-log.js'
import { otherProtocol } from './other-protocols.js'

/** Responds to bytes that Node's parser rejects as a request. Nothing of them is forwarded. */
export function rejectUnparsed(
  error: Error & { code?: string; rawPacket?: unknown },
  socket: Duplex & { readonly bytesRead?: number; _httpMessage?: ServerResponse | null },
  log: Logger,
): void {
  const pending = socket._httpMessage
  // Bytes after a request with `Connection: close`: they are ignored, and are no reason to withhold its response.
  if (error.code === 'HPE_CLOSED_CONNECTION' && pending) return
  // Where a response is under way, more bytes would be taken for a part of it; where one is owed to a whole request,
  // these would be taken for it. Only a request whose own body is malformed gets them.
  if (
    error.code === 'ECONNRESET' ||
    !socket.writable ||
    (pending && (pending.headersSent || pending.req.complete))
  ) {
    socket.destroy()
    return
  }
  const level = levelOf(error.code, socket.bytesRead)
  response(socket, problemOf(error), pending ? requestId(pending.req) : randomUUID(), (line) =>
    log[level](line, REJECTED),
  )
}

/** What is wrong with a request is a warning; what a caller leaves unfinished is not. */
function levelOf(code: string | undefined, bytesRead: number | undefined): 'debug' | 'info' | 'warn' {
  // Browsers open connections ahead of need, and may never use them.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT' && bytesRead === 0) return 'debug'
  return code === 'HPE_INVALID_EOF_STATE' ? 'info' : 'warn'
}

/** CONNECT asks for a tunnel; this is a reverse proxy. */
export function rejectConnect(request: IncomingMessage, socket: Duplex, log: Logger): void {
  response(
    socket,
    new ProxyError('not-allowed', `CONNECT is not supported. ${NO_FORWARD_PROXY}`),
    requestId(request),
    (line) => log.warn(line, REJECTED),
  )
}

const REJECTED = 'rejected before it was a request'

function problemOf(error: Error & { code?: string; rawPacket?: unknown }): ProxyError {
  const { code, rawPacket } = error
  const mistake = otherProtocol(rawPacket)
  if (mistake !== undefined) return new ProxyError('bad-request', mistake, { cause: error })
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ProxyError('headers-too-large', 'The headers are larger than 16 KiB in all.', {
        cause: error,
      })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProxyError('request-timeout', 'The headers did not arrive in time.', { cause: error })
    // What llhttp says of a raw space, which ends the target early.
    case 'HPE_INVALID_CONSTANT':
    case 'HPE_INVALID_URL':
    case 'HPE_INVALID_VERSION':
      return malformedRequestLine(error)
    default:
      return Buffer.isBuffer(rawPacket) && REQUEST_LINE_CUT.test(rawPacket.toString('latin1'))
        ? malformedRequestLine(error)
        : new ProxyError('bad-request', 'The request is not valid HTTP/1.1.', { cause: error })
  }
}

// A raw line feed ends the target early too: what is left of it is taken for a header.
const REQUEST_LINE_CUT = /^[A-Z]+ [^ \r\n]*\r?\n/

function malformedRequestLine(cause: Error): ProxyError {
  return new ProxyError(
    'bad-target',
    'The request line is not valid HTTP/1.1. Percent-encode spaces, control characters and all that is not ASCII.',
    { cause },
  )
}

function response(socket: Duplex, error: ProxyError, id: string, tell: (line: object) => void): void {
  const cause = causeCode(error)
  tell({
    id,
    status: error.status,
    problem: error.problem,
    detail: error.detail,
    ...(cause === undefined ? undefined : { cause }),
  })
  const { status, headers, body } = renderProblem(error, id)
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.on('error', () => undefined)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  )
}
