import { apiKey } from '../gateway/access.js'
import { json } from '../gateway/responses.js'
import type { SandboxResponse, Handler } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { fieldAt, isLike } from '../data/fiql.js'
import { cursorPage } from '../gateway/paging.js'
import { isObject, jsonObject, nonEmptyString, time } from '../gateway/parameters.js'
import { company, seededPerson } from '../data/people.js'
import { seededHex, seededPick } from '../data/seeded.js'
import { tenantExists } from '../data/tenants.js'
import { occurrences, windowBetween } from '../data/time-series.js'

const stepMs = 30 * 60_000
const longestWindowMs = 60 * 24 * 3_600_000

/** Source: 8x8's guide "End-to-End Journey API". */
export const journey: SandboxFamily = {
  name: 'Journey',
  base: /^\/cidp\/journey\/api\/v1/,
  access: apiKey(() => failure(401, 'Invalid API key')),
  routes: {
    'POST /journeys/search': search(journeyAt),
    'POST /transitions/search': search(transitionsAt),
  },
}

/** One page of the journeys that began in a window; the body has the cursor of the next. */
function search(show: (index: number) => object): Handler {
  return ({ body }) => {
    const given = jsonObject(body)
    if (!given) return failure(400, 'The body must be a JSON object')
    const { dateRange, filters, nextPageCursor, sortDirection, limit = 100 } = given
    const range = isObject(dateRange) ? dateRange : {}
    const window = windowBetween(time(nonEmptyString(range['start'])), time(nonEmptyString(range['end'])))
    if (window.endMs - window.startMs > longestWindowMs)
      return failure(400, 'The window is longer than 60 days')
    if (typeof limit !== 'number' || !(limit >= 1 && limit <= 1000))
      return failure(400, 'limit must be from 1 to 1000')

    const all = occurrences(window, stepMs).map(show).filter(accepts(filters))
    const ordered = sortDirection === 'DESC' ? all.toReversed() : all
    const page = cursorPage(ordered, nonEmptyString(nextPageCursor), limit)
    if (!page) return failure(400, 'nextPageCursor is invalid')
    return json({ data: page.items, nextPageCursor: page.next, totalElements: all.length })
  }
}

/** All filters must hold, each with one of its values. Any tenant and any PBX but `unknown` is the customer's. */
function accepts(filters: unknown): (one: object) => boolean {
  const wanted = Array.isArray(filters) ? filters.filter(isObject) : []
  return (one) =>
    wanted.every(({ name, values }) => {
      const given: readonly string[] = Array.isArray(values) ? values.map(String) : []
      if (name === 'tenantIds' || name === 'pbxNames') return given.some(tenantExists)
      const found = [fieldAt(one, String(name))].flat().filter((value) => typeof value === 'string')
      return found.some((value) => given.some((pattern) => isLike(value, pattern)))
    })
}

function journeyAt(index: number) {
  const seed = `journey ${index}`
  const agent = seededPerson(seed)
  const direction = seededPick(`direction ${index}`, ['Inbound', 'Outbound'])
  return {
    time: new Date(index * stepMs).toISOString(),
    finishedTime: new Date((index + 1) * stepMs).toISOString(),
    journeyId: journeyIdOf(index),
    interactions: [{ id: interactionOf(index), direction, type: 'Contact Center' }],
    agents: [{ id: agent.agentId, name: agent.name, email: agent.email, type: 'HUMAN' }],
    direction,
    transfersCompleted: index % 2,
    holdDuration: 0,
    mediaTypes: [seededPick(seed, ['Phone', 'Chat', 'Email'])],
    outcome: seededPick(`outcome ${index}`, ['Handled', 'Abandoned', 'EndedInScript']),
    pbxNames: [company.pbx],
    tenantIds: [company.tenant],
  }
}

function transitionsAt(index: number) {
  const names = ['STARTED', 'IN_SCRIPT', 'QUEUED', 'HANDLING', 'FINISHED']
  const transitions = names.map((name, step) => {
    const at = new Date(index * stepMs + step * 20_000).toISOString()
    return { time: at, name, interactionId: interactionOf(index), duration: 20_000, mediaType: 'Phone' }
  })
  return { journeyId: journeyIdOf(index), transitions }
}

function journeyIdOf(index: number): string {
  return seededHex(`journey ${index}`, 32)
}

function interactionOf(index: number): string {
  return `int-${seededHex(`journey ${index}`, 11)}-phone-01-${company.tenant}`
}

function failure(status: number, message: string): SandboxResponse {
  const url = 'https://developer.8x8.com/analytics/docs/end-to-end-journey-api'
  return json({ errors: [{ message, suggestion: 'See the guide', url }] }, status)
}
