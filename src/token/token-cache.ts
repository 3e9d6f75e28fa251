import { LRUCache } from 'lru-cache'
import type { BaseLogger } from 'pino'
import { formatDuration } from '../telemetry/format-duration.js'
import { createBackoff } from './backoff.js'
import { dueRenewal, nextDueAt, scheduleToken, type Situation, type TokenTimes } from './renewal-schedule.js'
import { createReplacementPolicy, REPLACEMENT_PAUSE_MS } from './replacement-policy.js'
import type { RequestToken } from './request-token.js'
import { TokenError } from './token-response.js'
import type { AccessToken, TokenSource } from './token-source.js'
import {
  type CredentialName,
  type RenewalReason,
  type TokenCounts,
  tokenProblem,
  type TokenStatus,
  tokenStatus,
} from './token-status.js'

export interface TokenCacheOptions {
  readonly credential: CredentialName
  readonly requestToken: RequestToken
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly log: BaseLogger
  /** The names of what the products of a token give access to, for the log. */
  readonly opens?: (products: readonly string[]) => readonly string[]
  /** From 0 to 1, for jitter. */
  readonly random?: () => number
}

/** One token for all callers: obtained once for all that wait, renewed ahead of need, replaced when 8x8 rejects it. */
export interface TokenCache extends TokenSource {
  /** Obtains the first token and keeps trying. Resolves when the first attempt is over, whatever came of it. */
  start(): Promise<void>
  /** Takes up changed credentials now: no back-off counts, and the old token serves until the new one is there. */
  credentialsChanged(): void
  /** Whether a token is usable now. Asking counts as use, so that a probed proxy keeps its token fresh. */
  ready(): boolean
  status(): TokenStatus
  readonly counts: TokenCounts
  /** Stops the timer. A token request in flight ends by itself. */
  stop(): void
}

const KEY = 'token'

interface CachedToken extends AccessToken, TokenTimes {
  readonly obtainedOn: Date
}

/**
 * Keeps one token in memory. lru-cache's `fetch()` is the single flight: any number of callers, one token request, and the
 * old token stays readable while the new one comes. What must not be done with it: `delete()` during a flight rejects every
 * caller; a caller's signal lets the first that leaves abort it for all; `allowStaleOnFetchRejection` serves an expired
 * token for ever.
 */
