import { allow, commas, describeFamily, offer, returns } from '../describe.js'
import { dateTime, decimal, list, maybe, named, oneOf, type Shape, type Spec, text, whole } from '../shape.js'
import { WORK_PROBLEM } from './work-historical.js'

const HAL_LINK = { href: 'https://api.8x8.com/analytics/work/v2/pbxes?page=0&size=10' } as const
const LINKS = named(
  'WorkLinks',
  { first: HAL_LINK, self: HAL_LINK, last: HAL_LINK },
  { prev: maybe(HAL_LINK), next: maybe(HAL_LINK) },
)

/** Describes a list of customer data: a page in HAL. */
function listed<const S extends Spec>(relation: string, item: S) {
  const page = { size: 10, totalElements: 12, totalPages: 2, number: 0 }
  return returns({ _embedded: { [relation]: list(item) }, _links: LINKS, page })
}

const LISTED = {
  page: allow(whole(0, 0), 'The number of the page; the first is 0.', 0),
  size: offer(whole(10, 1, 1000), 'Elements a page.', 20),
  sort: allow('name,ASC', 'A field, a comma, and ASC or DESC.'),
} as const

/** How a list in HAL goes on. */
function numbered(relation: string) {
  const where = { items: ['_embedded', relation], pages: ['page', 'totalPages'] }
  return { kind: 'page', parameter: 'page', size: 'size', first: 0, ...where } as const
}

const SITE_ID = 'c88f52c0-caca-4dce-a66f-3ce89217b2bc'
const PBX = named('WorkPbx', { id: 'examplepbx', name: 'Example PBX', deleted: false })
const SITE = named('WorkSite', { id: SITE_ID, pbxId: 'examplepbx', name: 'Lisbon', deleted: false })
const QUEUE = named(
  'WorkCallQueue',
  { id: '101', pbxId: 'examplepbx', siteId: SITE_ID, extension: '7101' },
  { name: 'Sales phone', deleted: false },
)
const PBX_AGENT = named(
  'WorkAgent',
  { id: '2xEVyEt2SFmZfL3v5UuEdw', pbxId: 'examplepbx', siteId: SITE_ID },
  { firstName: 'Ada', lastName: 'Abara', extension: '1001', deleted: false },
)
const AS_EXAMPLE =
  "8x8's schema calls the queue's extension `extensionNumber`, its examples `extension`, as here."

/** Makes metrics of lines of their names: counts, and percentages and seconds, which may have decimals. */
function metrics(name: string, ...lines: readonly string[]): Shape<Metrics> {
  const names = lines.flatMap((line) => line.split(' '))
  const exampleOf = (one: string) => (/Time|Percentage/.test(one) ? decimal(12.4, 0) : whole(3, 0))
  return named(name, Object.fromEntries(names.map((one) => [one, maybe(exampleOf(one))]))) as Shape<Metrics>
}
export type Metrics = Readonly<Record<string, number>>

