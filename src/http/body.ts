import type { IncomingMessage } from 'node:http'

/** Whether the request has a body (RFC 9112, section 6.3); its method does not tell. */
export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request
  if (headers['transfer-encoding'] !== undefined) return true
  const length = headers['content-length']
  return length !== undefined && length !== '0'
}

/** Whether the caller sends the body only when told to go on (RFC 9110, section 10.1.1). HTTP/1.0 cannot be told. */
export function waitsForContinue(request: IncomingMessage): boolean {
  const { expect } = request.headers
  return expect !== undefined && CONTINUE.test(expect) && request.httpVersionMinor > 0
}

const CONTINUE = /(?:^|\W)100-continue(?:\W|$)/i

export interface BoundedBody {
  /** The body's first bytes, at most as many as the limit allows. */
  readonly bytes: Buffer
  /** Whether the body was longer than that. */
  readonly truncated: boolean
}

/**
 * Reads a body into memory, but never more of it than a limit. Rejects if the body breaks off.
 *
 * @param rest what becomes of a longer body: `drain` reads it to its end and forgets it, since a caller that is still
 *   sending may not read a response yet; `destroy` ends the stream and its connection at once
 * @example
 * const { bytes, truncated } = await readBounded(response.body, 64 * 1024, 'destroy')
 */
export async function readBounded(
  body: AsyncIterable<Buffer>,
  limitBytes: number,
  rest: 'drain' | 'destroy',
): Promise<BoundedBody> {
  const chunks: Buffer[] = []
  let size = 0
  let truncated = false
  for await (const chunk of body) {
    const room = limitBytes - size
    if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
    size += Math.min(chunk.length, room)
    truncated ||= chunk.length > room
    // Leaving the loop destroys the stream.
    if (truncated && rest === 'destroy') break
  }
  return { bytes: Buffer.concat(chunks, size), truncated }
}
