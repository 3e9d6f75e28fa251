import { audit as described, type AuditRecord } from '../../api/calls/audit.js'
import { isLike } from '../data/fiql.js'
import { company, seededPerson } from '../data/people.js'
import { seededPick, seededUuid } from '../data/seeded.js'
import { occurrences } from '../data/time-series.js'
import { apiKey, springKeyRejected } from '../gateway/access.js'
import { cursorPage } from '../gateway/paging.js'
import type { SandboxCall } from '../gateway/handler.js'
import { time } from '../gateway/parameters.js'
import { json } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'

const stepMs = 3 * 3_600_000
const longestWindowMs = 31 * 24 * 3_600_000

/** Who changed what in the Admin Console. */
export const audit = simulate(described, {
  access: apiKey(springKeyRejected),
  refuse,
  handlers: {
    auditRecords: (call) => {
      const { startTime, endTime, service, size, scrollId, ...wanted } = call.given
      const startMs = time(startTime) ?? Number.NaN
      const endMs = time(endTime) ?? Number.NaN
      if (!(endMs >= startMs && endMs - startMs <= longestWindowMs)) {
        return refuse(call, 400, 'startTime and endTime must be in order, and at most 31 days apart')
      }
      const { entityTypes, eventTypes, displayName, auditUserId } = wanted
      const all = occurrences({ startMs, endMs: Math.min(endMs, call.dateMs) }, stepMs)
        .map(record)
        .filter(
          (one) =>
            one.service === service &&
            isAmong(one.entityType, entityTypes) &&
            isAmong(one.eventType, eventTypes) &&
            isAmong(one.displayName, displayName?.split(',')) &&
            isAmong(one.auditUserId, auditUserId?.split(',')),
        )
      const page = cursorPage(all, scrollId, size)
      if (!page) return refuse(call, 400, 'scrollId is invalid')
      // A scroll id of null marks the last page.
      return { meta: { totalRecordCount: all.length, scrollId: page.next }, data: page.items }
    },
  },
})

function isAmong(value: string, patterns: readonly string[] | undefined): boolean {
  return patterns === undefined || patterns.some((pattern) => isLike(value, pattern.trim()))
}

function record(index: number): AuditRecord {
  const entityType = seededPick(`entity ${index}`, ['user', 'ringgroup', 'extension', 'site'])
  const displayName = `${seededPick(`name ${index}`, ['Main', 'Second', 'Night'])} ${entityType}`
  const entityKey = seededUuid(`entity ${index}`)
  return {
    id: seededUuid(`audit ${index}`),
    customerId: company.customerId,
    service: 'platform',
    displayName,
    auditTimestamp: new Date(index * stepMs).toISOString().replace('Z', '+00:00'),
    eventType: seededPick(`action ${index}`, ['create', 'update', 'delete']),
    entityType,
    entityKey,
    auditUserId: seededPerson(`audit ${index}`).userId,
    impersonator: null,
    details: JSON.stringify({ new: { id: entityKey, name: displayName } }),
    correlationType: entityType,
    correlationId: entityKey,
  }
}

function refuse({ path }: SandboxCall, status: number, detail: string) {
  const timestamp = new Date().toISOString()
  const type = { 'Content-Type': 'application/json;charset=UTF-8' }
  return json({ timestamp, status, error: 'Bad Request', message: detail, path }, status, type)
}
