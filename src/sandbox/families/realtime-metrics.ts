import type { MetricValue } from '../../api/calls/cc-realtime.js'
import { remembered } from '../data/memory.js'
import { agentsOfQueue, queues, type Person, type Queue } from '../data/people.js'
import { seededNumber, seededPick } from '../data/seeded.js'
import type { SandboxCall } from '../gateway/handler.js'
import { grouped } from './cc-analytics.js'

/** One metric of a queue, group or agent. */
export interface Metric {
  readonly key: string
  readonly value: MetricValue
}

/** How often 8x8 refreshes real-time metrics. */
const refreshMs = 5000
const hourMs = 3_600_000

const PERIODS = ['int-15m', 'int-30m', 'today']
const IN_QUEUE = PERIODS.map((period) => `${period}.inQueue`)
const SLA = ['int-12h', 'int-15m', 'int-1h', 'int-30m', 'int-4h', 'int-8h', 'today']
const STATES = 'availableIdle eligible enabled handling onBreak workingOffline wrapUp'

/** The metrics of agents that may be counted within a queue only. */
const INTERACTIONS = `accepted averageHandlingTime averageHoldTime averageOfferingTime averageWrapUpTime
  blindTransfers conferenceTime conferences consultations hold longestHold longestOffering offered onHoldTime
  rejectTimeout rejected transfersInitiated transfersInitiatedPercentage transfersReceived warmTransfers`
const AGENT_NOW = `alerting lastLogin lastLogout lastStatusChange lastStatusCodeChange line1Status
  line1TimeOnStatus line2Status line2TimeOnStatus loggedInTime status statusCode timeOnStatus timeOnStatusCode`
const AGENT_TIMES = `availableTime availableTimePercentage busyTime busyTimePercentage directInboundTime
  directInbounds directOutboundTime directOutbounds handlingTime handlingTimePercentage internalCalls
  internalCallsInitiated internalCallsReceived internalCallsTime loggedInTime offeringTime onBreakTime
  onBreakTimePercentage workingOfflineTime workingOfflineTimePercentage wrapUpTime wrapUpTimePercentage`

/** The keys of each kind of metrics, as 8x8's guide lists them. */
export const metricKeys = {
  queue: [
    ...keys(
      `abandoned abandonedPercentage accepted acceptedPercentage avgDivertedTime avgHandlingTime avgOfferingTime
       avgProcessingTime avgWorkTime avgWrapUpTime diverted divertedPercentage entered interactionsAvgWaitTime
       interactionsLongestWaitInQueue longestOfferingTimeInQueue newInQueue shortAbandoned
       shortAbandonedPercentage totalAbandoned totalAbandonedPercentage`,
      PERIODS,
    ),
    ...keys('acceptedInSla acceptedInSlaPercentage slaPercentage', SLA),
    ...keys(
      `${STATES} busy busyExternal busyOther interactionsHandling interactionsLongestWaitInQueue
       interactionsWaitInQueue interactionsWrapUp offering`,
      ['rt'],
    ),
    ...keys('slaPercentageTarget slaTimeThreshold', ['today']),
  ].sort(),
  group: keys(STATES, ['rt']),
  agent: [
    ...keys(`activeChannels activeDirections activeInteractionsCount activeQueues ${AGENT_NOW}`, ['rt']),
    ...keys(`${INTERACTIONS} ${AGENT_TIMES}`, PERIODS),
  ].sort(),
  agentInQueue: [
    ...keys(INTERACTIONS, IN_QUEUE),
    ...keys(AGENT_NOW, ['rt']),
    ...keys(AGENT_TIMES, PERIODS),
  ].sort(),
} as const

function keys(names: string, periods: readonly string[]): readonly string[] {
  return names.match(/\w+/g)!.flatMap((name) => periods.map((period) => `${name}.${period}`))
}

/** When the metrics were refreshed: all that is read within five seconds is of one moment. */
type Refresh = Pick<SandboxCall, 'nowMs' | 'dateMs'>

const lastRefresh = remembered((): { refresh?: Refresh } => ({}))

/** Returns the refresh that a call reads. */
export function refreshOf({ memory, nowMs, dateMs }: SandboxCall): Refresh {
  const slot = lastRefresh(memory)
  const isOver = Math.floor((slot.refresh?.nowMs ?? -refreshMs) / refreshMs) !== Math.floor(nowMs / refreshMs)
  return isOver || !slot.refresh ? (slot.refresh = { nowMs, dateMs }) : slot.refresh
}

/** Returns the metrics of a queue or group: the states of its agents, and made-up numbers. */
export function metricsOfAgents(id: string, agents: readonly Person[], refresh: Refresh) {
  const states = agents.map((agent) => stateOf(agent, refresh))
  const count = (pattern: RegExp) => states.filter((state) => pattern.test(state)).length
  const known = grouped<number>(
    { 'availableIdle.rt': count(/Available/), 'eligible.rt': count(/Available|Handling|Offering|WrapUp/) },
    { 'enabled.rt': count(/^(?!LoggedOut)/), 'busy.rt': count(BUSY), 'handling.rt': count(/Handling/) },
    { 'offering.rt': count(/Offering/), 'onBreak.rt': count(/OnBreak/), 'wrapUp.rt': count(/WrapUp/) },
    { 'workingOffline.rt': count(/Offline/) },
    { 'slaPercentageTarget.today': 80, 'slaTimeThreshold.today': 20_000 },
  )
  return (key: string): Metric => ({ key, value: known[key] ?? measured(id, key, refresh) })
}

