import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  combineProcessMetrics,
  countersOf,
  createProcessMetrics,
} from '../../../src/telemetry/process-metrics.js'

type Metrics = Awaited<ReturnType<ReturnType<typeof createProcessMetrics>>>

/** Some of the metrics of one process. */
function metricsOf(cpuSeconds: number, memoryBytes: number, startedAt: number): Metrics {
  const metric = (name: string, type: string, aggregator: string, value: number) => ({
    name,
    help: name,
    type,
    aggregator,
    values: [{ value, labels: {} }],
  })
  return [
    metric('process_cpu_seconds_total', 'counter', 'sum', cpuSeconds),
    metric('process_resident_memory_bytes', 'gauge', 'sum', memoryBytes),
    metric('process_start_time_seconds', 'gauge', 'omit', startedAt),
    metric('nodejs_eventloop_lag_seconds', 'gauge', 'average', cpuSeconds),
  ] as unknown as Metrics
}

test('CPU and memory of several processes are added up, the start is that of the first', async () => {
  const text = await combineProcessMetrics([metricsOf(1, 100, 7), metricsOf(2, 200, 8), metricsOf(6, 300, 9)])
  assert.deepEqual(text.match(/^[^#\n].*$/gm), [
    'process_cpu_seconds_total 9',
    'process_resident_memory_bytes 600',
    'process_start_time_seconds 7',
    'nodejs_eventloop_lag_seconds 3',
  ])
})

test('a process that has ended goes on counting as what it had counted, and takes no memory', async () => {
  let ended: Metrics = []
  for (const cpuSeconds of [1, 2, 4]) ended = await countersOf([ended, metricsOf(cpuSeconds, 100, 7)])
  const text = await combineProcessMetrics([metricsOf(8, 50, 7), ended])
  assert.match(text, /^process_cpu_seconds_total 15$/m)
  assert.match(text, /^process_resident_memory_bytes 50$/m)
})

test("this process's own metrics are those that prom-client collects", async () => {
  const read = createProcessMetrics()
  await read()
  const text = await combineProcessMetrics([await read()])
  for (const name of ['process_cpu_seconds_total', 'process_start_time_seconds', 'nodejs_version_info']) {
    assert.match(text, new RegExp(`^${name}\\b`, 'm'))
  }
})
