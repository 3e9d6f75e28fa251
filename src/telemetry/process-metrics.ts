import type { Registry } from 'prom-client'

/** @returns a reader of Node's own metrics in Prometheus' text format; prom-client is loaded when it is first asked */
export function createProcessMetrics(): () => Promise<string> {
  let registry: Promise<Registry> | undefined
  return async () => (await (registry ??= collect())).metrics()
}

async function collect(): Promise<Registry> {
  const { default: prometheus } = await import('prom-client')
  const registry = new prometheus.Registry()
  prometheus.collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)
  return registry
}

// Sums of what nodejs_active_handles and its like say by type. They are gauges with the suffix of a counter, which
// Prometheus' own checker rejects.
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]
