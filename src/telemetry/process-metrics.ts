import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client'

/** Node's metrics of one process, as prom-client has them in JSON. */
export type ProcessMetrics = MetricObjectWithValues<MetricValue<string>>[]

/** @returns a reader of this process's own; prom-client is loaded when it is first asked */
export function createProcessMetrics(): () => Promise<ProcessMetrics> {
  let registry: Promise<Registry> | undefined
  return async () => (await (registry ??= collect())).getMetricsAsJSON()
}

async function collect(): Promise<Registry> {
  const { default: prometheus } = await import('prom-client')
  const registry = new prometheus.Registry()
  prometheus.collectDefaultMetrics({ register: registry })
  return registry
}

/**
 * The metrics of several processes as one text, by prom-client's own rules: CPU, memory and handles are added up,
 * event loop delays are averaged. The start is that of the first process.
 */
export async function combineProcessMetrics(processes: readonly ProcessMetrics[]): Promise<string> {
  return (await aggregate(processes.map((metrics) => metrics.map(fromFirst)))).metrics()
}

/** What a process that has ended adds to the counters, so that they never go back. */
export async function countersOf(processes: readonly ProcessMetrics[]): Promise<ProcessMetrics> {
  const metrics = await (await aggregate(processes)).getMetricsAsJSON()
  return metrics.filter(({ type }) => ['counter', 'histogram'].includes(String(type)))
}

async function aggregate(processes: readonly ProcessMetrics[]): Promise<Registry> {
  const { default: prometheus } = await import('prom-client')
  return prometheus.AggregatorRegistry.aggregate([...processes])
}

/** prom-client leaves out what cannot be added up; of the start the first process's is the program's. */
function fromFirst(metric: ProcessMetrics[number]): ProcessMetrics[number] {
  return metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'first' } : metric
}
