import { allow, commas, describeFamily, need, offer, returns } from '../describe.js'
import { decimal, list, maybe, named, nullable, oneOf, record, Shape, text, whole } from '../shape.js'
import { WORK_PROBLEM } from './work-historical.js'
import { DAY_PART, FROM, CALL_METRICS, PLACES, SORTING, UNTIL, WINDOW } from './work-pbxes.js'

const CURSOR = {
  limit: offer(whole(20, 1, 1000), 'Items a page.', 50),
  startingAfter: allow('', 'The id of the last item of the page before.'),
  latestSortingValue: allow('', 'The value by which that item was sorted.'),
} as const
const SORTED = {
  sortingField: allow(oneOf('startTime', 'stopTime', 'callId', 'handlingDuration'), 'A field.', 'startTime'),
  sortingDirection: allow(oneOf('ASC', 'DESC'), 'ASC or DESC.', 'ASC'),
} as const
const BY_NAME = allow('name,asc', SORTING)
const BY_TIME = allow('startTime,desc', SORTING)

const WORK_GROUP = { id: '101', extension: '7101', groupType: oneOf('CALL_QUEUE', 'RING_GROUP') } as const
const DEVICE = { deviceId: 'd-1001', deviceModel: 'voo8x8' } as const
const CUSTOMER = { address: '+14085550100', name: 'Ola Nordmann' } as const
const CALLER = { id: 'Ola Nordmann,+14085550100', ...CUSTOMER, ...DEVICE } as const
const CALLEE = { address: '1001', name: 'Ada Abara', ...DEVICE } as const
const SERVICE = { serviceName: 'Work', serviceType: 'VOICE' } as const
const DIRECTIONS = oneOf('INBOUND', 'OUTBOUND', 'INTERNAL')
const LABELS = list('WAITING', { example: ['WAITING', 'ALERTING', 'TALKING', 'DISCONNECTED', 'FINISHED'] })

export const QUEUE_CALL = named(
  'WorkQueueCall',
  { callId: 'b7134bc5c8b9003d', workGroup: WORK_GROUP, caller: CALLER, latestCallee: CALLEE },
  { status: 'COMPLETED', latestLabel: 'FINISHED', outcome: 'FINISHED', labels: LABELS },
  { startTime: 1767603600000, stopTime: 1767603672000, connectedTime: 1767603612000 },
  { handlingDuration: decimal(60), waitingDuration: decimal(12), talkingDuration: decimal(60) },
  { onHoldDuration: decimal(0), totalDuration: decimal(72), did: '7101', direction: DIRECTIONS },
  { resolution: oneOf('ENDED', 'OFFER_TIMEOUT') },
)

const CALL_STATE = named(
  'WorkCallState',
  { workGroup: WORK_GROUP, caller: CALLER, callee: maybe(CALLEE), sequence: 0, status: 'WAITING' },
  { statusEnterTime: 1767603600000, statusDuration: decimal(5.3), did: '7101', direction: DIRECTIONS },
)

/** Names a shape whose properties may all be missing, as `fields` chooses some of them. */
function chosen<T>(name: string, { schema, example, components }: Shape<T>): Shape<T> {
  const optional = JSON.stringify(schema, (key, value: unknown) => (key === 'required' ? undefined : value))
  return named(name, new Shape(JSON.parse(optional) as Shape<T>['schema'], example, components))
}

export const ACTIVE_CALL = chosen(
  'WorkActiveCall',
  record(
    { callId: 'b7134bc5c8b9003d', startTime: 1767603600000, connectedTime: 1767603612000 },
    { caller: CALLER, latestCallee: CALLEE, direction: DIRECTIONS, reference: '7101', sip: 'sip-1' },
    { latestLabel: 'TALKING', labels: ['WAITING'], outcome: 'ONGOING', talkingDuration: decimal(60) },
    { onHoldDuration: decimal(0), waitingDuration: decimal(12), totalDuration: decimal(72) },
  ),
)

const UNRETURNED = chosen(
  'WorkUnreturnedCalls',
  record(
    { caller: { ...CALLER, ...SERVICE }, calleeData: { ...CALLEE, ...SERVICE } },
    { siteData: { id: 'c88f52c0-caca-4dce-a66f-3ce89217b2bc', name: 'Lisbon' } },
    { attempts: 3, latestStartTime: 1767603600000 },
  ),
)

const UNRETURNED_CALL = chosen(
  'WorkUnreturnedCall',
  record(
    { callId: 'b7134bc5c8b9003d', transferToCallId: nullable('1b6ff85e92ea2a4b'), workGroup: WORK_GROUP },
    { caller: { ...CALLER, ...SERVICE }, callee: { ...CALLEE, ...SERVICE }, startTime: 1767603600000 },
    { totalDuration: decimal(54.9), did: '7101', outcome: oneOf('ABANDONED', 'MISSED'), labels: LABELS },
  ),
)

const PARTICIPANTS = returns({
  participants: [named('WorkParticipant', { name: 'Ada Abara', address: '1001' })],
})
/** How a list goes on that is asked for what comes after the last item so far. */
function after<const Items extends string, const Id extends string>(items: Items, id: Id) {
  return { kind: 'after', parameter: 'startingAfter', size: 'limit', items: [items], id } as const
}

const SEARCH = allow('Ada', 'Text within the name or the address of caller or callee.')
const CALLEES = commas(allow(['{{extension}}'], 'Only calls to these addresses, joined with commas.'))
const FIELDS = commas(allow(['callerName'], 'Only these fields, joined with commas.'))
const UNRETURNED_FILTER = { calleeAddresses: CALLEES, search: SEARCH, ...WINDOW } as const

