import { metrics } from './historical-metrics.js'

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

const byAgent = ['agent', 'group', 'group-and-agent']
const byMedia = [
  '',
  '-and-media',
  '-and-media-and-channel',
  '-and-media-and-channel-and-queue',
  '-and-media-and-queue',
]
const byAgentAndMedia = byAgent.flatMap((who) => byMedia.map((how) => who + how))
const byQueue = ['queue', 'media', 'media-and-channel', 'media-and-queue', 'media-and-channel-and-queue']
const byQueueAndAgent = [...byQueue, 'queue-and-agent']

const operators = ['=', '!=', '>', '>=', '<=', '<', 'contains', 'not-in', 'in', 'is-empty', 'is-not-empty']

export const reportTypes: readonly ReportType[] = [
  summary('agent-interactions-summary', byAgentAndMedia),
  summary('agent-interactions-call-summary', byAgentAndMedia),
  summary('agent-interactions-handling-and-wrap-up', byAgentAndMedia),
  summary('agent-interactions-by-wrap-up-code', byAgentAndMedia),
  summary('agent-status-by-status-code', byAgent),
  summary('agent-status-logged-in', byAgent),
  summary('agent-status-time-on-status', byAgent),
  summary('queue-interactions-summary', byQueueAndAgent),
  summary('digital-channels-summary', byQueueAndAgent),
  {
    type: 'surveys-summary',
    groupBy: groupings(byQueueAndAgent),
    metrics: ['offered', 'optedIn', 'started', 'completed'],
  },
  { type: 'script-paths', groupBy: groupings(['queue']), metrics: ['entered', 'left'] },
  detailed('detailed-reports-interaction-details'),
  detailed('detailed-reports-agent-status-change'),
]

/** Returns the dimensions of a grouping, which are in its name. */
export function dimensionsOf(grouping: string): readonly string[] {
  return grouping.split('-and-')
}

function summary(type: keyof typeof metrics, names: readonly string[]): ReportType {
  return { type, groupBy: groupings(names), metrics: metrics[type] }
}

function detailed(type: keyof typeof metrics): ReportType {
  return { type, metrics: metrics[type], searchQuery: { fields: metrics[type], operators } }
}

/** Filters exist for every dimension but the channel. */
function groupings(names: readonly string[]): readonly Grouping[] {
  return names.map((name) => ({
    name,
    filters: dimensionsOf(name)
      .filter((dimension) => dimension !== 'channel')
      .sort(),
  }))
}
