import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { after } from 'node:test'

export interface Received {
  readonly method: string
  /** The request target, byte for byte. */
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly bodyBytes: number
  readonly bodySha256: string
}

export interface TestUpstream {
  readonly origin: string
  readonly port: number
  /** API requests whose body has arrived, in the order of arrival. */
  readonly received: Received[]
  /** How many token requests came. */
  tokenRequests: number
  /** How many sockets were opened. */
  connections: number
  /** Tokens given out: `token-1`, `token-2`, ... */
  readonly tokens: string[]
  /** As 8x8 does after some time: closes the connections that carry no request. */
  closeIdleConnections(): void
  close(): Promise<void>
}

export interface TestUpstreamOptions {
  /** Responds to API requests, after their body has been read. The default is 200 with a small JSON body. */
  readonly respond?: (request: IncomingMessage, response: ServerResponse, upstream: TestUpstream) => void
  /** Handles API requests before their body is read; then nothing is recorded. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse, upstream: TestUpstream) => void
  /** Responds to token requests instead of the default, a token of 1799 s. */
  readonly token?: (response: ServerResponse, upstream: TestUpstream) => void
}

/** A real HTTP server on loopback in the place of 8x8, which counts what reaches it. */
export async function startUpstream(options: TestUpstreamOptions = {}): Promise<TestUpstream> {
  const unused = new Set<Socket>()
  const server = createServer((request, response) => {
    unused.delete(request.socket)
    if (request.url === '/oauth/v2/token') {
      upstream.tokenRequests += 1
      request.resume()
      if (options.token === undefined) issueToken(response, upstream)
      else options.token(response, upstream)
    } else if (options.handle === undefined) {
      record(request, response)
    } else {
      options.handle(request, response, upstream)
    }
  })
  server.on('connection', (socket: Socket) => {
    upstream.connections += 1
    unused.add(socket)
    socket.on('close', () => unused.delete(socket))
  })
  server.requestTimeout = 0
  server.maxHeadersCount = 0
  // As 8x8: it says nothing about idle connections. That it closes them early is a case of its own.
  server.keepAliveTimeout = 0
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo

  const upstream: TestUpstream = {
    origin: `http://127.0.0.1:${port}`,
    port,
    received: [],
    tokenRequests: 0,
    connections: 0,
    tokens: [],
    closeIdleConnections() {
      server.closeIdleConnections()
      // Node takes a connection for busy until its first request.
      for (const socket of unused) socket.destroy()
    },
    async close() {
      if (!server.listening) return
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  after(() => upstream.close())

  function record(request: IncomingMessage, response: ServerResponse): void {
    const hash = createHash('sha256')
    let bodyBytes = 0
    request.on('data', (chunk: Buffer) => {
      bodyBytes += chunk.length
      hash.update(chunk)
    })
    request.on('end', () => {
      upstream.received.push({
        method: request.method!,
        target: request.url!,
        rawHeaders: request.rawHeaders,
        headers: request.headers,
        bodyBytes,
        bodySha256: hash.digest('hex'),
      })
      if (options.respond === undefined)
        response.setHeader('Content-Type', 'application/json').end('{"ok":true}')
      else options.respond(request, response, upstream)
    })
  }
  return upstream
}

/** Responds to a token request as 8x8 does. */
export function issueToken(
  response: ServerResponse,
  upstream: Pick<TestUpstream, 'tokens'>,
  expiresIn: unknown = '1799',
): void {
  const token = `token-${upstream.tokens.length + 1}`
  upstream.tokens.push(token)
  response.setHeader('Content-Type', 'application/json').end(
    JSON.stringify({
      access_token: token,
      token_type: 'BearerToken',
      expires_in: expiresIn,
      issued_at: String(Date.now()),
      api_product_list: '[analytics realtime-api, storage]',
      api_product_list_json: ['analytics realtime-api', 'storage'],
    }),
  )
}
