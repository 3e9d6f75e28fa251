import type { ServerResponse } from 'node:http'
import { type Exchange, tenths } from '../http/exchange.js'
import { responseHeaders } from './response-headers.js'

export interface ResponseHead {
  readonly status: number
  readonly statusMessage: string
  /** Name and value in turn, as 8x8 sent them. */
  readonly rawHeaders: readonly (Buffer | string)[]
}

export interface ResponseHeadOptions {
  /** 8x8's origin, such as `https://api.8x8.com`. */
  readonly upstreamOrigin: string
  readonly requestId: string
  /** What the caller can do about the response; undefined where nothing is known. */
  readonly hint: string | undefined
}

/** Writes status and headers to the caller: 8x8's, and what the proxy adds (`Server-Timing`, `X-Proxy-Hint`). */
export function writeResponseHead(
  response: ServerResponse,
  exchange: Exchange,
  { status, statusMessage, rawHeaders }: ResponseHead,
  { upstreamOrigin, requestId, hint }: ResponseHeadOptions,
): void {
  const { host, corsHeaders, mayShowPages } = exchange.admission!
  const headers = responseHeaders(rawHeaders, {
    upstreamOrigin,
    proxyOrigin: `http://${host}`,
    requestId,
    cors: corsHeaders,
    shutsIn: mayShowPages,
  })
  headers.push('Server-Timing', serverTiming(exchange))
  if (hint !== undefined) headers.push('X-Proxy-Hint', hint)
  exchange.capture?.responseHead(status, headers)
  // 8x8's `Date`, or none.
  response.sendDate = false
  response.writeHead(
    status,
    // A reason phrase that Node would refuse to write is replaced by the default one.
    REASON_PHRASE.test(statusMessage) ? statusMessage : '',
    headers,
  )
}

const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Where the time went until now, in milliseconds (W3C Server Timing). */
function serverTiming({ tokenWaitMs, queueMs, upstreamMs }: Exchange): string {
  return `token;dur=${tenths(tokenWaitMs)}, queue;dur=${tenths(queueMs)}, upstream;dur=${tenths(upstreamMs)}`
}
