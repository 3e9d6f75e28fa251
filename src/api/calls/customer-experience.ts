import { describeFamily, returns } from '../describe.js'
import { either, list, maybe, named, shape, text, whole } from '../shape.js'

/** What rows of both kinds have. */
const CALL = {
  callDate: '2026-01-05 09:00:00',
  callDateOnly: '2026-01-05',
  callTime: '09:00:00',
  callType: 'Inbound',
  callerName: 'Ola Nordmann',
  callerNumber: '+14085550100',
  transactionId: '12345',
  holdDuration: '00:00:05',
  hungupBy: 'customer',
  muteDuration: 0,
  timeInIVR: '00:00:12.000',
  waitTime: '00:00:30',
} as const

export const RECENT_CALL = named('RecentCall', CALL, {
  queueId: '101',
  agentId: 'ag36929ea2c3d36577dee6',
  tenantId: 'exampletenant01',
  transferCount: '0',
  callSubType: 'Queued',
  destinationNumber: '+14085550199',
  abandonTime: '00:00:00',
  maximumHoldDuration: '00:00:05',
})

export const SURVEY = named('PostCallSurvey', CALL, {
  queueList: ['101'],
  groupList: ['201'],
  agentList: ['ag36929ea2c3d36577dee6'],
  Q1: '4',
  Q2: '5',
  Q3: '3',
  totalScore: 12,
  hits: '1',
  offerType: 'stay on call',
  pcsType: 'stay on call',
  callId: 'int-19b8b741800',
  callerId: '+14085550100',
  callDuration: '00:05:00',
  callNumber: 'Ola Nordmann',
  callName: '+14085550100',
  callPhoneNumber: '+14085550100',
  voiceComment: '',
  voiceCommentFileNames: '',
})

const PAGE = {
  hits: 672,
  sortColumn: 'callDate',
  sortOrder: 'ascending',
  page: 1,
  rows: 100,
  columns: ['callDate'],
} as const

export const QUESTIONS = {
  Q1: 'How do you rate our service?',
  Q2: 'And the agent?',
  Q3: 'Is it solved?',
} as const

const number = (example: number, most?: number) =>
  either(whole(example, 1, most), text(String(example), { pattern: String.raw`^[1-9]\d*$` }))

/** What both searches take; all but the last two are required. */
const SEARCH = {
  tenantId: '{{tenantId}}',
  page: number(1),
  rows: number(100, 5000),
  duration: text('allhistory', { pattern: '^(?:today|yesterday|.*week|.*month|allhistory)$' }),
  timeRange: maybe(text('', { pattern: String.raw`^(?:\d+\s*[-,]\s*\d+)?$` })),
  tenantAgents: maybe(list('', { example: [] })),
} as const
const SECONDS = text('Sec: 0, -1', { pattern: String.raw`-?\d+\s*,\s*-?\d+` })
const TIMES = text('Range: 0, -1', { pattern: String.raw`-?\d+\s*,\s*-?\d+` })

const ERROR = shape({ message: 'page is required' })
const ROW = {
  deprecated: true,
  reads: true,
  paging: {
    kind: 'page',
    parameter: 'page',
    size: 'rows',
    first: 1,
    items: ['data'],
    pages: ['hits'],
    counts: 'items',
  },
} as const
const NUMBERS =
  "8x8's specification has `page` and `rows` as text here and as numbers there; the sandbox takes both."

/** Source: 8x8's specifications "Customer Experience" and "Post Call Survey" of 2025. */
export const customerExperience = describeFamily({
  family: 'customer-experience',
  description:
    'Recent calls and surveys of the Contact Center. 8x8 took both out of its documentation in November 2025: ' +
    'historical reports have replaced them. `timeRange` ("startMs-endMs") goes before `duration`.',
  base: '/customerexperience/v1',
  choices: { customerRegion: ['us', 'uk'] },
  headers: [
    {
      name: 'token',
      example: '{{customerExperienceToken}}',
      description: 'A UUID that 8x8 sends by mail on request.',
    },
  ],
  errors: [returns(ERROR, 400), returns(ERROR, 401), returns(ERROR, 404)],
  calls: {
    recentCalls: {
      ...ROW,
      title: 'Recent calls',
      description: 'Ranges are from and to, in seconds or times; -1 is no end.',
      path: 'POST /recentCallData/{customerRegion}',
      body: {
        ...SEARCH,
        timezone: maybe('{{timezone}}'),
        callDuration: SECONDS,
        timeInQueue: SECONDS,
        timeInIVR: SECONDS,
        transferCount: TIMES,
        agentCallDuration: SECONDS,
        agentHoldDuration: SECONDS,
        agentHoldCount: TIMES,
        agentMuteCount: TIMES,
      },
      response: returns({ ...PAGE, data: [RECENT_CALL] }),
      deviates: NUMBERS,
    },
    postCallSurveys: {
      ...ROW,
      title: 'Post-call surveys',
      path: 'POST /postCallSurvey/{customerRegion}',
      body: { ...SEARCH, script: list('', { example: [] }) },
      response: returns({ ...PAGE, questionLabel: QUESTIONS, data: [SURVEY] }),
      deviates: NUMBERS,
    },
  },
})
