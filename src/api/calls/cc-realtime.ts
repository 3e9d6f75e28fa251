import type { FamilyCalls, QueryParameter } from '../call.js'
import { json, optional, paged } from '../parts.js'

const BASE = '/analytics/cc/v5/realtime-metrics'

const PAGES = paged(0, 100, 1000)
const TIMEZONE = optional('timezone', '{{timezone}}', 'Where "today" begins; for metrics of today only.')
const TOTALS = optional('includeTotals', true, 'Appends totals of times, percentages, averages and counts.')
const QUEUE_METRICS = metrics('entered.today', 'abandoned.today')
const GROUP_METRICS = metrics('availableIdle.rt', 'enabled.rt')
const AGENT_METRICS = metrics('status.rt', 'accepted.today')

/** Source: 8x8's guide "CC Realtime Statistics" and its specification of the real-time metrics, version 5. */
export const ccRealtime: FamilyCalls = {
  family: 'cc-realtime',
  description:
    'What happens in the Contact Center right now; 8x8 refreshes it every 5 seconds. ' +
    'Responses are JSON, or XML with `Accept: application/xml`.',
  regions: ['', '/eu', '/au', '/ca'],
  calls: [
    {
      id: 'realtimeQueues',
      title: 'Metrics of all queues',
      docs: 'analytics/reference/cc-real-time-get-queues-metrics',
      method: 'GET',
      path: `${BASE}/queues`,
      query: [...PAGES, ids('queue-ids', '{{queueId}}'), QUEUE_METRICS, summary('queue'), TIMEZONE, TOTALS],
      response: json(),
      keeps: { queueId: [0, 'id'] },
    },
    {
      id: 'realtimeQueue',
      title: 'Metrics of a queue',
      docs: 'analytics/reference/cc-real-time-get-queue-metrics-by-id',
      method: 'GET',
      path: `${BASE}/queues/{queueId}`,
      query: [QUEUE_METRICS, TIMEZONE],
      response: json(),
    },
    {
      id: 'realtimeQueueAgents',
      title: 'Metrics of the agents of a queue',
      docs: 'analytics/reference/cc-real-time-get-agents-metrics-by-queue',
      method: 'GET',
      path: `${BASE}/queues/{queueId}/agents`,
      query: [...PAGES, ids('agent-ids', '{{agentId}}'), AGENT_METRICS, summary('agent'), TIMEZONE, TOTALS],
      response: json(),
      keeps: { agentId: [0, 'id'] },
    },
    {
      id: 'realtimeQueueAgent',
      title: 'Metrics of an agent of a queue',
      docs: 'analytics/reference/cc-real-time-get-agent-metrics-by-queue-by-id',
      method: 'GET',
      path: `${BASE}/queues/{queueId}/agents/{agentId}`,
      query: [AGENT_METRICS, TIMEZONE],
      response: json(),
    },
    {
      id: 'realtimeGroups',
      title: 'Metrics of all groups',
      docs: 'analytics/reference/cc-real-time-get-groups-metrics',
      method: 'GET',
      path: `${BASE}/groups`,
      query: [...PAGES, ids('group-ids', '{{groupId}}'), GROUP_METRICS, summary('group'), TIMEZONE],
      response: json(),
      keeps: { groupId: [0, 'id'] },
    },
    {
      id: 'realtimeGroup',
      title: 'Metrics of a group',
      docs: 'analytics/reference/cc-real-time-get-group-metrics-by-id',
      method: 'GET',
      path: `${BASE}/groups/{groupId}`,
      query: [GROUP_METRICS, TIMEZONE],
      response: json(),
    },
    {
      id: 'realtimeGroupAgents',
      title: 'Metrics of the agents of a group',
      docs: 'analytics/reference/cc-real-time-get-agents-metrics-by-group',
      method: 'GET',
      path: `${BASE}/groups/{groupId}/agents`,
      query: [
        ...PAGES,
        ids('agent-ids', '{{groupAgentId}}'),
        AGENT_METRICS,
        summary('agent'),
        TIMEZONE,
        TOTALS,
      ],
      response: json(),
      keeps: { groupAgentId: [0, 'id'] },
    },
    {
      id: 'realtimeGroupAgent',
      title: 'Metrics of an agent of a group',
      docs: 'analytics/reference/cc-real-time-get-agent-metrics-by-group-by-id',
      method: 'GET',
      path: `${BASE}/groups/{groupId}/agents/{groupAgentId}`,
      query: [AGENT_METRICS, TIMEZONE],
      response: json(),
    },
    {
      id: 'realtimeAgents',
      title: 'Metrics of all agents',
      docs: 'analytics/reference/all-tenant-agents-metrics',
      method: 'GET',
      path: `${BASE}/agents`,
      query: [
        ...PAGES,
        ids('agent-ids', '{{agentId}}'),
        ids('group-ids', '{{groupId}}'),
        AGENT_METRICS,
        summary('agent'),
        TIMEZONE,
        TOTALS,
      ],
      response: json(),
    },
    {
      id: 'realtimeAgentsInQueues',
      title: 'Metrics of the agents of several queues',
      docs: 'analytics/reference/getagentsinqueue',
      method: 'GET',
      path: `${BASE}/agents-in-queue-groups`,
      query: [
        { ...ids('queue-ids', '{{queueId}}'), enabled: true },
        AGENT_METRICS,
        TIMEZONE,
        optional('showEnabledAgents', true, 'Also agents who are assigned but logged in elsewhere.'),
      ],
      response: json(),
    },
  ],
}

function ids(name: string, example: string): QueryParameter {
  return optional(name, [example], 'Only these; repeat the key or join with commas.')
}

function metrics(...names: readonly string[]): QueryParameter {
  return optional('metrics', names, 'Only these metrics; all without it.')
}

function summary(thing: string): QueryParameter {
  return optional('summary', true, `Only the id and name of each ${thing}; ids and metrics are ignored.`)
}
