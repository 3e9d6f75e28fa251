import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The body of a request, of any size. */
export interface ReceivedBody {
  /** The first bytes, at most `keptBytes` of them. */
  readonly start: Buffer
  readonly length: number
  /** Hexadecimal SHA-256 of all of it. */
  readonly sha256: string
}

/** Nothing that the sandbox parses is larger. */
const keptBytes = 1024 * 1024

const nothing: ReceivedBody = {
  start: Buffer.alloc(0),
  length: 0,
  sha256: createHash('sha256').digest('hex'),
}

/** Reads a request's body to its end; undefined when the client aborts. */
export async function receiveBody(request: IncomingMessage): Promise<ReceivedBody | undefined> {
  const { headers } = request
  if (headers['transfer-encoding'] === undefined && !Number(headers['content-length'])) {
    request.resume()
    return nothing
  }
  const hash = createHash('sha256')
  const kept: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk)
      if (length < keptBytes) kept.push(chunk.subarray(0, keptBytes - length))
      length += chunk.length
    }
  } catch {
    return undefined
  }
  return { start: Buffer.concat(kept), length, sha256: hash.digest('hex') }
}
