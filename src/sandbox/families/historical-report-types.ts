import { agentsOfQueue, groups, people, queues } from '../people.js'

/** Something that a report can be grouped by. */
export interface Grouping {
  readonly name: string
  readonly filters: readonly string[]
}

/** A kind of report. Detailed ones list single interactions and search instead of grouping. */
export interface ReportType {
  readonly type: string
  readonly groupBy?: readonly Grouping[]
  readonly searchQuery?: { readonly fields: readonly string[]; readonly operators: readonly string[] }
  readonly metrics: readonly string[]
}

const byAgent: Grouping = { name: 'agent', filters: ['agent-ids', 'group-ids'] }
const byGroup: Grouping = { name: 'group', filters: ['group-ids'] }
const byQueue: Grouping = { name: 'queue', filters: ['queue-ids'] }
const byQueueAndAgent: Grouping = { name: 'queue-and-agent', filters: ['queue-ids', 'agent-ids'] }

const interactionMetrics = [
  'offered',
  'accepted',
  'rejected',
  'abandoned',
  'handlingTime',
  'wrapUpTime',
  'avgHandlingTime',
]
const queueMetrics = [
  'entered',
  'accepted',
  'abandoned',
  'diverted',
  'avgWaitingTime',
  'longestWaitingTime',
  'serviceLevel',
]
const statusMetrics = ['availableTime', 'onBreakTime', 'workingOfflineTime', 'loggedInTime', 'busyTime']
const searchQuery = { fields: ['queueId', 'agentId', 'channel', 'outcome'], operators: ['==', '!=', '=in='] }

export const reportTypes: readonly ReportType[] = [
  { type: 'agents-interactions-summary', groupBy: [byAgent, byGroup], metrics: interactionMetrics },
  { type: 'agents-interactions-by-queue', groupBy: [byQueueAndAgent], metrics: interactionMetrics },
  { type: 'agents-status-time-on-status', groupBy: [byAgent, byGroup], metrics: statusMetrics },
  { type: 'queue-interactions-summary', groupBy: [byQueue], metrics: queueMetrics },
  {
    type: 'post-call-survey-summary',
    groupBy: [byQueue],
    metrics: ['offeredSurveys', 'takenSurveys', 'avgScore'],
  },
  { type: 'script-paths', groupBy: [byQueue], metrics: ['entered', 'left'] },
  {
    type: 'detailed-reports-interaction-details',
    searchQuery,
    metrics: [
      'interactionId',
      'startTime',
      'channel',
      'queueId',
      'agentId',
      'outcome',
      'handlingTime',
      'labels',
      'wrapUp',
    ],
  },
  {
    type: 'detailed-reports-agent-status-change',
    searchQuery,
    metrics: ['agentId', 'startTime', 'outcome', 'handlingTime', 'labels'],
  },
]

/** The ids and names that a report of this grouping has a row for in each interval. */
export function membersOf(grouping: string): readonly { readonly key: string; readonly name: string }[] {
  switch (grouping) {
    case 'agent':
      return people.map(({ agentId, name }) => ({ key: agentId, name }))
    case 'group':
      return groups.map(({ id, name }) => ({ key: id, name }))
    case 'queue-and-agent':
      return queues.flatMap(({ id, name }) =>
        agentsOfQueue(id).map((agent) => ({
          key: `${id}/${agent.agentId}`,
          name: `${name} / ${agent.name}`,
        })),
      )
    default:
      return queues.map(({ id, name }) => ({ key: id, name }))
  }
}
