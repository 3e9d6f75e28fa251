import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

/** A request that reached the server behind a proxy. */
export interface Arrival {
  readonly method: string
  readonly target: string
  /** Everything of its head, for finding out whose it is. */
  readonly head: string
  readonly headers: IncomingMessage['headers']
  /** Whether its body came to an end. */
  complete: boolean
  body: string
}

export interface Recorder {
  readonly port: number
  readonly origin: string
  readonly arrivals: Arrival[]
  /** Bytes that were no request. */
  readonly malformed: string[]
}

/** A server that writes down whatever reaches it, and responds with `X-Seen`: the method and target that it saw. */
export async function startRecorder(): Promise<Recorder> {
  const arrivals: Arrival[] = []
  const malformed: string[] = []
  const server = createServer((request, response) => {
    if (request.url === '/oauth/v2/token') {
      request.resume()
      response.end('{"access_token":"shared","token_type":"BearerToken","expires_in":"1799"}')
      return
    }
    const arrival = record(request)
    const hash = createHash('sha256')
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      hash.update(chunk)
    })
    request.on('error', () => undefined)
    request.on('end', () => {
      arrival.complete = true
      arrival.body = `${bytes} bytes, sha256 ${hash.digest('hex')}`
      response.setHeader('X-Seen', encodeURIComponent(`${request.method} ${request.url}`)).end('seen')
    })
  })
  function record({ method, url, rawHeaders, headers }: IncomingMessage): Arrival {
    const head = [method, url, ...rawHeaders].join(' ')
    const arrival = { method: method!, target: url!, head, headers, complete: false, body: '' }
    arrivals.push(arrival)
    return arrival
  }
  server.on('connect', (request: IncomingMessage, socket) => {
    record(request).complete = true
    socket.destroy()
  })
  server.on('clientError', (error: Error & { code?: string; rawPacket?: Buffer }, socket) => {
    if (error.rawPacket !== undefined) malformed.push(`${error.code} ${error.rawPacket.toString('latin1')}`)
    socket.destroy()
  })
  server.requestTimeout = 0
  server.keepAliveTimeout = 600_000
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, origin: `http://127.0.0.1:${port}`, arrivals, malformed }
}
