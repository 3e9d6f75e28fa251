import type { IncomingHttpHeaders } from 'node:http'

const LONGEST_NAME = 64
const UNNAMED = 'unnamed'

/**
 * The name by which callers of one key are told apart: `X-Proxy-Client`, else the first product of `User-Agent` without its
 * version. It is what the caller says, not who it is: it decides turns and nothing else.
 *
 * @example
 * callerName({ 'user-agent': 'crm-sync/2.1 (+https://example.com)' }) // 'crm-sync'
 */
export function callerName(headers: IncomingHttpHeaders): string {
  const own = headers['x-proxy-client']
  const given = typeof own === 'string' && own.trim() !== '' ? own : productOf(headers['user-agent'])
  return given
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, LONGEST_NAME)
}

function productOf(userAgent = ''): string {
  return /^\s*([^\s/()]+)/.exec(userAgent)?.[1] ?? UNNAMED
}
