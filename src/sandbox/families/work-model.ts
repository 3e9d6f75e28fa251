import { groups, people, type Person, queues } from '../data/people.js'
import { seededHex, seededNumber, seededPick } from '../data/seeded.js'
import { occurrences, type Window } from '../data/time-series.js'

/** A call begins every nine minutes. */
const STEP_MS = 9 * 60_000
const RING_MS = 9_000

/** One side of a call. */
export interface Party {
  readonly address: string
  readonly name: string
}

/** A call of 8x8 Work, from which records, summaries and lists are made: so they agree. */
export interface WorkCall {
  readonly index: number
  readonly id: string
  readonly direction: 'Incoming' | 'Outgoing' | 'Internal'
  readonly caller: Party
  readonly callee: Party
  /** Who answered it, or made it. */
  readonly person: Person
  readonly startMs: number
  readonly ringMs: number
  /** 0 if nobody answered. */
  readonly talkMs: number
  readonly endMs: number
  /** Whether the caller hung up before anybody answered. */
  readonly isAbandoned: boolean
}

/** The call queues: on the PBX every queue has an extension. */
export const callQueues = queues
  .filter(({ channel }) => channel === 'phone')
  .map(({ id, name, siteId }) => ({ id, name, siteId, extension: `7${id}` }))

/** The ring groups, whose members are those of the groups. */
export const ringGroups = groups.map(({ id, name }) => {
  const members = people.filter(({ groupId }) => groupId === id)
  return { id, name, extension: `6${id}`, members }
})

/** Returns the calls that begin in a window and have ended, oldest first. */
export function callsIn({ startMs, endMs }: Window, nowMs: number): readonly WorkCall[] {
  return occurrences({ startMs, endMs: Math.min(endMs, nowMs) }, STEP_MS)
    .map(callAt)
    .filter((call) => call.endMs <= nowMs)
}

function callAt(index: number): WorkCall {
  const direction = seededPick(`direction ${index}`, ['Incoming', 'Outgoing', 'Internal'] as const)
  const person = people[index % people.length]!
  // Most calls to customers go to others than those that call: else hardly any call would be unreturned.
  const customer = customerOf(`call ${index}`, direction === 'Outgoing' ? 160 : 40)
  const self = partyOf(person)
  const other = partyOf(people[(index + 7) % people.length]!)
  const isMissed = seededNumber(`answered ${index}`, 0, 4) === 0
  const talkMs = isMissed ? 0 : seededNumber(`talk ${index}`, 10_000, 900_000)
  const startMs = index * STEP_MS
  return {
    index,
    id: seededHex(`call ${index}`, 16),
    direction,
    caller: { Incoming: customer, Outgoing: self, Internal: other }[direction],
    callee: direction === 'Outgoing' ? customer : self,
    person,
    startMs,
    ringMs: RING_MS,
    talkMs,
    endMs: startMs + RING_MS + talkMs,
    isAbandoned: isMissed && seededNumber(`abandoned ${index}`, 0, 1) === 0,
  }
}

/** Returns a person as one side of a call. */
export function partyOf({ extension, name }: Person): Party {
  return { address: extension, name }
}

/** Returns one of so many customers, always the same for the same seed. */
function customerOf(seed: string, count: number): Party {
  const number = seededNumber(`customer ${seed}`, 0, count - 1)
  return { address: `+1408555${String(100 + number).padStart(4, '0')}`, name: `Customer ${number}` }
}

/** Tells whether somebody is on a call in the minute of an instant: a third of all are. */
export function isOnCall({ userId }: Person, instantMs: number): boolean {
  return seededNumber(`${userId} ${Math.floor(instantMs / 60_000)}`, 0, 2) === 0
}

/** Returns with whom somebody is on a call, if on one. */
export function currentCustomer({ userId }: Person): Party {
  return customerOf(`now ${userId}`, 40)
}

/**
 * Fills the numbers of a summary by the names of its fields, in whichever of 8x8's spellings they are: the counts of the calls,
 * and their times in milliseconds.
 * @param extension whose calls they are, if they are one person's: it says which side of an internal call is meant.
 */
export function summed<T extends object>(example: T, calls: readonly WorkCall[], extension?: string): T {
  const sums = sumsOf(calls, extension)
  const numberOf = (name: string) => sums[name.replaceAll('_', '').toLowerCase()] ?? 0
  const fields = Object.entries(example).map(([name, value]: readonly [string, unknown]) => {
    return [name, typeof value === 'number' ? numberOf(name) : value] as const
  })
  return Object.fromEntries(fields) as T
}

function sumsOf(calls: readonly WorkCall[], extension: string | undefined): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  const count = (name: string, some: readonly WorkCall[], suffix = 'total') => {
    sums[name + suffix] = some.length
    sums[`${name}answered`] = some.filter(({ talkMs }) => talkMs > 0).length
    sums[`${name}abandoned`] = some.filter(({ isAbandoned }) => isAbandoned).length
    sums[`${name}missed`] = some.length - sums[`${name}answered`]!
    sums[`percent${name}answered`] = percentage(sums[`${name}answered`]!, some.length)
    sums[`${name}talktime`] = sum(some, ({ talkMs }) => talkMs)
  }
  const incoming = calls.filter(({ direction }) => direction === 'Incoming')
  const outgoing = calls.filter(({ direction }) => direction === 'Outgoing')
  const internal = calls.filter(({ direction }) => direction === 'Internal')
  const called = internal.filter(({ callee }) => extension === undefined || callee.address === extension)
  const made = internal.filter(({ caller }) => extension === undefined || caller.address === extension)
  count('externalinbound', incoming)
  count('externaloutbound', outgoing)
  count('internalinbound', called)
  count('internaloutbound', made)
  count('inbound', extension === undefined ? incoming : [...incoming, ...called])
  count('outbound', extension === undefined ? outgoing : [...outgoing, ...made])
  count('totalexttoext', internal, '')
  count('total', calls, 'calls')
  const { length } = calls
  const answered = sums['totalanswered']!
  const abandoned = sums['totalabandoned']!
  const times = {
    totalringtime: sum(calls, ({ ringMs }) => ringMs),
    totalabandonedtime: sum(calls, ({ isAbandoned, ringMs }) => (isAbandoned ? ringMs : 0)),
    totalcalltime: sum(calls, ({ startMs, endMs }) => endMs - startMs),
    totalrgtime: sum(calls, ({ startMs, endMs }) => endMs - startMs),
  }
  const voicemails = sums['totalmissed']! - abandoned
  return {
    ...sums,
    ...times,
    totalcall: length,
    offered: length,
    totalinbound: length,
    totaladvanced: voicemails,
    totalvm: voicemails,
    totalcallstovm: voicemails,
    avgringtime: average(times.totalringtime, length),
    avgcalltime: average(times.totalcalltime, length),
    avgrgtime: average(times.totalrgtime, length),
    avgtalktime: average(sums['totaltalktime']!, answered),
    avgabandonedtime: average(times.totalabandonedtime, abandoned),
  }
}

function sum(calls: readonly WorkCall[], of: (call: WorkCall) => number): number {
  return calls.reduce((total, call) => total + of(call), 0)
}

function average(total: number, count: number): number {
  return Math.round(total / Math.max(1, count))
}

function percentage(part: number, whole: number): number {
  return average(100 * part, whole)
}
