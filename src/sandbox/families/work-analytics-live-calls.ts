import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import { pageOf } from '../gateway/paging.js'
import { list, time } from '../gateway/parameters.js'
import { people } from '../data/people.js'
import { sorted } from '../data/sorting.js'
import { exampleWeek, occurrences, windowBetween, type Window } from '../data/time-series.js'
import { failure } from './work-analytics-responses.js'
import { callerOf, callIdOf, callStepMs, directionOf, isMissed, talkMsOf } from './work-analytics-calls.js'
import { callQueues } from './work-analytics-customer-data.js'
import { wantedQueues } from './work-analytics-live-metrics.js'

const dayMs = 24 * 3_600_000

/** Responds with the calls of call queues, today's if no dates are named; `paging=0,50` is page and size. */
export function listCalls(call: SandboxCall): SandboxResponse {
  const { query } = call
  const [page = 0, size = 50] = list(query, 'paging').map(Number)
  if (!(page >= 0 && size >= 1)) return failure(call, 400, 'paging must be a page and a size, such as 0,50')
  const queueIds = wantedQueues(call).map(({ id }) => id)
  const wanted = occurrences(windowOf(call) ?? today, callStepMs).filter((index) =>
    queueIds.includes(queueOf(index).id),
  )
  return json({ calls: pageOf(sorted(wanted.map(summary), query.get('sorting')), page, size).items })
}

/** Responds with the states that a call went through, in order. */
export function describeCall(call: SandboxCall): SandboxResponse {
  const window = windowOf(call)
  if (!window) return failure(call, 400, 'startDate and endDate are required')
  const index = occurrences(window, callStepMs).find((one) => callIdOf(one) === call.params['callId'])
  if (index === undefined) return failure(call, 404, `No call ${call.params['callId']}`)
  const { caller, latestCallee: callee, workGroup, did, direction, startTime } = summary(index)
  let statusEnterTime = startTime
  const detailedCallRecords = phasesOf(index).map(([status, seconds], sequence) => {
    const record = { workGroup, caller, callee, sequence, status, statusEnterTime, did, direction }
    statusEnterTime += seconds * 1000
    return { ...record, statusDuration: seconds }
  })
  return json({ detailedCallRecords })
}

/** The sandbox's today is the first day of its example week. */
const today: Window = { startMs: exampleWeek.startMs, endMs: exampleWeek.startMs + dayMs }

function windowOf({ query }: SandboxCall): Window | undefined {
  const [startMs, endMs] = [time(query.get('startDate')), time(query.get('endDate'))]
  return startMs === undefined || endMs === undefined ? undefined : windowBetween(startMs, endMs)
}

function summary(index: number) {
  const { id, extensionNumber } = queueOf(index)
  const agent = people[index % people.length]
  const startTime = index * callStepMs
  const phases = phasesOf(index)
  const total = phases.reduce((sum, [, seconds]) => sum + seconds, 0)
  const talking = talkMsOf(index) / 1000
  return {
    callId: callIdOf(index),
    workGroup: { id, extension: extensionNumber, groupType: 'CALL_QUEUE' },
    caller: { id: callerOf(index), address: callerOf(index), name: 'Customer' },
    latestCallee: { address: agent?.extension, name: agent?.name },
    status: 'COMPLETED',
    outcome: 'FINISHED',
    labels: phases.map(([status]) => status),
    startTime,
    stopTime: startTime + total * 1000,
    connectedTime: isMissed(index) ? 0 : startTime + (total - talking) * 1000,
    handlingDuration: talking,
    waitingDuration: total - talking,
    talkingDuration: talking,
    onHoldDuration: 0,
    totalDuration: total,
    did: extensionNumber,
    direction: directionOf(index).toUpperCase(),
    resolution: isMissed(index) ? 'OFFER_TIMEOUT' : 'ENDED',
  }
}

/** Each state with its seconds. */
function phasesOf(index: number): readonly (readonly [status: string, seconds: number])[] {
  const response = isMissed(index) ? (['MISSED', 0] as const) : (['TALKING', talkMsOf(index) / 1000] as const)
  return [['WAITING', 5], ['ALERTING', 7], response, ['DISCONNECTED', 0], ['FINISHED', 0]]
}

function queueOf(index: number) {
  return callQueues[index % callQueues.length] ?? { id: '', name: '', siteId: '', extensionNumber: '' }
}
