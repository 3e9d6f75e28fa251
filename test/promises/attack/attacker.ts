import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { after } from 'node:test'
import { VECTORS } from './vectors.js'

/** The attacker's web server: `/vector/<index>?<url>` is the page that tries one vector on that address. */
export async function startAttacker(): Promise<number> {
  const server = createServer((request, response) => {
    const [path = '', query = ''] = request.url!.split(/\?(.*)/s)
    const url = decodeURIComponent(query)
    const [, what, argument] = path.split('/')
    const evil = `http://${request.headers.host}`
    request.resume()
    switch (what) {
      case 'vector':
        return page(
          response,
          VECTORS[Number(argument)]!.html.replaceAll('{url}', url).replaceAll('{evil}', evil),
        )
      case 'redirect':
        return void response.writeHead(Number(argument), { Location: url }).end()
      case 'refresh':
        return page(response, `<meta http-equiv="refresh" content="0;url=${url}">`)
      case 'reports':
        response.setHeader('Content-Security-Policy', `img-src 'none'; report-uri ${url}`)
        return page(response, '<img src="/x">')
      case 'worker.js':
        response.setHeader('Content-Type', 'text/javascript')
        return void response.end(`oninstall = () => fetch('${url}', { mode: 'no-cors' })`)
      default:
        return page(response, '')
    }
  })
  return listen(server)
}

/**
 * What a name leads to that the attacker's name server resolves differently from one moment to the next: first the
 * attacker's own server, after `rebind()` the proxy.
 */
export async function startRebinding(
  attackerPort: number,
  proxyPort: number,
): Promise<{ readonly port: number; rebind(): void }> {
  let port = attackerPort
  const server = createTcpServer((socket) => {
    // Browsers open connections in advance: where one leads is decided when it is used.
    socket.once('data', (first) => {
      const peer = connect(port, '127.0.0.1')
      peer.write(first)
      socket.pipe(peer).pipe(socket)
      for (const [one, other] of [[socket, peer], [peer, socket]] as const) one.on('error', () => other.destroy()) // prettier-ignore
    })
    socket.on('error', () => undefined)
  })
  return { port: await listen(server), rebind: () => void (port = proxyPort) }
}

function page(response: ServerResponse, html: string): void {
  response.writeHead(200, {
    'Content-Type': 'text/html',
    'Referrer-Policy': 'unsafe-url',
    Connection: 'close',
  })
  response.end(`<!doctype html><meta charset="utf-8"><title>attack</title>${html}`)
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => server.close())
  return (server.address() as AddressInfo).port
}
