import type { ObtainedToken, RequestToken } from '../request-token.js'
import type { Seal } from './sealed.js'
import type { StoreOutage } from './store-outage.js'
import type { TokenStore, TokenStoreVisit } from './token-store.js'

export interface TokenFromStoreOptions {
  readonly store: TokenStore
  readonly outage: StoreOutage
  /** Where the token is kept and how, by the newest credentials. */
  readonly seal: () => Seal
  /** Gets a token from 8x8. */
  readonly requestToken: RequestToken
  /** A token in the store proves that the credentials it is sealed with work. */
  readonly taken?: () => void
  /** How long one token request and what follows it may take, in milliseconds: so long a lock is held. */
  readonly lockMs: number
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
}

/** From here on a token in the store is due for renewal, so that taking it would not last. */
const FRESH_PART = 0.8
// While it waits for another replica, a store that has fallen silent has to be found out.
const LONGEST_WAIT_MS = 1_000
// The replica that holds the lock may die, and so may the one that takes over.
const LOCK_LIVES = 2

/**
 * Makes a token request once for all replicas: the one that gets the lock asks 8x8, the others wait and take its token.
 * The lock is the one of Redis's documentation (SET NX PX with an owner, freed by compare and delete). It saves requests,
 * nothing more: whatever goes wrong with the store, a replica gets a token of its own, as if there were no store.
 *
 * No replica's clock counts for another: the store tells how long a token will live yet.
 */
export function requestTokenThroughStore(options: TokenFromStoreOptions): RequestToken {
  const { store, outage, requestToken, taken = () => undefined, lockMs, now } = options

  return async (current) => {
    const seal = options.seal()
    const visit = await unlessDown(() => store.open(seal.name))
    const found = visit && (await unlessDown(() => takeOrLock(visit, seal, current)))
    if (found !== undefined && 'token' in found) {
      visit!.close()
      outage.ended()
      // Newer credentials that came meanwhile have proved nothing.
      if (options.seal().name === seal.name) taken()
      return found.token
    }
    const issuedAt = now()
    let token: ObtainedToken | undefined
    try {
      token = await requestToken()
      return { ...token, issuedAt }
    } finally {
      // No caller waits for it: the token is there.
      if (visit !== undefined) void leave(visit, found?.lockedAt, seal, token)
    }
  }

  type Found = { readonly token: ObtainedToken } | { readonly lockedAt: number }

  /** Undefined if others have held the lock for too long. */
  async function takeOrLock(
    visit: TokenStoreVisit,
    seal: Seal,
    current: Current,
  ): Promise<Found | undefined> {
    const giveUpAt = now() + LOCK_LIVES * lockMs
    do {
      const token = await read(visit, seal, current)
      if (token !== undefined) return { token }
      const lock = await visit.lock(lockMs)
      if (lock.taken) {
        // It may have been replaced between the look and the lock.
        const replaced = await read(visit, seal, current)
        if (replaced === undefined) return { lockedAt: lock.takenAt }
        await visit.unlock()
        return { token: replaced }
      }
      await visit.changed(Math.min(Math.max(lock.freeInMs, 1), LONGEST_WAIT_MS))
    } while (now() < giveUpAt)
    return undefined
  }

  /** The token in the store, if it is worth having: newer than the current one, and not due for renewal itself. */
  async function read(
    visit: TokenStoreVisit,
    seal: Seal,
    current: Current,
  ): Promise<ObtainedToken | undefined> {
    // From before the read: the response may be late, and must not make the token live longer.
    const askedAt = now()
    const stored = await visit.read()
    if (stored === undefined) return undefined
    const text = seal.open(stored.value)
    if (text === undefined) {
      outage.began('what it holds is not the token that this program put there')
      return undefined
    }
    const { value, lifetimeMs, products } = JSON.parse(text) as ObtainedToken
    const issuedAt = askedAt - Math.max(lifetimeMs - stored.remainingMs, 0)
    const isNewer = current === undefined || (value !== current.value && issuedAt > current.obtainedAt)
    const isFresh = askedAt < issuedAt + lifetimeMs * FRESH_PART
    return isNewer && isFresh ? { value, lifetimeMs, products, issuedAt, isShared: true } : undefined
  }

  /** Hands the token on, if there is one, and lets the next one in. */
  async function leave(
    visit: TokenStoreVisit,
    lockedAt: number | undefined,
    seal: Seal,
    token: ObtainedToken | undefined,
  ): Promise<void> {
    await unlessDown(async () => {
      if (lockedAt === undefined) return
      // Credentials that have changed meanwhile may have got this token: it is not for those who know only the old ones.
      if (token === undefined || options.seal().name !== seal.name) return visit.unlock()
      const { value, lifetimeMs, products } = token
      await visit.write(seal.seal(JSON.stringify({ value, lifetimeMs, products })), lockedAt + lifetimeMs)
      outage.ended()
    })
    visit.close()
  }

  async function unlessDown<T>(use: () => Promise<T>): Promise<T | undefined> {
    try {
      return await use()
    } catch (error) {
      outage.began((error as Error).message)
      return undefined
    }
  }
}

type Current = Parameters<RequestToken>[0]
