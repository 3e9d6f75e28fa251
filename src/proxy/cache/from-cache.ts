import type { IncomingMessage } from 'node:http'
import type { ProxyError } from '../../http/errors.js'
import type { Exchange } from '../../http/exchange.js'
import { notToBeAsked } from './cache-control.js'
import type { Kept, Lookup, RealtimeCache } from './realtime-cache.js'

/** A request that may be served from the real-time cache. */
export interface CacheReader {
  readonly incoming: IncomingMessage
  readonly method: string
  readonly exchange: Exchange
  /** The app whose data it is about. */
  readonly appKey: string
  /** What the cache knows it by; undefined until the first look. */
  lookup: Lookup | undefined
  /** Name and value in turn, as they would go up without a token. */
  headers(token: undefined): string[]
  /** Responds with what is stored. */
  serve(kept: Kept, cache: RealtimeCache): void
  fail(error: ProxyError): void
}

/** Serves a request from the cache: that needs neither a token nor a connection. @returns whether the request is over */
export function fromCache(cache: RealtimeCache, reader: CacheReader): boolean {
  const { method, incoming } = reader
  if (method !== 'GET' && method !== 'HEAD') return false
  const kept = method === 'GET' ? find(cache, reader) : undefined
  if (kept === undefined) {
    const refusal = notToBeAsked(incoming.headers)
    if (refusal !== undefined) reader.fail(refusal)
    return refusal !== undefined
  }
  reader.serve(kept, cache)
  return true
}

function find(cache: RealtimeCache, reader: CacheReader): Kept | undefined {
  const { target } = reader.exchange.admission!
  reader.lookup ??= cache.lookup(reader.incoming, target, reader.headers(undefined), reader.appKey)
  return cache.find(reader.lookup, reader.exchange)
}
