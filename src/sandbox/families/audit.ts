import { apiKey, springKeyRefused } from '../access.js'
import { json } from '../answers.js'
import type { Answer, Call } from '../exchange.js'
import type { Family } from '../family.js'
import { cursorAt, cursorOffset } from '../paging.js'
import { integer, list, time } from '../parameters.js'
import { company, somebody } from '../people.js'
import { seededPick, seededUuid } from '../seeded.js'
import { occurrences, windowBetween } from '../time-series.js'

const stepMs = 3 * 3_600_000
const longestWindowMs = 31 * 24 * 3_600_000
const contentType = { 'Content-Type': 'application/json;charset=UTF-8' }

/** Who changed what in the Admin Console. Source: 8x8's guide "Audit Records" and its specification. */
export const audit: Family = {
  name: 'Audit',
  base: /^\/administration\/audit\/v1/,
  access: apiKey(springKeyRefused),
  routes: { 'GET /audits': listAudits },
}

function listAudits(call: Call): Answer {
  const { query } = call
  const size = integer(query, 'size', 20)
  if (!(size >= 1 && size <= 100)) return failure(call, 'size must be from 1 to 100')
  const window = windowBetween(time(query.get('startTime')), time(query.get('endTime')))
  if (window.endMs - window.startMs > longestWindowMs)
    return failure(call, 'The window is longer than 31 days')
  const offset = cursorOffset(query.get('scrollId'))
  if (offset === undefined) return failure(call, 'scrollId is invalid')

  const types = list(query, 'entityTypes').map((type) => type.toLowerCase())
  const all = occurrences(window, stepMs)
    .map(record)
    .filter(({ entityType }) => types.length === 0 || types.includes(entityType.toLowerCase()))
  const end = offset + size
  const body = {
    content: all.slice(offset, end),
    totalElements: all.length,
    // null is the end of the scroll.
    scrollId: end < all.length ? cursorAt(end) : null,
  }
  return json(body, 200, contentType)
}

function record(index: number) {
  const actor = somebody(`audit ${index}`)
  return {
    id: seededUuid(`audit ${index}`),
    customerId: company.customerId,
    eventTime: new Date(index * stepMs).toISOString(),
    action: seededPick(`action ${index}`, ['CREATE', 'UPDATE', 'DELETE']),
    entityType: seededPick(`entity ${index}`, ['User', 'RingGroup', 'AgentGroup', 'Site']),
    entityId: seededUuid(`entity ${index}`),
    userId: actor.userId,
    userName: actor.email,
  }
}

function failure({ path }: Call, text: string): Answer {
  const timestamp = new Date().toISOString()
  return json({ timestamp, status: 400, error: 'Bad Request', message: text, path }, 400, contentType)
}
