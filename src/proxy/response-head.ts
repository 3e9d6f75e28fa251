import { type ServerResponse, STATUS_CODES } from 'node:http'
import { type Exchange, tenths } from '../http/exchange.js'
import { latin1, valuesOf, type RawHeaders } from '../http/raw-headers.js'
import { upstreamIdOf } from '../http/trace-ids.js'
import { type BodyTransform, createBodyLinks } from './body-links.js'
import { responseHeaders } from './response-headers.js'

export interface ResponseHead {
  readonly status: number
  readonly statusMessage: string
  /** Name and value in turn, as 8x8 sent them. */
  readonly rawHeaders: RawHeaders
}

export interface ResponseHeadOptions {
  /** 8x8's origin, such as `https://api.8x8.com`. */
  readonly upstreamOrigin: string
  readonly requestId: string
  /** What the caller can do about the response; undefined where nothing is known. */
  readonly hint: string | undefined
  /** Whether links to 8x8 in JSON are to lead back to the proxy. */
  readonly rewritesLinks: boolean
}

/**
 * Writes status and headers to the caller: 8x8's, and what the proxy adds (`Server-Timing`, `X-Proxy-Hint`).
 *
 * @returns what changes the body on its way, if something does
 */
export function writeResponseHead(
  response: ServerResponse,
  exchange: Exchange,
  { status, statusMessage, rawHeaders }: ResponseHead,
  { upstreamOrigin, requestId, hint, rewritesLinks }: ResponseHeadOptions,
): BodyTransform | undefined {
  const { host, corsHeaders, mayShowPages } = exchange.admission!
  exchange.upstreamId = upstreamIdOf(rawHeaders, requestId)
  const proxyOrigin = `http://${host}`
  const changesBody =
    rewritesLinks && response.req.method !== 'HEAD' && !AS_IT_IS.has(status) && isPlainJson(rawHeaders)
  const headers = responseHeaders(rawHeaders, {
    upstreamOrigin,
    proxyOrigin,
    requestId,
    cors: corsHeaders,
    changesBody,
    shutsIn: mayShowPages,
  })
  headers.push('Server-Timing', serverTiming(exchange))
  if (hint !== undefined) headers.push('X-Proxy-Hint', hint)
  exchange.capture?.responseHead(status, headers)
  // 8x8's `Date`, or none.
  response.sendDate = false
  response.writeHead(
    status,
    // A reason phrase that Node would refuse to write is replaced by the default one, where the status has one.
    REASON_PHRASE.test(statusMessage) ? statusMessage : (STATUS_CODES[status] ?? ''),
    headers,
  )
  return changesBody ? createBodyLinks(upstreamOrigin, proxyOrigin) : undefined
}

/** Those without a body, and parts of one: their bytes are counted by those of the whole. */
const AS_IT_IS: ReadonlySet<number> = new Set([204, 206, 304])

function isPlainJson(rawHeaders: RawHeaders): boolean {
  const types = valuesOf(rawHeaders, 'content-type')
  const encodings = valuesOf(rawHeaders, 'content-encoding')
  return (
    types.length === 1 &&
    JSON_TYPE.test(latin1(types[0]!)) &&
    encodings.every((encoding) => /^\s*(?:identity)?\s*$/i.test(latin1(encoding)))
  )
}

const JSON_TYPE = /^\s*application\/(?:[\w.!#$&^+-]+\+)?json\s*(?:;|$)/i

const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Where the time went until now, in milliseconds (W3C Server Timing). */
function serverTiming({ tokenWaitMs, rateWaitMs, queueMs, upstreamMs }: Exchange): string {
  const rate = rateWaitMs === undefined ? '' : `, rate;dur=${tenths(rateWaitMs)}`
  return `token;dur=${tenths(tokenWaitMs)}${rate}, queue;dur=${tenths(queueMs)}, upstream;dur=${tenths(upstreamMs)}`
}
