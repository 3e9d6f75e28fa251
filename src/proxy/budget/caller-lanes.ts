/** The waiting calls of one caller, in the order in which they came. */
export interface Lane<Call> {
  readonly name: string
  readonly waiting: Call[]
  /** How many of its calls count in a window. A lane with neither is forgotten. */
  held: number
}

/** Callers that are told apart; all that come beyond share one lane. */
export const MOST_CALLERS = 64
const ALL_OTHERS = 'others'

/** The callers of one family, who take turns. Names come from callers, so there are never more than 64 of them. */
export class CallerLanes<Call> {
  readonly #lanes = new Map<string, Lane<Call>>()
  /** Those in which a call waits; the first has its turn next. */
  readonly #ring: Lane<Call>[] = []

  /** How many callers have calls that wait or count. */
  get size(): number {
    return this.#lanes.size
  }

  get waiting(): number {
    return this.#ring.reduce((sum, { waiting }) => sum + waiting.length, 0)
  }

  find(name: string): Lane<Call> {
    const isFull = this.#lanes.size >= MOST_CALLERS - 1 && !this.#lanes.has(name)
    const key = isFull ? ALL_OTHERS : name
    let lane = this.#lanes.get(key)
    if (lane === undefined) this.#lanes.set(key, (lane = { name: key, waiting: [], held: 0 }))
    return lane
  }

  add(lane: Lane<Call>, call: Call): void {
    if (lane.waiting.push(call) === 1) this.#ring.push(lane)
  }

  /** Takes a call out, wherever it waits. @returns whether it waited */
  remove(lane: Lane<Call>, call: Call): boolean {
    const at = lane.waiting.indexOf(call)
    if (at === -1) return false
    lane.waiting.splice(at, 1)
    if (lane.waiting.length === 0) this.#ring.splice(this.#ring.indexOf(lane), 1)
    this.forgetIdle(lane)
    return true
  }

  /** Takes out the first call that may go, in turn: its lane has its next turn after all others. */
  takeNext(mayGo: (call: Call) => boolean): Call | undefined {
    const turn = this.#ring.findIndex(({ waiting }) => mayGo(waiting[0]!))
    if (turn === -1) return undefined
    const [lane] = this.#ring.splice(turn, 1)
    const call = lane!.waiting.shift()!
    if (lane!.waiting.length > 0) this.#ring.push(lane!)
    return call
  }

  /** The calls whose turn comes before that of the last call of a lane, if no other call comes. */
  ahead(lane: Lane<Call>): Call[] {
    const rounds = lane.waiting.length - 1
    const turn = this.#ring.indexOf(lane)
    return this.#ring.flatMap(({ waiting }, i) => waiting.slice(0, i < turn ? rounds + 1 : rounds))
  }

  forgetIdle(lane: Lane<Call>): void {
    if (lane.held === 0 && lane.waiting.length === 0) this.#lanes.delete(lane.name)
  }

  /** All calls that wait. */
  all(): Call[] {
    return this.#ring.flatMap(({ waiting }) => waiting)
  }
}
