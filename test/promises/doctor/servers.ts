import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { after } from 'node:test'
import type { Certificate } from '../../support/certificates.js'

/** An HTTP server on loopback with one response. Returns its origin. */
export async function httpServer(response: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttpServer(response))}`
}

/** TLS on loopback in front of a plain port, or of nothing. Returns its port. */
export async function tlsInFrontOf(port: number | undefined, { key, cert }: Certificate): Promise<number> {
  const server = createTlsServer({ key, cert }, (socket) => {
    socket.on('error', () => undefined)
    if (port !== undefined) join(socket, connect(port, '127.0.0.1'))
  })
  server.on('tlsClientError', () => undefined)
  return listen(server)
}

export interface EgressProxy {
  readonly port: number
  /** The targets and credentials of the CONNECT requests. */
  readonly asked: { readonly target: string; readonly credentials: string | undefined }[]
}

/** An egress proxy that responds to every CONNECT with a status, and for 200 leads all of them to one port. */
export async function egressProxy(status: number, leadsTo = 0): Promise<EgressProxy> {
  const asked: { target: string; credentials: string | undefined }[] = []
  const server = createHttpServer()
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    asked.push({ target: url, credentials: headers['proxy-authorization'] })
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    const upstream = connect(leadsTo, '127.0.0.1')
    upstream.on('connect', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n'))
    join(socket, upstream)
  })
  return { port: await listen(server), asked }
}

/** A port on loopback where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A server that accepts connections and says nothing. Returns its port. */
export async function silentServer(): Promise<number> {
  return listen(createServer())
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined)
    sockets.add(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** Until one of them closes; then the other does too. */
function join(one: Socket, other: Socket): void {
  for (const socket of [one, other]) socket.on('error', () => undefined)
  one.pipe(other).pipe(one)
  one.on('close', () => other.destroy())
  other.on('close', () => one.destroy())
}
