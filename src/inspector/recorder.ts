import type { ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Exchange } from '../http/exchange.js'
import { type MaskedCapture, createCapture } from './capture.js'
import {
  bytesOf,
  detailOf,
  ended,
  type Entry,
  entryOf,
  hasFailed,
  hasInBody,
  isOwn,
  type RecordedRequest,
  type Seen,
  summarizeInFlight,
  withoutCaptured,
} from './entry.js'
import { createLastMinute } from './last-minute.js'
import { createLatest } from './latest.js'
import type { Schedule } from './schedule.js'
import { createTimeOfDay } from './time-of-day.js'
import type { Detail, Summary, Traffic } from './wire.js'

/** What shows requests to an operator. */
export interface Watcher {
  /** A request is over. @param known it was shown in flight */
  recorded(summary: Summary, known: boolean): void
  /** The requests that were over are not kept any more. */
  cleared(): void
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
  /** Those that are over in the order in which they ended, then those in flight that `newInFlight` has told. */
  requests(): Summary[]
  /** Requests that have been in flight for a moment and were not told before. They have their numbers from now on. */
  newInFlight(): Summary[]
  find(n: number): Detail | undefined
  /** The numbers of the requests that have a text in a body, in whatever case. */
  search(text: string): number[]
  /** Forgets the requests that are over. */
  clear(): void
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
  /** The requests that are not over. */
  readonly underWay: () => Iterable<RecordedRequest>
  readonly maxEntries?: number
  /** The most memory that all entries take together; the oldest go first. */
  readonly maxBytes?: number
}

// When the last page has been away for so long, capturing ends by itself and what was captured goes. A reload is back sooner.
const CAPTURE_GRACE_MS = 60_000
// What is over sooner is told only then.
const SHORT_MS = 100
const MOST_IN_FLIGHT = 100

export function createRecorder(options: RecorderOptions): Recorder {
  const { now, schedule, underWay, maxEntries = 200, maxBytes = 4 * 1024 * 1024 } = options
  const entries = new LRUCache<number, Entry>({
    max: maxEntries,
    maxSize: maxBytes,
    sizeCalculation: bytesOf,
  })
  // Pages are rarely open: what no page has asked for is neither masked nor measured, and most of it never will be.
  const unseen = createLatest<Seen>(maxEntries)
  const traffic = createLastMinute(now)
  const timeOfDay = createTimeOfDay(now)
  const watchers = new Set<Watcher>()
  let lastNumber = 0
  /** Requests that have their number before they are over, because pages show them. */
  const numbered = new Map<Exchange, number>()
  let captureIsOn = false
  // Whether entries may hold what was captured, though capturing may be off by now.
  let keepsCaptured = false
  let lastWatchedAt = -Infinity
  let cancelForgetting: (() => void) | undefined
  let closed = false

  function takeNumber(exchange: Exchange): number {
    const n = numbered.get(exchange)
    if (n === undefined) return (lastNumber += 1)
    numbered.delete(exchange)
    return n
  }

  function put(seen: Seen): void {
    const known = numbered.has(seen.exchange)
    const all = entryOf(takeNumber(seen.exchange), seen, timeOfDay(seen.exchange.startedAt))
    // A request may end after the pages that had it captured.
    const entry = keepsCaptured ? all : withoutCaptured(all)
    entries.set(entry.summary.n, entry)
    for (const watcher of watchers) watcher.recorded(entry.summary, known)
  }

  function lookAtUnseen(): void {
    for (const seen of unseen.takeAll()) put(seen)
  }

  function allEntries(): Entry[] {
    lookAtUnseen()
    return Array.from(entries.rvalues() as Generator<Entry>)
  }

  function inFlightNow(n: number, request: RecordedRequest): Summary {
    return summarizeInFlight(n, request, timeOfDay(request.exchange.startedAt), now())
  }

  function toldInFlight(): Summary[] {
    const told: Summary[] = []
    for (const request of underWay()) {
      const n = numbered.get(request.exchange)
      if (n !== undefined) told.push(inFlightNow(n, request))
    }
    return told
  }

  /** The pages that asked for bodies have gone: bodies are neither captured nor kept any longer. */
  function forgetCaptured(): void {
    captureIsOn = false
    // All are set again, so that their order stays.
    for (const entry of allEntries()) entries.set(entry.summary.n, withoutCaptured(entry))
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
      if (isOwn(request)) return
      const seen = ended(request, response, endedAt)
      if (keepsCaptured) forgetIfTooLate()
      traffic.count(endedAt, hasFailed(seen))
      const gone = unseen.add(seen)
      // It is counted, though no page has seen it.
      if (gone !== undefined) takeNumber(gone.exchange)
      const capture = request.exchange.capture as MaskedCapture | undefined
      if (watchers.size > 0 || capture?.asked === true) lookAtUnseen()
    },

    requests: () => [...allEntries().map(({ summary }) => summary), ...toldInFlight()],

    newInFlight() {
      lookAtUnseen()
      const time = now()
      const told: Summary[] = []
      for (const request of underWay()) {
        const { exchange } = request
        if (numbered.size === MOST_IN_FLIGHT) break
        if (time - exchange.startedAt < SHORT_MS || numbered.has(exchange) || isOwn(request)) continue
        numbered.set(exchange, (lastNumber += 1))
        told.push(inFlightNow(lastNumber, request))
      }
      return told
    },

    find(n) {
      lookAtUnseen()
      // To look at one does not make it last longer.
      const entry = entries.peek(n)
      if (entry !== undefined) return detailOf(entry)
      const summary = toldInFlight().find((told) => told.n === n)
      return summary === undefined ? undefined : { summary }
    },

    search(text) {
      const wanted = text.toLowerCase()
      return allEntries()
        .filter((entry) => hasInBody(entry, wanted))
        .map(({ summary }) => summary.n)
    },

    clear() {
      for (const { exchange } of unseen.takeAll()) takeNumber(exchange)
      entries.clear()
      for (const watcher of watchers) watcher.cleared()
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
