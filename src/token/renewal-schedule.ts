/** When a token may be sent, and when the next one is due. On the monotonic clock, in milliseconds. */
export interface TokenTimes {
  /** It is never sent from here on. */
  readonly expiresAt: number
  readonly renewAt: number
  /** The end of its life at 8x8, a little after the last moment at which it is sent. */
  readonly endsAt: number
}

const RENEW_AT = 0.8
const RENEW_JITTER = 0.02
// A token is not used in the last 5 % of its life (30 s at most): the request still has to travel.
const LAST_PART = 0.05
const LONGEST_LAST_PART_MS = 30_000

/**
 * Plans the life of a token: renewed at 80 % of it, 2 % more or less so that a fleet spreads.
 *
 * @param issuedAt from when its lifetime counts
 * @param random from 0 to 1
 */
export function scheduleToken(issuedAt: number, lifetimeMs: number, random: number): TokenTimes {
  const endsAt = issuedAt + lifetimeMs
  return {
    endsAt,
    expiresAt: endsAt - Math.min(lifetimeMs * LAST_PART, LONGEST_LAST_PART_MS),
    renewAt: issuedAt + lifetimeMs * (RENEW_AT + RENEW_JITTER * (2 * random - 1)),
  }
}

export interface Situation {
  /** The token that may be sent now, if there is one. */
  readonly token: TokenTimes | undefined
  /** Whether it has been used since it was obtained. */
  readonly used: boolean
  /** When the last failure may be retried; undefined if the last attempt did not fail. */
  readonly retryAt: number | undefined
}

/** Tells when something is due without any caller, or undefined if the next caller decides. */
export function nextDueAt({ token, retryAt }: Situation): number | undefined {
  return retryAt ?? token?.renewAt
}

/** Tells what to do when that moment has come: an idle proxy does not renew a token that is still good. */
export function dueRenewal({ token, used }: Situation): 'obtain' | 'renew' | undefined {
  if (token === undefined) return 'obtain'
  return used ? 'renew' : undefined
}
