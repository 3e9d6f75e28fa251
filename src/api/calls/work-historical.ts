import { allow, commas, describeFamily, need, returns, SCROLLED } from '../describe.js'
import { dateTime, either, list, maybe, named, nullable, oneOf, type Shape, text, whole } from '../shape.js'

/** What call records and call legs both tell about a call. */
const CALL = [
  { callId: '1767603600000', pbxId: 'examplepbx', sipCallId: '170437510_134011744@192.0.2.5' },
  { dnis: '12025550120', lra: '1001' },
  { startTimeUTC: 1767603600000, startTime: '2026-01-05T11:00:00.000+0200' },
  { connectTimeUTC: 1767603609000, connectTime: '2026-01-05T11:00:09.000+0200' },
  { disconnectedTimeUTC: 1767603669000, disconnectedTime: '2026-01-05T11:01:09.000+0200' },
  { talkTimeMS: 60000, talkTime: '00:01:00', callTime: 69000 },
  { caller: '+14085550100', callerName: 'Ola Nordmann', callerId: 'Ola Nordmann,+14085550100' },
  { callee: '1001', calleeName: 'Ada Abara', direction: oneOf('Incoming', 'Outgoing', 'Internal') },
  { missed: oneOf('-', 'Missed'), abandoned: oneOf('-', 'Abandoned'), answered: oneOf('Answered', '-') },
  { calleeDisconnectOnHold: '', callerDisconnectOnHold: '' },
  { calleeHoldDurationMS: 0, calleeHoldDuration: '00:00:00' },
  { departments: ['Sales'], branches: ['Lisbon'] },
] as const

export const CALL_RECORD = named(
  'WorkCallRecord',
  ...CALL,
  { aaDestination: nullable('Main menu'), callLegCount: '1', ringDuration: 9000 },
  { answeredTime: 9000, abandonedTime: 0, waitTimeMS: 0, waitTime: '00:00:00' },
  { lastLegDisposition: oneOf('Connected', 'Voicemail', 'Missed') },
)

export const CALL_LEG = named(
  'WorkCallLeg',
  ...CALL,
  { legId: '1', parentCallId: nullable('1767603600000'), transferToCallId: nullable('1767603610000') },
  { callerDeviceId: nullable('d-1001'), callerDeviceModel: '', status: 'Completed' },
  { calleeDeviceId: nullable('d-1002'), calleeDeviceModel: '', cause: oneOf('Normal', 'Ring No Answer') },
  { callerSvcName: nullable('UE'), callerSvcType: nullable('Custom') },
  { calleeSvcName: 'VMadvanced', calleeSvcType: 'Custom', lraType: 1 },
  { recordServiceOn: '', bargeServiceOn: '', masterSlaveExts: '', accountCode: '', aaPath: '' },
  { propsLastPartyDisp: oneOf('Connected', 'Voicemail', 'Missed') },
)

type Words<S extends string, Found = never> = S extends `${infer Word} ${infer Rest}`
  ? Words<Rest, Found | Word>
  : Found | S

/** Makes properties that are counts, percentages, or durations in milliseconds, of lines of their names. */
function totals<const Names extends string>(...lines: readonly Names[]) {
  const names = lines.flatMap((line) => line.split(' '))
  const exampleOf = (name: string) => (/time/i.test(name) ? 60000 : /percent/i.test(name) ? 75 : 12)
  const fields = names.map((name) => [name, whole(exampleOf(name), 0)] as const)
  return Object.fromEntries(fields) as Readonly<Record<Words<Names>, Shape<number>>>
}

export const COMPANY_SUMMARY = named(
  'WorkCompanySummary',
  { pbxId: 'examplepbx' },
  totals(
    'inboundTotal inboundAnswered inboundAbandoned inboundMissed outboundTotal outboundAnswered outboundAbandoned',
    'externalInboundTotal externalInboundAnswered externalInboundAbandoned externalInboundMissed',
    'externalOutboundTotal externalOutboundAnswered externalOutboundAbandoned externalOutboundMissed',
    'percentExternalInboundAnswered percentExternalOutboundAnswered',
    'internalInboundTotal internalInboundAnswered internalInboundAbandoned internalInboundMissed',
    'internalOutboundTotal internalOutboundAnswered internalOutboundAbandoned',
    'totalCall totalAnswered totalAbandoned totalMissed totalVm',
    'totalRingTime totalTalkTime totalAbandonedTime totalCallTime',
    'avgRingTime avgTalkTime avgAbandonedTime avgCallTime',
    'totalExtToExt totalExtToExtAnswered totalExtToExtAbandoned totalExtToExtMissed',
  ),
)

