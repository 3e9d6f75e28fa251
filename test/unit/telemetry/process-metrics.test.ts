import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProcessMetrics } from '../../../src/telemetry/process-metrics.js'

test("this process's own metrics are those that prom-client collects, however often they are asked for", async () => {
  const read = createProcessMetrics()
  await read()
  const text = await read()
  for (const name of ['process_cpu_seconds_total', 'process_start_time_seconds', 'nodejs_version_info']) {
    assert.match(text, new RegExp(`^${name}\\b`, 'm'))
  }
})
