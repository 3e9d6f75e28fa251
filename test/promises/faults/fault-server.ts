import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { after } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'

/** What one connection does, from its first moment to its end. Rejecting, or returning, leaves it open. */
export type Script = (peer: Peer, n: number) => Promise<unknown>

/** A request as it came over the wire. */
export interface WireRequest {
  readonly head: string
  readonly body: string
}

/** One connection, as its script sees it. */
export interface Peer {
  /** The next request, whole. Rejects if the connection ends before. */
  request(): Promise<WireRequest>
  /** The next request's head; its body is left unread. */
  head(): Promise<string>
  /** Sends bytes as they are, and waits until they have left. */
  send(bytes: string | Buffer): Promise<void>
  /** Sends them in pieces. */
  drip(bytes: string, pieceBytes: number, everyMs: number): Promise<void>
  /** Ends our direction and goes on reading. */
  halfClose(): void
  /** Ends both directions in the ordinary way. */
  close(): void
  /** RST. */
  reset(): void
  /** Reads nothing any more. */
  pause(): void
}

export interface FaultServer {
  readonly port: number
  readonly origin: string
  /** How many connections were opened. */
  connections: number
  /** How many of them are open now. */
  open: number
  /** Every request whose head came, in order. */
  readonly heads: string[]
  /** Stops listening, and ends what is open: from now on connections are refused. */
  refuse(): Promise<void>
  /** Listens again, on the same port. */
  listen(): Promise<void>
  close(): Promise<void>
}

/**
 * The other side at the level of TCP: it does what no HTTP library lets a server do.
 *
 * It is closed when the test is over.
 *
 * @param scripts the nth connection plays the nth; the last one is for all that follow
 */
export async function startFaultServer(...scripts: readonly Script[]): Promise<FaultServer> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const n = (faults.connections += 1)
    faults.open += 1
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      faults.open -= 1
      sockets.delete(socket)
    })
    const script = scripts[Math.min(n, scripts.length) - 1]!
    // A script ends early when the proxy closes the connection: that is an outcome, not a failure.
    script(createPeer(socket, faults.heads), n).catch(() => undefined)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo

  const faults: FaultServer = {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections: 0,
    open: 0,
    heads: [],
    async refuse() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
    listen: async () => void (await once(server.listen(port, '127.0.0.1'), 'listening')),
    close: () => faults.refuse(),
  }
  after(faults.close)
  return faults
}

function createPeer(socket: Socket, heads: string[]): Peer {
  let received = ''
  let ended = false
  let wake = () => undefined as void
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    wake()
  })
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      ended = true
      // A client that ends its direction has nothing more to send; what is on its way to it may still go.
      if (event === 'end') socket.end()
      wake()
    })
  }
  /** Waits until a part of what has come is complete, and takes it. */
  const take = async (length: (received: string) => number): Promise<string> => {
    for (;;) {
      const end = length(received)
      if (end >= 0) {
        const taken = received.slice(0, end)
        received = received.slice(end)
        return taken
      }
      if (ended) throw new Error('the proxy ended the connection')
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const afterEnd = (text: string, mark: string) => {
    const at = text.indexOf(mark)
    return at < 0 ? -1 : at + mark.length
  }
  const peer: Peer = {
    async head() {
      const head = await take((text) => afterEnd(text, '\r\n\r\n'))
      heads.push(head)
      return head
    },
    async request() {
      const head = await peer.head()
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
      const chunked = /^transfer-encoding: *chunked/im.test(head)
      const body = await take((text) =>
        chunked ? afterEnd(text, '0\r\n\r\n') : text.length < length ? -1 : length,
      )
      return { head, body }
    },
    async send(bytes) {
      if (!socket.writable) throw new Error('the proxy ended the connection')
      await new Promise((resolve) =>
        socket.write(bytes, typeof bytes === 'string' ? 'latin1' : 'utf8', resolve),
      )
    },
    async drip(bytes, pieceBytes, everyMs) {
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        await peer.send(bytes.slice(at, at + pieceBytes))
        await wait(everyMs)
      }
    },
    halfClose: () => void socket.end(),
    close: () => void socket.destroySoon(),
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
  }
  return peer
}

/** A response with a length, as bytes. */
export function rawResponse(status: number, body: string, ...headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} Status`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** Responds to every request of a connection; the last response is for all that follow. */
export function respondingWith(...responses: readonly string[]): Script {
  return async (peer) => {
    for (let i = 0; ; i += 1) {
      await peer.request()
      await peer.send(responses[Math.min(i, responses.length - 1)]!)
    }
  }
}

/** Responds to the first request with these bytes, then does something. */
export function sendThen(bytes: string, then: (peer: Peer) => unknown = () => undefined): Script {
  return async (peer) => {
    await peer.request()
    if (bytes !== '') await peer.send(bytes)
    await then(peer)
  }
}
