import type { RateLimit } from '../../api/families.js'
import { CallerLanes, type Lane } from './caller-lanes.js'

/** A call that waits for its turn, or has had it. */
export interface BudgetedCall {
  readonly lane: Lane<BudgetedCall>
  /** It came from a caller that calls seldom: the places that are kept for such calls are for it, too. */
  readonly isLight: boolean
  /** When it was sent, on the clock of `now`; undefined while it waits. */
  sentAt: number | undefined
  /** When its response came: from then on its place counts for one more window. */
  endedAt: number | undefined
}

// How much of a window is kept for those that call seldom.
const RESERVE = 0.2
// What was sent may reach 8x8 this much later than its connection ends here, where no response tells that it has.
const UNANSWERED_GRACE_MS = 1_000
// A guess at how long responses take, until there is one.
const FIRST_ROUND_TRIP_MS = 100

/**
 * One family's calls under its documented limits. Pure: time comes as an argument, in monotonic milliseconds, and whoever
 * holds it asks `next` whenever something may have changed.
 *
 * A call takes a place when it is sent, and the place is free again one window after its response came. 8x8 counted the call
 * somewhere in between, so that no window of 8x8's ever holds more calls than the limit. Counted from when calls are sent it
 * would: one that travels long is followed by one that travels fast.
 *
 * Callers take turns. A fifth of each window is kept for those that call seldom, whoever uses the rest: a single bulk job, or
 * many callers together.
 */
export class FamilyBudget {
  readonly #limits: readonly RateLimit[]
  readonly #lanes = new CallerLanes<BudgetedCall>()
  /** Those that count in the longest window, in the order in which they were sent. */
  #sent: BudgetedCall[] = []
  #pausedUntil = -Infinity
  #ceiling: { left: number; readonly until: number } | undefined
  #roundTripMs = FIRST_ROUND_TRIP_MS

  constructor(limits: readonly RateLimit[]) {
    this.#limits = limits
  }

  /** How many calls wait. */
  get waiting(): number {
    return this.#lanes.waiting
  }

  /** How many callers have calls that wait or count: 64 at most. */
  get callers(): number {
    return this.#lanes.size
  }

  /** How many calls are remembered: as many as the longest limit allows at most. */
  get remembered(): number {
    return this.#sent.length
  }

  /** All calls that wait. */
  waitingCalls(): readonly BudgetedCall[] {
    return this.#lanes.all()
  }

