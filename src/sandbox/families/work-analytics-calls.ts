import { company, people } from '../data/people.js'
import { seededHex, seededNumber, seededPick } from '../data/seeded.js'

/** A call begins every nine minutes, whenever that is asked about. */
export const callStepMs = 9 * 60_000

export function callIdOf(index: number): string {
  return seededHex(`call ${index}`, 16)
}

export function isMissed(index: number): boolean {
  return seededNumber(`answered ${index}`, 0, 4) === 0
}

export function talkMsOf(index: number): number {
  return isMissed(index) ? 0 : seededNumber(`talk ${index}`, 10_000, 900_000)
}

export function directionOf(index: number): string {
  return seededPick(`direction ${index}`, ['Incoming', 'Outgoing', 'Internal'])
}

export function callerOf(index: number): string {
  return `+1408555${String(index % 10_000).padStart(4, '0')}`
}

/** A call as the reports about the past show it. */
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
