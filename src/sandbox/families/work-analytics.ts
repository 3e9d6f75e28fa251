import { workToken } from '../access.js'
import { json } from '../answers.js'
import type { Answer, Call, Handler } from '../exchange.js'
import type { Family } from '../family.js'
import { cursorAt, cursorOffset, pageOf, queryWith } from '../paging.js'
import { integer, list, time } from '../parameters.js'
import { company, groups, people, type Person } from '../people.js'
import { seededHex, seededNumber, seededPick } from '../seeded.js'
import { occurrences, windowBetween } from '../time-series.js'

const callStepMs = 9 * 60_000

/** Source: 8x8's guide "8x8 Analytics for Work" and its specification. */
export const workAnalytics: Family = {
  name: 'Work Analytics',
  base: /^\/analytics\/work\/v[12]/,
  access: workToken,
  routes: {
    'GET /call-records': scrolled((index) => callRecord(index)),
    'GET /cdr': scrolled((index) => callRecord(index)),
    'GET /call-legs': scrolled((index) => ({ ...callRecord(index), legId: `${index}-1`, legSequence: 1 })),
    'POST /calls/unreturned/detailed': scrolled(
      (index) => callRecord(index),
      (index) => isMissed(index),
    ),
    'GET /compsum': ownPbx((call) => json([{ pbxId: company.pbx, ...sums('company', call) }])),
    'GET /extsum': ownPbx((call) =>
      json(people.map(({ name, extension }) => ({ name, extension, ...sums(extension, call) }))),
    ),
    'GET /rgsum': ownPbx((call) => json(groups.map(({ id, name }) => ({ id, name, ...sums(id, call) })))),
    'GET /rgsum-groups': ownPbx((call) =>
      json(groups.map(({ id, name }) => ({ id, name, ...sums(id, call) }))),
    ),
    'GET /rgsum-members': ownPbx((call) =>
      json(people.map(({ name, groupId }) => ({ name, groupId, ...sums(`member ${name}`, call) }))),
    ),
    'GET /pbxes': (call) => linkedPage(call, [pbx]),
    'GET /pbxes/': (call) => linkedPage(call, [pbx]),
    'GET /pbxes/:pbxId': ownPbx(() => json(pbx)),
    'GET /pbxes/:pbxId/extensions': ownPbx((call) => linkedPage(call, people.map(extensionOf))),
    'GET /pbxes/:pbxId/extensions/:id': ownPbx((call) => {
      const found = people.find(({ extension }) => extension === call.params['id'])
      return found ? json(extensionOf(found)) : failure(call, 404, `No extension ${call.params['id']}`)
    }),
    'GET /pbxes/:pbxId/ring-groups': ownPbx((call) => linkedPage(call, groups)),
  },
}

const pbx = { id: company.pbx, pbxId: company.pbx, name: 'Example PBX', timezone: 'UTC' }

/** One page of the calls in a window, with the scroll id of the next. */
function scrolled(
  show: (index: number) => unknown,
  isWanted: (index: number) => boolean = () => true,
): Handler {
  return ownPbx((call) => {
    const { query } = call
    const pageSize = integer(query, 'pageSize', 50)
    if (!(pageSize >= 1 && pageSize <= 1000)) return failure(call, 400, 'pageSize must be from 1 to 1000')
    const offset = cursorOffset(query.get('scrollId'))
    if (offset === undefined) return failure(call, 400, 'scrollId is invalid')
    const window = windowBetween(time(query.get('startTime')), time(query.get('endTime')))
    const found = occurrences(window, callStepMs).filter(isWanted)
    const end = offset + pageSize
    return json({
      meta: { totalRecordCount: found.length, scrollId: end < found.length ? cursorAt(end) : null },
      data: found.slice(offset, end).map(show),
    })
  })
}

function callRecord(index: number) {
  const startMs = index * callStepMs
  const talkMs = isMissed(index) ? 0 : seededNumber(`talk ${index}`, 10_000, 900_000)
  return {
    callId: seededHex(`call ${index}`, 16),
    pbxId: company.pbx,
    startTime: new Date(startMs).toISOString(),
    endTime: new Date(startMs + talkMs).toISOString(),
    direction: seededPick(`direction ${index}`, ['Incoming', 'Outgoing', 'Internal']),
    caller: `+1408555${String(index % 10_000).padStart(4, '0')}`,
    callee: people[index % people.length]?.extension,
    talkTimeMS: talkMs,
    answered: isMissed(index) ? 'Missed' : 'Answered',
  }
}

function isMissed(index: number): boolean {
  return seededNumber(`answered ${index}`, 0, 4) === 0
}

function sums(who: string, { query }: Call) {
  const seed = `${who} ${query.get('startTime') ?? ''} ${query.get('endTime') ?? ''}`
  const total = seededNumber(seed, 20, 400)
  const answered = seededNumber(`${seed} answered`, 0, total)
  return { totalCalls: total, answered, missed: total - answered }
}

function extensionOf({ name, email, extension, userId }: Person) {
  return { id: extension, extensionNumber: extension, userId, name, email }
}

/** Customer data links its pages in the body, absolutely. */
function linkedPage(call: Call, items: readonly unknown[]): Answer {
  const number = integer(call.query, 'page', 0)
  const size = integer(call.query, 'size', 20)
  if (Number.isNaN(number) || !(size >= 1 && size <= 1000))
    return failure(call, 400, 'size must be from 1 to 1000')
  const page = pageOf(items, number, size)
  const to = (target: number) => ({
    href: `${call.origin}${call.path}?${queryWith(call.query, { page: target, size })}`,
  })
  return json({
    content: page.items,
    page: { number, size, totalElements: page.totalElements, totalPages: page.totalPages },
    _links: {
      first: to(0),
      ...(number > 0 ? { prev: to(number - 1) } : {}),
      self: to(number),
      ...(page.isLast ? {} : { next: to(number + 1) }),
      last: to(page.totalPages - 1),
    },
  })
}

/** A PBX that the customer does not have is refused; any plain name but `unknown` is theirs. */
function ownPbx(answer: Handler): Handler {
  return (call) => {
    const named = [call.params['pbxId'] ?? '', ...list(call.query, 'pbxId')]
    return named.includes('unknown') ? failure(call, 403, 'No access to the PBX') : answer(call)
  }
}

function failure({ path }: Call, status: number, text: string): Answer {
  return json({ timestamp: new Date().toISOString(), status, messages: [text], path }, status)
}
