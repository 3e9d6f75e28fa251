import {
  customerExperience as described,
  QUESTIONS,
  RECENT_CALL,
  SURVEY,
} from '../../api/calls/customer-experience.js'
import { company, queues, seededPerson } from '../data/people.js'
import { seededNumber } from '../data/seeded.js'
import { occurrences, recent } from '../data/time-series.js'
import { customerToken } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { pageOf } from '../gateway/paging.js'
import { message, noRoute } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'

const stepMs = 15 * 60_000
const dayMs = 24 * 3_600_000
/** All history is that of a week. */
const kept = (7 * dayMs) / stepMs

/** Recent calls and post-call surveys, which 8x8 took out of its documents in November 2025. */
export const customerExperience = simulate(described, {
  access: customerToken,
  refuse: (_call, status, detail) => message(status, detail),
  demands: ({ params }) => (/^(?:us|uk)$/.test(params['customerRegion'] ?? '') ? undefined : noRoute()),
  handlers: {
    recentCalls: (call) => {
      const ranges: Readonly<Record<string, unknown>> = call.sent
      return pageFor(call, recentCallAt, (index) =>
        Object.entries(measures(index)).every(([name, measure]) => isWithin(measure, String(ranges[name]))),
      )
    },
    postCallSurveys: (call) => ({ ...pageFor(call, surveyAt, () => true), questionLabel: QUESTIONS }),
  },
})

interface Wanted {
  readonly page: number | string
  readonly rows: number | string
  readonly duration: string
  readonly timeRange?: string
  readonly tenantAgents?: readonly string[]
}

/** Pages count from 1 here. */
function pageFor<R extends object>(
  { sent, dateMs }: SandboxCall & { readonly sent: Wanted },
  show: (index: number) => R,
  isWanted: (index: number) => boolean,
) {
  const all = indicesIn(sent, dateMs).filter(
    (index) =>
      isWanted(index) && (!sent.tenantAgents?.length || sent.tenantAgents.includes(agentOf(index).agentId)),
  )
  const [page, rows] = [Number(sent.page), Number(sent.rows)]
  const data = pageOf(all, page - 1, rows).items.map(show)
  const columns = Object.keys(show(0))
  return { hits: all.length, sortColumn: 'callDate', sortOrder: 'ascending', page, rows, columns, data }
}

function indicesIn({ duration, timeRange }: Wanted, dateMs: number): readonly number[] {
  const [from, to] = (timeRange ?? '').split(/[-,]/).map(Number)
  if (from && to) return occurrences({ startMs: from, endMs: Math.min(to, dateMs) }, stepMs)
  if (duration === 'allhistory') return recent(dateMs, stepMs, kept)
  const now = new Date(dateMs)
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())
  if (duration === 'yesterday') return occurrences({ startMs: today - dayMs, endMs: today }, stepMs)
  const days = duration.endsWith('month') ? now.getUTCDate() - 1 : (now.getUTCDay() + 6) % 7
  return occurrences({ startMs: duration === 'today' ? today : today - days * dayMs, endMs: dateMs }, stepMs)
}

/** Seconds and counts of a call, by the names of the ranges that they may be asked for by. */
function measures(index: number) {
  const part = (name: string, most: number) => seededNumber(`${name} ${index}`, 0, most)
  return {
    callDuration: 20 + part('talk', 600),
    timeInQueue: part('queue', 120),
    timeInIVR: part('ivr', 30),
    transferCount: part('transfers', 2),
    agentCallDuration: part('talk', 600),
    agentHoldDuration: part('hold', 60),
    agentHoldCount: part('hold', 60) > 0 ? 1 : 0,
    agentMuteCount: 0,
  }
}

/** Whether a number is in a range such as `Sec: 60, 300`, where -1 is no end. */
function isWithin(measure: number, range: string): boolean {
  const [from = 0, to = -1] = [...range.matchAll(/-?\d+/g)].map(Number)
  return measure >= from && (to === -1 || measure <= to)
}

function agentOf(index: number) {
  return seededPerson(`recent ${index}`)
}

function callAt(index: number) {
  const { timeInIVR, timeInQueue, agentHoldDuration } = measures(index)
  const callDate = new Date(index * stepMs).toISOString().slice(0, 19).replace('T', ' ')
  const callerNumber = `+1408555${String(index % 10_000).padStart(4, '0')}`
  return {
    callDate,
    callDateOnly: callDate.slice(0, 10),
    callTime: callDate.slice(11),
    callerNumber,
    transactionId: String(index % 100_000),
    holdDuration: clock(agentHoldDuration),
    timeInIVR: `${clock(timeInIVR)}.000`,
    waitTime: clock(timeInQueue),
  }
}

function recentCallAt(index: number) {
  const { agentHoldDuration, transferCount } = measures(index)
  return {
    ...RECENT_CALL.example,
    ...callAt(index),
    queueId: queues[index % queues.length]!.id,
    agentId: agentOf(index).agentId,
    tenantId: company.tenant,
    transferCount: String(transferCount),
    maximumHoldDuration: clock(agentHoldDuration),
  }
}

function surveyAt(index: number) {
  const call = callAt(index)
  const { agentId, groupId } = agentOf(index)
  const [Q1, Q2, Q3] = [1, 2, 3].map((question) => seededNumber(`Q${question} ${index}`, 0, 9))
  return {
    ...SURVEY.example,
    ...call,
    queueList: [queues[index % queues.length]!.id],
    groupList: [groupId],
    agentList: [agentId],
    Q1: String(Q1),
    Q2: String(Q2),
    Q3: String(Q3),
    totalScore: Q1! + Q2! + Q3!,
    callId: `int-${(index * stepMs).toString(16)}`,
    callerId: call.callerNumber,
    callDuration: clock(measures(index).callDuration),
    callName: call.callerNumber,
    callPhoneNumber: call.callerNumber,
  }
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19)
}