const EXTENSION = [
  { PbxId: 'examplepbx', Extension: '1001', ServiceType: 'UE', FirstName: 'Ada', LastName: 'Abara' },
  { Branch: 'Lisbon', Department: 'Sales', Email: 'ada.abara@example.com', UserName: 'ada.abara' },
  totals(
    'External_Inbound_Total External_Inbound_Answered External_Inbound_Abandoned External_Inbound_Missed',
    'External_Outbound_Total External_Outbound_Answered External_Outbound_Abandoned',
    'Percent_External_Inbound_Answered Percent_External_Outbound_Answered',
    'Internal_Inbound_Total Internal_Inbound_Answered Internal_Inbound_Abandoned Internal_Inbound_Missed',
    'Internal_Outbound_Total Internal_Outbound_Answered Internal_Outbound_Abandoned',
    'Inbound_Total Inbound_Answered Inbound_Abandoned Inbound_Missed',
    'Outbound_Total Outbound_Answered Outbound_Abandoned',
    'Total_Answered Total_Abandoned Total_Missed Total_Calls_To_VM',
    'Total_Ring_Time Total_Talk_Time Total_Abandoned_Time Total_Call_Time',
    'Avg_Ring_Time Avg_Talk_Time Avg_Abandoned_Time',
  ),
] as const
export const EXTENSION_SUMMARY_1 = named('WorkExtensionSummary1', ...EXTENSION)
export const EXTENSION_SUMMARY = named(
  'WorkExtensionSummary',
  ...EXTENSION,
  totals('Inbound_Talk_Time Outbound_Talk_Time'),
)

export const RING_GROUP_SUMMARY = named(
  'WorkRingGroupSummary',
  { pbxId: 'examplepbx', site: 'Lisbon', name: 'Sales', extension: '6202' },
  totals(
    'totalMembers totalInbound totalAbandoned totalAnswered totalMissed totalCallsToVM totalAdvanced totalCalls',
    'totalRgTime totalTalkTime totalAbandonedTime totalRingTime avgAbandonedTime avgRgTime avgRingTime avgTalkTime',
  ),
)

export const MEMBER_SUMMARY = named(
  'WorkMemberSummary',
  { pbxId: 'examplepbx', site: 'Lisbon', firstName: 'Ada', lastName: 'Abara', extension: '1001' },
  { ringGroupName: 'Sales', ringGroupExtension: '6202' },
  totals(
    'totalAnswered totalAdvanced totalTalkTime totalRingTime totalCalls avgRingTime avgTalkTime offered',
  ),
)

const WINDOW = {
  pbxId: commas(need(['{{pbxId}}'], 'Ids of PBXes, joined with commas, or allpbxes.')),
  startTime: need(dateTime('{{fromDate}} 00:00:00'), 'From when, in the time zone below.'),
  endTime: need(dateTime('{{toDate}} 00:00:00'), 'Until when.'),
  timeZone: need('{{timezone}}', 'IANA name of a time zone.'),
} as const

const EXTENSIONS = list('{{extension}}', { maxItems: 125 })
const PAGED = {
  ...WINDOW,
  pageSize: need(whole(100, 1, 7000), 'Records a page, at most 7000.'),
  caller: commas(allow(EXTENSIONS, 'Only calls from these extensions, at most 125.')),
  callee: commas(allow(EXTENSIONS, 'Only calls to these extensions, at most 125.')),
  callerOrCallee: commas(allow(EXTENSIONS, 'Only calls from or to these extensions, instead of both above.')),
  scrollId: allow('', 'From the response before; leave it out for the first page.'),
} as const
const LEGS = {
  ...PAGED,
  isConnectTime: allow(true, 'The times are those of connecting, not of hanging up.', false),
  isSimplified: allow(
    true,
    'Without the legs of child calls, such as those to the members of a group.',
    false,
  ),
} as const

const TIME_OF_DAY = { pattern: String.raw`^\d\d:\d\d(:\d\d)?$` }
const DAY_PART = {
  intraStartTime: allow(text('08:30:00', TIME_OF_DAY), 'Only from this time of each day ...'),
  intraEndTime: allow(text('17:00:00', TIME_OF_DAY), '... until this one.'),
} as const
const RING_GROUP = 'Extension of one ring group.'

const META = { totalRecordCount: 160, scrollId: 'c3VwZXJ0ZW5hbnRjc21fMTYz' } as const
const SCROLLS = { ...SCROLLED, size: 'pageSize', end: 'No Data' } as const
const PATH = '/analytics/work/v2/call-records'
const NO_ACCESS = 'user(sandbox-user) does not have access to pbxId(unknown) to make this request.'
const LAST_PAGE = 'After the last page comes an empty one, whose `scrollId` is "No Data".'

