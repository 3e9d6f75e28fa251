import type { Detail } from '../wire.js'

export interface Curl {
  readonly command: string
  /** What has to be filled in by hand. */
  readonly notes: readonly string[]
}

// The proxy adds the credentials; curl makes the rest itself.
const LEFT_OUT =
  /^(?:authorization|x-api-key|8x8-apikey|token|cookie|host|connection|content-length|x-request-id|user-agent|accept-encoding|postman-token|cache-control|pragma)$/i
const MASKED = /\[(?:secret|phone|email)\]/
const OFTEN_WITH_BODY = /^(?:POST|PUT|PATCH)$/

/**
 * The request as a curl command against the proxy, for a POSIX shell, without credentials.
 *
 * @param origin the proxy's own
 * @param keyRequired the proxy asks for its key: it is taken from the environment
 */
export function curlOf({ summary, request }: Detail, origin: string, keyRequired: boolean): Curl {
  const { method, target } = summary
  const notes: string[] = []
  const parts: string[] = ['curl']
  // Else curl would read brackets and braces as a pattern.
  if (/[[\]{}]/.test(target)) parts.push('--globoff')
  const body = request?.body
  const hasBody = body !== undefined && body.bytes > 0
  // POST is what curl sends with a body.
  if (method === 'HEAD') parts.push('--head')
  else if (method !== 'GET' || hasBody) parts.push(`-X ${method}`)
  // An absolute form names this proxy already.
  parts.push(quote(target.startsWith('/') ? origin + target : target))
  if (keyRequired) parts.push('-H "X-Proxy-Key: $X8_PROXY_KEY"')

  const headers = (request?.headers ?? []).filter(
    ([name, value]) => !LEFT_OUT.test(name) && !(name.toLowerCase() === 'accept' && value === '*/*'),
  )
  for (const [name, value] of headers) {
    // What was masked as a whole is a credential; curl writes an empty value with a semicolon.
    if (/^(?:\w+ )?\[secret\]$/.test(value)) notes.push(`The header ${name} is left out.`)
    else parts.push(`-H ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`)
  }
  if (hasBody) {
    const typed = headers.some(([name]) => name.toLowerCase() === 'content-type')
    if (!typed) parts.push(`-H 'Content-Type:'`)
    if (body.text !== undefined && !body.truncated) {
      parts.push(`--data-raw ${quote(body.text)}`)
    } else {
      parts.push('--data-binary @body')
      notes.push('The body was not kept whole: put it into a file named body.')
    }
  } else if (request === undefined && OFTEN_WITH_BODY.test(method)) {
    notes.push('A body, if there was one, was not captured.')
  }
  const command = parts.join(parts.length > 4 ? ' \\\n  ' : ' ')
  if (MASKED.test(command)) notes.push('Fill in what was masked.')
  if (target.endsWith('…')) notes.push('The path was too long to be kept whole.')
  return { command, notes }
}

/** Between single quotes a POSIX shell leaves everything alone but the quote itself. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
