import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { ProxyError, renderProblem } from './errors.js'

/** Answers what is not HTTP enough to become a request. Nothing of it is forwarded. */
export function answerUnparsed(
  error: Error & { code?: string },
  socket: Duplex & { _httpMessage?: unknown },
): void {
  // Where an answer is under way, more bytes would be taken for a part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage) {
    socket.destroy()
    return
  }
  answer(socket, problemOf(error.code))
}

/** CONNECT asks for a tunnel; this is a reverse proxy. */
export function refuseConnect(_request: IncomingMessage, socket: Duplex): void {
  answer(
    socket,
    new ProxyError('not-allowed', 'CONNECT is not supported: send requests to the proxy itself.'),
  )
}

function problemOf(code: string | undefined): ProxyError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ProxyError('headers-too-large', 'The headers are larger than 16 KiB in all.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProxyError('request-timeout', 'The headers did not arrive in time.')
    // What llhttp says of a raw space, which ends the target early.
    case 'HPE_INVALID_CONSTANT':
    case 'HPE_INVALID_URL':
    case 'HPE_INVALID_VERSION':
      return new ProxyError(
        'bad-target',
        'The request line is malformed. Percent-encode spaces in the target.',
      )
    default:
      return new ProxyError('bad-request', 'The request is not valid HTTP/1.1.')
  }
}

function answer(socket: Duplex, error: ProxyError): void {
  const { status, headers, body } = renderProblem(error, undefined)
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.on('error', () => undefined)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  )
}
