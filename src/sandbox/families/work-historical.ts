import {
  CALL_RECORD,
  workHistorical as described,
  type WorkCallRecord,
} from '../../api/calls/work-historical.js'
import { company, people, sites } from '../data/people.js'
import { occurrences } from '../data/time-series.js'
import { instantIn, isTimeZone, localTime } from '../data/time-zone.js'
import { workToken } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { scrollPage } from '../gateway/paging.js'
import { json } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'
import { callerOf, callIdOf, callStepMs, directionOf, isMissed, talkMsOf } from './work-analytics-calls.js'
import { failure } from './work-analytics-responses.js'

/** Records and summaries of calls that begin every nine minutes, up to now. */
export const workHistorical = simulate(described, {
  access: workToken,
  refuse: failure,
  demands: (call) => (call.query.get('pbxId')?.split(',').includes('unknown') ? forbidden(call) : undefined),
  handlers: {
    workCallRecords: (call) => {
      const { pbxId, timeZone, startTime, endTime, pageSize, scrollId, ...wanted } = call.given
      if (!isTimeZone(timeZone)) return failure(call, 400, 'timeZone is invalid')
      if (wanted.callerOrCallee && (wanted.caller ?? wanted.callee)) {
        return failure(call, 400, 'callerOrCallee is not allowed with caller or callee')
      }
      const [startMs, endMs] = [instantIn(timeZone, startTime), instantIn(timeZone, endTime)]
      if (!(startMs <= endMs)) return failure(call, 400, 'startTime and endTime must be times, in order')
      const all = occurrences({ startMs, endMs: Math.min(endMs, call.dateMs) }, callStepMs)
        .map((index) => callRecord(index, timeZone, pbxId))
        .filter(
          ({ caller, callee }) =>
            (wanted.caller?.includes(caller) ?? true) &&
            (wanted.callee?.includes(callee) ?? true) &&
            (wanted.callerOrCallee?.some((one) => one === caller || one === callee) ?? true),
        )
      const page = scrollPage(all, scrollId, pageSize)
      if (!page) return failure(call, 400, 'scrollId is invalid')
      const totalRecordCount = page.items.length === 0 ? 0 : all.length
      return { meta: { totalRecordCount, scrollId: page.next }, data: page.items }
    },
  },
})

function callRecord(index: number, zone: string, [pbx = '']: readonly string[]): WorkCallRecord {
  const startMs = index * callStepMs
  const talkTimeMS = talkMsOf(index)
  const missed = isMissed(index)
  const person = people[index % people.length]!
  const caller = callerOf(index)
  const ringDuration = 9_000
  const endMs = startMs + ringDuration + talkTimeMS
  const connectMs = startMs + ringDuration
  return {
    ...CALL_RECORD.example,
    callId: callIdOf(index),
    startTimeUTC: startMs,
    startTime: localTime(zone, startMs),
    connectTimeUTC: missed ? 0 : connectMs,
    connectTime: missed ? '0' : localTime(zone, connectMs),
    disconnectedTimeUTC: endMs,
    disconnectedTime: localTime(zone, endMs),
    talkTimeMS,
    talkTime: new Date(talkTimeMS).toISOString().slice(11, 19),
    caller,
    callee: person.extension,
    calleeName: person.name,
    lra: person.extension,
    direction: directionOf(index),
    callerId: `${CALL_RECORD.example.callerName},${caller}`,
    missed: missed ? 'Missed' : '-',
    answered: missed ? '-' : 'Answered',
    answeredTime: missed ? 0 : ringDuration,
    pbxId: pbx === 'allpbxes' ? company.pbx : pbx,
    sipCallId: `${index}_134011744@192.0.2.5`,
    lastLegDisposition: missed ? 'Missed' : 'Connected',
    callTime: endMs - startMs,
    ringDuration,
    branches: sites.filter(({ id }) => id === person.siteId).map(({ name }) => name),
  }
}

function forbidden({ path }: SandboxCall) {
  const detail = 'user(sandbox-user) does not have access to pbxId(unknown) to make this request.'
  const timeStamp = new Date().toISOString()
  return json(
    { timeStamp, status: 403, error: 'Access Denied', exception: detail, message: detail, path },
    403,
  )
}
