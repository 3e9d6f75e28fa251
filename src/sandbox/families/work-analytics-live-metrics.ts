import type { SandboxCall } from '../gateway/handler.js'
import { chosenBy, isTrue } from '../gateway/parameters.js'
import { company, sites } from '../data/people.js'
import { numberNow } from './realtime-metrics.js'
import { callQueues } from './work-analytics-customer-data.js'

type CallQueue = (typeof callQueues)[number]

/** Returns the metrics that the parameter `metrics` names, all without it. */
export function metricsOf(
  { query, nowMs }: SandboxCall,
  seed: string,
  names: readonly string[],
): Record<string, number> {
  const chosen = names.filter(chosenBy(query, 'metrics'))
  return Object.fromEntries(chosen.map((name) => [name, numberNow(seed, name, nowMs)]))
}

/** Returns the sums over all rows under `name` if `includeSummary` asks for them, else nothing. */
export function summaryOf(
  { query }: SandboxCall,
  name: string,
  rows: readonly { readonly metrics: Readonly<Record<string, number>> }[],
) {
  if (!isTrue(query, 'includeSummary')) return {}
  const sums: Record<string, number> = {}
  for (const { metrics } of rows) {
    for (const [metric, value] of Object.entries(metrics)) sums[metric] = (sums[metric] ?? 0) + value
  }
  return { [name]: sums }
}

/** Returns the queues that `queueIds` and `siteIds` name. */
export function wantedQueues({ query }: SandboxCall): readonly CallQueue[] {
  const [isQueue, isSite] = [chosenBy(query, 'queueIds'), chosenBy(query, 'siteIds')]
  return callQueues.filter(({ id, siteId }) => isQueue(id) && isSite(siteId))
}

/** Returns the PBX and the site of a queue. */
export function placeOf({ siteId }: CallQueue) {
  return { pbx: company.pbx, site: sites.find(({ id }) => id === siteId)?.name }
}
