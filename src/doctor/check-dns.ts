import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { failed, type Outcome, passed } from './outcome.js'
import type { Route } from './route.js'

const SHOWN_ADDRESSES = 3

/**
 * Checks that the host name resolves. With an egress proxy it is the proxy's name: the proxy resolves the server's.
 * @param find for tests, in place of the system's resolver.
 */
export async function checkDns(
  { hop, proxy, setting }: Route,
  timeoutMs: number,
  find: (host: string) => Promise<readonly { readonly address: string }[]> = findAll,
): Promise<Outcome<true>> {
  const { host } = hop
  const whose = proxy === undefined ? '' : ' (the egress proxy)'
  if (isIP(host) !== 0) return passed(`${host}${whose} is an address: no name to look up`, true)
  try {
    const addresses = await within(timeoutMs, find(host))
    const shown = addresses.slice(0, SHOWN_ADDRESSES).map(({ address }) => address)
    const more = addresses.length > shown.length ? ` and ${addresses.length - shown.length} more` : ''
    return passed(`${host}${whose} is ${shown.join(', ')}${more}`, true)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'no reason given'
    return failed(`the name ${host}${whose} was not found (${code})`, advice(host, setting))
  }
}

/** Resolves as connections do: by the system, hosts file included. */
function findAll(host: string): Promise<readonly { readonly address: string }[]> {
  return lookup(host, { all: true })
}

function advice(host: string, setting: Route['setting']): string {
  if (setting === 'HTTPS_PROXY') {
    return 'Check the spelling of HTTPS_PROXY, or remove it if this network needs no egress proxy.'
  }
  const network =
    'this machine has no way to look up names: check network, VPN and DNS. Where only an egress proxy leads out, set HTTPS_PROXY=http://<proxy>:<port>.'
  return host === 'api.8x8.com'
    ? `Most likely ${network}`
    : `Check the spelling of ${setting}: 8x8's own is https://api.8x8.com. If it is right, ${network}`
}

/** Stops waiting after the timeout; a lookup cannot be cancelled. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    const error = Object.assign(new Error('timeout'), { code: `no response within ${timeoutMs} ms` })
    timer = setTimeout(() => reject(error), timeoutMs)
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}
