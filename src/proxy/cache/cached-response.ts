import type { IncomingHttpHeaders } from 'node:http'
import type { RawHeaders } from '../../http/raw-headers.js'

/** A complete response of 8x8's as it came. What differs from caller to caller is rendered when it is given out. */
export interface CachedResponse {
  readonly status: number
  readonly statusMessage: string
  readonly headers: IncomingHttpHeaders
  /** Name and value in turn, without what says how a cache came by it. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** When it was asked for, in monotonic milliseconds: its age counts from there (RFC 9111, section 4.2.3). */
  readonly askedAt: number
  /** Its request's place among all requests and changes. */
  readonly place: number
}

/**
 * Memory of its own: undici's pieces are parts of larger buffers, which would be kept with them, and so would the pool
 * that Node takes small buffers from.
 */
export function ownBytes(chunks: readonly Buffer[], size: number): Buffer {
  const body = Buffer.allocUnsafeSlow(size)
  let end = 0
  for (const chunk of chunks) end += chunk.copy(body, end)
  return body
}

export function ownHeaders(rawHeaders: RawHeaders): string[] {
  return rawHeaders.map((part) => (typeof part === 'string' ? part : part.toString('latin1')))
}

/** About what it takes in memory. */
export function bytesOf({ body, rawHeaders }: CachedResponse): number {
  // The parsed headers say the same once more; the rest is objects.
  return body.length + 2 * rawHeaders.reduce((sum, part) => sum + part.length, 0) + 1024
}
