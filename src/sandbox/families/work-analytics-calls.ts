import { company, people } from '../data/people.js'
import { seededHex, seededNumber, seededPick } from '../data/seeded.js'

/** A call begins every nine minutes. */
export const callStepMs = 9 * 60_000

/** Returns the id of the call at an index. */
export function callIdOf(index: number): string {
  return seededHex(`call ${index}`, 16)
}

/** Tells whether the call at an index was missed. */
export function isMissed(index: number): boolean {
  return seededNumber(`answered ${index}`, 0, 4) === 0
}

/** Returns the talk time of the call at an index, in milliseconds; 0 if it was missed. */
export function talkMsOf(index: number): number {
  return isMissed(index) ? 0 : seededNumber(`talk ${index}`, 10_000, 900_000)
}

/** Returns the direction of the call at an index. */
export function directionOf(index: number) {
  return seededPick<'Incoming' | 'Outgoing' | 'Internal'>(`direction ${index}`, [
    'Incoming',
    'Outgoing',
    'Internal',
  ])
}

/** Returns the phone number that made the call at an index. */
export function callerOf(index: number): string {
  return `+1408555${String(index % 10_000).padStart(4, '0')}`
}

/** Returns the call at an index as historical reports have it. */
export function callRecord(index: number) {
  const startMs = index * callStepMs
  const talkMs = talkMsOf(index)
  return {
    callId: callIdOf(index),
    pbxId: company.pbx,
    startTime: new Date(startMs).toISOString(),
    endTime: new Date(startMs + talkMs).toISOString(),
    direction: directionOf(index),
    caller: callerOf(index),
    callee: people[index % people.length]?.extension,
    talkTimeMS: talkMs,
    answered: isMissed(index) ? 'Missed' : 'Answered',
  }
}