const QUEUE_METRIC_NAMES = [
  'enteredCalls acceptedCalls acceptedCallsPercentage completedCalls activeCalls missedCalls missedCallsPercentage',
  'abandonedInWaitingCalls abandonedInWaitingCallsPercentage abandonedInHandlingCalls',
  'abandonedInHandlingCallsPercentage diverted divertedCalls divertedCallsPercentage forwardedToVoiceMail',
  'averageAnswerTime averageTimeToAnswer averageHandlingTime averageWaitingTime averageOnHoldTime averageTalkTime',
  'longestWaitingTime longestHandlingTime longestOnHoldTime longestTalkTime',
  'totalHandlingTime totalWaitingTime totalTalkTime totalOnHoldTime',
  'transferredToCallQueue transferredToCallQueuePercentage transferredToRingGroup',
  'transferredToRingGroupPercentage transferredToExternalNumber',
  'ongoingWaitingCalls ongoingOnHoldCalls ongoingTalkingCalls ongoingTotalCalls ongoingHandlingCalls',
  'ongoingAvailableAgents ongoingEligibleAgents ongoingTotalAgents ongoingEnabledPrimaryAgents',
  'ongoingEnabledOverflowAgents ongoingEligiblePrimaryAgents ongoingEligibleOverflowAgents',
  'ongoingOverflowAgents ongoingPrimaryWrappingUpAgents ongoingOverflowWrappingUpAgents ongoingWrappingUpAgents',
  'ongoingLoggedOutAndDndAgents ongoingLoggedOutAndDndOverflowAgents',
  'ongoingAvgHandlingTime ongoingAvgTalkingTime ongoingAvgWaitingTime ongoingAvgOnHoldTime',
  'ongoingTotalHandlingTime ongoingTalkingTime ongoingOnHoldTime ongoingWaitingTime',
  'ongoingLongestHandlingTime ongoingLongestOnHoldTime ongoingLongestTalkingTime ongoingLongestWaitingTime',
]
export const QUEUE_METRICS = metrics('WorkQueueMetrics', ...QUEUE_METRIC_NAMES)
const QUEUE_SUMMARY = metrics('WorkQueueMetricsSummary', ...QUEUE_METRIC_NAMES, 'completedTotalsSum')

export const AGENT_METRICS = metrics(
  'WorkAgentMetrics',
  'enteredInteractions acceptedInteractions acceptedInteractionsPercentage missedInteractions',
  'missedInteractionsPercentage rejectedInteractions rejectedInteractionsPercentage',
  'agentAverageTimeToAnswer agentTotalTalkTime averageTalkingInteractionsTime averageOnHoldInteractionsTime',
  'averageWrapUpTime totalInteractionTime userStatusTime queueStatusTime',
  'ongoingHandlingInteractions ongoingTalkingInteractions ongoingOnHoldInteractions ongoingWrapUpInteractions',
  'ongoingAvgTalkingInteractionsTime ongoingAvgHandlingInteractionsTime ongoingHandlingInteractionsTime',
  'ongoingTalkingInteractionsTime ongoingOnHoldInteractionsTime ongoingWrapUpInteractionsTime',
  'ongoingTotalHandlingInteractionsTime',
)
const METRICS_ARE_NUMBERS = "8x8's schema has metrics as objects, its examples as numbers, as here."

const USER_STATUS = oneOf(
  ...(['AVAILABLE', 'BUSY', 'DND', 'AWAY', 'AUTO_AWAY', 'OFFLINE', 'ON_CALL', 'INVISIBLE'] as const),
)
const QUEUE_STATUS = oneOf(
  ...(['AVAILABLE_IDLE', 'HANDLING', 'ALERTING', 'PAUSE', 'WRAP_UP'] as const),
  ...(['BUSY_OTHER', 'DND', 'LOGGED_OUT', 'OFFLINE'] as const),
)

const AGENT = [
  { userId: '2xEVyEt2SFmZfL3v5UuEdw', agentExtension: '1001', agentName: 'Ada Abara' },
  { userStatus: USER_STATUS, interaction: maybe({ caller: 'Ola Nordmann', address: '+14085550100' }) },
  { metrics: AGENT_METRICS },
] as const
const AGENT_ACTIVITY = named('WorkAgentActivity', ...AGENT, {
  activityStatus: oneOf('AVAILABLE_IDLE', 'HANDLING', 'NOT_AVAILABLE'),
  loggedInQueues: ['7101'],
})
const QUEUE_PLACE = { pbx: 'examplepbx', site: 'Lisbon', queueExtension: '7101', queueName: 'Sales' } as const
const SUMS = { autoLogin: false, metricsSummary: maybe(AGENT_METRICS) } as const

