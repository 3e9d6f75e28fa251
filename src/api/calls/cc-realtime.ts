import { allow, alsoAs, describeFamily, offer, returns } from '../describe.js'
import {
  decimal,
  either,
  list,
  mapOf,
  maybe,
  named,
  nullable,
  type Shape,
  type ValueOf,
  whole,
} from '../shape.js'

/** Times are in milliseconds, moments in UTC; what has not happened yet is null. */
const METRIC_VALUE = nullable(
  either(decimal(7), 'Available', [
    named('ActiveInteractions', { id: '101', name: 'Sales phone', count: 2 }),
  ]),
)
export type MetricValue = ValueOf<typeof METRIC_VALUE>

const METRICS = maybe([named('Metric', { key: 'entered.today', value: METRIC_VALUE })])

/** A queue, a group or an agent. The id of totals is null. */
const MEASURED = named('MeasuredSubject', { id: nullable('101'), name: 'Sales phone', metrics: METRICS })
const AGENT = named(
  'MeasuredAgent',
  { id: nullable('ag0001'), name: 'Ada Abara', groupId: maybe('201'), groupName: maybe('Front desk') },
  { metrics: METRICS },
)
const AGENT_BY_KEY = named('AgentMetricsByKey', {
  id: 'ag0001',
  name: 'Ada Abara',
  metrics: mapOf('accepted.today.inQueue', METRIC_VALUE),
})

const PAGES = {
  page: allow(whole(0, 0), 'The number of the page; the first is 0.', 0),
  size: offer(whole(100, 1, 1000), 'Elements a page, at most 1000.', 100),
  summary: allow(
    true,
    'Only ids and names, or also groups of all agents; ids and metrics are ignored.',
    false,
  ),
} as const
const WITH_TOTALS = {
  ...PAGES,
  includeTotals: allow(true, 'Appends totals of times, percentages, averages and counts.', false),
} as const
const TIMEZONE = {
  timezone: allow('{{timezone}}', 'Where "today" begins; for metrics of today only.'),
} as const
const BY_NUMBER = { kind: 'page', parameter: 'page', first: 0, pages: 'X-Total-Pages' } as const
const LIST = { response: listOf(MEASURED), paging: { ...BY_NUMBER, items: [], size: 'size' } } as const
const QUEUE_METRICS = { metrics: metrics('entered.today', 'abandoned.today'), ...TIMEZONE } as const
const GROUP_METRICS = { metrics: metrics('availableIdle.rt', 'enabled.rt'), ...TIMEZONE } as const
const AGENT_METRICS = { metrics: metrics('status.rt', 'accepted.today'), ...TIMEZONE } as const
const IN_QUEUE_METRICS = { metrics: metrics('status.rt', 'accepted.today.inQueue'), ...TIMEZONE } as const

const VALUES = 'has numbers as values; its guide has numbers, texts, null and lists'
const LISTED = `8x8's specification says one object here, its guide a list, as here. It ${VALUES}.`
const ALONE = `8x8's specification says one object, its guide a list of one, as here; in XML it is one. It ${VALUES}.`
const TEXTS = "8x8's guide has the values of groups as text, as here, its specification as numbers."

const ERROR = { message: "Bad request: Field 'size' must be less than or equal to 1000" } as const

