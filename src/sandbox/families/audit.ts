import { apiKey, springKeyRejected } from '../gateway/access.js'
import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { isLike } from '../data/fiql.js'
import { cursorPage } from '../gateway/paging.js'
import { integer, list, time } from '../gateway/parameters.js'
import { company, seededPerson } from '../data/people.js'
import { seededPick, seededUuid } from '../data/seeded.js'
import { occurrences, windowBetween } from '../data/time-series.js'

const stepMs = 3 * 3_600_000
const longestWindowMs = 31 * 24 * 3_600_000
const contentType = { 'Content-Type': 'application/json;charset=UTF-8' }

/** Parameters that name one value or several, by the field that must have one of them. */
const filters = {
  service: 'service',
  entityTypes: 'entityType',
  eventTypes: 'eventType',
  displayName: 'displayName',
  auditUserId: 'auditUserId',
} as const

/** Who changed what in the Admin Console. Source: 8x8's guide "Audit Records" and its specification. */
export const audit: SandboxFamily = {
  name: 'Audit',
  base: /^\/administration\/audit\/v1/,
  access: apiKey(springKeyRejected),
  routes: { 'GET /audits': listAudits },
}

function listAudits(call: SandboxCall): SandboxResponse {
  const { query } = call
  const size = integer(query, 'size', 20)
  if (!(size >= 1 && size <= 100)) return failure(call, 'size must be from 1 to 100')
  const window = windowBetween(time(query.get('startTime')), time(query.get('endTime')))
  if (window.endMs - window.startMs > longestWindowMs)
    return failure(call, 'The window is longer than 31 days')
  const all = occurrences(window, stepMs).map(record).filter(isWanted(query))
  const page = cursorPage(all, query.get('scrollId'), size)
  if (!page) return failure(call, 'scrollId is invalid')
  // A scroll id of null marks the last page.
  const meta = { totalRecordCount: all.length, scrollId: page.next }
  return json({ meta, data: page.items }, 200, contentType)
}

function isWanted(query: URLSearchParams): (record: AuditRecord) => boolean {
  const wanted = Object.entries(filters)
    .map(([name, field]) => [field, list(query, name)] as const)
    .filter(([, values]) => values.length > 0)
  return (one) => wanted.every(([field, values]) => values.some((value) => isLike(one[field], value)))
}

type AuditRecord = ReturnType<typeof record>

function record(index: number) {
  const entityType = seededPick(`entity ${index}`, ['user', 'ringgroup', 'extension', 'site'])
  const displayName = `${seededPick(`name ${index}`, ['Main', 'Second', 'Night'])} ${entityType}`
  const entityKey = seededUuid(`entity ${index}`)
  return {
    id: seededUuid(`audit ${index}`),
    customerId: company.customerId,
    service: 'platform',
    displayName,
    auditTimestamp: new Date(index * stepMs).toISOString(),
    eventType: seededPick(`action ${index}`, ['create', 'update', 'delete']),
    correlationType: entityType,
    correlationId: entityKey,
    entityType,
    entityKey,
    auditUserId: seededPerson(`audit ${index}`).userId,
    // JSON within JSON.
    details: JSON.stringify({ new: { id: entityKey, name: displayName } }),
  }
}

function failure({ path }: SandboxCall, text: string): SandboxResponse {
  const timestamp = new Date().toISOString()
  return json({ timestamp, status: 400, error: 'Bad Request', message: text, path }, 400, contentType)
}
