import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { PROBLEMS } from '../../src/http/errors.js'
import { sendRaw } from '../support/raw-client.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

/** Each sample of the text format by its name and labels, as written. */
async function scrape(proxy: TestProxy): Promise<Map<string, number>> {
  const response = await fetch(`${proxy.origin}/-/metrics`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/)
  const samples = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const end = line.lastIndexOf(' ')
      return [line.slice(0, end), Number(line.slice(end + 1))]
    }),
  )
}

test('every metric that the documentation names is there, with what was counted at the other side', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  for (let i = 0; i < 3; i += 1) await (await fetch(`${proxy.origin}/storage/us-west/v3/regions`)).text()
  await fetch(`${proxy.origin}/-/nothing-here`)

  const metrics = await scrape(proxy)

  assert.equal(
    metrics.get('x8_proxy_requests_total{family="storage",method="GET",status="200"}'),
    upstream.received.length,
  )
  assert.equal(metrics.get('x8_proxy_request_duration_seconds_count{family="storage"}'), 3)
  assert.equal(metrics.get('x8_proxy_request_duration_seconds_bucket{le="+Inf",family="storage"}'), 3)
  assert.equal(metrics.get('x8_proxy_requests_in_flight'), 1, 'the scrape itself')
  assert.equal(metrics.get('x8_proxy_errors_total{name="not-found"}'), 1)
  assert.equal(metrics.get('x8_proxy_retries_total{reason="token"}'), 0)
  assert.equal(metrics.get('x8_token_requests_total{result="ok"}'), upstream.tokenRequests)
  assert.equal(metrics.get('x8_token_renewals_total{reason="start"}'), 1)
  assert.ok(metrics.get('x8_token_expires_in_seconds')! > 1700)
  assert.ok(metrics.get('process_cpu_seconds_total')! > 0, "Node's own metrics are there too")
})

test('what may go wrong has a series from the start, so that the first time can be seen', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })

  const metrics = await scrape(proxy)

  const zeros = [
    ...Object.keys(PROBLEMS).map((name) => `x8_proxy_errors_total{name="${name}"}`),
    ...['token', 'connection'].map((reason) => `x8_proxy_retries_total{reason="${reason}"}`),
    ...['hit', 'miss', 'collapsed', 'bypass'].map((result) => `x8_proxy_cache_total{result="${result}"}`),
    ...['ok', 'refused', 'unavailable'].map((result) => `x8_token_requests_total{result="${result}"}`),
    ...['start', 'due', 'expired', 'refused', 'credentials'].map(
      (reason) => `x8_token_renewals_total{reason="${reason}"}`,
    ),
    'x8_proxy_log_lines_dropped_total',
  ]
  assert.deepEqual(
    zeros.filter((series) => metrics.get(series) !== 0),
    [],
  )
  const { node } = process.versions
  assert.equal(metrics.get(`x8_proxy_build_info{version="0.0.0-test",node="${node}"}`), 1)
})

test('a replaced token shows as a retry and as a renewal because of a refusal', async () => {
  const upstream = await startUpstream({
    respond: (request, response) =>
      void response.writeHead(request.headers.authorization === 'Bearer token-1' ? 401 : 200).end('{}'),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await fetch(`${proxy.origin}/storage/us-west/v3/regions`)

  const metrics = await scrape(proxy)

  assert.equal(metrics.get('x8_proxy_retries_total{reason="token"}'), 1)
  assert.equal(metrics.get('x8_token_renewals_total{reason="refused"}'), 1)
})

test('whatever callers send, the number of series stays the same', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const send = (method: string, path: string) =>
    sendRaw(proxy.port, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  await send('PROPFIND', '/a')
  const before = [...(await scrape(proxy)).keys()].filter((name) => name.startsWith('x8_'))

  for (const method of ['MKCOL', 'LOCK', 'REPORT', 'SEARCH']) await send(method, `/${method}`)
  for (let i = 0; i < 20; i += 1) await send('PROPFIND', `/made-up/${i}`)

  const after = [...(await scrape(proxy)).keys()].filter((name) => name.startsWith('x8_'))
  // But for the first scrape itself, which was not over when it was counted.
  assert.deepEqual(
    after.filter((name) => !name.includes('family="local"')),
    before.filter((name) => !name.includes('family="local"')),
  )
})

test(
  "Prometheus' own checker has no complaint, before the first call and after it",
  { skip: hasPromtool() ? false : 'promtool is not installed (Debian package prometheus)' },
  async () => {
    const upstream = await startUpstream()
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
    for (const path of ['/-/live', '/storage/us-west/v3/regions', '/-/nothing-here']) {
      const input = await (await fetch(`${proxy.origin}/-/metrics`)).text()
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      })
      assert.equal(`${stdout}${stderr}`, '')
      assert.equal(status, 0)
      await (await fetch(`${proxy.origin}${path}`)).text()
    }
  },
)

function hasPromtool(): boolean {
  return spawnSync('promtool', ['--version']).status === 0
}
