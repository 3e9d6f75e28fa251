import type { IncomingHttpHeaders } from 'node:http'
import { parseHttpDate } from '../../http/http-date.js'

/** What a response says about its family's budget. Durations are in milliseconds from the response on. */
export interface RateNews {
  /** 8x8 refused the call (429) and named a time to wait. */
  readonly pauseMs: number | undefined
  /** How many calls are left, and for how long that holds. */
  readonly left: { readonly calls: number; readonly forMs: number } | undefined
}

// A window of 8x8's is a minute at most; a header that says more must not stop a family for an hour.
const LONGEST_HOLD_MS = 60_000

/**
 * Reads `Retry-After` of a 429 (RFC 9110, section 10.2.3) and `x-ratelimit-remaining` with `x-ratelimit-reset`, which is a
 * time in epoch seconds (8x8's administration suite). Times of day are read against the response's own `Date`, since our
 * clock need not agree with 8x8's; without it they say nothing.
 */
export function readRateNews(status: number, headers: IncomingHttpHeaders): RateNews {
  const date = typeof headers.date === 'string' ? parseHttpDate(headers.date) : undefined
  return {
    pauseMs: status === 429 ? pauseOf(headers['retry-after'], date) : undefined,
    left: leftOf(headers, date),
  }
}

function pauseOf(retryAfter: string | undefined, date: number | undefined): number | undefined {
  if (typeof retryAfter !== 'string') return undefined
  if (/^\s*\d+\s*$/.test(retryAfter)) return bounded(Number(retryAfter) * 1000)
  const until = date === undefined ? undefined : parseHttpDate(retryAfter, date)
  return until === undefined ? undefined : bounded(until - date!)
}

function leftOf(headers: IncomingHttpHeaders, date: number | undefined): RateNews['left'] {
  const calls = wholeNumber(headers['x-ratelimit-remaining'])
  const reset = wholeNumber(headers['x-ratelimit-reset'])
  if (calls === undefined || reset === undefined || date === undefined) return undefined
  const forMs = bounded(reset * 1000 - date)
  return forMs === undefined ? undefined : { calls, forMs }
}

function wholeNumber(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\s*\d{1,15}\s*$/.test(value) ? Number(value) : undefined
}

function bounded(ms: number): number | undefined {
  return ms > 0 ? Math.min(ms, LONGEST_HOLD_MS) : undefined
}
