import { appToken } from '../gateway/access.js'
import { message } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { pageHeaders, pageOf } from '../gateway/paging.js'
import { isTrue, list } from '../gateway/parameters.js'
import { agentsOfQueue, groups, people, queues, type Person } from '../data/people.js'
import { inAcceptedForm, missing, requestedPage, validTenant } from './cc-analytics.js'
import {
  agentResponses,
  findGroupMembers,
  groupResponses,
  onlyMetrics,
  queueResponses,
  totalsOf,
  type MetricsResponse,
} from './realtime-metrics.js'

/** Source: 8x8's guide "Contact Center Real-time Statistics" and its specification. */
export const realtime: SandboxFamily = {
  name: 'CC real-time',
  base: /^(?:\/(?:eu|au|ca))?\/analytics\/cc\/v[1-5]\/realtime-metrics/,
  access: appToken('analytics realtime-api'),
  demands: validTenant,
  routes: {
    'GET /queues': (call) => listOf(call, queueResponses(call.nowMs), 'queue-ids'),
    'GET /queues/:id': (call) => oneOf(call, queueResponses(call.nowMs), 'Queue'),
    'GET /queues/:queueId/agents': queueAgents((call, agents) => agentList(call, agents)),
    'GET /queues/:queueId/agents/:id': queueAgents((call, agents) => oneAgent(call, agents)),
    'GET /groups': (call) => listOf(call, groupResponses(call.nowMs), 'group-ids'),
    'GET /groups/:id': (call) => oneOf(call, groupResponses(call.nowMs), 'Group'),
    'GET /groups/:groupId/agents': groupAgents((call, agents) => agentList(call, agents)),
    'GET /groups/:groupId/agents/:id': groupAgents((call, agents) => oneAgent(call, agents)),
    'GET /agents': (call) => (isTrue(call.query, 'summary') ? agentSummary(call) : agentList(call, people)),
    'GET /agents-in-queue-groups': agentsInQueueGroups,
  },
}

function listOf(call: SandboxCall, all: readonly MetricsResponse[], idsParameter: string): SandboxResponse {
  const { query } = call
  const ids = list(query, idsParameter)
  const unknown = ids.find((id) => !all.some((response) => response.id === id))
  if (unknown !== undefined)
    return message(400, `Bad request: Invalid value '${unknown}' for '${idsParameter}'`)

  const wanted = list(query, 'metrics')
  const chosen = all
    .filter(({ id }) => ids.length === 0 || ids.includes(id ?? ''))
    .map((response) => onlyMetrics(response, wanted))
  if (!isTrue(query, 'summary')) {
    return pagedList(call, chosen, isTrue(query, 'includeTotals') ? [totalsOf(chosen)] : [])
  }
  return pagedList(
    call,
    chosen.map(({ id, name }) => ({ id, name })),
  )
}

function pagedList(
  call: SandboxCall,
  items: readonly object[],
  appended: readonly object[] = [],
): SandboxResponse {
  const requested = requestedPage(call.query, items.length)
  if ('status' in requested) return requested
  const page = pageOf(items, requested.page, requested.size)
  return inAcceptedForm(call, 'UnmodifiableRandomAccessList', [...page.items, ...appended], pageHeaders(page))
}

function oneOf(call: SandboxCall, all: readonly MetricsResponse[], kind: string): SandboxResponse {
  const found = all.find(({ id }) => id === call.params['id'])
  if (!found) return missing(kind, call.params['id'])
  return inAcceptedForm(call, 'MetricsResponse', onlyMetrics(found, list(call.query, 'metrics')))
}

function agentList(call: SandboxCall, agents: readonly Person[]): SandboxResponse {
  return listOf(call, agentResponses(agents, call.nowMs), 'agent-ids')
}

function oneAgent(call: SandboxCall, agents: readonly Person[]): SandboxResponse {
  return oneOf(call, agentResponses(agents, call.nowMs), 'Agent')
}

function agentSummary(call: SandboxCall): SandboxResponse {
  const groupNames = new Map(groups.map(({ id, name }) => [id, name]))
  return pagedList(
    call,
    people.map(({ agentId, name, groupId }) => {
      return { id: agentId, name, groupId, groupName: groupNames.get(groupId) }
    }),
  )
}

function queueAgents(response: (call: SandboxCall, agents: readonly Person[]) => SandboxResponse): Handler {
  return (call) => {
    const queue = queues.find(({ id }) => id === call.params['queueId'])
    return queue ? response(call, agentsOfQueue(queue.id)) : missing('Queue', call.params['queueId'])
  }
}

function groupAgents(response: (call: SandboxCall, agents: readonly Person[]) => SandboxResponse): Handler {
  return (call) => {
    const group = groups.find(({ id }) => id === call.params['groupId'])
    return group ? response(call, findGroupMembers(group.id)) : missing('Group', call.params['groupId'])
  }
}

/** Here, and only here, metrics are an object and not a list of pairs. */
function agentsInQueueGroups(call: SandboxCall): SandboxResponse {
  const asObjects = (agents: readonly Person[]) =>
    agentResponses(agents, call.nowMs).map(({ id, name, metrics }) => {
      return { id, name, metrics: Object.fromEntries(metrics.map(({ key, value }) => [key, value])) }
    })
  const ids = list(call.query, 'queue-ids')
  const chosen = queues.filter(({ id }) => ids.length === 0 || ids.includes(id))
  return inAcceptedForm(call, 'AgentsInQueueGroups', {
    agents: asObjects(people),
    queues: chosen.map(({ id }) => ({
      queueId: id,
      assignedAgents: agentsOfQueue(id).map(({ agentId }) => agentId),
      agentMetrics: asObjects(agentsOfQueue(id)),
    })),
  })
}
