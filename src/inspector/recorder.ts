import type { ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import { PROBLEMS } from '../http/errors.js'
import type { Exchange } from '../http/exchange.js'
import { isRoot, OWN_PREFIX } from '../http/local-paths.js'
import { type MaskedCapture, createCapture } from './capture.js'
import { createLastMinute } from './last-minute.js'
import { createLatest } from './latest.js'
import { maskTarget } from './mask.js'
import type { Schedule } from './schedule.js'
import type { Captured, Detail, Summary, Traffic } from './wire.js'

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

/** What shows requests to an operator. */
export interface Watcher {
  recorded(summary: Summary): void
  /** The recorder ends: nothing more will come. */
  closed(): void
}

/** Keeps the last requests, for the page at `/-/`. */
export interface Recorder {
  /** Whether a page is open. */
  readonly watched: boolean
  /** Whether headers and bodies are being captured: it is switched on, and a page is open. */
  readonly capturing: boolean
  /** A new capture for a request that begins, or undefined while nothing is captured. */
  capture(): MaskedCapture | undefined
  setCapture(on: boolean): void
  /** Records a request that is over, unless it was for one of the proxy's own addresses. */
  record(request: RecordedRequest, response: ServerResponse, endedAt: number): void
  /** Oldest first. */
  requests(): Summary[]
  find(n: number): Detail | undefined
  traffic(): Traffic
  /** @returns how to leave; undefined once the recorder is closed */
  watch(watcher: Watcher): (() => void) | undefined
  /** Sends every watcher away, so that nothing keeps a shutdown waiting. */
  close(): void
}

export interface RecorderOptions {
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly schedule: Schedule
  readonly maxEntries?: number
  /** The most memory that all entries take together; the oldest go first. */
  readonly maxBytes?: number
}

/** A request that is over, as it came: what must not be shown is masked when a page asks for it. */
interface Ended {
  readonly id: string
  readonly method: string
  readonly target: string
  readonly exchange: RecordedRequest['exchange']
  readonly endedAt: number
  /** 0 if no response began. */
  readonly status: number
  readonly bytes: number
  readonly complete: boolean
}

/** A request that is over, fit to be shown, before it has its number. */
interface RecordedEntry {
  readonly summary: Omit<Summary, 'n'>
  readonly captured: Captured | undefined
}

interface Entry {
  readonly summary: Summary
  readonly captured: Captured | undefined
}

// When the last page has been away for so long, capturing ends by itself and what was captured goes. A reload is back sooner.
const CAPTURE_GRACE_MS = 60_000
const LONGEST_TARGET = 4096
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
// About what an entry without strings takes.
const ENTRY_BYTES = 400

export function createRecorder(options: RecorderOptions): Recorder {
  const { now, schedule, maxEntries = 200, maxBytes = 4 * 1024 * 1024 } = options
  const entries = new LRUCache<number, Entry>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: bytesOf,
  })
  // Pages are rarely open: what no page has asked for is neither masked nor measured, and most of it never will be.
  const unseen = createLatest<Ended>(maxEntries)
  const traffic = createLastMinute(now)
  const watchers = new Set<Watcher>()
  let recorded = 0
  let captureIsOn = false
  // Whether entries may hold what was captured, though capturing may be off by now.
  let keepsCaptured = false
  let lastWatchedAt = -Infinity
  let cancelForgetting: (() => void) | undefined
  let closed = false

  function put(n: number, recordedEntry: RecordedEntry): void {
    // A request may end after the pages that had it captured.
    const { summary, captured } = keepsCaptured ? recordedEntry : withoutCaptured(recordedEntry)
    const entry = { summary: { n, ...summary }, captured }
    entries.set(n, entry)
    for (const watcher of watchers) watcher.recorded(entry.summary)
  }

  function lookAtUnseen(): void {
    let n = recorded - unseen.size
    for (const ended of unseen.takeAll()) put((n += 1), summarize(ended, now()))
  }

  function summaries(): Summary[] {
    lookAtUnseen()
    return Array.from(entries.rvalues() as Generator<Entry>, ({ summary }) => summary)
  }

  /** The pages that asked for bodies have gone: bodies are neither captured nor kept any longer. */
  function forgetCaptured(): void {
    captureIsOn = false
    // All are set again, so that their order stays.
    for (const { n } of summaries()) entries.set(n, withoutCaptured(entries.peek(n)!))
    keepsCaptured = false
  }

  /** No page is open: what was captured is forgotten in a while. */
  function forgetLater(): void {
    lastWatchedAt = now()
    cancelForgetting?.()
    if (keepsCaptured && watchers.size === 0 && !closed)
      cancelForgetting = schedule(forgetCaptured, CAPTURE_GRACE_MS)
  }

  /** Timers stand still while the machine sleeps, the clock does not. */
  function forgetIfTooLate(): void {
    if (keepsCaptured && watchers.size === 0 && now() - lastWatchedAt >= CAPTURE_GRACE_MS) forgetCaptured()
  }

  const recorder: Recorder = {
    get watched() {
      return watchers.size > 0
    },

    get capturing() {
      return captureIsOn && watchers.size > 0
    },

    capture: () => (captureIsOn && watchers.size > 0 ? createCapture() : undefined),

    setCapture(on) {
      captureIsOn = on
      keepsCaptured ||= on
      forgetLater()
    },

    record(request, response, endedAt) {
      const ended = toRecord(request, response, endedAt)
      if (ended === undefined) return
      if (keepsCaptured) forgetIfTooLate()
      traffic.count(endedAt, hasFailed(ended))
      recorded += 1
      unseen.add(ended)
      if (watchers.size > 0 || ended.exchange.capture !== undefined) lookAtUnseen()
    },

    requests: summaries,

    find(n) {
      lookAtUnseen()
      // To look at one does not make it last longer.
      const entry = entries.peek(n)
      if (entry === undefined) return undefined
      const { summary, captured } = entry
      const title = PROBLEMS[summary.problem as keyof typeof PROBLEMS]?.title
      return { summary, ...(title === undefined ? {} : { problemTitle: title }), ...captured }
    },

    traffic: () => traffic.read(),

    watch(watcher) {
      if (closed) return undefined
      forgetIfTooLate()
      cancelForgetting?.()
      lookAtUnseen()
      watchers.add(watcher)
      return () => {
        if (watchers.delete(watcher)) forgetLater()
      }
    },

    close() {
      closed = true
      cancelForgetting?.()
      for (const watcher of watchers) watcher.closed()
      watchers.clear()
    },
  }
  return recorder
}

