import type { RawHeaders } from '../../http/raw-headers.js'
import type { RealtimeCacheStatus } from '../../telemetry/counters.js'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Dispatcher } from 'undici'
import type { CacheResult, Exchange } from '../../http/exchange.js'
import { MemoryBudget } from './memory-budget.js'
import { ageOnArrivalMs, requestDirectives, reuseOf } from './cache-control.js'
import { cacheKey } from './cache-key.js'
import { createChanges, resourceOf } from './changes.js'
import { labelled } from './cache-status.js'
import type { TrackedDispatchOptions } from '../upstream/connection.js'
import type { SubscribedAttempt } from './subscriber.js'
import { hasBody } from '../../http/body.js'
import type { Target } from '../../http/target.js'
import { CoalescedRequest } from './coalesced-request.js'
import { bytesOf, type CachedResponse } from './cached-response.js'

/** Responses of 8x8 that many callers ask for again and again: stored for a moment, and requested once. */
export interface RealtimeCache {
  /**
   * What a GET of a real-time family asks, to be looked up and sent.
   *
   * @param headers what goes up without the token: name and value in turn
   */
  lookup(request: IncomingMessage, target: Target, headers: readonly string[], appKey: string): Lookup
  /** The response that is fresh enough for this caller, with its headers, if there is one. */
  find(lookup: Lookup, exchange: Exchange): Kept | undefined
  /** Sends the body to a caller. As long as that has not read it, the memory that this takes is counted. */
  give(kept: Kept, response: ServerResponse, exchange: Exchange): void
  /**
   * Sends a lookup that `find` had nothing for: coalesced with others for the same key, or alone.
   *
   * @param token the credential that it is sent with; only requests with the same one are sent together
   */
  send(lookup: Lookup, token: string | undefined, attempt: CallersAttempt, dispatcher: Dispatcher): void
  /** A request that may change the target was successful: what was asked before is given to no one any more. */
  changed(target: Target): void
  readonly status: () => RealtimeCacheStatus
}

export interface Lookup {
  /** Undefined for what no other response fits: conditional requests, parts, requests with a body. */
  readonly key: string | undefined
  /** What a change is a change of. */
  readonly resource: string
  /** Whether a kept response, or one that is on its way, may be given. */
  readonly reads: boolean
  readonly stores: boolean
  readonly maxAgeMs: number
}

/** The same lookup, when its response has turned out to be for one caller alone. */
export function withoutCoalescing(lookup: Lookup): Lookup {
  return { ...lookup, key: undefined }
}

/** A kept response with the headers for the caller who gets it now. */
export interface Kept {
  readonly response: CachedResponse
  readonly rawHeaders: RawHeaders
}

export interface CallersAttempt {
  readonly options: TrackedDispatchOptions
  readonly handler: Dispatcher.DispatchHandler
  readonly exchange: Exchange
}

export interface RealtimeCacheOptions {
  readonly ttlMs: number
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  /** All that is kept, and all that is being collected or read slowly beside it. */
  readonly maxBytes?: number
  /** The largest response that is stored or coalesced. A page of 1,000 agents is about a third of it. */
  readonly maxResponseBytes?: number
}

const MiB = 1024 * 1024
// Targets whose responses cannot be shared are remembered for as long as a response would be.
const MOST_UNSHARED = 1000

/**
 * The cache of X8_REALTIME_CACHE_MS. Only complete responses of status 200 are stored; an error is shared with those who
 * waited for it, and is forgotten.
 */
