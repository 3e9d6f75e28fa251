import { connect, type Socket } from 'node:net'

export interface RawResponse {
  readonly status: number
  readonly statusLine: string
  /** Lower-case names; repeated headers joined by a line feed. */
  readonly headers: Record<string, string>
  readonly rawHead: string
  readonly body: Buffer
}

/**
 * Sends bytes as they are and reads until the server closes. Send `Connection: close`, or a half-open connection waits
 * for ever. `body` is what follows the head, chunked framing included.
 */
export async function sendRaw(
  port: number,
  bytes: string | Buffer,
  host = '127.0.0.1',
): Promise<RawResponse> {
  const socket = connect(port, host)
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  return parseResponse(await readToEnd(socket))
}

/** Everything that arrives until the peer ends or resets the connection. */
export function readToEnd(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks)))
  })
}

/** Splits a response into its parts. An empty one has status 0: the connection was closed without a word. */
export function parseResponse(bytes: Buffer): RawResponse {
  const end = bytes.indexOf('\r\n\r\n')
  const rawHead = bytes.subarray(0, end === -1 ? bytes.length : end).toString('latin1')
  const [statusLine = '', ...lines] = rawHead.split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`
  }
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    statusLine,
    headers,
    rawHead,
    body: end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 4),
  }
}
