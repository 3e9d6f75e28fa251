import { familyOf } from '../../api/families.js'
import { apigeeFault } from '../faults/gateway-faults.js'
import type { SandboxResponse } from './handler.js'
import { json, message } from './responses.js'

/** At most so many requests in so many milliseconds. */
interface Window {
  readonly most: number
  readonly ms: number
}

interface Limit {
  readonly windows: readonly Window[]
  /** The family's own 429. `waitSeconds` are whole and at least 1. */
  readonly refuse: (exceeded: Window, waitSeconds: number, path: string) => SandboxResponse
  /** Whether each response says how much is left (`x-ratelimit-*`). */
  readonly counted?: true
}

/**
 * The limits that 8x8 documents, by family. The account of the sandbox has one key, so that "per key" and "per customer" are
 * the same. Sources: 8x8's guides "Chat: things you should know", "End-to-End Journey API", "Administration API Essentials",
 * "Contact Search". Work chat's text is Apigee's, since its other errors are.
 */
const LIMITS: ReadonlyMap<string, Limit> = new Map<string, Limit>([
  [
    'work-chat',
    {
      windows: [{ most: 5, ms: 1_000 }],
      refuse: () =>
        apigeeFault(
          429,
          'Spike arrest violation. Allowed rate : 5ps',
          'policies.ratelimit.SpikeArrestViolation',
        ),
    },
  ],
  [
    'journey',
    {
      windows: [{ most: 10, ms: 60_000 }],
      refuse: (_exceeded, seconds) => {
        const url = 'https://developer.8x8.com/analytics/docs/end-to-end-journey-api'
        const error = { message: 'Rate limit exceeded', suggestion: 'Wait as long as Retry-After says', url }
        return json({ errors: [error] }, 429, { 'Retry-After': String(seconds) })
      },
    },
  ],
  [
    'administration',
    {
      counted: true,
      windows: [
        { most: 100, ms: 60_000 },
        { most: 20, ms: 10_000 },
      ],
      refuse: ({ most, ms }, _seconds, instance) => {
        const time = ms === 60_000 ? 'minute' : `${ms / 1000} seconds`
        const error = {
          code: 'RATE_LIMIT_EXCEEDED',
          message: `Maximum ${most} requests per ${time} exceeded`,
        }
        return json(
          {
            status: 429,
            title: 'Too Many Requests',
            detail: 'Rate limit exceeded',
            instance,
            time: new Date().toISOString(),
            errors: [error],
          },
          429,
          { 'Content-Type': 'application/problem+json' },
        )
      },
    },
  ],
  ['contacts', { windows: [{ most: 60, ms: 60_000 }], refuse: () => message(429, 'Too Many Requests') }],
])

/** What the limits say about one request. */
export interface Verdict {
  /** The 429; undefined if the request may pass. */
  readonly refused?: SandboxResponse
  readonly headers: Readonly<Record<string, string>>
}

/** The documented rate limits, off until they are switched on. */
export interface RateLimits {
  readonly on: boolean
  /** Begins with nothing used. */
  set(on: boolean): void
  /** Counts a request against the limits of its family. One that is refused does not count. */
  take(path: string): Verdict
}

const FREE: Verdict = { headers: {} }

/**
 * Creates limits with sliding windows.
 * @param now monotonic milliseconds.
 * @param date epoch milliseconds, for `x-ratelimit-reset`.
 */
export function createRateLimits(now: () => number, date: () => number): RateLimits {
  let on = false
  /** When the requests of a family came, oldest first; of its longest window. */
  const taken = new Map<string, number[]>()
  return {
    get on() {
      return on
    },
    set(wanted) {
      on = wanted
      taken.clear()
    },
    take(path) {
      const { name } = familyOf(path)
      const limit = on ? LIMITS.get(name) : undefined
      if (limit === undefined) return FREE
      const nowMs = now()
      const longest = Math.max(...limit.windows.map(({ ms }) => ms))
      const times = (taken.get(name) ?? []).filter((time) => time > nowMs - longest)
      taken.set(name, times)
      const exceeded = limit.windows.find((window) => left(window, times, nowMs) === 0)
      if (exceeded === undefined) times.push(nowMs)
      const shown = exceeded ?? limit.windows[0]!
      const waitMs = waitOf(shown, times, nowMs)
      const headers: Record<string, string> = limit.counted
        ? {
            'x-ratelimit-limit': String(shown.most),
            'x-ratelimit-remaining': String(left(shown, times, nowMs)),
            'x-ratelimit-reset': String(Math.ceil((date() + waitMs) / 1000)),
          }
        : {}
      if (exceeded === undefined) return { headers }
      return { headers, refused: limit.refuse(exceeded, Math.max(1, Math.ceil(waitMs / 1000)), path) }
    },
  }
}

function within({ ms }: Window, times: readonly number[], nowMs: number): readonly number[] {
  return times.filter((time) => time > nowMs - ms)
}

function left(window: Window, times: readonly number[], nowMs: number): number {
  return window.most - within(window, times, nowMs).length
}

/** How long until the oldest request of a window counts no more. */
function waitOf(window: Window, times: readonly number[], nowMs: number): number {
  const [oldest = nowMs] = within(window, times, nowMs)
  return oldest + window.ms - nowMs
}