const ZONE = '(Z|[+-]\\d\\d:?\\d\\d)$'
const TIME_OF_DAY = { pattern: `^(\\d{4}-\\d\\d-\\d\\dT)?\\d\\d:\\d\\d(:\\d\\d)?${ZONE}` }
export const DAY_PART = {
  intraDayStart: allow(text('08:00:00-0000', TIME_OF_DAY), 'Only from this time of each day ...'),
  intraDayEnd: allow(text('18:00:00-0000', TIME_OF_DAY), '... until this one.'),
} as const
export const [FROM, UNTIL] = [dateTime('{{fromDate}}T00:00:00-0000'), dateTime('{{toDate}}T00:00:00-0000')]
export const WINDOW = {
  startDate: allow(FROM, 'From when; the last 24 hours without it.'),
  endDate: allow(UNTIL, 'Until when; needed with startDate.'),
  ...DAY_PART,
} as const
export const PLACES = {
  siteIds: commas(allow(['{{siteId}}'], 'Only these sites, joined with commas.')),
  queueIds: commas(allow(['{{queueId}}'], 'Only these call queues, joined with commas.')),
} as const
export const CALL_METRICS = commas(allow(['acceptedCalls'], 'Only these of the metrics, joined with commas.'))
const SUMMARY = allow(false, 'With sums.', true)
const AGENTS = {
  ...PLACES,
  userIds: commas(allow(['2xEVyEt2SFmZfL3v5UuEdw'], 'Only these users, joined with commas.')),
  userStatuses: commas(allow([USER_STATUS], 'Only users in these states, joined with commas.')),
  ...WINDOW,
  metrics: commas(allow(['acceptedInteractions'], 'Only these of the metrics, joined with commas.')),
  includeSummary: SUMMARY,
} as const

export const SORTING = 'A field, a comma, and asc or desc.'

const RING_GROUP_ACTIVITY = {
  query: {
    agentExtensions: commas(allow(['{{extension}}'], 'Only these members, joined with commas.')),
    metrics: commas(
      allow([oneOf('loggedInDuration', 'loggedOutDuration')], 'Only these, joined with commas.'),
    ),
    ...WINDOW,
    sorting: allow('agentExtension,asc', SORTING),
  },
  response: returns({
    ringGroupAgentActivity: [
      named('WorkRingGroupMember', {
        agentExtension: '1001',
        metrics: { loggedInDuration: maybe(25200000), loggedOutDuration: maybe(3600000) },
      }),
    ],
  }),
  errors: [returns(WORK_PROBLEM, 404)],
} as const

