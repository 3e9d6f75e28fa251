import { ACTIVE_CALL, QUEUE_CALL, workCalls as described } from '../../api/calls/work-calls.js'
import { people } from '../data/people.js'
import { seededHex, seededNumber } from '../data/seeded.js'
import { sorted } from '../data/sorting.js'
import { workToken } from '../gateway/access.js'
import type { SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { pageOf } from '../gateway/paging.js'
import { isObject } from '../gateway/parameters.js'
import { type CheckedCall, simulate } from '../gateway/simulate.js'
import {
  callQueues,
  callsIn,
  currentCustomer,
  isOnCall,
  type Party,
  partyOf,
  type WorkCall,
} from './work-model.js'
import {
  failure,
  isAtSite,
  isInDayPart,
  livePbxRefusal,
  liveWindow,
  type LiveWindow,
  siteName,
} from './work-responses.js'

type Rows = (typeof described)['rows']
type Given<Row extends keyof Rows> = Omit<CheckedCall<Rows[Row]>, 'sent'>
type Unreturned = SandboxCall & { readonly given: LiveWindow & UnreturnedFilter }

interface UnreturnedFilter {
  readonly callerAddresses?: readonly string[] | undefined
  readonly calleeAddresses?: readonly string[] | undefined
  readonly siteIds?: readonly string[] | undefined
  readonly search?: string | undefined
}

/** Calls of call queues, calls of this minute, and calls that nobody has returned. */
export const workCalls = simulate(described, {
  access: workToken,
  refuse: failure,
  demands: livePbxRefusal,
  handlers: {
    workCalls: (call) => {
      const { queueIds, siteIds } = call.given
      return about(call, (calls) => {
        const rows = calls
          .filter(({ direction }) => direction !== 'Outgoing')
          .filter((one) => queueIds?.includes(queueOf(one).id) ?? true)
          .filter((one) => siteIds?.includes(queueOf(one).siteId) ?? true)
          .map(queueCall)
        return after(call, 'callId', rows, (page) => ({ calls: page }))
      })
    },
    workCall: (call) =>
      about(call, (calls) => {
        const found = calls.find(({ id }) => id === call.params['callId'])
        return found
          ? { detailedCallRecords: journeyOf(found) }
          : failure(call, 404, `No call ${call.params['callId']}`)
      }),
    workActiveCalls: (call) => {
      const { paging, sorting = null, fields } = call.given
      const [page = 0, size = 50] = paging.split(',').map(Number)
      const calls = sorted(activeCalls(call.dateMs), sorting)
      return { calls: pageOf(calls, page, size).items.map((one) => onlyFields(one, fields)) }
    },
    workUnreturned: (call) =>
      unreturned(call, (calls) => {
        const { sorting = null, fields } = call.given
        const callers = new Set(calls.map(({ caller }) => caller.address))
        const rows = [...callers].map((address) => {
          const attempts = calls.filter(({ caller }) => caller.address === address)
          const latest = attempts.at(-1)!
          const { siteId: id } = latest.person
          const { caller, callee: calleeData } = unreturnedSides(latest)
          const own = { caller, calleeData, siteData: { id, name: siteName(id) } }
          return { ...own, attempts: attempts.length, latestStartTime: latest.startMs }
        })
        return { calls: sorted(rows, sorting).map((row) => onlyFields(row, fields)) }
      }),
    workUnreturnedCallees: (call) => participants(call, ({ callee }) => callee),
    workUnreturnedCallers: (call) => participants(call, ({ caller }) => caller),
    workUnreturnedDetailed: unreturnedOneByOne,
    workUnreturnedDetailedPost: (call) => {
      const given = { ...call.given, ...call.sent }
      const { callerAddresses = [] } = given
      return callerAddresses.length === 0
        ? failure(call, 400, 'callerAddresses is required')
        : unreturnedOneByOne({ ...call, given: { ...given, callerAddresses } })
    },
  },
})

/** Responds about the calls of the window that is asked for, or with what is wrong with it. */
function about<T>(
  call: SandboxCall & { readonly given: LiveWindow },
  rows: (calls: readonly WorkCall[]) => T,
): T | SandboxResponse {
  const window = liveWindow(call.given, call.dateMs)
  if (typeof window === 'string') return failure(call, 400, window)
  return rows(callsIn(window, call.dateMs).filter(({ startMs }) => isInDayPart(startMs, call.given)))
}

interface CursorParameters {
  readonly limit: number
  readonly startingAfter?: string | undefined
  readonly sorting?: string | undefined
  readonly sortingField?: string
  readonly sortingDirection?: string
}

/** Responds with the page of rows after the one that `startingAfter` names. */
function after<T extends object, R>(
  call: SandboxCall & { readonly given: CursorParameters },
  key: keyof T,
  rows: readonly T[],
  show: (page: readonly T[]) => R,
): R | SandboxResponse {
  const { limit, startingAfter, sortingField, sortingDirection, sorting } = call.given
  const all = sorted(rows, sorting ?? `${sortingField},${sortingDirection}`)
  const start = startingAfter ? all.findIndex((row) => row[key] === startingAfter) + 1 : 0
  if (startingAfter && start === 0)
    return failure(call, 400, `startingAfter is no ${String(key)} of the list`)
  return show(all.slice(start, start + limit))
}

/** Responds about the calls from outside that were missed, and whose callers were not called back. */
function unreturned<T>(call: Unreturned, rows: (calls: readonly WorkCall[]) => T): T | SandboxResponse {
  const { callerAddresses, calleeAddresses, siteIds, search = '' } = call.given
  return about(call, (calls) => {
    const returned = new Map<string, number>()
    for (const { direction, callee, startMs } of calls) {
      if (direction === 'Outgoing') returned.set(callee.address, startMs)
    }
    return rows(
      calls.filter(
        ({ direction, talkMs, caller, callee, startMs }) =>
          direction === 'Incoming' &&
          talkMs === 0 &&
          !((returned.get(caller.address) ?? 0) > startMs) &&
          (callerAddresses?.includes(caller.address) ?? true) &&
          (calleeAddresses?.includes(callee.address) ?? true) &&
          isAtSite(callee.address, siteIds) &&
          JSON.stringify([caller, callee]).toLowerCase().includes(search.toLowerCase()),
      ),
    )
  })
}

function unreturnedOneByOne(call: Given<'workUnreturnedDetailed'>) {
  return unreturned(call, (calls) => {
    const rows = calls.map((one) => {
      const { id: callId, startMs: startTime, endMs } = one
      const outcome = one.isAbandoned ? ('ABANDONED' as const) : ('MISSED' as const)
      const where = { workGroup: workGroupOf(one), did: queueOf(one).extension }
      const end = {
        outcome,
        labels: ['WAITING', 'ALERTING', outcome],
        totalDuration: (endMs - startTime) / 1000,
      }
      return { callId, transferToCallId: null, ...unreturnedSides(one), ...where, startTime, ...end }
    })
    return after(call, 'callId', rows, (page) => ({
      records: page.map((row) => onlyFields(row, call.given.fields)),
    }))
  })
}

function participants(call: Given<'workUnreturnedCallees'>, of: (call: WorkCall) => Party) {
  return unreturned(call, (calls) => {
    const all = [...new Map(calls.map((one) => [of(one).address, of(one)])).values()]
    return after(call, 'address', all, (page) => ({ participants: page }))
  })
}

/** Keeps the fields that are asked for: those of parties are named together with them, as in `callerName`. */
function onlyFields<T extends object>(row: T, fields: readonly string[] | undefined): T {
  if (fields === undefined) return row
  const entries = Object.entries(row).flatMap(([key, value]: readonly [string, unknown]) => {
    if (!isObject(value)) return fields.includes(key) ? [[key, value] as const] : []
    const group = key.replace(/Data$/, '')
    const kept = Object.entries(value).filter(([name]) =>
      fields.includes(group + name.replace(/^groupT/, 'T').replace(/^./, (first) => first.toUpperCase())),
    )
    return kept.length === 0 ? [] : [[key, Object.fromEntries(kept)] as const]
  })
  return Object.fromEntries(entries) as T
}

/** The two sides of a call, as lists have them. */
function sidesOf<More extends object>(from: Party, to: Party, more: More) {
  const sideOf = (party: Party) => ({
    ...party,
    deviceId: `d-${party.address}`,
    deviceModel: 'voo8x8',
    ...more,
  })
  return { caller: { id: `${from.name},${from.address}`, ...sideOf(from) }, callee: sideOf(to) }
}

/** Those of calls that nobody has returned tell the service too. */
function unreturnedSides({ caller, callee }: WorkCall) {
  return sidesOf(caller, callee, { serviceName: 'Work', serviceType: 'VOICE' })
}

function queueOf({ index }: WorkCall) {
  return callQueues[index % callQueues.length]!
}

function workGroupOf(call: WorkCall) {
  const { id, extension } = queueOf(call)
  return { id, extension, groupType: 'CALL_QUEUE' } as const
}

function queueCall(call: WorkCall) {
  const { id: callId, startMs: startTime, talkMs } = call
  const isMissed = talkMs === 0
  const { caller, callee: latestCallee } = sidesOf(call.caller, call.callee, {})
  const group = { workGroup: workGroupOf(call), did: queueOf(call).extension, direction: directionOf(call) }
  const labels = phasesOf(call).map(([status]) => status)
  const resolution = isMissed ? ('OFFER_TIMEOUT' as const) : ('ENDED' as const)
  const connectedTime = startTime + 12_000
  const times = { startTime, connectedTime: isMissed ? 0 : connectedTime, stopTime: connectedTime + talkMs }
  const talkingDuration = talkMs / 1000
  const durations = {
    talkingDuration,
    handlingDuration: talkingDuration,
    totalDuration: 12 + talkingDuration,
  }
  const own = { callId, caller, latestCallee, labels, resolution }
  return { ...QUEUE_CALL.example, ...own, ...group, ...times, ...durations }
}

function journeyOf(call: WorkCall) {
  const { caller, callee } = sidesOf(call.caller, call.callee, {})
  const same = {
    workGroup: workGroupOf(call),
    caller,
    did: queueOf(call).extension,
    direction: directionOf(call),
  }
  let statusEnterTime = call.startMs
  return phasesOf(call).map(([status, statusDuration], sequence) => {
    const state = {
      ...same,
      ...(sequence === 0 ? {} : { callee }),
      sequence,
      status,
      statusEnterTime,
      statusDuration,
    }
    statusEnterTime += statusDuration * 1000
    return state
  })
}

/** Each state with its seconds. */
function phasesOf({ talkMs }: WorkCall): readonly (readonly [status: string, seconds: number])[] {
  const response = talkMs === 0 ? (['MISSED', 0] as const) : (['TALKING', talkMs / 1000] as const)
  return [['WAITING', 5], ['ALERTING', 7], response, ['DISCONNECTED', 0], ['FINISHED', 0]]
}

function directionOf({ direction }: WorkCall) {
  return ({ Incoming: 'INBOUND', Outgoing: 'OUTBOUND', Internal: 'INTERNAL' } as const)[direction]
}

/** A call of everybody who is on one, with that agent's customer of the moment. */
function activeCalls(nowMs: number) {
  const minuteMs = Math.floor(nowMs / 60_000) * 60_000
  return people
    .filter((agent) => isOnCall(agent, nowMs))
    .map((agent) => {
      const callId = seededHex(`active ${agent.userId} ${minuteMs}`, 16)
      const talkingDuration = seededNumber(callId, 10, 600)
      const totalDuration = 12 + talkingDuration
      const startTime = minuteMs - totalDuration * 1000
      const { caller, callee: latestCallee } = sidesOf(currentCustomer(agent), partyOf(agent), {})
      const own = { callId, caller, latestCallee, reference: agent.extension, sip: `sip-${callId}` }
      const times = { startTime, connectedTime: startTime + 12_000, talkingDuration, totalDuration }
      return { ...ACTIVE_CALL.example, ...own, ...times, labels: ['WAITING', 'ALERTING', 'TALKING'] }
    })
}
