import { LRUCache } from 'lru-cache'
import type { BaseLogger } from 'pino'
import { ProxyError } from '../errors.js'
import { createBackoff } from './backoff.js'
import type { RequestToken } from './request-token.js'
import { TokenError } from './token-response.js'
import type { AccessToken, TokenSource } from './token-source.js'

export interface TokenCacheOptions {
  /** What the token is for: `app` or `work`. It names the settings to check when the credentials are refused. */
  readonly credential: 'app' | 'work'
  readonly requestToken: RequestToken
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly log: BaseLogger
  /** From 0 to 1, for jitter. */
  readonly random?: () => number
}

export type TokenState = 'valid' | 'renewing' | 'refused' | 'unavailable' | 'none'

export interface TokenStatus {
  readonly state: TokenState
  readonly expiresInSeconds: number | null
  readonly obtainedAt: string | null
  readonly products: readonly string[]
  readonly renewals: number
  readonly lastError: string | null
}

/** One shared token: obtained once for all who wait, renewed ahead of need, replaced when refused. */
export interface TokenCache extends TokenSource {
  /** Obtains the first token and keeps trying; returns at once. */
  start(): void
  /** Takes up changed credentials now: no back-off counts, and the old token serves until the new one is there. */
  credentialsChanged(): void
  /** Whether a token is usable now. Asking counts as use, so that a probed proxy keeps its token fresh. */
  ready(): boolean
  status(): TokenStatus
  /** Stops the timer. A token request in flight ends by itself. */
  stop(): void
}

const KEY = 'token'
const RENEW_AT = 0.8
const RENEW_JITTER = 0.02
// A token is not used in the last 5 % of its life (30 s at most): the request still has to travel.
const LAST_PART = 0.05
const LONGEST_LAST_PART_MS = 30_000
const REPLACEMENT_PAUSE_MS = 60_000

interface CachedToken extends AccessToken {
  readonly renewAt: number
  readonly obtainedOn: Date
}

/**
 * lru-cache's `fetch()` is the single flight: any number of waiters, one call, and the old token stays readable while
 * the new one comes. What must not be done with it: `delete()` during a flight rejects every waiter; a caller's signal
 * lets the first who leaves abort it for all; `allowStaleOnFetchRejection` serves an expired token for ever.
 */
