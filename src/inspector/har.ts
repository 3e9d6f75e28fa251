import { STATUS_CODES } from 'node:http'
import type { CapturedBody, CapturedMessage, Detail, Summary } from './wire.js'

export interface HarOptions {
  /** The proxy as the caller addressed it: the requests' URLs begin with it. */
  readonly origin: string
  /** The proxy's version. */
  readonly version: string
}

export type Har = ReturnType<typeof harOf>

/**
 * Recorded requests as an HTTP Archive (version 1.2), which browsers' devtools and many other tools open. What was masked
 * stays masked; a comment says what is not there.
 */
export function harOf(details: readonly Detail[], { origin, version }: HarOptions) {
  return {
    log: {
      version: '1.2',
      creator: { name: '8x8-auth-proxy', version },
      entries: details.map((detail) => entryOf(detail, origin)),
      comment: 'Requests as they were sent to 8x8. Secrets, phone numbers and email addresses are masked.',
    },
  }
}

function entryOf(detail: Detail, origin: string) {
  const { summary } = detail
  const timings = timingsOf(summary)
  return {
    startedDateTime: new Date(summary.at).toISOString(),
    time: timings.blocked + timings.wait + timings.receive,
    request: requestOf(detail, origin),
    response: responseOf(detail),
    cache: {},
    timings,
    ...commented(remarksOn(detail)),
    // Names of its own begin with an underscore, as the format demands.
    _requestId: summary.requestId,
    _family: summary.family,
  }
}

function requestOf({ summary, request }: Detail, origin: string) {
  const url = origin + asPath(summary.target)
  const body = request?.body
  return {
    method: summary.method,
    url,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: headersOf(request),
    queryString: Array.from(new URL(url).searchParams, ([name, value]) => ({ name, value })),
    headersSize: -1,
    bodySize: body?.bytes ?? -1,
    ...(body === undefined || body.bytes === 0
      ? undefined
      : { postData: { mimeType: valueOf(request, 'content-type') ?? '', ...textOf(body) } }),
  }
}

function responseOf({ summary, response, errorBody }: Detail) {
  const { status, bytes } = summary
  const body = response?.body ?? errorBody
  return {
    status,
    statusText: STATUS_CODES[status] ?? '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: headersOf(response),
    content: {
      size: body?.bytes ?? bytes,
      // As devtools say it.
      mimeType: valueOf(response, 'content-type') ?? 'x-unknown',
      ...(body === undefined ? undefined : textOf(body)),
    },
    redirectURL: valueOf(response, 'location') ?? '',
    headersSize: -1,
    bodySize: bytes,
  }
}

function timingsOf({ durationMs, tokenWaitMs, queueMs = 0, upstreamMs = 0 }: Summary) {
  const blocked = tokenWaitMs + queueMs
  return {
    blocked,
    dns: -1,
    connect: -1,
    ssl: -1,
    send: 0,
    wait: upstreamMs,
    receive: Math.max(0, durationMs - blocked - upstreamMs),
    comment: 'blocked: waited for a token and for a connection; receive: bodies, and the rest.',
  }
}

function remarksOn({ summary, problemTitle, request, response }: Detail): string[] {
  const { status, problem, retries, cache, incomplete, hint } = summary
  return [
    ...(problem === undefined ? [] : [`Response of the proxy itself: ${problem}: ${problemTitle ?? ''}.`]),
    ...(hint === undefined ? [] : [hint.text]),
    ...(status === 0 ? ['The caller left before a response.'] : []),
    ...(incomplete === true && status !== 0 ? ['The response was truncated.'] : []),
    ...(cache === 'hit' ? ['Served from memory.'] : []),
    ...(cache === 'collapsed' ? ['Shared with the same request of another caller.'] : []),
    ...(retries.length === 0 ? [] : [`Sent again because of the ${retries.join(' and the ')}.`]),
    ...(request === undefined && response === undefined ? ['Headers and bodies were not captured.'] : []),
  ]
}

function textOf({ text, truncated, hidden, bytes }: CapturedBody) {
  const remarks = [
    ...(hidden === undefined ? [] : [`Not recorded: ${hidden}.`]),
    ...(text !== undefined && truncated ? [`The beginning of ${bytes} bytes.`] : []),
  ]
  return { ...(text === undefined ? undefined : { text }), ...commented(remarks) }
}

function commented(remarks: readonly string[]) {
  return remarks.length === 0 ? undefined : { comment: remarks.join(' ') }
}

function headersOf(message: CapturedMessage | undefined) {
  return (message?.headers ?? []).map(([name, value]) => ({ name, value }))
}

function valueOf(message: CapturedMessage | undefined, name: string): string | undefined {
  return message?.headers.find(([key]) => key.toLowerCase() === name)?.[1]
}

/** A target as the path of a valid URL (RFC 3986), whatever a caller has sent or a mask has put in. */
function asPath(target: string): string {
  return target
    .replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '')
    .replace(/^(?!\/)/, '/')
    .replace(/%(?![\da-f]{2})/gi, '%25')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[^\w.~!$&'()*+,;=:@/%?-]/gu, encodeURIComponent)
}
