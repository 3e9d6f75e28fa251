import { journey as described, JOURNEY, TRANSITION } from '../../api/calls/journey.js'
import type { Journey, JourneyAgent, JourneyTransition } from '../../api/calls/journey.js'
import type { BodyOf } from '../../api/describe.js'
import { company, groups, type Person, queues, seededPerson, sites } from '../data/people.js'
import { seededHex, seededPick } from '../data/seeded.js'
import { tenantExists } from '../data/tenants.js'
import { occurrences } from '../data/time-series.js'
import { isTimeZone, localTime } from '../data/time-zone.js'
import { apiKey } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { cursorPage } from '../gateway/paging.js'
import { isObject, time } from '../gateway/parameters.js'
import { json } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'

/** A journey begins every half hour, and goes from state to state every 20 seconds. */
const stepMs = 30 * 60_000
const stateMs = 20_000
const longestWindowMs = 60 * 24 * 3_600_000

export const journey = simulate(described, {
  access: apiKey(() => failure(401, 'unauthorized', 'Invalid API key')),
  refuse: (_call, status, detail) => failure(status, 'badRequest', detail),
  handlers: {
    searchJourneys: (call) => search(call, journeyAt),
    searchTransitions: (call) => search(call, transitionsAt),
  },
})

type Rows = typeof described.rows
type Search = Omit<BodyOf<Rows['searchJourneys']>, 'filters'> & {
  readonly filters?: readonly { readonly name: string; readonly values: readonly string[] }[]
}

/** One page of what began in a window; the body has the cursor of the next. */
function search<T>(
  { sent, dateMs }: SandboxCall & { readonly sent: Search },
  show: (index: number, zone: string, dateMs: number) => T,
) {
  const {
    dateRange,
    filters = [],
    displayTimezone,
    limit = 100,
    sortDirection = 'ASC',
    nextPageCursor,
  } = sent
  const [startMs, endMs] = [time(dateRange.start), time(dateRange.end)]
  if (startMs === undefined || endMs === undefined)
    return failure(400, 'iso8061WithTzFormat', 'dateRange.start and dateRange.end must be times')
  if (endMs < startMs)
    return failure(400, 'endDateBeforeStartDate', 'dateRange.end is before dateRange.start')
  if (endMs - startMs > longestWindowMs)
    return failure(400, 'maxInterval', 'dateRange is longer than 60 days')
  if (!isTimeZone(displayTimezone)) return failure(400, 'invalidTimezone', 'displayTimezone is no IANA name')
  const [order = '', cursor] = nextPageCursor ? nextPageCursor.split(/(?<=^.)/) : [sortDirection[0]]
  if (order !== sortDirection[0])
    return failure(400, 'cursorAndSortMismatch', 'nextPageCursor belongs to another sortDirection')

  const all = occurrences({ startMs, endMs: Math.min(endMs, dateMs) }, stepMs)
    .map((index) => show(index, displayTimezone, dateMs))
    .filter((one) => filters.every(({ name, values }) => accepts(one, name, values)))
  const page = cursorPage(sortDirection === 'DESC' ? all.toReversed() : all, cursor, limit)
  if (!page) return failure(400, 'invalidCursor', 'nextPageCursor is invalid')
  const next = page.next === null ? null : order + page.next
  return { data: page.items, nextPageCursor: next, totalElements: all.length }
}

/** Any tenant and any PBX but `unknown` is the customer's. */
function accepts(one: unknown, name: string, values: readonly string[]): boolean {
  if (name === 'tenantIds' || name === 'pbxNames') return values.some(tenantExists)
  const found = name
    .split('.')
    .reduce<readonly unknown[]>(
      (at, key) => at.flatMap((thing) => (isObject(thing) ? thing[key] : [])),
      [one],
    )
  return values.some((value) => found.some((text) => String(text).toLowerCase() === value.toLowerCase()))
}

