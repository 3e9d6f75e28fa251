import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import { chosenBy } from '../gateway/parameters.js'
import { agentsOfQueue, people, type Person } from '../data/people.js'
import { numberNow } from './realtime-metrics.js'
import { callQueues } from './work-analytics-customer-data.js'
import { metricsOf, placeOf, summaryOf, wantedQueues } from './work-analytics-live-metrics.js'

const agentMetrics = [
  'acceptedInteractions',
  'rejectedInteractions',
  'enteredInteractions',
  'totalInteractionTime',
  'averageWrapUpTime',
  'ongoingHandlingInteractions',
  'ongoingTalkingInteractions',
  'ongoingOnHoldInteractions',
  'ongoingWrapUpInteractions',
  'userStatusTime',
]
/** The states of a user, and the metrics of an agent: over all queues and of one queue. */
const states = [
  { userStatus: 'AVAILABLE', activityStatus: 'AVAILABLE_IDLE', queueStatus: 'AVAILABLE' },
  { userStatus: 'ON_CALL', activityStatus: 'HANDLING', queueStatus: 'HANDLING' },
  { userStatus: 'DND', activityStatus: 'NOT_AVAILABLE', queueStatus: 'UNAVAILABLE' },
] as const

/** Responds with the activity of the agents over all queues. */
export function agentActivity(call: SandboxCall): SandboxResponse {
  const rows = wantedAgents(call, people).map((agent) => {
    const { userStatus, activityStatus } = stateOf(agent, call)
    const loggedInQueues = callQueues
      .filter(({ id }) => agentsOfQueue(id).includes(agent))
      .map(({ extensionNumber }) => extensionNumber)
    return { ...activityOf(agent, call), userStatus, activityStatus, loggedInQueues }
  })
  return json({ agentActivity: rows, ...summaryOf(call, 'summary', rows) })
}

/** Responds with the queues, each with the activity of its agents. */
export function queueAgentActivity(call: SandboxCall): SandboxResponse {
  const isChosen = chosenBy(call.query, 'queueStatuses')
  const queuesAgentActivity = wantedQueues(call).map((queue) => {
    const rows = wantedAgents(call, agentsOfQueue(queue.id))
      .map((agent) => {
        const { userStatus, queueStatus } = stateOf(agent, call)
        return { ...activityOf(agent, call), userStatus, queueStatus, overflowAgent: false }
      })
      .filter(({ queueStatus }) => isChosen(queueStatus))
    return {
      ...placeOf(queue),
      queueId: queue.id,
      queueExtension: queue.extensionNumber,
      queueName: queue.name,
      autoLogin: false,
      queueAgentActivity: rows,
      ...summaryOf(call, 'summary', rows),
    }
  })
  return json({ queuesAgentActivity })
}

function activityOf(agent: Person, call: SandboxCall) {
  const isOnCall = stateOf(agent, call).userStatus === 'ON_CALL'
  return {
    userId: agent.userId,
    agentExtension: agent.extension,
    agentName: agent.name,
    ...(isOnCall ? { interaction: { caller: 'Customer', address: '+14085550100' } } : {}),
    metrics: metricsOf(call, `work agent ${agent.userId}`, agentMetrics),
  }
}

function stateOf({ userId }: Person, { nowMs }: SandboxCall) {
  return states[numberNow(userId, 'work state', nowMs) % states.length] ?? states[0]
}

function wantedAgents(call: SandboxCall, agents: readonly Person[]): readonly Person[] {
  const [isUser, isStatus] = [chosenBy(call.query, 'userIds'), chosenBy(call.query, 'userStatuses')]
  return agents.filter((agent) => isUser(agent.userId) && isStatus(stateOf(agent, call).userStatus))
}
