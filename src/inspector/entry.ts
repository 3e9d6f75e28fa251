import type { ServerResponse } from 'node:http'
import { PROBLEMS } from '../http/errors.js'
import type { Exchange } from '../http/exchange.js'
import { isRoot, OWN_PREFIX } from '../http/local-paths.js'
import { type MaskedCapture, KEPT_ERROR_BYTES } from './capture.js'
import { maskTarget } from './mask.js'
import type { Captured, CapturedBody, Detail, Summary } from './wire.js'

/** What the recorder wants to know of a request; Fastify's fits. */
export interface RecordedRequest {
  readonly id: string
  readonly method: string
  /** The canonical path, as the router sees it. */
  readonly url: string
  /** The target as it came. */
  readonly originalUrl: string
  readonly exchange: Exchange
}

/** A request as it came, over or not: what must not be shown is masked when a page asks for it. */
export interface Seen {
  readonly id: string
  readonly method: string
  readonly target: string
  readonly exchange: Exchange
  /** When it ended, or was looked at. */
  readonly endedAt: number
  /** 0 if no response began. */
  readonly status: number
  readonly bytes: number
  readonly complete: boolean
}

/** A request that is over, fit to be shown. */
export interface Entry {
  readonly summary: Summary
  readonly captured: Captured | undefined
  readonly errorBody: CapturedBody | undefined
  readonly problemDetail: string | undefined
}

const LONGEST_TARGET = 4096
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
// About what an entry without strings takes.
const ENTRY_BYTES = 400

/** Whether a request is to one of the proxy's own addresses, which are not listed. */
export function isOwn({ url }: RecordedRequest): boolean {
  return url.startsWith(OWN_PREFIX) || isRoot(url.split('?', 1)[0]!)
}

/** What there is of a request that is over. */
export function ended(request: RecordedRequest, response: ServerResponse, endedAt: number): Seen {
  const { id, method, originalUrl, exchange } = request
  return {
    id,
    method,
    target: originalUrl,
    exchange,
    endedAt,
    status: response.headersSent ? response.statusCode : 0,
    bytes: exchange.bytes || Number(response.getHeader('content-length') ?? 0),
    complete: response.writableFinished,
  }
}

/** Whether a request counts as an error: responses of 400 and above, and none at all. */
export function hasFailed({ status }: Pick<Summary, 'status'>): boolean {
  return status === 0 || status >= 400
}

/** Makes an entry of a request that is over. @param at when it began, by the time of day */
export function entryOf(n: number, seen: Seen, at: number): Entry {
  // Only the inspector makes captures.
  const capture = seen.exchange.capture as MaskedCapture | undefined
  const content = capture?.captured()
  const captured = capture?.asked === true ? content : undefined
  return {
    summary: { ...summarize(n, seen, at), ...(captured === undefined ? undefined : { captured: true }) },
    captured,
    errorBody: captured === undefined ? content?.response?.body : undefined,
    problemDetail: seen.exchange.detail,
  }
}

/**
 * Summarizes a request that is not over yet.
 *
 * @param at when it began, by the time of day
 * @param now the monotonic time at this moment
 */
export function summarizeInFlight(n: number, request: RecordedRequest, at: number, now: number): Summary {
  const { id, method, originalUrl: target, exchange } = request
  const { bytes } = exchange
  const seen = { id, method, target, exchange, endedAt: now, status: 0, bytes, complete: true }
  return { ...summarize(n, seen, at), inFlight: true }
}

function summarize(n: number, seen: Seen, at: number): Summary {
  const { id, exchange, endedAt } = seen
  const { admission, family, startedAt, tokenWaitMs, queueMs, upstreamMs, problem, retries, cache, hint } =
    exchange
  // Masked first: in a truncated target the patterns could miss a secret.
  const target = maskTarget(seen.target)
  return {
    n,
    requestId: UUID.test(id) ? id : maskTarget(id),
    at,
    method: seen.method,
    target: target.length > LONGEST_TARGET ? `${target.slice(0, LONGEST_TARGET)}…` : target,
    family: family?.name ?? (admission === undefined ? 'refused' : 'login'),
    status: seen.status,
    durationMs: endedAt - startedAt,
    tokenWaitMs,
    ...(queueMs ? { queueMs } : undefined),
    ...(upstreamMs ? { upstreamMs } : undefined),
    bytes: seen.bytes,
    retries,
    ...(cache === undefined ? undefined : { cache }),
    ...(problem === undefined ? undefined : { problem }),
    ...(hint === undefined ? undefined : { hint }),
    ...(seen.complete ? undefined : { incomplete: true as const }),
  }
}

/** What a page gets to see of an entry. */
export function detailOf({ summary, captured, errorBody, problemDetail }: Entry): Detail {
  const title = PROBLEMS[summary.problem as keyof typeof PROBLEMS]?.title
  return {
    summary,
    ...(title === undefined ? undefined : { problemTitle: title }),
    ...(problemDetail === undefined ? undefined : { problemDetail }),
    ...captured,
    ...(errorBody === undefined ? undefined : { errorBody }),
  }
}

/** An entry without what a page had asked for; what is kept of every error stays. */
export function withoutCaptured(entry: Entry): Entry {
  if (entry.captured === undefined) return entry
  const { captured: _, ...summary } = entry.summary
  const body = entry.captured.response?.body
  const errorBody = body === undefined || summary.status < 400 ? undefined : shortened(body)
  return { ...entry, summary, captured: undefined, errorBody }
}

function shortened(body: CapturedBody): CapturedBody {
  if (body.text === undefined || body.text.length <= KEPT_ERROR_BYTES) return body
  return { ...body, text: body.text.slice(0, KEPT_ERROR_BYTES), truncated: true }
}

/** Whether a text occurs in a body of an entry. @param wanted in lower case */
export function hasInBody({ captured, errorBody }: Entry, wanted: string): boolean {
  return [captured?.request?.body, captured?.response?.body, errorBody].some(
    (body) => body?.text?.toLowerCase().includes(wanted) === true,
  )
}

/** Two bytes a character, the most that V8 takes for one. */
export function bytesOf({ summary, captured, errorBody, problemDetail }: Entry): number {
  let characters = summary.target.length + summary.requestId.length
  characters += (errorBody?.text?.length ?? 0) + (problemDetail?.length ?? 0)
  for (const message of [captured?.request, captured?.response]) {
    if (message === undefined) continue
    for (const [name, value] of message.headers) characters += name.length + value.length + 32
    characters += message.body.text?.length ?? 0
  }
  return ENTRY_BYTES + 2 * characters
}
