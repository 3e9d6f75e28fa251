import { randomUUID } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { causeCode } from '../http/cause.js'
import { ProxyError, renderProblem } from '../http/errors.js'
import { NO_FORWARD_PROXY } from '../http/target.js'
import { requestId } from '../telemetry/request-log.js'
import { otherProtocol } from './other-protocols.js'
import { hasWaiting } from './pipeline.js'

/** Responds to bytes that Node's parser rejects as a request. Nothing of them is forwarded. */
export function rejectUnparsed(error: ParseError, socket: ClientSocket, log: Logger): void {
  const pending = socket._httpMessage ?? undefined
  // Bytes after a request with `Connection: close`: they are ignored, and are no reason to withhold its response.
  if (error.code === 'HPE_CLOSED_CONNECTION' && pending) return
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  if (pending?.writableEnded === true) return void socket.end(() => socket.destroy())
  // Where a response is under way, more bytes would be taken for a part of it; where one is owed to a whole request,
  // these would be taken for it. Only a request whose own body is malformed gets them.
  const misfit = pending !== undefined && isMisfit(error, pending) && !hasWaiting(socket)
  if (pending && (pending.headersSent || (pending.req.complete && !misfit))) return void socket.destroy()
  if (misfit) abandon(pending, socket)
  const problem = misfit ? contentLengthMisfit(error) : problemOf(error, socket)
  const level = levelOf(error.code, socket.bytesRead)
  response(socket, problem, pending ? requestId(pending.req) : randomUUID(), (line) =>
    log[level](line, REJECTED),
  )
}

type ParseError = Error & { code?: string; rawPacket?: unknown }
type ClientSocket = Duplex & { _httpMessage?: ServerResponse | null; bytesRead?: number }

/**
 * Whether what went wrong is the `Content-Length` of the request before: a number of characters, say, where it counts
 * bytes. Then the last bytes of the body are taken for the next request, and no request starts like them.
 */
function isMisfit({ code }: ParseError, { req }: ServerResponse): boolean {
  if (req.headers['content-length'] === undefined || req.headers['content-length'] === '0') return false
  return req.complete ? code === NO_REQUEST : code === 'HPE_INVALID_EOF_STATE'
}

// What llhttp says of bytes where a request should begin.
const NO_REQUEST = 'HPE_INVALID_METHOD'

/** The request is over here and now: its body has ended in the same turn, and would be forwarded in the next. */
function abandon(pending: ServerResponse, socket: ClientSocket): void {
  pending.on('error', () => undefined)
  pending.detachSocket(socket as Socket)
  pending.destroy().emit('close')
}

function contentLengthMisfit(cause: Error): ProxyError {
  return new ProxyError(
    'bad-request',
    'The Content-Length does not fit the body. It is the number of bytes, which is not that of the characters.',
    { cause },
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

function problemOf(error: ParseError, { bytesRead = 0 }: Pick<ClientSocket, 'bytesRead'>): ProxyError {
  const { code, rawPacket } = error
  const protocol = otherProtocol(rawPacket)
  if (protocol !== undefined) return new ProxyError('bad-request', protocol, { cause: error })
  if (code === NO_REQUEST && Buffer.isBuffer(rawPacket) && bytesRead > rawPacket.length) {
    return new ProxyError(
      'bad-request',
      'No request starts like this. Perhaps the one before it on this connection has a Content-Length that does not fit the body: it counts bytes.',
      { cause: error },
    )
  }
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