  /** Puts a call in the line of its caller. */
  join(caller: string, now: number): BudgetedCall {
    this.#forget(now)
    const lane = this.#lanes.find(caller)
    const call = { lane, isLight: this.#callsSeldom(lane, now), sentAt: undefined, endedAt: undefined }
    this.#lanes.add(lane, call)
    return call
  }

  /** Takes a call out of the line. @returns whether it was there */
  leave(call: BudgetedCall): boolean {
    return this.#lanes.remove(call.lane, call)
  }

  /** Takes a place for the call whose turn it is. @returns undefined if none can go now */
  next(now: number): BudgetedCall | undefined {
    this.#forget(now)
    if (now < this.#pausedUntil || this.#leftOfCeiling(now) <= 0) return undefined
    const call = this.#lanes.takeNext((first) =>
      this.#limits.every((limit) => this.#mayGo(first, limit, now)),
    )
    if (call === undefined) return undefined
    call.sentAt = now
    call.lane.held += 1
    this.#sent.push(call)
    if (this.#ceiling !== undefined) this.#ceiling.left -= 1
    return call
  }

  /** Its response came, or will not come any more: 8x8 may have counted it until now. */
  ended(call: BudgetedCall, now: number, isAnswered: boolean): void {
    if (call.endedAt !== undefined) return
    call.endedAt = isAnswered ? now : now + UNANSWERED_GRACE_MS
    if (isAnswered) this.#roundTripMs += (now - call.sentAt! - this.#roundTripMs) / 4
  }

  /** It got a place, but was not sent: 8x8 knows nothing of it. */
  giveBack(call: BudgetedCall): void {
    const at = this.#sent.indexOf(call)
    if (at === -1 || call.endedAt !== undefined) return
    this.#sent.splice(at, 1)
    this.#release(call)
  }

  /** Sends nothing until then. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until)
  }

  /**
   * 8x8 says how many calls are left until a time. It can only lower the budget: the documented limits hold as well.
   *
   * @param remaining as 8x8 counted when it responded; calls under way may not have been among them
   */
  lower(remaining: number, until: number): void {
    const underWay = this.#sent.filter(({ endedAt }) => endedAt === undefined).length
    this.#ceiling = { left: remaining - underWay, until }
  }

  /** When `next` may have another result without anything else happening; `Infinity` if by itself never. */
  nextAt(now: number): number {
    const times = this.#sent.flatMap(({ endedAt }) =>
      endedAt === undefined ? [] : this.#limits.map(({ windowMs }) => endedAt + windowMs),
    )
    times.push(this.#pausedUntil, this.#ceiling?.until ?? -Infinity)
    return Math.min(...times.filter((time) => time > now))
  }

  /** How many calls could be sent at once now, by callers that call seldom. */
  remaining(now: number): number {
    this.#forget(now)
    if (now < this.#pausedUntil) return 0
    const free = this.#limits.map((limit) => limit.calls - this.#counted(limit, now).length)
    return Math.max(0, Math.min(...free, this.#leftOfCeiling(now)))
  }

  /** When the family is not paused any more; in the past if it is not. */
  get pausedUntil(): number {
    return this.#pausedUntil
  }

  /**
   * How long the last call of a caller's line will wait, in milliseconds, by the calls that wait now and by how long
   * responses have been taking. Exact to a round trip while no other caller comes.
   */
  expectedWaitMs(call: BudgetedCall, now: number): number {
    const ahead = this.#lanes.ahead(call.lane)
    const until = this.#limits.map((limit) => this.#turnUnder(limit, call, ahead, now))
    if (ahead.length >= this.#leftOfCeiling(now)) until.push(this.#ceiling!.until)
    return Math.max(...until, this.#pausedUntil, now) - now
  }

  /** When a call has its turn under one limit. */
  #turnUnder(limit: RateLimit, call: BudgetedCall, ahead: readonly BudgetedCall[], now: number): number {
    const reserve = reserveOf(limit)
    const alike = ahead.filter((other) =>
      call.isLight ? other.isLight : !other.isLight || other.lane === call.lane,
    ).length
    const freeFrom = ({ endedAt, sentAt }: BudgetedCall) =>
      (endedAt ?? Math.max(now, sentAt! + this.#roundTripMs)) + limit.windowMs
    const turn = (counted: readonly BudgetedCall[], capacity: number, before: number) =>
      turnAmong(counted.map(freeFrom), capacity, before, limit.windowMs + this.#roundTripMs, now)

    const counted = this.#counted(limit, now)
    const inAll = turn(counted, limit.calls, ahead.length)
    const heavy = this.#heavy(limit, counted)
    if (!call.isLight) return Math.max(inAll, turn(heavy, limit.calls - reserve, alike))
    if (reserve === 0) return inAll
    const light = counted.filter((other) => !heavy.includes(other))
    return Math.min(inAll, turn(light, reserve, alike))
  }

  #mayGo(call: BudgetedCall, limit: RateLimit, now: number): boolean {
    const counted = this.#counted(limit, now)
    if (counted.length >= limit.calls) return false
    if (call.isLight && this.#lately(call.lane, limit, now) < this.#shareOfReserve(limit)) return true
    if (this.#heavy(limit, counted).length < limit.calls - reserveOf(limit)) return true
    // Beside one that uses more than half, all others may use what it leaves.
    const uses = usesOf(counted)
    const own = uses.get(call.lane) ?? 0
    uses.delete(call.lane)
    return own + 1 <= limit.calls / 2 && Math.max(0, ...uses.values()) > limit.calls / 2
  }

  /** The calls that do not count as what is kept: of callers that called often, or do so now. */
  #heavy(limit: RateLimit, counted: readonly BudgetedCall[]): BudgetedCall[] {
    const uses = usesOf(counted)
    const share = this.#shareOfReserve(limit)
    return counted.filter(({ isLight, lane }) => !isLight || uses.get(lane)! + lane.waiting.length > share)
  }

  #callsSeldom(lane: BudgetedCall['lane'], now: number): boolean {
    return this.#limits.every(
      (limit) => this.#lately(lane, limit, now) + lane.waiting.length < this.#shareOfReserve(limit),
    )
  }

  /** Half a window and no longer, so that a caller with one call in each window is one that calls seldom. */
  #lately(lane: BudgetedCall['lane'], { windowMs }: RateLimit, now: number): number {
    return this.#sent.filter((call) => call.lane === lane && call.sentAt! > now - windowMs / 2).length
  }

  #shareOfReserve(limit: RateLimit): number {
    return Math.max(1, Math.floor(reserveOf(limit) / Math.max(1, this.#lanes.size - 1)))
  }

  #counted({ windowMs }: RateLimit, now: number): BudgetedCall[] {
    return this.#sent.filter(({ endedAt }) => endedAt === undefined || now < endedAt + windowMs)
  }

  #leftOfCeiling(now: number): number {
    if (this.#ceiling !== undefined && now >= this.#ceiling.until) this.#ceiling = undefined
    return this.#ceiling?.left ?? Infinity
  }

  #forget(now: number): void {
    const longest = Math.max(...this.#limits.map(({ windowMs }) => windowMs))
    const isOver = ({ endedAt }: BudgetedCall) => endedAt !== undefined && now >= endedAt + longest
    if (!this.#sent.some(isOver)) return
    for (const call of this.#sent) if (isOver(call)) this.#release(call)
    this.#sent = this.#sent.filter((call) => !isOver(call))
  }

  #release({ lane }: BudgetedCall): void {
    lane.held -= 1
    this.#lanes.forgetIdle(lane)
  }
}

function reserveOf({ calls }: RateLimit): number {
  return Math.floor(RESERVE * calls)
}

function usesOf(calls: readonly BudgetedCall[]): Map<BudgetedCall['lane'], number> {
  const uses = new Map<BudgetedCall['lane'], number>()
  for (const { lane } of calls) uses.set(lane, (uses.get(lane) ?? 0) + 1)
  return uses
}

/**
 * When a place becomes free for the call behind `before` others.
 *
 * @param freeFrom when each place that is taken is free again
 * @param cycleMs from taking a place to its being free again
 */
function turnAmong(
  freeFrom: readonly number[],
  capacity: number,
  before: number,
  cycleMs: number,
  now: number,
): number {
  const rounds = Math.floor(before / capacity)
  const free = capacity - freeFrom.length
  const place = before % capacity
  const first = place < free ? now : freeFrom.toSorted((a, b) => a - b)[place - free]!
  return first + rounds * cycleMs
}
