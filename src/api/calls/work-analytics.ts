import type { Call, FamilyCalls } from '../call.js'
import { json, optional, paged, required, suggested } from '../parts.js'
import { workHistorical } from './work-historical.js'

const BASE = '/analytics/work'
const PBX = `${BASE}/v2/pbxes/{pbxId}`

const REPORT = [
  required('pbxId', '{{pbxId}}', 'Id of the PBX, or allpbxes.'),
  required('startTime', '{{fromDate}} 00:00:00', 'From when, in the time zone below.'),
  required('endTime', '{{toDate}} 00:00:00', 'Until when.'),
  required('timeZone', '{{timezone}}', 'IANA name of a time zone.'),
]
const CALLS = [
  ...REPORT,
  required('pageSize', 100, 'Records a page, at most 7000.'),
  optional('caller', '{{extension}}', 'Only calls from these extensions.'),
  optional('callee', '{{extension}}', 'Only calls to these extensions.'),
  optional('callerOrCallee', '{{extension}}', 'Only calls from or to these extensions.'),
  optional('scrollId', '', 'From the response before; leave it out for the first page.'),
]
const LEGS = [
  ...CALLS,
  optional('isConnectTime', true, 'The times are those of connecting, not of hanging up.'),
  optional('isSimplified', true, 'Simplified records.'),
]
const DAY_PART = [
  optional('intraStartTime', '08:30:00', 'Only from this time of each day ...'),
  optional('intraEndTime', '17:00:00', '... until this one.'),
]
const LISTED = [...paged(0, 10, 100), optional('sort', 'name,ASC', 'A field, a comma, and ASC or DESC.')]
const LIVE = [
  optional('siteIds', '{{siteId}}', 'Only these sites, joined with commas.'),
  optional('queueIds', '{{queueId}}', 'Only these call queues, joined with commas.'),
  optional('startDate', '{{fromDate}}T00:00:00-0000', 'From when; today without it.'),
  optional('endDate', '{{toDate}}T00:00:00-0000', 'Until when; needed with startDate.'),
  optional('intraDayStart', '08:00:00-0000', 'Only from this time of each day ...'),
  optional('intraDayEnd', '18:00:00-0000', '... until this one.'),
  optional('metrics', 'abandonedCalls', 'Only these metrics, joined with commas.'),
]
const SUMMARY = optional('includeSummary', true, 'With sums.')
const USERS = [
  optional('userIds', '', 'Only these users, joined with commas.'),
  optional('userStatuses', 'AVAILABLE', 'Only users in these states, joined with commas.'),
]

/** Source: 8x8's guides about Work Analytics and its three specifications: historical, customer data, live. */
export const workAnalytics: FamilyCalls = {
  family: 'work-analytics',
  description:
    'Calls of 8x8 Work: records, summaries, live queues. In Admin Console the product is "Analytics for 8x8 Work". ' +
    "The login is a user's own: with `X8_WORK_USERNAME` and `X8_WORK_PASSWORD` the proxy does it.",
  calls: [
    ...workHistorical.calls,
    report('workCallLegs', 'Call legs', '/v2/call-legs', 'call-detail-record-legs', LEGS),
    report('workCompanySummary', 'Company summary', '/v1/compsum', 'company-summary', REPORT),
    report('workExtensionSummary', 'Extension summary', '/v2/extsum', 'extension-summary-v-2', REPORT),
    report('workRingGroupSummary', 'Ring group summary', '/v2/rgsum-groups', 'ring-group-summary', [
      ...REPORT,
      ...DAY_PART,
    ]),
    report(
      'workMemberSummary',
      'Ring group member summary',
      '/v2/rgsum-members',
      'ring-group-members-summary',
      [...REPORT, optional('extId', '{{extension}}', 'Only this member.')],
    ),
    {
      ...report('workPbxes', 'All PBXes', '/v2/pbxes/', 'get-pbxes', LISTED),
      keeps: { pbxId: ['_embedded', 'pbxList', 0, 'id'] },
    },
    pbx('workSites', 'Sites of a PBX', '/sites', 'get-pbx-sites', LISTED),
    pbx('workSiteQueues', 'Call queues of a site', '/sites/{siteId}/queues', 'get-pbx-site-queues', LISTED),
    pbx('workQueues', 'Call queues of a PBX', '/queues', 'get-pbx-queues', LISTED),
    pbx('workAgents', 'Agents of a PBX', '/agents', 'get-pbx-agents', LISTED),
    pbx('workQueueMetrics', 'Call queues now', '/call-queue-metrics', 'get-queue-metrics', [
      ...LIVE,
      SUMMARY,
    ]),
    pbx('workAgentActivity', 'Agents now', '/agent-activity', 'get-agent-activity', [
      ...LIVE,
      ...USERS,
      SUMMARY,
    ]),
    pbx(
      'workQueueAgentActivity',
      'Agents now, by queue',
      '/queue-agent-activity',
      'get-agent-queue-activity',
      [
        ...LIVE,
        ...USERS,
        optional(
          'queueStatuses',
          'HANDLING',
          'Only agents in these states of the queue, joined with commas.',
        ),
        SUMMARY,
      ],
    ),
    {
      ...pbx('workCalls', 'Calls now', '/calls', 'aggregated-3', [
        ...LIVE,
        suggested('paging', '0,50', 'As 8x8 writes it, though its specification calls it an object.'),
        suggested('sorting', 'startTime,desc', 'A field, a comma, and asc or desc.'),
      ]),
      keeps: { callId: ['calls', 0, 'callId'] },
    },
    pbx('workCall', 'Journey of a call', '/calls/{callId}', 'detailed', [
      required('startDate', '{{fromDate}}T00:00:00-0000', 'From when.'),
      required('endDate', '{{toDate}}T00:00:00-0000', 'Until when.'),
    ]),
    {
      ...report('workCdr', 'Call legs, version 1', '/v1/cdr', 'call-detail-record-deprecated', [
        ...LEGS,
        optional('isCallRecord', false, 'false for legs.'),
      ]),
      deprecated: true,
    },
    {
      ...report(
        'workExtensionSummary1',
        'Extension summary, version 1',
        '/v1/extsum',
        'extension-summary-deprecated',
        REPORT,
      ),
      deprecated: true,
    },
    {
      ...report(
        'workRingGroups1',
        'Ring group summary, first form',
        '/v2/rgsum',
        'ring-group-summary-deprecated',
        REPORT,
      ),
      deprecated: true,
    },
  ],
}

function report(
  id: string,
  title: string,
  path: string,
  page: string,
  query: NonNullable<Call['query']>,
): Call {
  return {
    id,
    title,
    docs: `analytics/reference/${page}`,
    method: 'GET',
    path: BASE + path,
    query,
    response: json(),
  }
}

function pbx(id: string, title: string, path: string, page: string, query: NonNullable<Call['query']>): Call {
  return { ...report(id, title, '', page, query), path: PBX + path }
}
