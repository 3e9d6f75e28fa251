import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { Client } from 'undici'
import { addressOptions, connectOptions } from '../proxy/upstream/connect-options.js'
import { proxyAuthorization } from '../proxy/upstream/egress.js'
import { failed, type Outcome, passed } from './outcome.js'
import { authority, type Route } from './route.js'

export interface ConnectionOptions {
  readonly timeoutMs: number
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
}

/**
 * Checks that a TCP connection to the server opens, through the egress proxy if there is one. The open connection is the
 * value; closing it is up to the caller.
 */
export async function checkConnection(
  route: Route,
  { timeoutMs, now }: ConnectionOptions,
): Promise<Outcome<Duplex>> {
  const startedMs = now()
  const took = () => `in ${Math.round(now() - startedMs)} ms`
  const server = authority(route)
  try {
    if (route.proxy === undefined) {
      return passed(`${server} connected ${took()}`, await open(route.hop, timeoutMs))
    }
    const { statusCode, socket } = await tunnel(route, route.proxy, timeoutMs)
    const proxy = authority(route.hop)
    // undici's ProxyAgent takes no other status for a tunnel, so neither do we.
    if (statusCode === 200)
      return passed(`${server} connected through egress proxy ${proxy} ${took()}`, socket)
    socket.destroy()
    return failed(
      `the egress proxy ${proxy} responded ${statusCode} to CONNECT ${server}`,
      tunnelAdvice(statusCode, route, route.proxy),
    )
  } catch (error) {
    const code = codeOf(error, timeoutMs)
    if (route.proxy === undefined) return failed(`no connection to ${server} (${code})`, directAdvice(route))
    return failed(
      `no connection to the egress proxy ${authority(route.hop)} (${code})`,
      proxyAdvice(route, code),
    )
  }
}

async function open(hop: Route['hop'], timeoutMs: number): Promise<Duplex> {
  const socket = connect({ ...hop, ...addressOptions(timeoutMs) })
  // Later errors are reported by the checks that use the connection.
  socket.on('error', () => undefined)
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** A tunnel as requests ask for it. */
async function tunnel(route: Route, proxy: URL, timeoutMs: number) {
  const client = new Client(proxy.origin, { connect: connectOptions(timeoutMs) })
  const authorization = proxyAuthorization(proxy)
  const headers = {
    host: authority(route),
    ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
  }
  try {
    const response = await client.connect({
      path: authority(route),
      headers,
      signal: AbortSignal.timeout(timeoutMs),
    })
    response.socket.on('error', () => undefined)
    return response
  } finally {
    // The tunnel is no longer the client's.
    void client.destroy()
  }
}

function codeOf(error: unknown, timeoutMs: number): string {
  const { name, code, cause } = error as NodeJS.ErrnoException
  const reason = name === 'AbortError' ? (cause as Error | undefined)?.name : name
  if (reason === 'TimeoutError' || code === 'UND_ERR_CONNECT_TIMEOUT') return `nothing within ${timeoutMs} ms`
  return code ?? 'no reason given'
}

function directAdvice({ setting, host }: Route): string {
  return host === 'api.8x8.com'
    ? 'Check network, VPN and firewall: outgoing TCP to api.8x8.com:443 must be allowed. Where only an egress proxy leads out, set HTTPS_PROXY=http://<proxy>:<port>. On a slow network raise X8_CONNECT_TIMEOUT_MS.'
    : `Check ${setting}: 8x8's own is https://api.8x8.com, and a server of your own must be running. Else check network, VPN and firewall, or set HTTPS_PROXY.`
}

function proxyAdvice({ host }: Route, code: string): string {
  if (/CERT|TLS|SSL|EPROTO/.test(code)) {
    return 'No trusted TLS connection to the egress proxy. Most are addressed with http://, also for https: requests: check HTTPS_PROXY. Trust its certificate authority with NODE_EXTRA_CA_CERTS.'
  }
  return `Check host and port of HTTPS_PROXY, and that the proxy is up. If this network reaches ${host} directly, remove HTTPS_PROXY or set NO_PROXY=${host}.`
}

function tunnelAdvice(status: number, { host, port }: Route, proxy: URL): string {
  const server = `${host}:${port}`
  if (status === 407) {
    return proxyAuthorization(proxy) === undefined
      ? 'The proxy wants a user and password: HTTPS_PROXY=http://<user>:<password>@<proxy>:<port>, with special characters percent-encoded.'
      : 'The proxy rejected the user or password in HTTPS_PROXY. Special characters must be percent-encoded (@ is %40).'
  }
  if (status >= 500) {
    return `The proxy itself cannot reach ${server}. Ask its operator, or bypass it with NO_PROXY=${host} if this machine may connect directly.`
  }
  return `The proxy does not allow it. Ask its operator to allow CONNECT to ${server}, or bypass it with NO_PROXY=${host} if this machine may connect directly.`
}