/** Source: 8x8's specifications and guides about customer data and live data of Work Analytics. */
export const workPbxes = describeFamily({
  family: 'work-analytics',
  description: 'What PBXes have, and their queues, agents and calls now.',
  base: '/analytics/work/v2/pbxes',
  errors: [returns(WORK_PROBLEM, 400), returns(WORK_PROBLEM, 403)],
  calls: {
    workPbxes: {
      title: 'All PBXes',
      docs: 'analytics/reference/get-pbxes',
      path: 'GET /',
      query: LISTED,
      response: listed('pbxList', PBX),
      paging: numbered('pbxList'),
      deviates:
        "8x8's example has `_links` and `page` within `_embedded`, its schema and other examples do not.",
      keeps: { pbxId: ['_embedded', 'pbxList', 0, 'id'] },
    },
    workSites: {
      title: 'Sites of a PBX',
      docs: 'analytics/reference/get-pbx-sites',
      path: 'GET /{pbxId}/sites',
      query: LISTED,
      response: listed('siteList', SITE),
      paging: numbered('siteList'),
    },
    workSiteQueues: {
      title: 'Call queues of a site',
      docs: 'analytics/reference/get-pbx-site-queues',
      path: 'GET /{pbxId}/sites/{siteId}/queues',
      query: LISTED,
      response: listed('queueList', QUEUE),
      paging: numbered('queueList'),
      errors: [returns(WORK_PROBLEM, 404)],
      deviates: AS_EXAMPLE,
    },
    workQueues: {
      title: 'Call queues of a PBX',
      docs: 'analytics/reference/get-pbx-queues',
      path: 'GET /{pbxId}/queues',
      query: LISTED,
      response: listed('queueList', QUEUE),
      paging: numbered('queueList'),
      deviates: AS_EXAMPLE,
    },
    workAgents: {
      title: 'Agents of a PBX',
      docs: 'analytics/reference/get-pbx-agents',
      path: 'GET /{pbxId}/agents',
      query: LISTED,
      response: listed('agentList', PBX_AGENT),
      paging: numbered('agentList'),
      deviates: "8x8's schema calls the list `queueList`, its example `agentList`, as here.",
    },
    workQueueMetrics: {
      title: 'Call queues now',
      docs: 'analytics/reference/get-queue-metrics',
      path: 'GET /{pbxId}/call-queue-metrics',
      query: { ...PLACES, ...WINDOW, metrics: CALL_METRICS, includeSummary: SUMMARY },
      response: returns({
        callQueues: [
          named(
            'WorkQueueNow',
            { pbx: 'examplepbx', site: 'Lisbon', id: '101', name: 'Sales phone', extension: '7101' },
            { autoLogin: false, deleted: false, metrics: QUEUE_METRICS },
          ),
        ],
        metricsSummary: maybe(QUEUE_SUMMARY),
      }),
      deviates: `${METRICS_ARE_NUMBERS} Its example has the extension as a number, its schema and newest guide as text. \`diverted\` is \`divertedCalls\` in the newest guide: both are here.`,
    },
    workAgentActivity: {
      title: 'Agents now',
      docs: 'analytics/reference/get-agent-activity',
      path: 'GET /{pbxId}/agent-activity',
      query: AGENTS,
      response: returns({
        agentActivity: [AGENT_ACTIVITY],
        summary: maybe(AGENT_METRICS),
        queuesAgentActivity: [
          named('WorkQueueActivity', QUEUE_PLACE, { agentActivity: [AGENT_ACTIVITY] }, SUMS),
        ],
      }),
      deviates: `${METRICS_ARE_NUMBERS} Its schema and newest guide have the agents in one list, \`agentActivity\`; the example of its specification has them by queue. Both are here.`,
    },
    workQueueAgentActivity: {
      title: 'Agents now, by queue',
      description: 'Of one day at most.',
      docs: 'analytics/reference/get-agent-queue-activity',
      path: 'GET /{pbxId}/queue-agent-activity',
      query: {
        ...AGENTS,
        queueStatuses: commas(
          allow([QUEUE_STATUS], 'Only agents in these states of the queue, joined with commas.'),
        ),
      },
      response: returns({
        queuesAgentActivity: [
          named(
            'WorkQueueAgents',
            QUEUE_PLACE,
            { queueId: '101', summary: maybe(AGENT_METRICS), ...SUMS },
            {
              queueAgentActivity: [
                named('WorkQueueAgent', ...AGENT, { queueStatus: QUEUE_STATUS, overflowAgent: false }),
              ],
            },
          ),
        ],
      }),
      deviates: `${METRICS_ARE_NUMBERS} Its schema and newest guide call the sums \`summary\`, its example \`metricsSummary\`: both are here.`,
    },
    workRingGroupActivity: {
      title: 'Members of a ring group',
      description: 'How long they were logged in and out, in milliseconds.',
      docs: 'analytics/reference/get-ring-group-agent-activity',
      path: 'GET /{pbxId}/ring-group-agent-activity/{ringGroupId}',
      ...RING_GROUP_ACTIVITY,
    },
    workRingGroupActivityByExtension: {
      title: 'Members of a ring group, by its extension',
      docs: 'analytics/reference/get-ring-group-agent-activity-by-extension',
      path: 'GET /{pbxId}/ring-group-agent-activity/by-extension/{ringGroupExtension}',
      ...RING_GROUP_ACTIVITY,
    },
  },
})