/** Source: 8x8's guide "CC Realtime Statistics" and its specification of the real-time metrics, version 5. */
export const ccRealtime = describeFamily({
  family: 'cc-realtime',
  description:
    'What happens in the Contact Center right now; 8x8 refreshes it every 5 seconds. ' +
    'Responses are JSON, or XML with `Accept: application/xml`.',
  base: '/analytics/cc/v5/realtime-metrics',
  regions: ['', '/eu', '/au', '/ca'],
  olderVersions: ['v1', 'v2', 'v3', 'v4'],
  errors: [returns(ERROR, 400), returns(ERROR, 404), returns(ERROR, 406)],
  calls: {
    realtimeQueues: {
      title: 'Metrics of all queues',
      docs: 'analytics/reference/cc-real-time-get-queues-metrics',
      path: 'GET /queues',
      query: { ...WITH_TOTALS, 'queue-ids': ids('queueId'), ...QUEUE_METRICS },
      ...LIST,
      deviates: LISTED,
      keeps: { queueId: [0, 'id'] },
    },
    realtimeQueue: {
      title: 'Metrics of a queue',
      docs: 'analytics/reference/cc-real-time-get-queue-metrics-by-id',
      path: 'GET /queues/{queueId}',
      query: QUEUE_METRICS,
      response: listOf(MEASURED),
      deviates: ALONE,
    },
    realtimeQueueAgents: {
      title: 'Metrics of the agents of a queue',
      description: 'Metrics that end in `.inQueue` count what came through this queue.',
      docs: 'analytics/reference/cc-real-time-get-agents-metrics-by-queue',
      path: 'GET /queues/{queueId}/agents',
      query: { ...WITH_TOTALS, 'agent-ids': ids('agentId'), ...IN_QUEUE_METRICS },
      ...LIST,
      deviates: `${LISTED} Its pages have 10 elements unless \`size\` says more, those of the guide 100, as here.`,
      keeps: { agentId: [0, 'id'] },
    },
    realtimeQueueAgent: {
      title: 'Metrics of an agent of a queue',
      docs: 'analytics/reference/cc-real-time-get-agent-metrics-by-queue-by-id',
      path: 'GET /queues/{queueId}/agents/{agentId}',
      query: IN_QUEUE_METRICS,
      response: listOf(MEASURED),
      deviates: ALONE,
    },
    realtimeGroups: {
      title: 'Metrics of all groups',
      docs: 'analytics/reference/cc-real-time-get-groups-metrics',
      path: 'GET /groups',
      query: { ...PAGES, 'group-ids': ids('groupId'), ...GROUP_METRICS },
      ...LIST,
      deviates: `${LISTED} ${TEXTS} The guide marks \`group-ids\` as required and says what happens without them.`,
      keeps: { groupId: [0, 'id'] },
    },
    realtimeGroup: {
      title: 'Metrics of a group',
      docs: 'analytics/reference/cc-real-time-get-group-metrics-by-id',
      path: 'GET /groups/{groupId}',
      query: GROUP_METRICS,
      response: listOf(MEASURED),
      deviates: `${ALONE} ${TEXTS}`,
    },
    realtimeGroupAgents: {
      title: 'Metrics of the agents of a group',
      docs: 'analytics/reference/cc-real-time-get-agents-metrics-by-group',
      path: 'GET /groups/{groupId}/agents',
      query: { ...WITH_TOTALS, 'agent-ids': ids('groupAgentId'), ...AGENT_METRICS },
      ...LIST,
      deviates: LISTED,
      keeps: { groupAgentId: [0, 'id'] },
    },
    realtimeGroupAgent: {
      title: 'Metrics of an agent of a group',
      docs: 'analytics/reference/cc-real-time-get-agent-metrics-by-group-by-id',
      path: 'GET /groups/{groupId}/agents/{groupAgentId}',
      query: AGENT_METRICS,
      response: listOf(MEASURED),
      deviates: ALONE,
    },
    realtimeAgents: {
      title: 'Metrics of all agents',
      description:
        'Only version 5 has it, and it needs `metrics`, or `summary` for ids, names and groups alone.',
      docs: 'analytics/reference/all-tenant-agents-metrics',
      path: 'GET /agents',
      query: {
        ...WITH_TOTALS,
        'agent-ids': ids('agentId'),
        'group-ids': ids('groupId'),
        ...TIMEZONE,
        metrics: offer(list('', { example: ['status.rt', 'accepted.today'] }), 'Only these metrics.'),
      },
      ...LIST,
      response: listOf(AGENT),
      deviates: `8x8's specification ${VALUES}. It requires no \`metrics\`; the guide does, as here.`,
    },
    realtimeAgentsInQueues: {
      title: 'Metrics of the agents of several queues',
      description:
        'Metrics are an object here, by key: those of an agent first, then those within each queue.',
      docs: 'analytics/reference/getagentsinqueue',
      path: 'GET /agents-in-queue-groups',
      query: {
        'queue-ids': offer(['{{queueId}}'], 'Only these; repeat the key or join with commas.'),
        ...IN_QUEUE_METRICS,
        showEnabledAgents: allow(true, 'Also agents of these queues who are logged in but idle.', false),
      },
      response: alsoAs(
        returns({
          agents: [AGENT_BY_KEY],
          queues: [
            named('QueueAgents', {
              queueId: '101',
              assignedAgents: ['ag0001'],
              agentMetrics: [AGENT_BY_KEY],
            }),
          ],
        }),
        'application/xml',
      ),
      deviates: "8x8's specification has the values as text, its guide as in the other calls, as here.",
    },
  },
})

function listOf<T>(item: Shape<T>) {
  return alsoAs(returns([item]), 'application/xml')
}

function ids(variable: string) {
  return allow([`{{${variable}}}`], 'Only these; repeat the key or join with commas.')
}

function metrics(...names: readonly [string, ...string[]]) {
  return allow(list('', { example: names }), 'Only these metrics; all without it.')
}
