import type { IncomingHttpHeaders } from 'node:http'
import type { Logger } from 'pino'
import type { Family } from '../../api/families.js'
import { ProxyError } from '../../http/errors.js'
import type { RateStatus } from '../../telemetry/counters.js'
import { emptyHistogram, observe } from '../../telemetry/histogram.js'
import { type BudgetedCall, FamilyBudget } from './family-budget.js'
import { readRateNews } from './rate-headers.js'

/** One call that waits for its turn, or has had it and counts. */
export interface Turn {
  /** The response's headers came: its place is free again one window from now. */
  answered(status: number, headers: IncomingHttpHeaders): void
  /** It is over: its caller left, or there will be no response. @param wasSent whether 8x8 may have counted it */
  end(wasSent: boolean): void
}

/** What happens to a call in the end: one of the two, once. */
export interface TurnTaker {
  /** It is to be sent now. */
  go(turn: Turn): void
  /** It would wait too long. */
  refuse(error: ProxyError): void
}

export interface TurnsOptions {
  /** The longest that a call may wait. */
  readonly maxWaitMs: number
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly log: Logger
}

/** Holds the calls of one family until their turn: the budget's clock, timer and log. */
export class Turns {
  readonly #family: Family
  readonly #options: TurnsOptions
  readonly #budget: FamilyBudget
  /** Those that wait, in the order in which they came: the first has to go, or be refused, first. */
  readonly #waiting = new Map<
    BudgetedCall,
    { readonly taker: TurnTaker; readonly turn: Turn; readonly since: number }
  >()
  readonly #waits = emptyHistogram()
  #isPumping = false
  #timer: NodeJS.Timeout | undefined
  #spell: { waited: number; refused: number; longestMs: number } | undefined
  #spellTimer: NodeJS.Timeout | undefined
  #refused = 0

  constructor(family: Family, options: TurnsOptions) {
    this.#family = family
    this.#options = options
    this.#budget = new FamilyBudget(family.limits!)
  }

  /** Lets a call wait for its turn, which may come before this returns. */
  take(caller: string, taker: TurnTaker): Turn {
    const now = this.#options.now()
    const call = this.#budget.join(caller, now)
    const turn: Turn = {
      answered: (status, headers) => this.#answered(call, status, headers),
      end: (wasSent) => this.#end(call, wasSent),
    }
    this.#waiting.set(call, { taker, turn, since: now })
    this.#pump(now)
    if (!this.#waiting.has(call)) return turn
    this.#beginSpell()
    const waitMs = this.#budget.expectedWaitMs(call, now)
    if (waitMs > this.#options.maxWaitMs) this.#refuse(call, waitMs)
    return turn
  }

  status(): RateStatus {
    const now = this.#options.now()
    return {
      family: this.#family.name,
      limits: this.#family.limits!.map(({ calls, windowMs }) => ({ calls, windowSeconds: windowMs / 1000 })),
      remaining: this.#budget.remaining(now),
      waiting: this.#waiting.size,
      callers: this.#budget.callers,
      pausedForSeconds: Math.max(0, Math.ceil((this.#budget.pausedUntil - now) / 1000)),
      refused: this.#refused,
      waits: this.#waits,
    }
  }

  /** Stops the timers: no call that waits is sent any more. */
  stop(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#spellTimer)
  }

  /** Sends what may go now, and wakes up when there may be more. */
  #pump(now = this.#options.now()): void {
    // What is sent may end at once, and come back here.
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      for (let call = this.#budget.next(now); call !== undefined; call = this.#budget.next(now)) {
        this.#go(call, now)
      }
      this.#refuseLate(now)
    } finally {
      this.#isPumping = false
    }
    this.#wakeUp(now)
  }

  #go(call: BudgetedCall, now: number): void {
    const { taker, turn, since } = this.#waiting.get(call)!
    this.#waiting.delete(call)
    observe(this.#waits, (now - since) / 1000)
    if (this.#spell !== undefined && now > since) {
      this.#spell.waited += 1
      this.#spell.longestMs = Math.max(this.#spell.longestMs, now - since)
    }
    taker.go(turn)
  }

  /** Those whose time is over, or will be before a pause is. */
  #refuseLate(now: number): void {
    for (const [call, { since }] of this.#waiting) {
      const deadline = since + this.#options.maxWaitMs
      if (deadline > now && deadline >= this.#budget.pausedUntil) return
      this.#refuse(call, this.#budget.expectedWaitMs(call, now))
    }
  }

  #wakeUp(now: number): void {
    clearTimeout(this.#timer)
    const [first] = this.#waiting.values()
    if (first === undefined) return this.#endSpellSoon()
    const at = Math.min(this.#budget.nextAt(now), first.since + this.#options.maxWaitMs)
    this.#timer = setTimeout(() => this.#pump(), Math.max(1, Math.ceil(at - now))).unref()
  }

  #refuse(call: BudgetedCall, waitMs: number): void {
    const { taker } = this.#waiting.get(call)!
    this.#waiting.delete(call)
    this.#budget.leave(call)
    this.#refused += 1
    if (this.#spell !== undefined) this.#spell.refused += 1
    taker.refuse(
      new ProxyError(
        'rate-budget',
        `8x8 allows ${allowed(this.#family)}, and the calls before this one take longer than X8_RATE_WAIT_MS. Nothing was sent.`,
        { retryAfterMs: waitMs },
      ),
    )
  }

  #answered(call: BudgetedCall, status: number, headers: IncomingHttpHeaders): void {
    const now = this.#options.now()
    this.#budget.ended(call, now, true)
    const { pauseMs, left } = readRateNews(status, headers)
    if (left !== undefined) this.#budget.lower(left.calls, now + left.forMs)
    if (pauseMs !== undefined) {
      this.#budget.pause(now + pauseMs)
      this.#options.log.warn(
        { family: this.#family.name, pauseMs },
        '8x8 refused a call (429): its family is paused',
      )
    }
    this.#pump()
  }

  #end(call: BudgetedCall, wasSent: boolean): void {
    if (call.endedAt !== undefined) return
    if (this.#waiting.delete(call)) this.#budget.leave(call)
    else if (call.sentAt === undefined) return
    else if (wasSent) this.#budget.ended(call, this.#options.now(), false)
    else this.#budget.giveBack(call)
    this.#pump()
  }

  #beginSpell(): void {
    clearTimeout(this.#spellTimer)
    this.#spellTimer = undefined
    if (this.#spell !== undefined) return
    this.#spell = { waited: 0, refused: 0, longestMs: 0 }
    const { name } = this.#family
    this.#options.log.info({ family: name }, `calls wait for their turn: 8x8 allows ${allowed(this.#family)}`)
  }

  /** Once no call has waited for a window: a job at the limit would have a line for each wave. */
  #endSpellSoon(): void {
    if (this.#spell === undefined || this.#spellTimer !== undefined) return
    const quietMs = Math.max(...this.#family.limits!.map(({ windowMs }) => windowMs))
    this.#spellTimer = setTimeout(() => {
      const { waited, refused, longestMs } = this.#spell!
      this.#spell = this.#spellTimer = undefined
      const facts = { family: this.#family.name, waited, refused, longestMs: Math.round(longestMs) }
      this.#options.log.info(facts, 'no call waits for its turn any more')
    }, quietMs).unref()
  }
}

function allowed({ title, limits }: Family): string {
  const rules = limits!.map(({ calls, windowMs }) => `${calls} calls in ${windowMs / 1000} s`)
  return `${rules.join(' and ')} to ${title}`
}
