import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Relay {
  readonly port: number
  /** How many connections were opened so far. */
  readonly connections: number
  close(): Promise<void>
}

/**
 * Relays connections from a free port of loopback to another one as if the two were a round trip apart: every byte, end
 * and reset arrives half a round trip later, in order. On a new connection nothing leaves before a whole round trip has
 * passed, which is what TCP's handshake takes: loopback accepts at once.
 *
 * @param to the port to relay to
 */
export async function startRelay(to: number, roundTripMs = 60): Promise<Relay> {
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    connections += 1
    const far = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const connectedAt = performance.now() + roundTripMs
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
    carry(near, far, connectedAt, roundTripMs / 2)
    carry(far, near, connectedAt, roundTripMs / 2)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}

// What may be on the way at once in one direction; more than a round trip of 60 ms needs on a fast line.
const MOST_ON_THE_WAY = 8 * 1024 * 1024

interface OnTheWay {
  readonly due: number
  readonly what: Buffer | 'end' | 'reset'
}

/** Carries what one socket receives, and how it ends, to another one. */
function carry(from: Socket, to: Socket, connectedAt: number, delayMs: number): void {
  const onTheWay: OnTheWay[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | undefined
  let isFull = false

  const send = (what: OnTheWay['what']) => {
    if (to.destroyed) return
    onTheWay.push({ due: Math.max(performance.now(), connectedAt) + delayMs, what })
    if (onTheWay.length === 1) deliver()
  }
  const deliver = () => {
    clearTimeout(timer)
    while (onTheWay.length > 0 && !isFull && !to.destroyed) {
      const { due, what } = onTheWay[0]!
      const early = due - performance.now()
      if (early > 0) {
        timer = setTimeout(deliver, Math.ceil(early))
        return
      }
      onTheWay.shift()
      if (what === 'end') to.end()
      else if (what === 'reset') to.resetAndDestroy()
      else {
        isFull = !to.write(what)
        bytes -= what.length
        if (bytes < MOST_ON_THE_WAY) from.resume()
      }
    }
  }

  from.on('data', (chunk: Buffer) => {
    if (to.destroyed) return
    bytes += chunk.length
    if (bytes >= MOST_ON_THE_WAY) from.pause()
    send(chunk)
  })
  from.on('end', () => send('end'))
  // What it means is told by the close that follows.
  from.on('error', () => undefined)
  from.on('close', (hadError) => {
    if (hadError || !from.readableEnded) send('reset')
  })
  to.on('drain', () => {
    isFull = false
    deliver()
  })
  to.on('close', () => {
    clearTimeout(timer)
    onTheWay.length = 0
    // What still comes is dropped; it has to be read, or the end behind it would never be seen.
    bytes = 0
    from.resume()
  })
}
