import {
  CALL_LEG,
  CALL_RECORD,
  COMPANY_SUMMARY,
  EXTENSION_SUMMARY,
  EXTENSION_SUMMARY_1,
  MEMBER_SUMMARY,
  RING_GROUP_SUMMARY,
  workHistorical as described,
  workHistorical1 as described1,
} from '../../api/calls/work-historical.js'
import type { ValueOf } from '../../api/shape.js'
import { company, people } from '../data/people.js'
import { instantIn, isTimeZone, localTime } from '../data/time-zone.js'
import { workToken } from '../gateway/access.js'
import type { SandboxResponse } from '../gateway/handler.js'
import { scrollPage } from '../gateway/paging.js'
import { json } from '../gateway/responses.js'
import { type CheckedCall, simulate } from '../gateway/simulate.js'
import { callsIn, ringGroups, summed, type WorkCall } from './work-model.js'
import { failure, isWithin, refusesUnknownPbx, siteName } from './work-responses.js'

type Rows = (typeof described)['rows']
type RecordsCall = CheckedCall<Rows['workCallRecords']>
type LegsCall = CheckedCall<Rows['workCallLegs']>
type ReportCall = CheckedCall<Rows['workExtensionSummary']>
type GroupsCall = CheckedCall<Rows['workRingGroupSummary']>
type MembersCall = ReportCall & { readonly given: { readonly extId: string } }

/** 8x8 has the data of two years. */
const KEPT_MS = 2 * 366 * 24 * 3_600_000

const WORK = {
  access: workToken,
  refuse: failure,
  demands: refusesUnknownPbx(({ path }) => {
    const detail = 'user(sandbox-user) does not have access to pbxId(unknown) to make this request.'
    const timeStamp = new Date().toISOString()
    return json(
      { timeStamp, status: 403, error: 'Access Denied', exception: detail, message: detail, path },
      403,
    )
  }),
} as const

/** Records and summaries of calls, up to now. */
export const workHistorical = simulate(described, {
  ...WORK,
  handlers: {
    workCallRecords: records,
    workCallLegs: legs,
    workExtensionSummary: (call) => extensionSummaries(call, EXTENSION_SUMMARY.example),
    workRingGroupSummary: groupSummaries,
    workMemberSummary: memberSummaries,
    workRingGroups1: (call) => {
      const { extId, ...given } = call.given
      return extId === undefined
        ? groupSummaries(call)
        : memberSummaries({ ...call, given: { ...given, extId } })
    },
  },
})

/** The calls that have the version 1 in their paths. */
export const workHistorical1 = simulate(described1, {
  ...WORK,
  handlers: {
    workCompanySummary: (call) =>
      report(call, (calls) => {
        return call.given.pbxId.map((_, index) => ({
          ...summed(COMPANY_SUMMARY.example, calls),
          pbxId: pbxOf(call, index),
        }))
      }),
    workCdr: (call) => {
      const { isCallRecord, isConnectTime, isSimplified } = call.given
      if (!isCallRecord) return legs(call)
      return isConnectTime || isSimplified
        ? failure(call, 400, 'isCallRecord is not allowed with isConnectTime or isSimplified')
        : records(call)
    },
    workExtensionSummary1: (call) => extensionSummaries(call, EXTENSION_SUMMARY_1.example),
  },
})

/** Responds about the calls of the window that is asked for, or with what is wrong with it. */
function report<T>(call: ReportCall, rows: (calls: readonly WorkCall[]) => T): T | SandboxResponse {
  const { startTime, endTime, timeZone } = call.given
  if (!isTimeZone(timeZone)) return failure(call, 400, 'timeZone is invalid')
  const [startMs, endMs] = [instantIn(timeZone, startTime), instantIn(timeZone, endTime)]
  if (!(startMs <= endMs)) return failure(call, 400, 'startTime and endTime must be times, in order')
  return rows(callsIn({ startMs: Math.max(startMs, call.dateMs - KEPT_MS), endMs }, call.dateMs))
}

function records(call: RecordsCall) {
  return scrolled(call, (one) => recordOf(one, call.given.timeZone, pbxOf(call)))
}

function legs(call: LegsCall) {
  return scrolled(call, (one) => legOf(one, call.given.timeZone, pbxOf(call)))
}

function scrolled<T>(call: RecordsCall, show: (one: WorkCall) => T) {
  const { pageSize, scrollId, caller: callers, callee: callees, callerOrCallee: either } = call.given
  if (either && (callers ?? callees)) {
    return failure(call, 400, 'callerOrCallee is not allowed with caller or callee')
  }
  return report(call, (calls) => {
    const found = calls.filter(
      ({ caller, callee }) =>
        (callers?.includes(caller.address) ?? true) &&
        (callees?.includes(callee.address) ?? true) &&
        (either?.some((one) => one === caller.address || one === callee.address) ?? true),
    )
    const page = scrollPage(found, scrollId, pageSize)
    if (!page) return failure(call, 400, 'scrollId is invalid')
    const totalRecordCount = page.items.length === 0 ? 0 : found.length
    return { meta: { totalRecordCount, scrollId: page.next }, data: page.items.map(show) }
  })
}