const DETAILED = { ...UNRETURNED_FILTER, ...CURSOR, ...SORTED, sorting: BY_TIME, fields: FIELDS } as const
const FILTERS = record(
  { callerAddresses: maybe(['{{callerAddress}}']), calleeAddresses: maybe(['{{extension}}']) },
  { fields: maybe(['callId']), search: maybe('Ada'), startDate: maybe(FROM), endDate: maybe(UNTIL) },
  { intraDayStart: maybe(DAY_PART.intraDayStart.shape), intraDayEnd: maybe(DAY_PART.intraDayEnd.shape) },
  { timeZone: maybe('{{timezone}}'), limit: maybe(whole(50, 1, 1000)), startingAfter: maybe('') },
  { sortingField: maybe(SORTED.sortingField.shape), sortingDirection: maybe(oneOf('ASC', 'DESC')) },
  { latestSortingValue: maybe('') },
)
/** With an example of few filters, as all together would leave nothing. */
const POSTED = new Shape<typeof FILTERS.example>(FILTERS.schema, {
  callerAddresses: ['{{callerAddress}}'],
  sortingField: 'startTime',
  sortingDirection: 'DESC',
  limit: 50,
})

/** Source: 8x8's specification of live data, and its guides about calls, active calls and unreturned calls. */
export const workCalls = describeFamily({
  family: 'work-analytics',
  description: 'Calls of a PBX.',
  base: '/analytics/work/v2/pbxes/{pbxId}/calls',
  errors: [returns(WORK_PROBLEM, 400), returns(WORK_PROBLEM, 403)],
  calls: {
    workCalls: {
      title: 'Calls of call queues',
      description:
        'Those of the last 24 hours, if no dates are given. After the last page comes an empty one.',
      docs: 'analytics/reference/aggregated-3',
      path: 'GET ',
      query: {
        ...PLACES,
        startDate: offer(FROM, 'From when; the last 24 hours without it.'),
        endDate: offer(UNTIL, 'Until when; needed with startDate.'),
        ...DAY_PART,
        metrics: CALL_METRICS,
        ...CURSOR,
        ...SORTED,
      },
      response: returns({ calls: [QUEUE_CALL] }),
      paging: after('calls', 'callId'),
      deviates:
        "8x8's specification requires two objects, `paging` and `sorting`, whose fields are these parameters; its newest guide has them as optional. That has `latestLabel` instead of `status`: both are here.",
      keeps: { callId: ['calls', 0, 'callId'] },
    },
    workCall: {
      title: 'Journey of a call',
      docs: 'analytics/reference/detailed',
      path: 'GET /{callId}',
      query: {
        startDate: need(FROM, 'From when.'),
        endDate: need(UNTIL, 'Until when.'),
        fields: commas(allow(['status'], 'Only these fields.')),
      },
      response: returns({ detailedCallRecords: [CALL_STATE] }),
      errors: [returns(WORK_PROBLEM, 404)],
    },
    workActiveCalls: {
      title: 'Calls at this moment',
      docs: 'analytics/reference/get-active-calls',
      path: 'GET /active',
      query: {
        paging: allow(
          text('0,50', { pattern: String.raw`^\d{1,6},[1-9]\d{0,3}$` }),
          'Page and size.',
          '0,50',
        ),
        sorting: BY_TIME,
        fields: FIELDS,
      },
      response: returns({ calls: [ACTIVE_CALL] }),
    },
    workUnreturned: {
      title: 'Unreturned calls',
      description: 'Callers that nobody has answered or called back, with their latest attempt.',
      docs: 'analytics/reference/get-unreturned-calls',
      path: 'GET /unreturned',
      query: {
        callerAddresses: commas(allow(['{{callerAddress}}'], 'Only calls from these addresses.')),
        ...UNRETURNED_FILTER,
        sorting: offer('attempts,desc', SORTING),
        fields: FIELDS,
      },
      response: returns({ calls: [UNRETURNED] }),
      keeps: { callerAddress: ['calls', 0, 'caller', 'address'] },
    },
    workUnreturnedCallees: {
      title: 'Callees of unreturned calls',
      docs: 'analytics/reference/get-unreturned-callees',
      path: 'GET /unreturned/callees',
      query: { siteIds: PLACES.siteIds, search: SEARCH, ...WINDOW, ...CURSOR, sorting: BY_NAME },
      response: PARTICIPANTS,
      paging: after('participants', 'address'),
    },
    workUnreturnedCallers: {
      title: 'Callers of unreturned calls',
      docs: 'analytics/reference/get-unreturned-callers',
      path: 'GET /unreturned/callers',
      query: { siteIds: PLACES.siteIds, ...UNRETURNED_FILTER, ...CURSOR, sorting: BY_NAME },
      response: PARTICIPANTS,
      paging: after('participants', 'address'),
    },
    workUnreturnedDetailed: {
      title: 'Unreturned calls one by one',
      docs: 'analytics/reference/get-unreturned-detailed',
      path: 'GET /unreturned/detailed',
      query: {
        callerAddresses: commas(need(['{{callerAddress}}'], 'The callers, joined with commas.')),
        ...DETAILED,
      },
      response: returns({ records: [UNRETURNED_CALL] }),
      paging: after('records', 'callId'),
    },
    workUnreturnedDetailedPost: {
      title: 'Unreturned calls one by one, of many callers',
      description: 'What is not in the body may be in the query, as above.',
      docs: 'analytics/reference/post-unreturned-detailed',
      path: 'POST /unreturned/detailed',
      query: {
        ...DETAILED,
        callerAddresses: commas(allow(['{{callerAddress}}'], 'The callers, if not in the body.')),
      },
      body: POSTED,
      response: returns({ records: [UNRETURNED_CALL] }),
      paging: after('records', 'callId'),
      reads: true,
    },
  },
})