export function createRealtimeCache(options: RealtimeCacheOptions): RealtimeCache {
  const { ttlMs, maxBytes = 16 * MiB, maxResponseBytes = MiB } = options
  // lru-cache takes a start of 0 for none.
  const now = () => options.now() + 1
  const clock = { ttl: ttlMs, ttlResolution: 0, perf: { now } }
  const kept = new LRUCache<string, CachedResponse>({
    ...clock,
    maxSize: maxBytes,
    sizeCalculation: (response, key) => bytesOf(response) + key.length,
  })
  const notCoalescible = new LRUCache<string, true>({ ...clock, max: MOST_UNSHARED })
  const underWay = new Map<string, CoalescedRequest>()
  const budget = new MemoryBudget(maxBytes)
  const changes = createChanges()

  function ageMs(response: CachedResponse): number {
    return now() - response.askedAt + ageOnArrivalMs(response.headers)
  }

  /** @returns whether it is kept */
  function keep(key: string, resource: string, response: CachedResponse): boolean {
    if (response.status !== 200 || !isSurelyComplete(response)) return false
    if (changes.isOutdated(resource, response.place)) return false
    const { freshMs } = reuseOf(response.headers)
    // 8x8's own limit counts from when it made the response, ours from when it came.
    const ttl = Math.min(ttlMs, freshMs - ageMs(response))
    // The request that was sent last has the newest response, whichever comes last.
    if (ttl <= 0 || (kept.peek(key)?.place ?? 0) > response.place) return false
    kept.set(key, response, { ttl })
    return kept.peek(key) === response
  }

  function sendAlone({ options: sent, handler, exchange }: CallersAttempt, dispatcher: Dispatcher): void {
    note(exchange, 'bypass')
    const attempt: SubscribedAttempt = {
      options: sent,
      handler,
      label: (rawHeaders) => labelled(rawHeaders, 'fwd=bypass'),
    }
    new CoalescedRequest({
      askedAt: now(),
      place: changes.next(),
      budget,
      maxResponseBytes: 0,
      mayBeCoalesced: () => false,
      ended: () => undefined,
    }).send(attempt, dispatcher)
  }

  return {
    lookup(request, target, headers, appKey) {
      const directives = requestDirectives(request.headers)
      const whole = !hasBody(request) && !PARTIAL_OR_CONDITIONAL.some((name) => name in request.headers)
      const key = whole ? cacheKey(appKey, target.raw, headers) : undefined
      return { ...directives, key, resource: resourceOf(target) }
    },

    find({ key, resource, reads, maxAgeMs }, exchange) {
      if (key === undefined || !reads) return undefined
      const response = kept.get(key)
      if (response === undefined || ageMs(response) > maxAgeMs) return undefined
      if (changes.isOutdated(resource, response.place)) return undefined
      note(exchange, 'hit')
      return { response, rawHeaders: labelled(response.rawHeaders, 'hit', ageMs(response)) }
    },

    give({ response: cached }, response, exchange) {
      const { body } = cached
      exchange.bytes = body.length
      exchange.capture?.responseBody(body)
      if (!response.write(body)) response.once('close', budget.lend(cached))
      response.end()
    },

    send(lookup, token, attempt, dispatcher) {
      const { key, resource, reads, stores, maxAgeMs } = lookup
      const { options: sent, handler, exchange } = attempt
      if (key === undefined || notCoalescible.has(key)) return sendAlone(attempt, dispatcher)

      const flight = `${key}\n${token}`
      const latest = underWay.get(flight)
      const running = latest === undefined || changes.isOutdated(resource, latest.place) ? undefined : latest
      if (reads && running !== undefined && now() - running.askedAt <= maxAgeMs) {
        note(exchange, 'collapsed')
        running.join({
          options: sent,
          handler,
          label: (rawHeaders, whole) =>
            whole
              ? labelled(rawHeaders, 'fwd=uri-miss; collapsed', now() - running.askedAt)
              : labelled(rawHeaders, 'fwd=uri-miss; collapsed=?0'),
        })
        return
      }

      note(exchange, reads ? 'miss' : 'bypass')
      let stored = false
      const fetch = new CoalescedRequest({
        askedAt: now(),
        place: changes.next(),
        budget,
        maxResponseBytes: maxResponseBytes,
        mayBeCoalesced: (headers) => stores && reuseOf(headers).coalescible,
        ended(response, aloneStatus) {
          if (underWay.get(flight) === fetch) underWay.delete(flight)
          if (response !== undefined) stored = keep(key, resource, response)
          else if (aloneStatus === 200 && stores) notCoalescible.set(key, true)
        },
      })
      // Later callers may still join the request of one that wants it fresh.
      if (stores && running === undefined) underWay.set(flight, fetch)
      const forwarded = reads ? 'fwd=uri-miss' : 'fwd=request'
      fetch.send(
        {
          options: sent,
          handler,
          label: (rawHeaders) => labelled(rawHeaders, stored ? `${forwarded}; stored` : forwarded),
        },
        dispatcher,
      )
    },

    changed(target) {
      changes.changed(resourceOf(target))
    },

    status() {
      kept.purgeStale()
      return { ttlMs, entries: kept.size, bytes: kept.calculatedSize }
    },
  }
}

const PARTIAL_OR_CONDITIONAL = [
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'if-range',
]

/** What only the connection's end delimits may be truncated (RFC 9112, section 8). */
function isSurelyComplete({ headers }: CachedResponse): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

function note(exchange: Exchange, result: CacheResult): void {
  exchange.cache = result
}
