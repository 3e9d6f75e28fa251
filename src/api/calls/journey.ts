import { describeFamily, returns } from '../describe.js'
import { either, list, maybe, named, nullable, oneOf, text, type ValueOf, whole } from '../shape.js'

const INTERACTION_ID = 'int-19b8b741800-QNePASHISrp0D65MVgaNJYS13-phone-01-exampletenant01'
const MEDIA = oneOf('Phone', 'Chat', 'Email')
const SITE = nullable(named('JourneySite', { id: 'c88f52c0-caca-4dce-a66f-3ce89217b2bc', name: 'Lisbon' }))

const AGENT = named(
  'JourneyAgent',
  { id: 'ag36929ea2c3d36577dee6', name: 'Ada Abara', email: nullable('ada.abara@example.com') },
  { loginId: nullable('ada.abara'), department: nullable('Sales'), site: SITE, type: oneOf('HUMAN', 'AI') },
  { group: nullable(named('JourneyGroup', { id: '201', name: 'Front desk' })) },
)
export type JourneyAgent = ValueOf<typeof AGENT>

const QUEUE = named('JourneyQueue', {
  id: '101',
  name: 'Sales phone',
  extension: nullable('2001'),
  site: SITE,
})

/** What entry points and origins have in common. */
const PLACE = {
  id: 'ch-101',
  name: 'Main line',
  phoneNumber: nullable('+14085550100'),
  extension: nullable('1001'),
  email: nullable('ada.abara@example.com'),
  loginId: nullable('ada.abara'),
  department: nullable('Sales'),
  pbx: 'examplepbx',
  site: SITE,
} as const

export const JOURNEY = named(
  'Journey',
  { time: '2026-01-05T02:00:00+02:00', finishedTime: nullable('2026-01-05T02:05:00+02:00') },
  {
    journeyId: '7b2429440d15183af1044dd47f1d447d',
    interactions: [
      named('JourneyInteraction', {
        id: INTERACTION_ID,
        direction: oneOf('Inbound', 'Outbound'),
        type: oneOf('Contact Center', 'Unified Communication', 'AI Studio'),
      }),
    ],
    agents: [AGENT],
    contact: named('JourneyContact', {
      name: 'Ola Nordmann',
      phoneNumber: '+14085550199',
      email: nullable('ola@example.com'),
    }),
    entryPoint: nullable(
      named('JourneyEntryPoint', PLACE, {
        type: oneOf('cc-channel', 'call-queue', 'ring-group', 'auto-attendant', 'user'),
        tenantId: 'exampletenant01',
      }),
    ),
    origin: nullable(named('JourneyOrigin', PLACE, { type: 'user' })),
    outcome: oneOf('Handled', 'Abandoned', 'EndedInScript', 'Other', 'UnknownOutcome'),
  },
  { direction: oneOf('Inbound', 'Outbound', 'Internal'), transfersCompleted: 0, holdDuration: 0 },
  { forwardedToQueue: 1, forwardedToRingGroup: 0, forwardedToScript: 1, mediaTypes: [MEDIA] },
  { pbxNames: ['examplepbx'], tenantIds: ['exampletenant01'], queues: [QUEUE] },
  { ringGroups: list(QUEUE, { example: [] }), wrapUpCodes: ['Service call'], scheduleHours: ['Open'] },
  {
    schedules: [
      named(
        'JourneySchedule',
        { id: 107, tag: nullable('Holidays'), tenantId: 'exampletenant01' },
        { result: oneOf('open', 'closed', '1', '2', '3', '4', '5', '6') },
      ),
    ],
    outboundPhoneCodes: list(
      named('JourneyPhoneCode', { listName: 'Callbacks', name: 'No queue', shortCode: 'Unt1' }),
      { example: [] },
    ),
  },
)
export type Journey = ValueOf<typeof JOURNEY>

const STATE = oneOf(
  ...(['TRANSFER', 'STARTED', 'OUTBOUND_STARTED', 'IN_SCRIPT', 'WAITING', 'TALKING'] as const),
  ...(['HOLD', 'FORWARD', 'FINISHED'] as const),
)
export const TRANSITION = named(
  'JourneyTransition',
  { time: '2026-01-05T02:00:00.000+02:00', name: STATE, interactionId: INTERACTION_ID },
  { agents: [AGENT], previousAgents: [AGENT], queue: nullable(QUEUE), previousQueue: nullable(QUEUE) },
  { ringGroup: nullable(QUEUE), previousRingGroup: nullable(QUEUE), duration: 0, mediaType: MEDIA },
  {
    externalNumber: nullable('+441138413014'),
    scripts: [named('JourneyScript', { id: 541, name: 'Main menu', tenantId: 'exampletenant01' })],
  },
  {
    channel: nullable(
      named('JourneyChannel', { id: 'ch-101', name: 'Main line', tenantId: 'exampletenant01' }),
    ),
  },
)
export type JourneyTransition = ValueOf<typeof TRANSITION>

