import type { CapturedMessage, Detail } from '../wire.js'

/** What is known of a call, to make it again. Credentials are not in it: the proxy adds them. */
export interface Replay {
  readonly method: string
  /** In origin-form, such as `/storage/us-west/v3/regions?x=1`. */
  readonly target: string
  /** Those of one name are joined, as RFC 9110 (section 5.3) allows. */
  readonly headers: readonly (readonly [string, string])[]
  /** `unknown`: there may have been one. `partial`: there was one, and `body` is less than all of it, or nothing. */
  readonly bodyIs: 'none' | 'whole' | 'partial' | 'unknown'
  readonly body: string | undefined
  /** The names of headers whose value is not known, because it was masked. */
  readonly leftOut: readonly string[]
  /** What is not as it was, but for a partial body. */
  readonly notes: readonly string[]
}

/** Code that makes a call again. */
export interface Snippet {
  readonly text: string
  /** What has to be filled in by hand, or is not as it was. */
  readonly notes: readonly string[]
}

/** What the proxy puts in the place of secrets, phone numbers and addresses. */
export const MASKED = /\[(?:secret|phone|email)\]/

// The proxy adds the credentials; every client makes the rest itself.
const LEFT_OUT =
  /^(?:authorization|x-api-key|8x8-apikey|token|cookie|host|connection|content-length|x-request-id|user-agent|accept-encoding|postman-token|cache-control|pragma|content-encoding)$/i
const OFTEN_WITH_BODY = /^(?:POST|PUT|PATCH)$/

export function replayOf({ summary, request }: Detail): Replay {
  const { method } = summary
  const leftOut: string[] = []
  const headers = new Map<string, [string, string]>()
  for (const [name, value] of request?.headers ?? []) {
    const key = name.toLowerCase()
    if (LEFT_OUT.test(key) || (key === 'accept' && value === '*/*')) continue
    if (MASKED.test(value)) {
      leftOut.push(name)
      continue
    }
    const known = headers.get(key)
    headers.set(key, known === undefined ? [name, value] : [known[0], `${known[1]}, ${value}`])
  }

  const notes = leftOut.map((name) => `The header ${name} is left out.`)
  let bodyIs = stateOf(request, method)
  if (method === 'HEAD' && bodyIs !== 'none') {
    bodyIs = 'none'
    notes.push('The body is left out: most clients send none with HEAD.')
  }
  const body = bodyIs === 'none' ? undefined : request?.body.text
  if (bodyIs === 'unknown') notes.push('A body, if there was one, was not captured.')

  // An absolute form names this proxy already. What is not ASCII came as bytes, and each client would encode it in its way.
  const target = summary.target
    .replace(/^https?:\/\/[^/?#]*/i, '')
    .replace(/^(?!\/)/, '/')
    .replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
  if (MASKED.test(target) || (body !== undefined && MASKED.test(body))) notes.push('Fill in what was masked.')
  if (target.endsWith('…')) notes.push('The path was too long to be kept whole.')
  return { method, target, headers: [...headers.values()], bodyIs, body, leftOut, notes }
}

function stateOf(request: CapturedMessage | undefined, method: string): Replay['bodyIs'] {
  if (request === undefined) return OFTEN_WITH_BODY.test(method) ? 'unknown' : 'none'
  const { bytes, text, truncated } = request.body
  if (bytes === 0) return 'none'
  if (text === undefined || truncated) return 'partial'
  // Another charset, a byte order mark, bytes that are no characters: sent as UTF-8 it would be another body.
  const isUtf8 = MASKED.test(text) || new TextEncoder().encode(text).length === bytes
  return isUtf8 ? 'whole' : 'partial'
}
