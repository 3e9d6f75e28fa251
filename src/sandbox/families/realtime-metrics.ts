import { agentsOfQueue, groups, people, queues, type Person } from '../data/people.js'
import { seededNumber } from '../data/seeded.js'

export interface Metric {
  readonly key: string
  readonly value: unknown
}

/** A queue, group or agent with its current metrics. */
export interface MetricsResponse {
  readonly id: string | null
  readonly name: string
  readonly metrics: readonly Metric[]
}

/** How often 8x8 refreshes real-time metrics. */
const refreshMs = 5000

const queueKeys = [
  'entered.today',
  'entered.int-15m',
  'entered.int-30m',
  'accepted.today',
  'accepted.int-15m',
  'abandoned.today',
  'abandoned.int-15m',
  'abandoned.int-30m',
  'waiting.rt',
  'handling.rt',
  'longest-wait.rt',
  'service-level.today',
] as const

const agentKeys = [
  'accepted.today',
  'accepted.int-15m',
  'rejected.today',
  'handling.rt',
  'handling-time.today',
  'available-time.today',
] as const

export const queueResponses = refreshed((nowMs) =>
  queues.map(({ id, name }) => ({
    id,
    name,
    metrics: [
      ...queueKeys.map((key) => ({ key, value: numberNow(id, key, nowMs) })),
      {
        key: 'agents-available.rt',
        value: agentsOfQueue(id).filter((agent) => isAvailable(agent, nowMs)).length,
      },
      // 8x8 sends null for a value where nothing has happened yet.
      { key: 'last-accepted.rt', value: numberNow(id, 'last-accepted.rt', nowMs) || null },
    ],
  })),
)

/** Returns the current metrics of these agents. */
export function agentResponses(agents: readonly Person[], nowMs: number): readonly MetricsResponse[] {
  return everyAgent(nowMs).filter(({ id }) => agents.some(({ agentId }) => agentId === id))
}

const everyAgent = refreshed((nowMs) =>
  people.map((agent) => ({
    id: agent.agentId,
    name: agent.name,
    metrics: [
      ...agentKeys.map((key) => ({ key, value: numberNow(agent.agentId, key, nowMs) })),
      { key: 'status.rt', value: isAvailable(agent, nowMs) ? 'available' : 'busy' },
      { key: 'queues.rt', value: queuesOf(agent) },
    ],
  })),
)

/** Returns the current metrics of all groups; unlike those of queues and agents their values are strings. */
export function groupResponses(nowMs: number): readonly MetricsResponse[] {
  return groups.map(({ id, name }) => ({
    id,
    name,
    metrics: agentKeys.map((key) => ({ key, value: String(numberNow(`group ${id}`, key, nowMs)) })),
  }))
}

/** Sums all rows into the one that `includeTotals=true` appends. */
export function totalsOf(responses: readonly MetricsResponse[]): MetricsResponse {
  const sums = new Map<string, number>()
  for (const { metrics } of responses) {
    for (const { key, value } of metrics) {
      const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
      if (!Number.isNaN(number)) sums.set(key, (sums.get(key) ?? 0) + number)
    }
  }
  const metrics = [...sums].map(([key, value]) => ({ key: `total.${key}`, value }))
  return { id: null, name: 'totals', metrics }
}

/** Keeps the metrics asked for, by full key (`entered.today`) or by name (`entered`); all if none is. */
export function onlyMetrics(response: MetricsResponse, wanted: readonly string[]): MetricsResponse {
  if (wanted.length === 0) return response
  const isWanted = ({ key }: Metric) =>
    wanted.includes(key) || wanted.includes(key.slice(0, key.indexOf('.')))
  return { ...response, metrics: response.metrics.filter(isWanted) }
}

/** Returns the agents of a group. */
export function findGroupMembers(groupId: string): readonly Person[] {
  return people.filter((person) => person.groupId === groupId)
}

/** Caches a list until the next refresh. */
function refreshed(read: (nowMs: number) => readonly MetricsResponse[]) {
  let refresh = Number.NaN
  let responses: readonly MetricsResponse[] = []
  return (nowMs: number): readonly MetricsResponse[] => {
    if (refresh !== Math.floor(nowMs / refreshMs)) {
      refresh = Math.floor(nowMs / refreshMs)
      responses = read(nowMs)
    }
    return responses
  }
}

/** Returns a made-up number that stays the same until the next refresh. */
export function numberNow(id: string, key: string, nowMs: number): number {
  return seededNumber(`${id} ${key} ${Math.floor(nowMs / refreshMs)}`, 0, key.endsWith('.today') ? 400 : 12)
}

function isAvailable(agent: Person, nowMs: number): boolean {
  return numberNow(agent.agentId, 'status.rt', nowMs) % 2 === 0
}

function queuesOf(agent: Person) {
  return queues
    .filter(({ id }) => agentsOfQueue(id).includes(agent))
    .map(({ id, name }) => ({ id, name, count: seededNumber(`${agent.agentId} ${id}`, 0, 3) }))
}
