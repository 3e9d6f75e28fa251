import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { ProxyError } from '../http/errors.js'
import { valuesOf } from '../http/raw-headers.js'
import { authorityOf, NO_FORWARD_PROXY } from '../http/target.js'

/**
 * The `Host` of a request, if it is one that callers may use: an IP address, or a name in X8_ALLOWED_HOSTS, with any
 * port. A web page can rebind its own name to 127.0.0.1 and call this proxy as same-origin, without `Origin` and
 * without `Sec-Fetch-*`: the name in `Host` is then the only sign. An address cannot be rebound.
 *
 * @param rawHeaders as Node gives them; `headers.host` would hide a second `Host`
 * @throws {ProxyError} `bad-request` for none, two or a malformed one (RFC 9112, section 3.2), `host-not-allowed`
 */
export function checkHost(rawHeaders: readonly string[], allowedHosts: ReadonlySet<string>): string {
  const host = onlyHost(rawHeaders)
  const name = host === undefined ? undefined : hostname(host)
  if (host === undefined || name === undefined) {
    throw new ProxyError(
      'bad-request',
      'The request must have exactly one valid Host header: an IP address or a name in the setting X8_ALLOWED_HOSTS.',
    )
  }
  if (!isAllowed(name, allowedHosts)) {
    throw new ProxyError(
      'host-not-allowed',
      'Call the proxy by its IP address, or add the host name that you used to the setting X8_ALLOWED_HOSTS.',
      { refused: { host: host.slice(0, LONGEST_LOGGED) } },
    )
  }
  return host
}

/**
 * Refuses what a client sends that takes this for its forward proxy: a full URL of another server, and that server's name
 * as `Host` too. It must not be told to allow that name.
 *
 * @throws {ProxyError} `bad-target`
 */
export function checkForm(
  requestTarget: string,
  { host }: IncomingHttpHeaders,
  allowedHosts: ReadonlySet<string>,
): void {
  if (requestTarget.startsWith('/') || host === undefined) return
  if (authorityOf(requestTarget)?.toLowerCase() !== host.toLowerCase()) return
  const name = hostname(host)
  if (name === undefined || !isAllowed(name, allowedHosts))
    throw new ProxyError('bad-target', NO_FORWARD_PROXY)
}

function isAllowed(name: string, allowedHosts: ReadonlySet<string>): boolean {
  return isIP(name) !== 0 || allowedHosts.has(name)
}

const LONGEST_LOGGED = 255

/** The value of the one `Host` header, or undefined if there is none or more than one. */
function onlyHost(rawHeaders: readonly string[]): string | undefined {
  const hosts = valuesOf(rawHeaders, 'host')
  return hosts.length === 1 ? hosts[0] : undefined
}

/** `Host` without its port and the brackets of IPv6, in lower case; undefined if it is malformed (RFC 3986, 3.2). */
export function hostname(host: string): string | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{0,5})?$/i.exec(host)
  if (match?.[1] !== undefined) return isIP(match[1]) === 6 ? match[1] : undefined
  return match?.[2]?.toLowerCase()
}
