import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { ProxyError } from '../http/errors.js'
import { MAX_HEADER_BYTES } from '../http/raw-headers.js'

/** @throws {ProxyError} `bad-request`, `bad-target` or `headers-too-large`: the connection ends with that response */
export type Framing = (request: IncomingMessage) => void

/** What Node's parser accepts and the next hop would not get as it was meant (RFC 9112, section 6). */
export function createFraming(): Framing {
  // Where a request ends was in doubt once: what came after it is no request (RFC 9112, section 6.1).
  const doubtful = new WeakSet<Socket>()

  return (request) => {
    const { socket } = request
    const fault = doubtful.has(socket)
      ? new ProxyError('bad-request', 'An earlier request on this connection was not valid HTTP/1.1.')
      : faultOf(request)
    if (fault === undefined) return
    doubtful.add(socket)
    fault.headers = ['Connection', 'close']
    throw fault
  }
}

function faultOf({
  httpVersionMajor,
  httpVersionMinor,
  headers,
  rawHeaders,
}: IncomingMessage): ProxyError | undefined {
  if (httpVersionMajor !== 1) {
    return new ProxyError(
      'bad-target',
      'The request line must end in HTTP/1.1, without a line feed in the target.',
    )
  }
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return new ProxyError('bad-request', 'The only Transfer-Encoding that is understood here is chunked.')
  }
  if (coding !== undefined && httpVersionMinor === 0) {
    return new ProxyError('bad-request', 'HTTP/1.0 has no Transfer-Encoding. Send a Content-Length.')
  }
  // Node counts names and values alone, so that thousands of tiny headers pass.
  if (rawHeaders.length > FEW && sizeOf(rawHeaders) > MAX_HEADER_BYTES) {
    return new ProxyError('headers-too-large', 'The headers are larger than 16 KiB in all.')
  }
  return undefined
}

const FEW = 200

/** In bytes, with ": " and the line's end. */
function sizeOf(rawHeaders: readonly string[]): number {
  return rawHeaders.reduce((size, part) => size + part.length + 2, 0)
}