/** Returns the metrics of an agent; `queueId` is the queue that those within a queue are about. */
export function metricsOfAgent(agent: Person, refresh: Refresh, queueId = '') {
  const state = stateOf(agent, refresh)
  // Of the hour, so that moments do not move with every refresh.
  const hour = Math.floor(refresh.dateMs / hourMs) * hourMs
  const changed = hour - seededNumber(`${agent.agentId} change ${hour}`, 1000, hourMs / 2)
  const login = changed - seededNumber(`${agent.agentId} login`, hourMs, 8 * hourMs)
  const logout = state === 'LoggedOut' ? changed : login - 14 * hourMs
  const sinceChange = refresh.dateMs - changed
  const isBusy = BUSY.test(state)
  const active = (id: string, name: string) => (isBusy ? [{ id, name, count: 1 }] : [])
  const { id, name, channel } = queueOf(agent)
  const iso = (ms: number) => new Date(ms).toISOString()
  const known = grouped<MetricValue>(
    { 'status.rt': state, 'statusCode.rt': state === 'OnBreak' ? 'Lunch' : null },
    { 'timeOnStatus.rt': sinceChange, 'timeOnStatusCode.rt': sinceChange },
    { 'lastStatusChange.rt': iso(changed), 'lastStatusCodeChange.rt': iso(changed) },
    { 'lastLogin.rt': iso(login), 'lastLogout.rt': iso(logout) },
    { 'line1Status.rt': state === 'Handling' ? 'Busy' : 'Idle', 'line1TimeOnStatus.rt': sinceChange },
    { 'line2Status.rt': 'Idle', 'line2TimeOnStatus.rt': sinceChange },
    { 'alerting.rt': state === 'Offering' ? 1 : 0, 'activeInteractionsCount.rt': isBusy ? 1 : 0 },
    { 'loggedInTime.rt': state === 'LoggedOut' ? 0 : refresh.dateMs - login },
    { 'activeQueues.rt': active(id, name), 'activeDirections.rt': active('InboundDir', 'InboundDir') },
    { 'activeChannels.rt': active(`main-${channel}`, `Main ${channel}`) },
  )
  return (key: string): Metric => {
    const found = known[key]
    // 8x8 sends null for a value of an agent where nothing has happened yet.
    return {
      key,
      value: found === undefined ? measured(agent.agentId + queueId, key, refresh) || null : found,
    }
  }
}

/** Sums the rows into the one that `includeTotals=true` appends; of averages and percentages it has the mean. */
export function totalsOf(rows: readonly { readonly metrics?: readonly Metric[] }[]) {
  const values = new Map<string, number[]>()
  for (const { key, value } of rows.flatMap(({ metrics = [] }) => metrics)) {
    if (typeof value === 'number') values.set(key, [...(values.get(key) ?? []), value])
  }
  const metrics = [...values].map(([key, numbers]): Metric => {
    const sum = numbers.reduce((total, number) => total + number, 0)
    const isMean = /^(?:avg|average|sla)|Avg|Percentage/.test(key)
    return { key: `total.${key}`, value: isMean ? rounded(sum / numbers.length) : sum }
  })
  return { id: null, name: 'totals', metrics }
}

/** A made-up share, time in milliseconds or count, by the name of the metric. */
function measured(id: string, key: string, { nowMs }: Refresh): number {
  const count = numberNow(id, key, nowMs)
  if (key.includes('Percentage')) return rounded((100 * count) / mostOf(key))
  if (/^(?:avg|average)|Avg/.test(key)) return rounded(count * 1204.7)
  return /time|longest/i.test(key) ? count * 61_337 : count
}

/** Returns a made-up number that stays the same until the next refresh. */
export function numberNow(id: string, key: string, nowMs: number): number {
  return seededNumber(`${id} ${key} ${Math.floor(nowMs / refreshMs)}`, 0, mostOf(key))
}

function mostOf(key: string): number {
  return key.endsWith('.today') ? 400 : 12
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

const BUSY = /Handling|Offering|WrapUp/

function stateOf({ agentId }: Person, { nowMs }: Refresh): string {
  const states = ['Available', 'Handling', 'Offering', 'WrapUp', 'OnBreak', 'WorkingOffline', 'LoggedOut']
  return states[Math.floor(numberNow(agentId, 'status', nowMs) / 2)]!
}

/** Returns the queue that an agent works for. */
function queueOf(agent: Person) {
  return seededPick(agent.agentId, queues.filter(({ id }) => agentsOfQueue(id).includes(agent)) as [Queue])
}
