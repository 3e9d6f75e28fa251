import { forEachHeader, latin1, type RawHeaders } from './raw-headers.js'

/**
 * The id by which 8x8, or the gateway or CDN before it, knows a request: the first that is there.
 *
 * @param rawHeaders of the response, name and value in turn
 * @param ours what the request was sent with as `X-Request-Id`: the same in the response tells nothing
 */
export function upstreamIdOf(rawHeaders: RawHeaders, ours: string): string | undefined {
  let found: string | undefined
  let rank = IDS.length
  forEachHeader(rawHeaders, (name, rawValue) => {
    // Every response pays for this: nearly all names are of another length.
    if (!LENGTHS.has(name.length)) return
    const at = IDS.indexOf(latin1(name).toLowerCase())
    if (at === -1 || at >= rank) return
    const value = latin1(rawValue)
    if (!ID.test(value) || value === ours) return
    found = value
    rank = at
  })
  return found
}

const IDS = [
  'x-response-id',
  'x-request-id',
  'x-kong-request-id',
  'x-correlation-id',
  'x-amzn-requestid',
  'x-amz-request-id',
  'x-amzn-trace-id',
  'cf-ray',
]
const LENGTHS: ReadonlySet<number> = new Set(IDS.map((name) => name.length))
const ID = /^[\w.:;=+/@-]{1,200}$/

/** The trace of a `traceparent` header (W3C Trace Context, section 3.2), if it is a valid one. */
export function traceIdOf(traceparent: unknown): string | undefined {
  return typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined
}

// Version 00 ends with the flags; later ones may go on.
const TRACEPARENT =
  /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:$|(?<!^00.{53})-)/