const ERROR = named('JourneyError', {
  errors: [
    {
      message: 'dateRange is required',
      suggestion: 'See the guide',
      url: 'https://developer.8x8.com/analytics/docs/end-to-end-journey-api#badRequest',
    },
  ],
})

const DATE = { pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$` }
const PARTS = ['id', 'name', 'extension', 'site.id', 'site.name']

/** What both searches take: `filters` may be missing, but not be empty. */
function search(...filters: readonly (readonly string[])[]) {
  const name = oneOf('tenantIds', 'pbxNames', 'journeyId', ...filters.flat())
  const values = list('{{tenantId}}', { minItems: 1 })
  return {
    dateRange: { start: text('{{fromDate}}T00:00:00Z', DATE), end: text('{{toDate}}T00:00:00Z', DATE) },
    filters: maybe(list({ name, values }, { minItems: 1 })),
    displayTimezone: '{{timezone}}',
    limit: maybe(whole(50, 1, 1000)),
    sortField: maybe(oneOf('TIME')),
    sortDirection: maybe(oneOf('DESC', 'ASC')),
    nextPageCursor: maybe(either(null, '')),
  } as const
}

function below(part: string, names: readonly string[] = PARTS): readonly string[] {
  return names.map((name) => `${part}.${name}`)
}

const CALL = {
  description: 'At most 60 days at a time. `nextPageCursor` of the response goes into the next request.',
  docs: 'analytics/docs/end-to-end-journey-api',
  reads: true,
  paging: {
    kind: 'cursor',
    parameter: 'nextPageCursor',
    size: 'limit',
    items: ['data'],
    next: ['nextPageCursor'],
  },
} as const
const NEXT = { nextPageCursor: nullable('QWZ0ZXIgMDAwMDAwMDA1MA=='), totalElements: 150 } as const

/** Source: 8x8's guide "End-to-End Journey API". */
export const journey = describeFamily({
  family: 'journey',
  description:
    'Journeys of customers over Contact Center, Work and Engage (a pilot). At most 60 days at a time and 10 requests ' +
    'a minute. European customers have another host, api-eu.8x8.com: set `X8_BASE_URL` for it.',
  base: '/cidp/journey/api/v1',
  errors: [returns(ERROR, 400), returns(ERROR, 401), returns(ERROR, 429)],
  calls: {
    searchJourneys: {
      ...CALL,
      title: 'Search journeys',
      path: 'POST /journeys/search',
      body: search(
        below('agents', ['group.id', 'group.name', 'name', 'site.id', 'site.name', 'type']),
        ['direction', 'mediaTypes', 'outcome', 'wrapUpCodes', 'interactions.id'],
        below('contact', ['email', 'name', 'phoneNumber']),
        below('entryPoint', [...PARTS, 'phoneNumber', 'type']),
        below('origin', [...PARTS, 'phoneNumber', 'type']),
        below('outboundPhoneCodes', ['listName', 'name', 'shortCode']),
        below('queues'),
        below('ringGroups'),
      ),
      response: returns({ data: [JOURNEY], ...NEXT }),
    },
    searchTransitions: {
      ...CALL,
      title: 'Search transitions',
      path: 'POST /transitions/search',
      body: search(
        ['transitions.name', 'transitions.interactionId'],
        ...['agents', 'previousAgents'].map((part) =>
          below(`transitions.${part}`, ['name', 'site.id', 'site.name', 'type']),
        ),
        ...['queue', 'previousQueue', 'ringGroup', 'previousRingGroup', 'autoAttendant'].map((part) =>
          below(`transitions.${part}`),
        ),
      ),
      response: returns({
        data: [
          named('JourneyTransitions', {
            journeyId: '7b2429440d15183af1044dd47f1d447d',
            transitions: [TRANSITION],
          }),
        ],
        ...NEXT,
      }),
      deviates: "8x8's table has `journeyId` in each transition, its example beside them, as here.",
    },
  },
})