/** What happens in a journey, from its index. */
function plan(index: number) {
  const outcome = seededPick(`outcome ${index}`, [
    'Handled',
    'Handled',
    'Abandoned',
    'EndedInScript',
  ] as const)
  const isOutbound = seededPick(`direction ${index}`, [false, false, true])
  const transferred = outcome === 'Handled' && index % 2 === 1
  const agents = [seededPerson(`journey ${index}`), seededPerson(`second ${index}`)].slice(
    0,
    transferred ? 2 : 1,
  )
  const talk = transferred ? (['TALKING', 'TRANSFER', 'TALKING'] as const) : (['TALKING'] as const)
  const begin = isOutbound ? (['OUTBOUND_STARTED'] as const) : (['STARTED', 'IN_SCRIPT'] as const)
  const states = [
    ...begin,
    ...(outcome === 'EndedInScript' || isOutbound ? [] : (['WAITING'] as const)),
    ...(outcome === 'Handled' ? talk : []),
    'FINISHED' as const,
  ]
  const queue = queues[(index % 6) * 4]!
  return {
    states,
    isOutbound,
    outcome: isOutbound && outcome === 'EndedInScript' ? ('Abandoned' as const) : outcome,
    agents: outcome === 'Handled' ? agents.map(agentRow) : [],
    caller: agents[0]!,
    queue: { id: queue.id, name: queue.name, extension: null, site: siteOf(queue) },
    interactionId: `int-${(index * stepMs).toString(16)}-${seededHex(`journey ${index}`, 25)}-phone-01-${company.tenant}`,
  }
}

function journeyAt(index: number, zone: string, dateMs: number): Journey {
  const { states, isOutbound, outcome, agents, caller, queue, interactionId } = plan(index)
  const endMs = index * stepMs + (states.length - 1) * stateMs
  const direction = isOutbound ? 'Outbound' : 'Inbound'
  const { entryPoint, origin, ...example } = JOURNEY.example
  const { id, name, email, loginId, department, site } = agentRow(caller)
  const user = { id, name, email, loginId, department, site, extension: caller.extension }
  return {
    ...example,
    time: zoned(zone, index * stepMs).replace('.000', ''),
    finishedTime: endMs > dateMs ? null : zoned(zone, endMs).replace('.000', ''),
    journeyId: seededHex(`journey ${index}`, 32),
    interactions: [{ id: interactionId, direction, type: 'Contact Center' }],
    agents,
    // It is filled for inbound journeys, the origin for outbound ones.
    entryPoint: isOutbound
      ? null
      : { ...entryPoint!, email: null, loginId: null, department: null, site: null },
    origin: isOutbound ? { ...origin!, ...user } : null,
    outcome,
    direction,
    transfersCompleted: Math.max(0, agents.length - 1),
    forwardedToQueue: states.includes('WAITING') ? 1 : 0,
    forwardedToScript: isOutbound ? 0 : 1,
    queues: states.includes('WAITING') ? [queue] : [],
  }
}

function transitionsAt(index: number, zone: string) {
  const { states, agents, queue, interactionId } = plan(index)
  const transitions = states.map((name, step): JourneyTransition => {
    const isTransfer = name === 'TRANSFER'
    const second = states.indexOf('TRANSFER') >= 0 && states.indexOf('TRANSFER') <= step
    const handling = name === 'TALKING' || isTransfer ? agents.slice(second ? 1 : 0, second ? 2 : 1) : []
    return {
      ...TRANSITION.example,
      time: zoned(zone, index * stepMs + step * stateMs),
      name,
      interactionId,
      agents: handling,
      previousAgents: isTransfer ? agents.slice(0, 1) : [],
      queue: name === 'WAITING' ? queue : null,
      previousQueue: isTransfer ? queue : null,
      ringGroup: null,
      previousRingGroup: null,
      duration: isTransfer || name === 'FINISHED' ? 0 : stateMs,
      externalNumber: isTransfer ? TRANSITION.example.externalNumber : null,
      channel: name === 'FINISHED' ? null : TRANSITION.example.channel,
      scripts: name === 'IN_SCRIPT' ? TRANSITION.example.scripts : [],
    }
  })
  return { journeyId: seededHex(`journey ${index}`, 32), transitions }
}

function agentRow(person: Person): JourneyAgent {
  const { agentId: id, name, email, groupId } = person
  const group = groups.find((one) => one.id === groupId)!
  return {
    id,
    name,
    email,
    loginId: email.split('@')[0]!,
    department: 'Sales',
    group,
    site: siteOf(person),
    type: 'HUMAN',
  }
}

function siteOf({ siteId }: { readonly siteId: string }) {
  return sites.find(({ id }) => id === siteId)!
}

/** Writes a time with the offset of a zone: `2026-01-05T11:00:00.000+02:00`. */
function zoned(zone: string, ms: number): string {
  return localTime(zone, ms).replace(/(\d\d)$/, ':$1')
}

function failure(status: number, anchor: string, message: string) {
  const url = `https://developer.8x8.com/analytics/docs/end-to-end-journey-api#${anchor}`
  return json({ errors: [{ message, suggestion: 'See the guide', url }] }, status)
}
