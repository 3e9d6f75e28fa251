import type { RateLimit } from '../../src/api/families.js'
import { type BudgetedCall, FamilyBudget } from '../../src/proxy/budget/family-budget.js'

/** A call as a caller of a simulation makes it. */
export interface SimulatedCall {
  readonly caller: string
  readonly at: number
  /** From sending to arrival, and from there to the response, in milliseconds. */
  readonly there: number
  readonly back: number
  /** How long after it came the caller leaves, if it does. */
  readonly leavesAfter?: number
  /** No connection: it never gets to the far side. */
  readonly isLost?: boolean
  /** What its caller sends once the response is there: `at` is how long after. */
  readonly followedBy?: SimulatedCall
}

export interface SimulatedOutcome {
  readonly call: SimulatedCall
  readonly budgeted: BudgetedCall
  /** Undefined if it was never sent. */
  readonly sentAt: number | undefined
  readonly leftAt: number | undefined
}

/** The far side: a strict sliding window for each limit, by when calls arrive there. */
export class FarSide {
  readonly #limits: readonly RateLimit[]
  readonly #arrivals: number[] = []
  refused = 0
  /** The most calls that any window has held, for each limit. */
  readonly most: number[]

  constructor(limits: readonly RateLimit[]) {
    this.#limits = limits
    this.most = limits.map(() => 0)
  }

  arrive(at: number): void {
    this.#arrivals.push(at)
    const counts = this.#limits.map(
      ({ windowMs }) => this.#arrivals.filter((earlier) => earlier > at - windowMs).length,
    )
    counts.forEach((count, i) => (this.most[i] = Math.max(this.most[i]!, count)))
    if (this.#limits.some(({ calls }, i) => counts[i]! > calls)) this.refused += 1
  }
}

type Task = { readonly at: number; readonly order: number; readonly run: () => void }

/** Plays calls against a budget and a far side: events in the order of their time, no real time passes. */
export function simulate(
  limits: readonly RateLimit[],
  calls: readonly SimulatedCall[],
  check: (budget: FamilyBudget, now: number) => void = () => undefined,
): { outcomes: SimulatedOutcome[]; farSide: FarSide; endedAt: number } {
  const budget = new FamilyBudget(limits)
  const farSide = new FarSide(limits)
  const outcomes = new Map<BudgetedCall, { -readonly [K in keyof SimulatedOutcome]: SimulatedOutcome[K] }>()
  const tasks: Task[] = []
  let order = 0
  let now = 0
  let wakesAt = Infinity
  const later = (at: number, run: () => void) => void tasks.push({ at, order: order++, run })

  function pump(): void {
    for (let sent = budget.next(now); sent !== undefined; sent = budget.next(now)) send(sent)
    const next = budget.nextAt(now)
    if (next < wakesAt && budget.waiting > 0) {
      wakesAt = next
      later(next, () => (wakesAt = Infinity))
    }
  }

  function send(budgeted: BudgetedCall): void {
    const outcome = outcomes.get(budgeted)!
    const { call } = outcome
    outcome.sentAt = now
    if (call.isLost === true) return later(now + call.back, () => budget.giveBack(budgeted))
    const arrivesAt = now + call.there
    later(arrivesAt, () => farSide.arrive(arrivesAt))
    later(arrivesAt + call.back, () => {
      budget.ended(budgeted, now, true)
      if (call.followedBy !== undefined) come({ ...call.followedBy, at: now + call.followedBy.at })
    })
  }

  function come(call: SimulatedCall): void {
    later(call.at, () => {
      const budgeted = budget.join(call.caller, now)
      outcomes.set(budgeted, { call, budgeted, sentAt: undefined, leftAt: undefined })
      if (call.leavesAfter === undefined) return
      later(now + call.leavesAfter, () => {
        const outcome = outcomes.get(budgeted)!
        if (budgeted.endedAt !== undefined) return
        outcome.leftAt = now
        if (!budget.leave(budgeted) && call.isLost !== true) budget.ended(budgeted, now, false)
      })
    })
  }

  for (const call of calls) come(call)
  while (tasks.length > 0) {
    let first = 0
    for (let i = 1; i < tasks.length; i += 1) {
      const [a, b] = [tasks[i]!, tasks[first]!]
      if (a.at < b.at || (a.at === b.at && a.order < b.order)) first = i
    }
    const [task] = tasks.splice(first, 1)
    now = task!.at
    task!.run()
    pump()
    check(budget, now)
  }
  return { outcomes: [...outcomes.values()], farSide, endedAt: now }
}

/** Calls of one caller, each a while after the response to the one before. */
export function oneByOne(call: SimulatedCall, count: number, thinkMs: number): SimulatedCall {
  const rest = count > 1 ? { followedBy: oneByOne({ ...call, at: thinkMs }, count - 1, thinkMs) } : {}
  return { ...call, ...rest }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
