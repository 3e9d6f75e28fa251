import { allow, commas, describeFamily, need, returns, SCROLLED } from '../describe.js'
import { dateTime, named, nullable, oneOf, type ValueOf, whole } from '../shape.js'

export const CALL_RECORD = named(
  'WorkCallRecord',
  { callId: '1767603600000', pbxId: 'examplepbx', sipCallId: '170437510_134011744@192.0.2.5' },
  { dnis: '12025550120', aaDestination: nullable('Main menu'), callLegCount: '1', lra: '1001' },
  { startTimeUTC: 1767603600000, startTime: '2026-01-05T11:00:00.000+0200' },
  { connectTimeUTC: 1767603609000, connectTime: '2026-01-05T11:00:09.000+0200' },
  { disconnectedTimeUTC: 1767603669000, disconnectedTime: '2026-01-05T11:01:09.000+0200' },
  { talkTimeMS: 60000, talkTime: '00:01:00', callTime: 69000, ringDuration: 9000 },
  { caller: '+14085550100', callerName: 'Ola Nordmann', callerId: 'Ola Nordmann,+14085550100' },
  { callee: '1001', calleeName: 'Ada Abara', direction: oneOf('Incoming', 'Outgoing', 'Internal') },
  { missed: oneOf('-', 'Missed'), abandoned: oneOf('-', 'Abandoned'), answered: oneOf('Answered', '-') },
  { answeredTime: 9000, abandonedTime: 0, lastLegDisposition: oneOf('Connected', 'Voicemail', 'Missed') },
  { calleeDisconnectOnHold: '', callerDisconnectOnHold: '' },
  { calleeHoldDurationMS: 0, calleeHoldDuration: '00:00:00', waitTimeMS: 0, waitTime: '00:00:00' },
  { departments: ['Sales'], branches: ['Lisbon'] },
)
export type WorkCallRecord = ValueOf<typeof CALL_RECORD>

const WINDOW = {
  pbxId: commas(need(['{{pbxId}}'], 'Id of the PBX, or allpbxes.')),
  startTime: need(dateTime('{{fromDate}} 00:00:00'), 'From when, in the time zone below.'),
  endTime: need(dateTime('{{toDate}} 00:00:00'), 'Until when.'),
  timeZone: need('{{timezone}}', 'IANA name of a time zone.'),
} as const

const PAGED = {
  ...WINDOW,
  pageSize: need(whole(100, 1, 7000), 'Records a page, at most 7000.'),
  caller: commas(allow(['{{extension}}'], 'Only calls from these extensions.')),
  callee: commas(allow(['{{extension}}'], 'Only calls to these extensions.')),
  callerOrCallee: commas(allow(['{{extension}}'], 'Only calls from or to these extensions.')),
  scrollId: allow('', 'From the response before; leave it out for the first page.'),
} as const

const META = { totalRecordCount: 160, scrollId: 'c3VwZXJ0ZW5hbnRjc21fMTYz' } as const
const PATH = '/analytics/work/v2/call-records'
const NO_ACCESS = 'user(sandbox-user) does not have access to pbxId(unknown) to make this request.'

/** Source: 8x8's guide "Call Detail Records" and its specification. */
export const workHistorical = describeFamily({
  family: 'work-analytics',
  description: 'Records and summaries of calls.',
  base: '/analytics/work/v2',
  errors: [
    returns(
      named('WorkProblem', {
        timestamp: '2026-01-05T19:05:11.224Z',
        status: 400,
        messages: ['pageSize is required'],
        path: PATH,
      }),
      400,
    ),
    returns(
      named('WorkForbidden', {
        timeStamp: '2026-01-05T19:05:11.224Z',
        status: 403,
        error: 'Access Denied',
        exception: NO_ACCESS,
        message: NO_ACCESS,
        path: PATH,
      }),
      403,
    ),
  ],
  calls: {
    workCallRecords: {
      title: 'Call detail records',
      description: 'After the last page comes an empty one, whose `scrollId` is "No Data".',
      docs: 'analytics/reference/call-detail-records',
      path: 'GET /call-records',
      query: PAGED,
      response: returns({ meta: META, data: [CALL_RECORD] }),
      paging: { ...SCROLLED, size: 'pageSize', end: 'No Data' },
      deviates: "8x8's specification has `callLegCount` as a number, its guide as text, as here.",
    },
  },
})
