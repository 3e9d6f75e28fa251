import {
  AGENT_METRICS,
  type Metrics,
  QUEUE_METRICS,
  workPbxes as described,
} from '../../api/calls/work-pbxes.js'
import { agentsOfQueue, company, people, type Person, sites } from '../data/people.js'
import { seededNumber, seededPick } from '../data/seeded.js'
import { sorted } from '../data/sorting.js'
import { workToken } from '../gateway/access.js'
import { halPage } from '../gateway/hal.js'
import type { SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { json } from '../gateway/responses.js'
import { type CheckedCall, simulate } from '../gateway/simulate.js'
import { callQueues, currentCustomer, isOnCall, ringGroups } from './work-model.js'
import { failure, livePbxRefusal, liveWindow, type LiveWindow, siteName } from './work-responses.js'

type Rows = (typeof described)['rows']
type AgentsCall = CheckedCall<Rows['workAgentActivity']>
type Parameters<T> = SandboxCall & { readonly given: T }

const DAY_MS = 24 * 3_600_000
/** How often metrics change. */
const REFRESH_MS = 5000

/** What PBXes have, and their queues and agents at the moment. */
const simulated = simulate(described, {
  access: workToken,
  refuse: failure,
  demands: livePbxRefusal,
  handlers: {
    workPbxes: (call) => listed(call, 'pbxList', [{ id: company.pbx, name: 'Example PBX' }]),
    workSites: (call) => listed(call, 'siteList', sites),
    workQueues: (call) => listed(call, 'queueList', callQueues),
    workSiteQueues: (call) => {
      const { siteId } = call.params
      const queues = callQueues.filter((queue) => queue.siteId === siteId)
      return queues.length === 0 ? failure(call, 404, `No site ${siteId}`) : listed(call, 'queueList', queues)
    },
    workAgents: (call) => {
      const all = people.map(({ userId: id, siteId, firstName, lastName, extension }) => {
        return { id, siteId, firstName, lastName, extension }
      })
      return listed(call, 'agentList', all)
    },
    workQueueMetrics: (call) =>
      live(call, Object.keys(QUEUE_METRICS.example), (metricsOf) => {
        const rows = wantedQueues(call.given).map(({ id, name, extension, siteId }) => {
          const place = { pbx: company.pbx, site: siteName(siteId), id, name, extension }
          return { ...place, autoLogin: false, deleted: false, metrics: metricsOf(`queue ${id}`) }
        })
        return { callQueues: rows, ...summary(call, 'metricsSummary', rows) }
      }),
    workAgentActivity: (call) =>
      live(call, AGENT_NAMES, (metricsOf) => {
        const queues = wantedQueues(call.given)
        const agents = people.filter((agent) => queues.some(({ id }) => agentsOfQueue(id).includes(agent)))
        const rows = wantedAgents(call, agents).map((agent) => {
          const { queueStatus: _, ...states } = stateOf(agent, call)
          const loggedInQueues = callQueues
            .filter(({ id }) => agentsOfQueue(id).includes(agent))
            .map(({ extension }) => extension)
          return { ...activityOf(agent, call), ...states, loggedInQueues, metrics: metricsOf(agent.userId) }
        })
        const queuesAgentActivity = queues.map((queue) => {
          const agentActivity = rows.filter(({ loggedInQueues }) => loggedInQueues.includes(queue.extension))
          return { ...placeOf(queue), agentActivity, ...summary(call, 'metricsSummary', agentActivity) }
        })
        return { agentActivity: rows, queuesAgentActivity, ...summary(call, 'summary', rows) }
      }),
    workQueueAgentActivity: (call) => {
      const window = liveWindow(call.given, call.dateMs)
      if (typeof window !== 'string' && window.endMs - window.startMs > DAY_MS) {
        return failure(call, 400, 'startDate and endDate must be one day apart at most')
      }
      return live(call, [...AGENT_NAMES, 'queueStatusTime'], (metricsOf) => {
        const queuesAgentActivity = wantedQueues(call.given).map((queue) => {
          const rows = wantedAgents(call, agentsOfQueue(queue.id))
            .map((agent) => {
              const { userStatus, queueStatus } = stateOf(agent, call)
              const metrics = metricsOf(`${queue.id} ${agent.userId}`)
              return { ...activityOf(agent, call), userStatus, queueStatus, overflowAgent: false, metrics }
            })
            .filter(({ queueStatus }) => call.given.queueStatuses?.includes(queueStatus) ?? true)
          const sums = { ...summary(call, 'summary', rows), ...summary(call, 'metricsSummary', rows) }
          return { ...placeOf(queue), queueId: queue.id, queueAgentActivity: rows, ...sums }
        })
        return { queuesAgentActivity }
      })
    },
    workRingGroupActivity: (call) => ringGroupActivity(call, ({ id }) => id === call.params['ringGroupId']),
    workRingGroupActivityByExtension: (call) =>
      ringGroupActivity(call, ({ extension }) => extension === call.params['ringGroupExtension']),
  },
})

/** 8x8 takes the list of PBXes with and without a slash at its end. */
export const workPbxes = { ...simulated, routes: { ...simulated.routes, 'GET ': simulated.routes['GET /']! } }

const AGENT_NAMES = Object.keys(AGENT_METRICS.example).filter((name) => name !== 'queueStatusTime')

function listed(call: Parameters<{ sort?: string | undefined }>, relation: string, items: readonly object[]) {
  const { pbxId } = call.params
  const all = items.map((item) => ({ ...item, ...(pbxId === undefined ? {} : { pbxId }), deleted: false }))
  const page = halPage(call, relation, sorted(all, call.given.sort ?? null))
  return page ? json(page) : failure(call, 400, 'page and size must be whole numbers')
}

function placeOf({ name: queueName, extension: queueExtension, siteId }: (typeof callQueues)[number]) {
  return { pbx: company.pbx, site: siteName(siteId), queueExtension, queueName, autoLogin: false }
}

/** Checks window and metrics of live data, and responds with rows of the metrics that are asked for. */
function live<T>(
  call: Parameters<LiveWindow & { metrics?: readonly string[] | undefined }>,
  names: readonly string[],
  rows: (metricsOf: (seed: string) => Metrics) => T,
): T | SandboxResponse {
  const window = liveWindow(call.given, call.dateMs)
  if (typeof window === 'string') return failure(call, 400, window)
  const { metrics = names } = call.given
  const strange = metrics.filter((name) => !names.includes(name))
  if (strange.length > 0) return failure(call, 400, `Invalid Metrics Passed [${strange.join(',')}].`)
  // Those of the past stay as they are.
  const moment = call.given.startDate ?? Math.floor(call.dateMs / REFRESH_MS)
  return rows((seed) => {
    const all = names.map((name) => [name, seededNumber(`${seed} ${name} ${moment}`, 0, 12)] as const)
    const whole = consistent(Object.fromEntries(all))
    return Object.fromEntries(metrics.map((name) => [name, whole[name]!]))
  })
}

/** Corrects those metrics that follow from others: every call has one outcome, and percentages are of all calls. */
function consistent(metrics: Metrics): Metrics {
  const of = (...names: readonly string[]) => names.reduce((total, name) => total + (metrics[name] ?? 0), 0)
  const calls = of(
    'acceptedCalls',
    'abandonedInWaitingCalls',
    'divertedCalls',
    'missedCalls',
    'abandonedInHandlingCalls',
  )
  const interactions = of('acceptedInteractions', 'missedInteractions', 'rejectedInteractions')
  const own: Metrics = {
    enteredCalls: calls,
    enteredInteractions: interactions,
    diverted: of('divertedCalls'),
  }
  const known = { ...metrics, ...own }
  const entries = Object.keys(metrics).map((name) => {
    const part = known[name.replace(/Percentage$/, '')] ?? known[name.replace(/Percentage$/, 'Calls')] ?? 0
    const percentage = Math.round((1000 * part) / Math.max(1, calls + interactions)) / 10
    return [name, name.endsWith('Percentage') ? percentage : known[name]!] as const
  })
  return Object.fromEntries(entries)
}

/** Returns the sums over all rows under `name`, unless `includeSummary` is false. */
function summary<Name extends string>(
  { given }: Parameters<{ readonly includeSummary: boolean }>,
  name: Name,
  rows: readonly { readonly metrics: Metrics }[],
): { readonly [K in Name]?: Metrics } {
  if (!given.includeSummary) return {}
  const sums: Record<string, number> = {}
  for (const { metrics } of rows) {
    for (const [metric, value] of Object.entries(metrics)) sums[metric] = (sums[metric] ?? 0) + value
  }
  for (const metric of Object.keys(sums).filter((one) => /average|Avg|Percentage/.test(one))) {
    sums[metric] = Math.round((10 * sums[metric]!) / rows.length) / 10
  }
  return { [name]: sums } as { readonly [K in Name]?: Metrics }
}

function wantedQueues({
  queueIds,
  siteIds,
}: AgentsCall['given'] | CheckedCall<Rows['workQueueMetrics']>['given']) {
  return callQueues.filter(
    ({ id, siteId }) => (queueIds?.includes(id) ?? true) && (siteIds?.includes(siteId) ?? true),
  )
}

function wantedAgents(call: AgentsCall, agents: readonly Person[]): readonly Person[] {
  const { userIds, userStatuses } = call.given
  return agents.filter(
    (agent) =>
      (userIds?.includes(agent.userId) ?? true) &&
      (userStatuses?.includes(stateOf(agent, call).userStatus) ?? true),
  )
}

function activityOf(agent: Person, { dateMs }: SandboxCall) {
  const { name: caller, address } = currentCustomer(agent)
  const { userId, extension: agentExtension, name: agentName } = agent
  return {
    userId,
    agentExtension,
    agentName,
    ...(isOnCall(agent, dateMs) ? { interaction: { caller, address } } : {}),
  }
}

function stateOf(agent: Person, { dateMs }: SandboxCall) {
  if (isOnCall(agent, dateMs)) {
    return { userStatus: 'ON_CALL', activityStatus: 'HANDLING', queueStatus: 'HANDLING' } as const
  }
  return seededPick(agent.userId, [
    { userStatus: 'AVAILABLE', activityStatus: 'AVAILABLE_IDLE', queueStatus: 'AVAILABLE_IDLE' },
    { userStatus: 'DND', activityStatus: 'NOT_AVAILABLE', queueStatus: 'DND' },
  ] as const)
}

function ringGroupActivity(
  call: CheckedCall<Rows['workRingGroupActivity']>,
  isWanted: (group: (typeof ringGroups)[number]) => boolean,
) {
  const { agentExtensions, metrics = ['loggedInDuration', 'loggedOutDuration'], sorting = null } = call.given
  const window = liveWindow(call.given, call.dateMs)
  if (typeof window === 'string') return failure(call, 400, window)
  const group = ringGroups.find(isWanted)
  if (group === undefined) return failure(call, 404, 'No such ring group')
  const rows = group.members
    .filter(({ extension }) => agentExtensions?.includes(extension) ?? true)
    .map(({ extension: agentExtension }) => {
      const whole = window.endMs - window.startMs
      const loggedInDuration = Math.floor((whole * seededNumber(`logged in ${agentExtension}`, 40, 90)) / 100)
      const both = { loggedInDuration, loggedOutDuration: whole - loggedInDuration }
      return { agentExtension, metrics: Object.fromEntries(metrics.map((name) => [name, both[name]])) }
    })
  return { ringGroupAgentActivity: sorted(rows, sorting) }
}