/** Work Analytics' own error, and that of its gateway. */
export const WORK_PROBLEM = either(
  named('WorkProblem', {
    timestamp: '2026-01-05T19:05:11.224Z',
    status: 400,
    messages: ['pageSize is required'],
    path: PATH,
  }),
  named('WorkKeyProblem', {
    status: 400,
    code: oneOf('105-400-038', 'SHA001'),
    message: 'The key does not have access to api category(CDR)',
    details: maybe([{ type: 'invalidValue', location: 'header', path: ['8x8-apikey'], hint: 'The app' }]),
  }),
)

const FAMILY = {
  family: 'work-analytics',
  description: 'Records and summaries of calls.',
  errors: [
    returns(WORK_PROBLEM, 400),
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
} as const

/** Source: 8x8's guides about reports of 8x8 Work, and their specification. */
export const workHistorical = describeFamily({
  ...FAMILY,
  base: '/analytics/work/v2',
  calls: {
    workCallRecords: {
      title: 'Call detail records',
      description: LAST_PAGE,
      docs: 'analytics/reference/call-detail-records',
      path: 'GET /call-records',
      query: PAGED,
      response: returns({ meta: META, data: [CALL_RECORD] }),
      paging: SCROLLS,
      deviates: "8x8's specification has `callLegCount` as a number, its guide as text, as here.",
    },
    workCallLegs: {
      title: 'Call legs',
      description: LAST_PAGE,
      docs: 'analytics/reference/call-detail-record-legs',
      path: 'GET /call-legs',
      query: LEGS,
      response: returns({ meta: META, data: [CALL_LEG] }),
      paging: SCROLLS,
    },
    workExtensionSummary: {
      title: 'Extension summary',
      docs: 'analytics/reference/extension-summary-v-2',
      path: 'GET /extsum',
      query: WINDOW,
      response: returns([EXTENSION_SUMMARY]),
    },
    workRingGroupSummary: {
      title: 'Ring group summary',
      docs: 'analytics/reference/ring-group-summary',
      path: 'GET /rgsum-groups',
      query: { ...WINDOW, ...DAY_PART },
      response: returns([RING_GROUP_SUMMARY]),
      keeps: { ringGroupExtension: [0, 'extension'] },
    },
    workMemberSummary: {
      title: 'Ring group member summary',
      docs: 'analytics/reference/ring-group-members-summary',
      path: 'GET /rgsum-members',
      query: {
        ...WINDOW,
        extId: need('{{ringGroupExtension}}', RING_GROUP),
        collapse: allow(false, 'One row for each member, even if its data have changed.', true),
      },
      response: returns([MEMBER_SUMMARY]),
      deviates:
        "8x8's specification has the fields of ring groups, and `extId` as an optional member; its guide is what is here.",
    },
    workRingGroups1: {
      title: 'Ring group summary, first form',
      docs: 'analytics/reference/ring-group-summary-deprecated',
      path: 'GET /rgsum',
      query: { ...WINDOW, ...DAY_PART, extId: allow('{{ringGroupExtension}}', `Its members: ${RING_GROUP}`) },
      response: returns(either([RING_GROUP_SUMMARY], [MEMBER_SUMMARY])),
      deviates: "`extId`, and members as its response, are in 8x8's guide only.",
      deprecated: true,
    },
  },
})

/** Source: as above. These calls have the version 1 in their paths. */
export const workHistorical1 = describeFamily({
  ...FAMILY,
  base: '/analytics/work/v1',
  calls: {
    workCompanySummary: {
      title: 'Company summary',
      docs: 'analytics/reference/company-summary',
      path: 'GET /compsum',
      query: WINDOW,
      response: returns([COMPANY_SUMMARY]),
    },
    workCdr: {
      title: 'Call legs, version 1',
      docs: 'analytics/reference/call-detail-record-deprecated',
      path: 'GET /cdr',
      query: { ...LEGS, isCallRecord: allow(false, 'true for records instead of legs.', false) },
      response: returns({ meta: META, data: either([CALL_LEG], [CALL_RECORD]) }),
      paging: SCROLLS,
      deprecated: true,
    },
    workExtensionSummary1: {
      title: 'Extension summary, version 1',
      docs: 'analytics/reference/extension-summary-deprecated',
      path: 'GET /extsum',
      query: WINDOW,
      response: returns([EXTENSION_SUMMARY_1]),
      deprecated: true,
    },
  },
})
