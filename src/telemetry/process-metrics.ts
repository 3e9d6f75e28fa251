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
  return registry
}