export function createTokenCache(options: TokenCacheOptions): TokenCache {
  const { credential, requestToken, now, log, opens = () => [], random = Math.random } = options
  const backoff = createBackoff(random)
  const replacements = createReplacementPolicy((heldBack) => {
    if (heldBack) {
      const pauseMs = REPLACEMENT_PAUSE_MS
      log.warn({ credential, pauseMs }, 'a new token was rejected too: renewals are held back')
    } else log.info({ credential }, 'the new token was accepted: renewals are not held back any more')
  })

  let inFlight = false
  let used = false
  let reason: RenewalReason = 'start'
  const requests = { ok: 0, refused: 0, unavailable: 0 }
  const renewals = { start: 0, due: 0, expired: 0, refused: 0, credentials: 0 }
  let products: readonly string[] = []
  let failure: { readonly error: TokenError; readonly retryAt: number } | undefined
  let credentialsAreNew = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const cache = new LRUCache<typeof KEY, CachedToken>({
    max: 1,
    noDeleteOnFetchRejection: true,
    async fetchMethod() {
      inFlight = true
      try {
        return await obtainForAll()
      } finally {
        inFlight = false
        afterFlight()
      }
    },
  })

  /** Credentials that change while the old ones fail are tried at once, so that the callers waiting get their token. */
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
      const { value, lifetimeMs, issuedAt = startedAt, isShared = false } = response
      const times = scheduleToken(issuedAt, lifetimeMs, random())
      if (times.expiresAt <= now()) {
        throw new TokenError('unavailable', 'The token had expired before it arrived.')
      }
      if (!isShared) requests.ok += 1
      renewals[reason] += 1
      replacements.obtained(now())
      products = response.products
      failure = undefined
      used = false
      backoff.reset()
      const lifetimeSeconds = lifetimeMs / 1000
      const durationMs = Math.round(now() - startedAt)
      log.info(
        { credential, reason, lifetimeSeconds, products, opens: opens(products), durationMs },
        isShared
          ? `token taken from the store, it lives another ${formatDuration(times.endsAt - now())}`
          : `token obtained, it lives ${formatDuration(lifetimeMs)}`,
      )
      return { value, products, accepted: false, obtainedAt: issuedAt, obtainedOn: new Date(), ...times }
    } catch (error) {
      throw failed(error)
    }
  }

  function failed(cause: unknown): TokenError {
    const error =
      cause instanceof TokenError
        ? cause
        : new TokenError('unavailable', 'The token request failed.', { cause })
    requests[error.kind] += 1
    const waitMs = Math.max(backoff.next(error.kind), error.retryAfterMs)
    failure = { error, retryAt: now() + waitMs }
    log[error.kind === 'refused' ? 'error' : 'warn'](
      { credential, reason: error.message, retryInMs: Math.round(waitMs) },
      `token ${error.kind}`,
    )
    return error
  }

  /** The token, if it may be sent now. lru-cache keeps it without a time to live: its end is checked on our clock. */
  function usable(time = now()): CachedToken | undefined {
    const token = cache.get(KEY)
    return token !== undefined && time < token.expiresAt ? token : undefined
  }

  const backingOff = () => failure !== undefined && now() < failure.retryAt

  /** Joins the flight, or starts one unless the last attempt failed too recently. */
  async function obtain(why: RenewalReason): Promise<CachedToken> {
    if (!inFlight && failure !== undefined && backingOff()) throw problem(failure.error)
    if (!inFlight) reason = why
    try {
      return await cache.forceFetch(KEY, { forceRefresh: true })
    } catch (error) {
      throw error instanceof TokenError ? problem(error) : error
    }
  }

  function problem(error: TokenError): Error {
    return tokenProblem(credential, error, (failure?.retryAt ?? now()) - now())
  }

  /** Never rejects: a failure is logged and remembered where it happens, and no caller waits for this one. */
  async function renew(why: RenewalReason): Promise<void> {
    await obtain(why).catch(() => undefined)
  }

  const obtained = () => Object.values(renewals).reduce((sum, count) => sum + count)

  /** Why a token is needed where there is none to use. */
  const needed = (): RenewalReason => (obtained() === 0 ? 'start' : 'expired')

  function renewIfDue(token: CachedToken, time = now()): void {
    if (time >= token.renewAt && !inFlight && !backingOff()) void renew('due')
  }

  function afterFlight(): void {
    if (stopped) return
    clearTimeout(timer)
    // The flight is over only when lru-cache has settled it. Credentials that came while the old ones were tried, with
    // success, are tried next.
    if (credentialsAreNew) setImmediate(renew, 'credentials')
    else setImmediate(schedule)
  }

  function heldBackMs(): number {
    return usable() === undefined ? 0 : replacements.heldBackMs(now())
  }

  function situation(): Situation {
    return { token: usable(), used, retryAt: failure?.retryAt }
  }

  /** Wakes up when the next token is due, or when a failure may be retried. */
  function schedule(): void {
    if (stopped || inFlight) return
    clearTimeout(timer)
    const dueAt = nextDueAt(situation())
    if (dueAt === undefined) return
    timer = setTimeout(
      () => {
        if (now() < dueAt) return schedule()
        const due = dueRenewal(situation())
        if (due !== undefined) void renew(due === 'obtain' ? needed() : 'due')
      },
      Math.max(dueAt - now(), 1),
    ).unref()
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

    async replace(rejected, path) {
      const token = usable()
      if (token !== undefined && token.value !== rejected.value) return token
      // One that has expired meanwhile, or is being renewed anyway, is not replaced because of the rejection.
      const forced = token !== undefined && !inFlight
      if (forced) {
        if (backingOff() || !replacements.mayReplace(token.accepted, path, now())) return undefined
        log.info({ credential }, 'token rejected by 8x8, replacing it')
        replacements.begin()
      }
      try {
        const renewed = await obtain(forced ? 'refused' : needed())
        if (renewed.value !== rejected.value) return renewed
        replacements.unchanged()
        return undefined
      } catch {
        return undefined
      }
    },

    accepted(token, path, afterRejection) {
      token.accepted = true
      if (cache.peek(KEY)?.value === token.value) replacements.accepted(path, afterRejection)
    },

    rejectedAgain(token, path) {
      if (usable()?.value === token.value) replacements.useless(path, now())
    },

    heldBackMs,

    start: () => renew('start'),

    credentialsChanged() {
      if (failure !== undefined) failure = { ...failure, retryAt: -Infinity }
      replacements.reset()
      backoff.reset()
      if (inFlight) credentialsAreNew = true
      else void renew('credentials')
    },

    ready() {
      const token = usable()
      used = true
      if (token !== undefined) {
        renewIfDue(token)
        return true
      }
      // It lapsed while there was no caller: the probe wakes it.
      if (failure === undefined && !inFlight && !stopped) void renew(needed())
      return false
    },

    status() {
      const known = {
        token: usable(),
        failure,
        obtained: obtained(),
        heldBackMs: heldBackMs(),
      }
      return tokenStatus({ ...known, inFlight, products, now: now() })
    },

    counts: { requests, renewals },

    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
