import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { after } from 'node:test'

export interface RawUpstream {
  readonly origin: string
  readonly port: number
  /** How many connections were opened. */
  connections: number
  /** Request heads as they arrived, in their order. */
  readonly heads: string[]
  close(): Promise<void>
}

/**
 * An 8x8 that does what no HTTP library lets a server do. `respond` is called with each request head; what follows the
 * head, and its bytes on later reads, is ignored unless it holds another head.
 */
export async function startRawUpstream(
  response: (socket: Socket, head: string, upstream: RawUpstream) => void,
): Promise<RawUpstream> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    upstream.connections += 1
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    let received = ''
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      for (;;) {
        const head = HEAD.exec(received)
        if (head === null) break
        received = received.slice(head.index + head[0].length)
        upstream.heads.push(head[0])
        response(socket, head[0], upstream)
      }
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const upstream: RawUpstream = {
    origin: `http://127.0.0.1:${port}`,
    port,
    connections: 0,
    heads: [],
    async close() {
      if (!server.listening) return
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  after(() => upstream.close())
  return upstream
}

const HEAD = /[A-Z-]+ \/\S* HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)*\r\n/
