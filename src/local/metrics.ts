import type { FastifyInstance } from 'fastify'
import type { Metric, Registry } from 'prom-client'
import type { Counters } from '../telemetry/counters.js'
import type { TokenCache } from '../token/token-cache.js'
import { BUCKETS_SECONDS, type Histogram } from '../telemetry/histogram.js'

export interface MetricsOptions {
  readonly version: string
  /** The version of Node.js. */
  readonly node: string
  readonly counters: () => Counters
  readonly tokens: Pick<TokenCache, 'counts' | 'status'>
  /** Node's own metrics, in the same format. */
  readonly processMetrics: () => Promise<string>
}

/** All metrics, in Prometheus' text format. */
export type ReadMetrics = () => Promise<string>

/** `/-/metrics`, for Prometheus. */
export async function metrics(app: FastifyInstance, { read }: { read: ReadMetrics }): Promise<void> {
  app.get('/-/metrics', async (_request, reply) => {
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await read())
  })
}

/**
 * prom-client takes 50 ms and 11 MB to load, so it is loaded when a client asks for metrics; nothing is lost by that,
 * since the counters are kept elsewhere and only read here.
 */
export function createMetrics({
  version,
  node,
  counters,
  tokens,
  processMetrics,
}: MetricsOptions): ReadMetrics {
  return async () => {
    const { default: prometheus } = await import('prom-client')
    const registry = new prometheus.Registry()
    gauge(registry, 'x8_proxy_build_info', 'Always 1: which version runs on which Node.js.', () => [
      { value: 1, labels: { version, node } },
    ])
    registerCounters(registry, counters(), tokens)
    return `${await processMetrics()}\n${await registry.metrics()}`
  }
}

function registerCounters(
  registry: Registry,
  { requestCounters, inFlight, logLinesDropped, rates = [] }: Counters,
  tokens: MetricsOptions['tokens'],
): void {
  counter(
    registry,
    'x8_proxy_requests_total',
    'Requests, by API family, method and status (0: the caller left).',
    () =>
      [...requestCounters.families].flatMap(([family, { responses }]) =>
        [...responses].map(([response, value]) => {
          const [method = '', status = ''] = response.split(' ')
          return { value, labels: { family, method, status } }
        }),
      ),
  )
  register(
    registry,
    'histogram',
    'x8_proxy_request_duration_seconds',
    'How long requests took, to the last byte.',
    () =>
      [...requestCounters.families].flatMap(([family, durations]) =>
        histogram('x8_proxy_request_duration_seconds', family, durations),
      ),
  )
  gauge(registry, 'x8_rate_remaining', "Calls that 8x8's documented limits allow at once now.", () =>
    rates.map(({ family, remaining }) => ({ value: remaining, labels: { family } })),
  )
  register(
    registry,
    'histogram',
    'x8_rate_wait_seconds',
    "How long calls that were sent had waited for their turn under 8x8's limits.",
    () => rates.flatMap(({ family, waits }) => histogram('x8_rate_wait_seconds', family, waits)),
  )
  gauge(registry, 'x8_proxy_requests_in_flight', 'Requests that are not over yet.', () => [
    { value: inFlight },
  ])
  counter(registry, 'x8_proxy_errors_total', "Errors that were the proxy's own, by name.", () =>
    [...requestCounters.problems].map(([name, value]) => ({ value, labels: { name } })),
  )
  counter(registry, 'x8_proxy_retries_total', 'Requests that were sent once more, by reason.', () =>
    Object.entries(requestCounters.retries).map(([reason, value]) => ({ value, labels: { reason } })),
  )
  counter(registry, 'x8_proxy_cache_total', 'Requests that the real-time cache looked at, by result.', () =>
    Object.entries(requestCounters.cache).map(([result, value]) => ({ value, labels: { result } })),
  )
  counter(registry, 'x8_proxy_log_lines_dropped_total', 'Log lines that could not be written.', () => [
    { value: logLinesDropped },
  ])
  counter(registry, 'x8_token_requests_total', 'Requests for a token, by result.', () =>
    Object.entries(tokens.counts.requests).map(([result, value]) => ({ value, labels: { result } })),
  )
  counter(registry, 'x8_token_renewals_total', 'Tokens obtained, by reason.', () =>
    Object.entries(tokens.counts.renewals).map(([reason, value]) => ({ value, labels: { reason } })),
  )
  gauge(registry, 'x8_token_expires_in_seconds', 'Until the token expires; 0 without one.', () => [
    { value: tokens.status().expiresInSeconds ?? 0 },
  ])
}

function histogram(name: string, family: string, { buckets, count, seconds }: Histogram): Value[] {
  let upTo = 0
  return [
    ...buckets.map((inBucket, i) => ({
      metricName: `${name}_bucket`,
      value: (upTo += inBucket),
      labels: { le: BUCKETS_SECONDS[i]!, family },
    })),
    { metricName: `${name}_bucket`, value: count, labels: { le: '+Inf', family } },
    { metricName: `${name}_sum`, value: seconds, labels: { family } },
    { metricName: `${name}_count`, value: count, labels: { family } },
  ]
}

interface Value {
  readonly value: number
  readonly labels?: Readonly<Record<string, string | number>>
  readonly metricName?: string
}

function counter(registry: Registry, name: string, help: string, values: () => Value[]): void {
  register(registry, 'counter', name, help, values)
}

function gauge(registry: Registry, name: string, help: string, values: () => Value[]): void {
  register(registry, 'gauge', name, help, values)
}

/** A metric whose values are kept elsewhere: the registry takes anything that has a name and can be read. */
function register(registry: Registry, type: string, name: string, help: string, values: () => Value[]): void {
  const metric = {
    name,
    help,
    type,
    get: async () => ({ name, help, type, aggregator: 'sum', values: values() }),
  }
  registry.registerMetric(metric as unknown as Metric)
}
