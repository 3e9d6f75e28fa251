import { ProxyError } from '../http/errors.js'
import { createDepartures, type Departures } from './departures.js'
import { createSlowReaders, type SlowReaders } from './slow-readers.js'

/** What the requests in flight take together, and the bounds of it. */
export interface Load {
  /** Of the connections to 8x8, by pool. */
  readonly slowReaders: { readonly api: SlowReaders; readonly uploads: SlowReaders }
  /** Of their responses. */
  readonly departures: Departures
  /** A request begins. @throws {ProxyError} `overloaded` when there are as many as may be */
  begin(): RequestLoad
}

/** What one request takes. */
export interface RequestLoad {
  /** Takes memory for a part of its body. @returns why there is none */
  readonly keep: (bytes: number) => ProxyError | undefined
  /** It is over: its memory is free again. */
  end(): void
}

// Beyond this many at once the caller had better wait: each holds two sockets.
const MAX_IN_FLIGHT = 4096
// All bodies together: a thousand of the largest that are kept, a quarter of what so many requests could bring.
const MAX_KEPT_BYTES = 256 * 1024 * 1024

/** @param idleTimeoutMs how long a caller may read nothing while another request waits for its connection */
export function createLoad(now: () => number, idleTimeoutMs: number): Load {
  const slowReaders = () => createSlowReaders({ now, idleTimeoutMs })
  let requests = 0
  let keptBytes = 0
  return {
    slowReaders: { api: slowReaders(), uploads: slowReaders() },
    departures: createDepartures(),
    begin() {
      if (requests >= MAX_IN_FLIGHT) throw overloaded(`${MAX_IN_FLIGHT} requests are in flight.`)
      requests += 1
      let own = 0
      return {
        keep(bytes) {
          own += bytes
          keptBytes += bytes
          if (keptBytes <= MAX_KEPT_BYTES) return undefined
          return overloaded(
            'The bodies of the requests in flight take all the memory that there is for them.',
          )
        },
        end() {
          requests -= 1
          keptBytes -= own
          own = 0
        },
      }
    },
  }
}

export function overloaded(why: string): ProxyError {
  return new ProxyError('overloaded', `${why} Nothing was sent; try again soon.`, { retryAfterMs: 1000 })
}
