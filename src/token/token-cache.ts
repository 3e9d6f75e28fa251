import { LRUCache } from 'lru-cache'
import type { BaseLogger } from 'pino'
import { ProxyError } from '../http/errors.js'
import { createBackoff } from './backoff.js'
import type { RequestToken } from './request-token.js'
import { TokenError, type TokenFailureKind } from './token-response.js'
import type { AccessToken, TokenSource } from './token-source.js'

export interface TokenCacheOptions {
  /** What the token is for: `app` or `work`. It names the settings to check when the credentials are refused. */
  readonly credential: 'app' | 'work'
  readonly requestToken: RequestToken
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly log: BaseLogger
  /** Called when the token or what is known of it has changed. */
  readonly changed?: () => void
  /** What the products of a token open, in words, for the log. */
  readonly opens?: (products: readonly string[]) => readonly string[]
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

/** What getting tokens has cost so far, for the metrics. */
export interface TokenCounts {
  /** Token requests by how they ended. */
  readonly requests: Readonly<Record<'ok' | TokenFailureKind, number>>
  /** Tokens obtained by what they were needed for. */
  readonly renewals: Readonly<Record<RenewalReason, number>>
}

/**
 * - `start`: the first one
 * - `due`: ahead of need
 * - `expired`: a request had to wait for it
 * - `refused`: 8x8 answered 401 to the one before
 * - `credentials`: the app's key or secret has changed
 */
export type RenewalReason = 'start' | 'due' | 'expired' | 'refused' | 'credentials'

/** The token as those see it who neither start nor stop it. */
export interface SharedToken extends TokenSource {
  /** Whether a token is usable now. Asking counts as use, so that a probed proxy keeps its token fresh. */
  ready(): boolean
  status(): TokenStatus
}

/** One shared token: obtained once for all who wait, renewed ahead of need, replaced when refused. */
export interface TokenCache extends SharedToken {
  /** Obtains the first token and keeps trying; returns at once. */
  start(): void
  /** Takes up changed credentials now: no back-off counts, and the old token serves until the new one is there. */
  credentialsChanged(): void
  /** The token, if there is one that may be sent now. To look at it is not to use it. */
  peek(): AccessToken | undefined
  readonly counts: TokenCounts
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
// Replacements within such a pause of which nobody has seen yet that they helped: callers may leave, and a large body
// cannot be sent again.
const MOST_UNPROVEN = 2

interface CachedToken extends AccessToken {
  readonly renewAt: number
  /** The end of its life at 8x8, a little after the last moment at which it is sent. */
  readonly endsAt: number
  readonly obtainedOn: Date
}

/**
 * lru-cache's `fetch()` is the single flight: any number of waiters, one call, and the old token stays readable while
 * the new one comes. What must not be done with it: `delete()` during a flight rejects every waiter; a caller's signal
 * lets the first who leaves abort it for all; `allowStaleOnFetchRejection` serves an expired token for ever.
 */
export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { credential, requestToken, now, log, opens = () => [], random = Math.random } = options
  const { changed = () => undefined } = options
  const backoff = createBackoff(random)

  let inFlight = false
  let used = false
  let reason: RenewalReason = 'start'
  const requests = { ok: 0, refused: 0, unavailable: 0 }
  const renewals = { start: 0, due: 0, expired: 0, refused: 0, credentials: 0 }
  let products: readonly string[] = []
  let failure: TokenError | undefined
  let retryAt = -Infinity
  // A refused token was asked to be replaced, and no new one has come since, however many attempts failed.
  let replacing = false
  let lastReplacementAt = -Infinity
  let unproven = 0
  let replacingIsUseless = false
  let credentialsAreNew = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const cache = new LRUCache<typeof KEY, CachedToken>({
    max: 1,
    noDeleteOnFetchRejection: true,
    async fetchMethod() {
      inFlight = true
      changed()
      try {
        return await obtainForAll()
      } finally {
        inFlight = false
        afterFlight()
      }
    },
  })

  /** Credentials that change while the old ones fail are tried at once, so that whoever waits gets their token. */
  async function obtainForAll(): Promise<CachedToken> {
    credentialsAreNew = false
    try {
      return await obtainOnce()
    } catch (error) {
      if (!credentialsAreNew) throw error
      backoff.reset()
      return obtainForAll()
    }
  }

