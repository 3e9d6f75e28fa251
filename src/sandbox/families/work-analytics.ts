import { workToken } from '../gateway/access.js'
import { json } from '../gateway/responses.js'
import type { SandboxCall, Handler } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { cursorPage } from '../gateway/paging.js'
import { integer, time } from '../gateway/parameters.js'
import { company, groups, people } from '../data/people.js'
import { seededNumber } from '../data/seeded.js'
import { occurrences, windowBetween } from '../data/time-series.js'
import { failure, ownPbx } from './work-analytics-responses.js'
import { callRecord, callStepMs, isMissed } from './work-analytics-calls.js'
import { customerDataRoutes } from './work-analytics-customer-data.js'
import { liveRoutes } from './work-analytics-live.js'

/** Source: 8x8's guide "8x8 Analytics for Work" and its specifications: historical, customer data, live. */
export const workAnalytics: SandboxFamily = {
  name: 'Work Analytics',
  base: /^\/analytics\/work\/v[12]/,
  access: workToken,
  routes: {
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
    ...customerDataRoutes,
    ...liveRoutes,
  },
}

/** One page of the calls in a window, with the scroll id of the next. */
function scrolled(
  show: (index: number) => unknown,
  isWanted: (index: number) => boolean = () => true,
): Handler {
  return ownPbx((call) => {
    const { query } = call
    const pageSize = integer(query, 'pageSize', 50)
    if (!(pageSize >= 1 && pageSize <= 7000)) return failure(call, 400, 'pageSize must be from 1 to 7000')
    const window = windowBetween(time(query.get('startTime')), time(query.get('endTime')))
    const found = occurrences(window, callStepMs).filter(isWanted)
    const page = cursorPage(found, query.get('scrollId'), pageSize)
    if (!page) return failure(call, 400, 'scrollId is invalid')
    const meta = { totalRecordCount: found.length, scrollId: page.next }
    return json({ meta, data: page.items.map(show) })
  })
}

function sums(who: string, { query }: SandboxCall) {
  const seed = `${who} ${query.get('startTime') ?? ''} ${query.get('endTime') ?? ''}`
  const total = seededNumber(seed, 20, 400)
  const answered = seededNumber(`${seed} answered`, 0, total)
  return { totalCalls: total, answered, missed: total - answered }
}
