import { connect, type NetConnectOpts } from 'node:net'
import type { Environment } from '../config/config.js'
import { hostToConnectTo } from '../config/loopback.js'
import { SETTINGS } from '../config/settings.js'
import { parseObject } from '../http/json.js'
import { withoutControls } from '../telemetry/colours.js'

const TIMEOUT_MS = 2_000
// Problem details with their headers are less than a thousand. What another program responds is not read to its end.
const MOST_CHARACTERS = 4_096

/**
 * Asks the proxy that these settings start whether it is alive, or ready. Nothing is checked that the proxy itself checks at
 * its start, and nothing is loaded that this does not need, since probes come every few seconds: an import of `node:http`
 * alone would take 15 ms.
 *
 * @returns one sentence on why it is not; undefined if it is
 */
export async function probe(
  environment: Environment,
  path: '/-/live' | '/-/ready',
): Promise<string | undefined> {
  const where = addressOf(environment)
  if (typeof where === 'string') return where
  const { name, options } = where
  try {
    const response = await ask(options, path)
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(response) ?? []
    if (status === '200') return undefined
    return status === undefined
      ? `${name} does not speak HTTP: it is another program`
      : `${name} responded ${status} to ${path}: ${reasonOf(response)}`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) return `no response from ${name} within ${TIMEOUT_MS / 1000} s`
    const isNothing = code === 'ECONNREFUSED' || code === 'ENOENT'
    return `${isNothing ? 'nothing listens on' : 'no response from'} ${name} (${code})`
  }
}

/** The head and the beginning of the body. Rejects with the system's error, or without a code when it takes too long. */
function ask(options: Address['options'], path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(options)
    const timer = setTimeout(() => socket.destroy(new Error('timeout')), TIMEOUT_MS)
    let text = ''
    // Of a socket, and of an address with a zone, there is no host name to send; these two paths take any.
    socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (text.length > MOST_CHARACTERS) socket.destroy()
    })
    socket.on('error', reject).on('close', () => {
      clearTimeout(timer)
      resolve(text)
    })
  })
}

interface Address {
  readonly options: NetConnectOpts
  readonly name: string
}

/** Where the proxy of these settings listens, or why that is not known. Empty variables count as unset. */
function addressOf({ X8_SOCKET, X8_HOST, X8_PORT }: Environment): Address | string {
  if (X8_SOCKET) return { options: { path: X8_SOCKET }, name: X8_SOCKET }
  const host = hostToConnectTo(X8_HOST || SETTINGS.X8_HOST.default)
  const port = X8_PORT ? Number(X8_PORT) : SETTINGS.X8_PORT.default
  if (port === 0)
    return 'X8_PORT=0 takes any free port, which is not known here: set X8_PORT to the one that is taken'
  if (!Number.isInteger(port) || port < 0 || port > SETTINGS.X8_PORT.maximum) {
    return `X8_PORT must be ${SETTINGS.X8_PORT.description}`
  }
  return { options: { host, port }, name: `${host.includes(':') ? `[${host}]` : host}:${port}` }
}

/** What the proxy says of itself; of another program only that it is one. */
function reasonOf(response: string): string {
  const end = response.indexOf('\r\n\r\n')
  if (!/^proxy-status: "8x8-auth-proxy"/im.test(response.slice(0, end))) return 'it is another program'
  const { detail } = parseObject(response.slice(end + 4)) ?? {}
  return typeof detail === 'string' ? withoutControls(detail) : 'it does not say why'
}
