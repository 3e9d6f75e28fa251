import { json } from '../gateway/responses.js'
import type { Routes } from '../gateway/handler.js'
import { ownPbx } from './work-analytics-responses.js'
import { agentActivity, queueAgentActivity } from './work-analytics-live-agents.js'
import { describeCall, listCalls } from './work-analytics-live-calls.js'
import { metricsOf, placeOf, summaryOf, wantedQueues } from './work-analytics-live-metrics.js'

const queueMetrics = [
  'enteredCalls',
  'acceptedCalls',
  'missedCalls',
  'completedCalls',
  'diverted',
  'abandonedInWaitingCalls',
  'activeCalls',
  'averageWaitingTime',
  'averageHandlingTime',
  'longestWaitingTime',
  'ongoingWaitingCalls',
  'ongoingHandlingCalls',
  'ongoingTotalAgents',
  'ongoingAvailableAgents',
]

/** The call queues with their agents and calls at the moment; metrics change at the pace of the real-time ones. */
export const liveRoutes: Routes = {
  'GET /pbxes/:pbxId/call-queue-metrics': ownPbx((call) => {
    const rows = wantedQueues(call).map((queue) => {
      const { id, name, extensionNumber: extension } = queue
      const metrics = metricsOf(call, `work queue ${id}`, queueMetrics)
      return { ...placeOf(queue), id, name, autoLogin: false, extension, metrics }
    })
    return json({ callQueues: rows, ...summaryOf(call, 'metricsSummary', rows) })
  }),
  'GET /pbxes/:pbxId/agent-activity': ownPbx(agentActivity),
  'GET /pbxes/:pbxId/queue-agent-activity': ownPbx(queueAgentActivity),
  'GET /pbxes/:pbxId/calls': ownPbx(listCalls),
  'GET /pbxes/:pbxId/calls/:callId': ownPbx(describeCall),
}
