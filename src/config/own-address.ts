import type { Config } from './config.js'
import { isLoopback } from './loopback.js'

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'redis:': 6379,
  'rediss:': 6379,
}

/**
 * Rejects URLs that lead back to the proxy itself: each request would become one to itself, and so on. A free port
 * (X8_PORT=0) is not known yet.
 *
 * @param urls by the name of their setting
 */
export function rejectOwnAddress(
  listen: Config['listen'],
  urls: Readonly<Record<string, URL | undefined>>,
  errors: string[],
): void {
  if ('socket' in listen || listen.port === 0) return
  for (const [name, url] of Object.entries(urls)) {
    if (url === undefined || portOf(url) !== listen.port || !isOwn(url.hostname, listen.host)) continue
    errors.push(
      `${name} leads back to this program itself, which listens on port ${listen.port}. ` +
        `Set it to the server that is meant, or X8_PORT to another port.`,
    )
  }
}

function portOf({ port, protocol }: URL): number | undefined {
  return port === '' ? DEFAULT_PORTS[protocol] : Number(port)
}

/** Whether who calls the host of a URL may reach who listens on an address. All loopback addresses count as one. */
function isOwn(hostname: string, host: string): boolean {
  const target = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (target === host.toLowerCase()) return true
  return isHere(target) && isHere(host)
}

/** Loopback, or the addresses that stand for all of this machine. */
function isHere(host: string): boolean {
  return isLoopback(host) || /^(?:.*\.localhost|localhost\.|0\.0\.0\.0|::|::ffff:(?:7f|127\.).*)$/i.test(host)
}
