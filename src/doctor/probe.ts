import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Environment } from '../config/config.js'
import { hostToConnectTo } from '../config/loopback.js'
import { SETTINGS } from '../config/settings.js'
import { parseObject } from '../http/json.js'
import { withoutControls } from '../telemetry/colours.js'

const TIMEOUT_MS = 2_000
// Problem details are some hundred bytes. What another program responds is not read to its end.
const MOST_CHARACTERS = 4_096

/**
 * Asks the proxy that these settings start whether it is alive, or ready. Nothing is checked that the proxy itself checks at
 * its start, and nothing is loaded that this does not need: probes come every few seconds.
 *
 * @returns one sentence on why it is not; undefined if it is
 */
export async function probe(
  environment: Environment,
  path: '/-/live' | '/-/ready',
): Promise<string | undefined> {
  const where = addressOf(environment)
  if (typeof where === 'string') return where
  try {
    const request = get({
      ...where.options,
      path,
      // Of a socket and of an address with a zone there is no host name to send.
      headers: { host: 'localhost' },
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    if (response.statusCode === 200) return void response.destroy()
    return `${where.name} responded ${response.statusCode} to ${path}: ${await reasonOf(response)}`
  } catch (error) {
    const { name, code = name } = error as NodeJS.ErrnoException
    if (name === 'AbortError') return `no response from ${where.name} within ${TIMEOUT_MS / 1000} s`
    return `${code === 'ECONNREFUSED' || code === 'ENOENT' ? 'nothing listens on' : 'no response from'} ${where.name} (${code})`
  }
}

interface Address {
  readonly options: { readonly socketPath: string } | { readonly host: string; readonly port: number }
  readonly name: string
}

/** Where the proxy of these settings listens, or why that is not known. Empty variables count as unset. */
function addressOf({ X8_SOCKET, X8_HOST, X8_PORT }: Environment): Address | string {
  if (X8_SOCKET) return { options: { socketPath: X8_SOCKET }, name: X8_SOCKET }
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
async function reasonOf(response: IncomingMessage): Promise<string> {
  if (!response.headers['proxy-status']?.includes('8x8-auth-proxy')) return 'it is another program'
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk as string
    if (text.length > MOST_CHARACTERS) break
  }
  const { detail } = parseObject(text) ?? {}
  return typeof detail === 'string' ? withoutControls(detail) : 'it does not say why'
}