/** What is recorded of a request that is over; undefined for those to the proxy's own addresses. */
function toRecord(
  { id, method, url, originalUrl, exchange }: RecordedRequest,
  response: ServerResponse,
  endedAt: number,
): Ended | undefined {
  if (url.startsWith(OWN_PREFIX) || isRoot(url.split('?', 1)[0]!)) return undefined
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
function hasFailed({ status }: Pick<Summary, 'status'>): boolean {
  return status === 0 || status >= 400
}

/** Makes it fit to be shown. @param now the monotonic time at this moment */
function summarize(ended: Ended, now: number): RecordedEntry {
  const { id, exchange, endedAt } = ended
  const { admission, family, startedAt, tokenWaitMs, queueMs, upstreamMs, problem, retries, cache } = exchange
  // Only the recorder makes captures.
  const captured = (exchange.capture as MaskedCapture | undefined)?.captured()
  // Masked first: in a truncated target the patterns could miss a secret.
  const target = maskTarget(ended.target)
  const summary = {
    requestId: UUID.test(id) ? id : maskTarget(id),
    at: Date.now() - Math.round(now - startedAt),
    method: ended.method,
    target: target.length > LONGEST_TARGET ? `${target.slice(0, LONGEST_TARGET)}…` : target,
    family: family?.name ?? (admission === undefined ? 'refused' : 'login'),
    status: ended.status,
    durationMs: endedAt - startedAt,
    tokenWaitMs,
    ...(queueMs ? { queueMs } : undefined),
    ...(upstreamMs ? { upstreamMs } : undefined),
    bytes: ended.bytes,
    retries,
    ...(cache === undefined ? undefined : { cache }),
    ...(problem === undefined ? undefined : { problem }),
    ...(ended.complete ? undefined : { incomplete: true as const }),
    ...(captured === undefined ? undefined : { captured: true as const }),
  }
  return { summary, captured }
}

function withoutCaptured<Of extends RecordedEntry>({ summary, ...rest }: Of): Of {
  const { captured: _, ...shown } = summary
  return { ...rest, summary: shown, captured: undefined } as unknown as Of
}

/** Two bytes a character, the most that V8 takes for one. */
function bytesOf({ summary, captured }: Entry): number {
  let characters = summary.target.length + summary.requestId.length
  for (const message of [captured?.request, captured?.response]) {
    if (message === undefined) continue
    for (const [name, value] of message.headers) characters += name.length + value.length + 32
    characters += message.body.text?.length ?? 0
  }
  return ENTRY_BYTES + 2 * characters
}
