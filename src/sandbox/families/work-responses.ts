import { people, sites } from '../data/people.js'
import type { Window } from '../data/time-series.js'
import type { Handler, SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { list, time } from '../gateway/parameters.js'
import { json } from '../gateway/responses.js'

const DAY_MS = 24 * 3_600_000

/** Makes an error in Work Analytics' format. */
export function failure({ path }: SandboxCall, status: number, text: string): SandboxResponse {
  return json({ timestamp: new Date().toISOString(), status, messages: [text], path }, status)
}

/** Rejects requests for the PBX `unknown`; any other name is one of the customer's. */
export function refusesUnknownPbx(rejection: Handler): (call: SandboxCall) => SandboxResponse | undefined {
  return (call) => {
    const named = [/\/pbxes\/([^/]*)/.exec(call.path)?.[1] ?? '', ...list(call.query, 'pbxId')]
    return named.includes('unknown') ? rejection(call) : undefined
  }
}

/** The rejection of live data about that PBX. */
export const livePbxRefusal = refusesUnknownPbx((call) =>
  failure(call, 403, 'user [sandbox-user] does not have access to pbxId [unknown] to make this request.'),
)

/** The parameters that choose a window of live data. */
export interface LiveWindow {
  readonly startDate?: string | undefined
  readonly endDate?: string | undefined
  readonly intraDayStart?: string | undefined
  readonly intraDayEnd?: string | undefined
}

/** Returns the window that is asked for, the last 24 hours if none is, or what is wrong with it. */
export function liveWindow(
  { startDate, endDate, intraDayStart, intraDayEnd }: LiveWindow,
  nowMs: number,
): Window | string {
  if ((intraDayStart === undefined) !== (intraDayEnd === undefined)) {
    return 'intraDayStart and intraDayEnd are required together'
  }
  if (intraDayStart !== undefined && startDate === undefined) {
    return 'startDate and endDate are required with intraDayStart and intraDayEnd'
  }
  if ((startDate === undefined) !== (endDate === undefined))
    return 'startDate and endDate are required together'
  if (startDate === undefined) return { startMs: nowMs - DAY_MS, endMs: nowMs }
  const [startMs, endMs] = [time(startDate) ?? Number.NaN, time(endDate) ?? Number.NaN]
  return startMs <= endMs ? { startMs, endMs } : 'startDate and endDate must be times, in order'
}

/** Tells whether an instant is in the part of the day that is asked for, if any. */
export function isInDayPart(
  instantMs: number,
  { intraDayStart = '', intraDayEnd = '' }: LiveWindow,
): boolean {
  const parts = /(\d\d:\d\d(?::\d\d)?)(?:Z|([+-])(\d\d):?(\d\d))$/
  const [, from, sign, hours = '0', minutes = '0'] = parts.exec(intraDayStart) ?? []
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return isWithin(timeOfDay(instantMs + offsetMs), from, parts.exec(intraDayEnd)?.[1])
}

/** Tells whether a time of day, `hh:mm:ss`, is within a part of the day, if any is named. */
export function isWithin(local: string, from = '00:00:00', until = '24:00:00'): boolean {
  return local >= from && local < until
}

function timeOfDay(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(11, 19)
}

/** Returns the name of a site. */
export function siteName(siteId: string | undefined): string {
  return sites.find(({ id }) => id === siteId)?.name ?? ''
}

/** Returns whether somebody with that extension is at one of these sites; without sites everybody is. */
export function isAtSite(extension: string, siteIds: readonly string[] | undefined): boolean {
  return siteIds?.includes(people.find((person) => person.extension === extension)?.siteId ?? '') ?? true
}
