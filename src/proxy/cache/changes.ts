import { LRUCache } from 'lru-cache'
import type { Target } from '../../http/target.js'

/**
 * Which targets were changed, and what was asked before that: no response from before a change may be given after it (RFC
 * 9111, section 4.4). Requests and changes have one order of their own, since two may come in the same millisecond.
 */
export interface Changes {
  /** @returns the place of a request that is sent now */
  next(): number
  /** An unsafe method has been successful. */
  changed(resource: string): void
  /** Whether what was asked at that place may no longer be given. */
  isOutdated(resource: string, place: number): boolean
}

// Beyond them the oldest change counts for every target.
const MOST_CHANGES = 1000

export function createChanges(): Changes {
  let place = 0
  let forgottenUpTo = 0
  const changes = new LRUCache<string, number>({
    max: MOST_CHANGES,
    dispose(at, _resource, reason) {
      if (reason === 'evict') forgottenUpTo = Math.max(forgottenUpTo, at)
    },
  })
  return {
    next: () => (place += 1),
    changed: (resource) => void changes.set(resource, (place += 1)),
    isOutdated: (resource, askedAt) => askedAt < (changes.peek(resource) ?? forgottenUpTo),
  }
}

/** The same for every spelling of a path. */
export function resourceOf({ raw, path }: Target): string {
  const query = raw.indexOf('?')
  return query === -1 ? path : path + raw.slice(query)
}