/** What records and legs both tell. */
function common(call: WorkCall, zone: string, pbxId: string) {
  const { index, startMs, ringMs, talkMs, endMs, caller, callee, person, direction } = call
  const isMissed = talkMs === 0
  return {
    callId: call.id,
    pbxId,
    sipCallId: `${index}_134011744@192.0.2.5`,
    startTimeUTC: startMs,
    startTime: localTime(zone, startMs),
    connectTimeUTC: isMissed ? 0 : startMs + ringMs,
    connectTime: isMissed ? '0' : localTime(zone, startMs + ringMs),
    disconnectedTimeUTC: endMs,
    disconnectedTime: localTime(zone, endMs),
    talkTimeMS: talkMs,
    talkTime: new Date(talkMs).toISOString().slice(11, 19),
    callTime: endMs - startMs,
    caller: caller.address,
    callerName: caller.name,
    callerId: `${caller.name},${caller.address}`,
    callee: callee.address,
    calleeName: callee.name,
    lra: callee.address,
    direction,
    missed: isMissed ? 'Missed' : '-',
    abandoned: call.isAbandoned ? 'Abandoned' : '-',
    answered: isMissed ? '-' : 'Answered',
    branches: [siteName(person.siteId)],
  } as const
}

function recordOf(call: WorkCall, zone: string, pbxId: string): ValueOf<typeof CALL_RECORD> {
  const { ringMs, talkMs, isAbandoned } = call
  return {
    ...CALL_RECORD.example,
    ...common(call, zone, pbxId),
    ringDuration: ringMs,
    answeredTime: talkMs === 0 ? 0 : ringMs,
    abandonedTime: isAbandoned ? ringMs : 0,
    lastLegDisposition: dispositionOf(call),
  }
}

function legOf(call: WorkCall, zone: string, pbxId: string): ValueOf<typeof CALL_LEG> {
  const cause = call.talkMs === 0 && !call.isAbandoned ? 'Ring No Answer' : 'Normal'
  const none = { parentCallId: null, transferToCallId: null, callerSvcName: null, callerSvcType: null }
  const own = { cause, propsLastPartyDisp: dispositionOf(call) } as const
  return { ...CALL_LEG.example, ...common(call, zone, pbxId), ...none, ...own }
}

function dispositionOf({ talkMs, isAbandoned }: WorkCall) {
  return talkMs > 0 ? 'Connected' : isAbandoned ? 'Missed' : 'Voicemail'
}

function extensionSummaries<T extends Partial<typeof EXTENSION_SUMMARY.example>>(
  call: ReportCall,
  example: T,
) {
  return report(call, (calls) =>
    people.map(({ extension: Extension, firstName: FirstName, lastName: LastName, email, siteId }) => {
      const own = { PbxId: pbxOf(call), Extension, FirstName, LastName, Branch: siteName(siteId) }
      const mine = callsOf(calls, Extension)
      return { ...summed(example, mine, Extension), ...own, Email: email, UserName: email }
    }),
  )
}

function groupSummaries(call: GroupsCall) {
  const { intraStartTime, intraEndTime, timeZone } = call.given
  return report(call, (all) => {
    const calls = all.filter(({ startMs }) =>
      isWithin(localTime(timeZone, startMs).slice(11, 19), intraStartTime, intraEndTime),
    )
    return ringGroups.map(({ id, name, extension, members }) => {
      const own = { pbxId: pbxOf(call), site: siteName(members[0]?.siteId), name, extension }
      const incoming = calls.filter(
        ({ person, direction }) => person.groupId === id && direction === 'Incoming',
      )
      return { ...summed(RING_GROUP_SUMMARY.example, incoming), ...own, totalMembers: members.length }
    })
  })
}

function memberSummaries(call: MembersCall) {
  const group = ringGroups.find(({ extension }) => extension === call.given.extId)
  if (group === undefined) return failure(call, 400, 'extId is no extension of a ring group')
  const { name: ringGroupName, extension: ringGroupExtension } = group
  return report(call, (calls) =>
    group.members.map(({ firstName, lastName, extension, siteId }) => {
      const own = { pbxId: pbxOf(call), site: siteName(siteId), firstName, lastName, extension }
      const incoming = callsOf(calls, extension).filter(({ direction }) => direction === 'Incoming')
      return { ...summed(MEMBER_SUMMARY.example, incoming), ...own, ringGroupName, ringGroupExtension }
    }),
  )
}

function callsOf(calls: readonly WorkCall[], extension: string): readonly WorkCall[] {
  return calls.filter(({ caller, callee }) => caller.address === extension || callee.address === extension)
}

function pbxOf({ given }: ReportCall, index = 0): string {
  const pbx = given.pbxId[index] ?? 'allpbxes'
  return pbx === 'allpbxes' ? company.pbx : pbx
}
