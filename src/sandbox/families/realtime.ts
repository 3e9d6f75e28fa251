import { ccRealtime as described } from '../../api/calls/cc-realtime.js'
import { agentsOfQueue, groups, people, queues, type Person } from '../data/people.js'
import { isTimeZone } from '../data/time-zone.js'
import type { SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { pageHeaders } from '../gateway/paging.js'
import { list } from '../gateway/parameters.js'
import { simulate, withHeaders } from '../gateway/simulate.js'
import { badRequest, ccAnalytics, inAcceptedForm, missing, pageWithin } from './cc-analytics.js'
import {
  metricKeys,
  metricsOfAgent,
  metricsOfAgents,
  refreshOf,
  totalsOf,
  type Metric,
} from './realtime-metrics.js'

/** A queue, group or agent with its metrics by key. */
interface Subject {
  readonly id: string
  readonly name: string
  readonly group?: { readonly groupId: string; readonly groupName: string }
  readonly metric: (key: string) => Metric
}

type Reading = SandboxCall & { readonly given: { readonly metrics?: readonly string[] | undefined } }
type Listing = Reading & {
  readonly given: {
    readonly page: number
    readonly size: number
    readonly summary: boolean
    readonly includeTotals?: boolean
  }
}

export const realtime = simulate(described, {
  ...ccAnalytics,
  demands: (call) => {
    const isKnown = isTimeZone(call.query.get('timezone') || 'UTC')
    return ccAnalytics.demands(call) ?? (isKnown ? undefined : badRequest("Field 'timezone' is invalid"))
  },
  render: (call, value, response) => {
    if (!Array.isArray(value)) return inAcceptedForm(call, 'AgentsInQueueGroups', value, response)
    return /\/(?:queues|groups|agents)\/[^/]+$/.test(call.path)
      ? inAcceptedForm(call, 'MetricsResponse', value[0], response)
      : inAcceptedForm(call, 'UnmodifiableRandomAccessList', value, response)
  },
  handlers: {
    realtimeQueues: (call) => listOf(call, queuesOf(call), 'queue-ids', metricKeys.queue),
    realtimeQueue: (call) => one(call, queuesOf(call), 'Queue', metricKeys.queue),
    realtimeQueueAgents: (call) => listOf(call, agentsOfOne(call), 'agent-ids', metricKeys.agentInQueue),
    realtimeQueueAgent: (call) => one(call, agentsOfOne(call), 'Agent', metricKeys.agentInQueue),
    realtimeGroups: (call) => listOf(call, groupsOf(call), 'group-ids', metricKeys.group),
    realtimeGroup: (call) => one(call, groupsOf(call), 'Group', metricKeys.group),
    realtimeGroupAgents: (call) => listOf(call, agentsOfOne(call), 'agent-ids', metricKeys.agent),
    realtimeGroupAgent: (call) => one(call, agentsOfOne(call), 'Agent', metricKeys.agent),
    realtimeAgents: (call) => {
      const { metrics, summary } = call.given
      if (!summary && !metrics) return badRequest("Field 'metrics' is required unless 'summary' is true")
      const ids = summary ? [] : list(call.query, 'group-ids')
      const isWanted = ({ group }: Subject) => ids.length === 0 || ids.includes(group!.groupId)
      return (
        unknownAmong(ids, groups, 'group-ids') ??
        listOf(call, agentsOf(call, people), 'agent-ids', metricKeys.agent, isWanted)
      )
    },
    realtimeAgentsInQueues: (call) => {
      const ids = list(call.query, 'queue-ids')
      const unknown = unknownAmong(ids, queues, 'queue-ids')
      if (unknown !== undefined) return unknown
      const refresh = refreshOf(call)
      const byKey = (agent: Person, isWanted: (key: string) => boolean, queueId?: string) => {
        const wanted = wantedOf(call, metricKeys.agentInQueue).filter(isWanted)
        const metrics = wanted
          .map(metricsOfAgent(agent, refresh, queueId))
          .map(({ key, value }) => [key, value])
        return { id: agent.agentId, name: agent.name, metrics: Object.fromEntries(metrics) }
      }
      const chosen = queues
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
        .map(({ id: queueId }) => {
          const assigned = agentsOfQueue(queueId)
          const isActive = (agent: Person) =>
            metricsOfAgent(agent, refresh, queueId)('accepted.int-30m.inQueue').value !== null
          return { queueId, assigned, active: assigned.filter(isActive) }
        })
      const isShown = (agent: Person) =>
        chosen.some(({ active }) => active.includes(agent)) ||
        (call.given.showEnabledAgents &&
          chosen.some(({ assigned }) => assigned.includes(agent)) &&
          metricsOfAgent(agent, refresh)('status.rt').value !== 'LoggedOut')
      return {
        agents: people.filter(isShown).map((agent) => byKey(agent, (key) => !key.endsWith('.inQueue'))),
        queues: chosen.map(({ queueId, assigned, active }) => ({
          queueId,
          assignedAgents: assigned.map(({ agentId }) => agentId),
          agentMetrics: active.map((agent) => byKey(agent, (key) => key.endsWith('.inQueue'), queueId)),
        })),
      }
    },
  },
})

type Subjects = readonly Subject[] | SandboxResponse

function listOf(
  call: Listing,
  all: Subjects,
  idsParameter: string,
  keys: readonly string[],
  isWanted: (subject: Subject) => boolean = () => true,
) {
  if ('status' in all) return all
  const { page: number, size, summary, includeTotals } = call.given
  const ids = summary ? [] : list(call.query, idsParameter)
  const chosen = all.filter(({ id }) => ids.length === 0 || ids.includes(id)).filter(isWanted)
  const page = unknownAmong(ids, all, idsParameter) ?? pageWithin(chosen, number, size)
  if ('status' in page) return page
  const row = summary ? ({ id, name, group }: Subject) => ({ id, name, ...group }) : rowOf(call, keys)
  const totals = includeTotals && !summary ? [totalsOf(chosen.map(rowOf(call, keys)))] : []
  return withHeaders([...page.items.map(row), ...totals], pageHeaders(page))
}

function one(call: Reading, all: Subjects, kind: string, keys: readonly string[]) {
  if ('status' in all) return all
  const id = Object.values(call.params).at(-1)
  const found = all.find((subject) => subject.id === id)
  return found === undefined ? missing(kind, id) : [rowOf(call, keys)(found)]
}

function rowOf(call: Reading, keys: readonly string[]) {
  const wanted = wantedOf(call, keys)
  return ({ id, name, metric }: Subject) => ({ id, name, metrics: wanted.map(metric) })
}

function wantedOf({ given: { metrics } }: Reading, keys: readonly string[]): readonly string[] {
  return metrics === undefined ? keys : keys.filter((key) => metrics.includes(key))
}

function unknownAmong(ids: readonly string[], all: readonly { readonly id: string }[], parameter: string) {
  const unknown = ids.find((id) => all.every((subject) => subject.id !== id))
  return unknown === undefined ? undefined : badRequest(`Invalid value '${unknown}' for '${parameter}'`)
}

function queuesOf(call: SandboxCall): readonly Subject[] {
  return queues.map(({ id, name }) => ({
    id,
    name,
    metric: metricsOfAgents(id, agentsOfQueue(id), refreshOf(call)),
  }))
}

/** Unlike those of queues and agents, the values of groups are text. */
function groupsOf(call: SandboxCall): readonly Subject[] {
  return groups.map(({ id, name }) => {
    const metric = metricsOfAgents(id, membersOf(id), refreshOf(call))
    return { id, name, metric: (key) => ({ key, value: JSON.stringify(metric(key).value) }) }
  })
}

/** The agents of the queue or group that the path names. */
function agentsOfOne(call: SandboxCall): Subjects {
  const { queueId, groupId } = call.params
  if (queues.some(({ id }) => id === queueId)) return agentsOf(call, agentsOfQueue(queueId!), queueId)
  if (groups.some(({ id }) => id === groupId)) return agentsOf(call, membersOf(groupId!))
  return queueId === undefined ? missing('Group', groupId) : missing('Queue', queueId)
}

function agentsOf(call: SandboxCall, agents: readonly Person[], queueId?: string): readonly Subject[] {
  return agents.map((agent) => {
    const { agentId: id, name, groupId } = agent
    const groupName = groups.find((group) => group.id === groupId)!.name
    const isOfAll = Object.keys(call.params).length === 0
    const metric = metricsOfAgent(agent, refreshOf(call), queueId)
    return { id, name, metric, ...(isOfAll ? { group: { groupId, groupName } } : {}) }
  })
}

function membersOf(groupId: string): readonly Person[] {
  return people.filter((person) => person.groupId === groupId)
}