export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { credential, requestToken, now, log, random = Math.random } = options
  const backoff = createBackoff(random)

  let inFlight = false
  let used = false
  let obtained = 0
  let products: readonly string[] = []
  let failure: TokenError | undefined
  let retryAt = -Infinity
  let lastReplacementAt = -Infinity
  let replacementRefused = false
  let credentialsAreNew = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const cache = new LRUCache<typeof KEY, CachedToken>({
    max: 1,
    ttl: 1,
    ttlResolution: 0,
    // lru-cache takes a start time of 0 for "no time to live"; a clock may well start at 0.
    perf: { now: () => now() + 1 },
    noDeleteOnStaleGet: true,
    noDeleteOnFetchRejection: true,
    async fetchMethod(_key, _stale, { options: entry }) {
      inFlight = true
      credentialsAreNew = false
      try {
        const token = await obtainOnce()
        entry.ttl = token.expiresAt - now()
        return token
      } finally {
        inFlight = false
        afterFlight()
      }
    },
  })

  async function obtainOnce(): Promise<CachedToken> {
    // The lifetime counts from before the request: 8x8 cannot have issued the token earlier.
    const startedAt = now()
    try {
      const { value, lifetimeMs, products: granted } = await requestToken()
      const expiresAt = startedAt + lifetimeMs - Math.min(lifetimeMs * LAST_PART, LONGEST_LAST_PART_MS)
      if (expiresAt <= now()) throw new TokenError('unavailable', 'The token had expired before it arrived.')
      const renewAt = startedAt + lifetimeMs * (RENEW_AT + RENEW_JITTER * (2 * random() - 1))
      obtained += 1
      products = granted
      failure = undefined
      retryAt = -Infinity
      used = false
      backoff.reset()
      log.info(
        {
          credential,
          lifetimeSeconds: lifetimeMs / 1000,
          products: granted,
          durationMs: Math.round(now() - startedAt),
        },
        'token obtained',
      )
      return { value, obtainedAt: startedAt, obtainedOn: new Date(), expiresAt, renewAt, products: granted }
    } catch (error) {
      failure =
        error instanceof TokenError
          ? error
          : new TokenError('unavailable', 'The token request failed.', { cause: error })
      const waitMs = Math.max(backoff.next(failure.kind), failure.retryAfterMs)
      retryAt = now() + waitMs
      const level = failure.kind === 'refused' ? 'error' : 'warn'
      log[level](
        { credential, reason: failure.message, retryInMs: Math.round(waitMs) },
        `token ${failure.kind}`,
      )
      throw failure
    }
  }

  /** Joins the flight, or starts one unless the last attempt failed too recently. */
  async function obtain(): Promise<CachedToken> {
    if (!inFlight && failure !== undefined && now() < retryAt) throw problem(failure, retryAt - now())
    try {
      return await cache.forceFetch(KEY, { forceRefresh: true })
    } catch (error) {
      throw error instanceof TokenError ? problem(error, retryAt - now()) : error
    }
  }

  function renewInBackground(): void {
    // A failure is logged and remembered where it happens; nobody waits for this one.
    obtain().catch(() => undefined)
  }

  function afterFlight(): void {
    if (stopped) return
    clearTimeout(timer)
    if (credentialsAreNew) {
      // They came while the old ones were being tried. The flight is over only when lru-cache has settled it.
      setImmediate(renewInBackground)
      return
    }
    setImmediate(schedule)
  }

  /** Wakes up when the next token is due: at 80 % of the life of one that is in use, or when a failure may be retried. */
  function schedule(): void {
    if (stopped || inFlight) return
    clearTimeout(timer)
    const dueAt = failure === undefined ? cache.get(KEY)?.renewAt : retryAt
    if (dueAt === undefined) return
    timer = setTimeout(
      () => {
        if (now() < dueAt) schedule()
        else if (used || cache.get(KEY) === undefined) renewInBackground()
      },
      Math.max(dueAt - now(), 1),
    ).unref()
  }

  function problem(error: TokenError, waitMs: number): ProxyError {
    if (error.kind === 'refused') {
      const settings =
        credential === 'app' ? 'X8_APP_KEY and X8_APP_SECRET' : 'X8_WORK_USERNAME and X8_WORK_PASSWORD'
      return new ProxyError(
        'credentials-refused',
        `8x8 does not accept the credentials of this proxy. ${error.message} ` +
          `Check ${settings} against 8x8 Admin Console; a new pair is taken up by a restart or SIGHUP.`,
        { cause: error },
      )
    }
    return new ProxyError('token-unavailable', `${error.message} Nothing was sent to 8x8; try again later.`, {
      retryAfterMs: Math.max(waitMs, 0),
      cause: error,
    })
  }

  return {
    get() {
      const token = cache.get(KEY)
      if (token === undefined) return obtain()
      used = true
      const time = now()
      if (time >= token.renewAt && !inFlight && time >= retryAt) renewInBackground()
      return token
    },

    async replace(refused) {
      const current = cache.get(KEY)
      if (current !== undefined && current.value !== refused.value) return current
      if (!inFlight) {
        if (replacementRefused && now() - lastReplacementAt < REPLACEMENT_PAUSE_MS) return undefined
        replacementRefused = false
        lastReplacementAt = now()
        log.info({ credential }, 'token refused by 8x8, replacing it')
      }
      try {
        const token = await obtain()
        return token.value === refused.value ? undefined : token
      } catch {
        return undefined
      }
    },

    refusedAgain(token) {
      if (replacementRefused || cache.get(KEY)?.value !== token.value) return
      replacementRefused = true
      log.warn(
        { credential, pauseMs: REPLACEMENT_PAUSE_MS },
        'a new token was refused too: renewing does not help',
      )
    },

    start: renewInBackground,

    credentialsChanged() {
      retryAt = -Infinity
      replacementRefused = false
      backoff.reset()
      if (inFlight) credentialsAreNew = true
      else renewInBackground()
    },

    ready() {
      used = true
      if (cache.get(KEY) !== undefined) return true
      // It lapsed while nobody asked for anything: the probe wakes it.
      if (failure === undefined && !inFlight && !stopped) renewInBackground()
      return false
    },

    status() {
      const token = cache.get(KEY)
      const lapsed = failure === undefined ? 'none' : failure.kind
      return {
        state: inFlight ? 'renewing' : token === undefined ? lapsed : 'valid',
        expiresInSeconds: token === undefined ? null : Math.floor((token.expiresAt - now()) / 1000),
        obtainedAt: token === undefined ? null : token.obtainedOn.toISOString(),
        products,
        renewals: Math.max(obtained - 1, 0),
        lastError: failure?.message ?? null,
      }
    },

    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