  async function obtainOnce(): Promise<CachedToken> {
    // The lifetime counts from before the request: 8x8 cannot have issued the token earlier.
    const startedAt = now()
    try {
      const response = await requestToken(cache.peek(KEY))
      const { value, lifetimeMs, products: granted, issuedAt = startedAt, isShared = false } = response
      const endsAt = issuedAt + lifetimeMs
      const expiresAt = endsAt - Math.min(lifetimeMs * LAST_PART, LONGEST_LAST_PART_MS)
      if (expiresAt <= now()) throw new TokenError('unavailable', 'The token had expired before it arrived.')
      const renewAt = issuedAt + lifetimeMs * (RENEW_AT + RENEW_JITTER * (2 * random() - 1))
      if (!isShared) requests.ok += 1
      renewals[reason] += 1
      if (replacing) replaced()
      products = granted
      failure = undefined
      retryAt = -Infinity
      used = false
      backoff.reset()
      log.info(
        {
          credential,
          reason,
          lifetimeSeconds: lifetimeMs / 1000,
          products: granted,
          opens: opens(granted),
          durationMs: Math.round(now() - startedAt),
        },
        isShared
          ? `token taken from the store, it lives another ${inWords(endsAt - now())}`
          : `token obtained, it lives ${inWords(lifetimeMs)}`,
      )
      return {
        value,
        obtainedAt: issuedAt,
        obtainedOn: new Date(),
        expiresAt,
        renewAt,
        endsAt,
        products: granted,
        accepted: false,
      }
    } catch (error) {
      failure =
        error instanceof TokenError
          ? error
          : new TokenError('unavailable', 'The token request failed.', { cause: error })
      requests[failure.kind] += 1
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

  /** The token, if it may be sent now. lru-cache keeps it without a time to live: its end is checked on our clock. */
  function usable(time = now()): CachedToken | undefined {
    const token = cache.get(KEY)
    return token !== undefined && time < token.expiresAt ? token : undefined
  }

  function backingOff(): boolean {
    return failure !== undefined && now() < retryAt
  }

  /** Joins the flight, or starts one unless the last attempt failed too recently. */
  async function obtain(why: RenewalReason): Promise<CachedToken> {
    if (!inFlight && failure !== undefined && backingOff()) throw problem(failure, retryAt - now())
    if (!inFlight) reason = why
    try {
      return await cache.forceFetch(KEY, { forceRefresh: true })
    } catch (error) {
      throw error instanceof TokenError ? problem(error, retryAt - now()) : error
    }
  }

  function renewInBackground(why: RenewalReason): void {
    // A failure is logged and remembered where it happens; nobody waits for this one.
    obtain(why).catch(() => undefined)
  }

  function obtained(): number {
    return Object.values(renewals).reduce((sum, count) => sum + count)
  }

  /** Why a token is needed where there is none to use. */
  function needed(): RenewalReason {
    return obtained() === 0 ? 'start' : 'expired'
  }

  function renewIfDue(token: CachedToken, time = now()): void {
    if (time >= token.renewAt && !inFlight && !backingOff()) renewInBackground('due')
  }

  function afterFlight(): void {
    if (stopped) return
    clearTimeout(timer)
    setImmediate(changed)
    if (credentialsAreNew) {
      // They came while the old ones were tried, with success. The flight is over only when lru-cache has settled it.
      setImmediate(renewInBackground, 'credentials')
      return
    }
    setImmediate(schedule)
  }

  /** Wakes up when the next token is due: at 80 % of the life of one that is in use, or when a failure may be retried. */
  function schedule(): void {
    if (stopped || inFlight) return
    clearTimeout(timer)
    const dueAt = failure === undefined ? usable()?.renewAt : retryAt
    if (dueAt === undefined) return
    timer = setTimeout(
      () => {
        if (now() < dueAt) schedule()
        else if (usable() === undefined) renewInBackground(needed())
        else if (used) renewInBackground('due')
      },
      Math.max(dueAt - now(), 1),
    ).unref()
  }

  /**
   * No kind of refusal may cost a token request a time without bound. Within a minute of the last replacement there is
   * another only if 8x8 has taken the token meanwhile, and only a few in a row if none was seen to help. One that
   * failed is still owed, and bounded by the back-off.
   */
  function mayReplace(token: CachedToken): boolean {
    if (replacing) return true
    if (now() - lastReplacementAt >= REPLACEMENT_PAUSE_MS) {
      replacingIsUseless = false
      return true
    }
    if (!token.accepted) stopReplacing()
    return !replacingIsUseless && unproven < MOST_UNPROVEN
  }

  function replaced(): void {
    replacing = false
    lastReplacementAt = now()
    unproven += 1
  }

  function stopReplacing(): void {
    if (replacingIsUseless) return
    replacingIsUseless = true
    log.warn(
      { credential, pauseMs: REPLACEMENT_PAUSE_MS },
      'a new token was refused too: renewing does not help',
    )
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
      const time = now()
      const token = usable(time)
      if (token === undefined) return obtain(needed())
      used = true
      renewIfDue(token, time)
      return token
    },

    async replace(refused) {
      const token = usable()
      if (token !== undefined && token.value !== refused.value) return token
      // One that has expired meanwhile, or is being renewed anyway, is not replaced because of the refusal.
      const forced = token !== undefined && !inFlight
      if (forced) {
        if (backingOff() || !mayReplace(token)) return undefined
        log.info({ credential }, 'token refused by 8x8, replacing it')
        replacing = true
      }
      try {
        const renewed = await obtain(forced ? 'refused' : needed())
        if (renewed.value !== refused.value) return renewed
        stopReplacing()
        return undefined
      } catch {
        return undefined
      }
    },

    accepted(token, afterRefusal) {
      token.accepted = true
      if (afterRefusal) unproven = 0
    },

    refusedAgain(token) {
      if (usable()?.value === token.value) stopReplacing()
    },

    peek: usable,

    start: () => renewInBackground('start'),

    credentialsChanged() {
      retryAt = -Infinity
      replacing = false
      replacingIsUseless = false
      lastReplacementAt = -Infinity
      backoff.reset()
      if (inFlight) credentialsAreNew = true
      else renewInBackground('credentials')
    },

    ready() {
      const token = usable()
      used = true
      if (token !== undefined) {
        renewIfDue(token)
        return true
      }
      // It lapsed while nobody asked for anything: the probe wakes it.
      if (failure === undefined && !inFlight && !stopped) renewInBackground(needed())
      return false
    },

    status() {
      const token = usable()
      const lapsed = failure === undefined ? 'none' : failure.kind
      return {
        state: inFlight ? 'renewing' : token === undefined ? lapsed : 'valid',
        expiresInSeconds: token === undefined ? null : Math.floor((token.endsAt - now()) / 1000),
        obtainedAt: token === undefined ? null : token.obtainedOn.toISOString(),
        products,
        renewals: Math.max(obtained() - 1, 0),
        lastError: failure?.message ?? null,
      }
    },

    counts: { requests, renewals },

    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

function inWords(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000)
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
