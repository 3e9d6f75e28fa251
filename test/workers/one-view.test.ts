import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import { suite, test } from 'node:test'
import type { Detail, Snapshot, Status, Summary } from '../../src/inspector/wire.js'
import { problemName, send } from '../support/http-client.js'
import { startUpstream } from '../support/upstream.js'
import { ask, BEARER, callers, startWorkers, statuses } from './workers.js'
import { until } from '../support/until.js'

function hasPromtool(): boolean {
  return spawnSync('promtool', ['--version']).status === 0
}

const COUNTED = 'x8_proxy_requests_total{family="storage",method="GET",status="200"}'

async function scrape(port: number): Promise<Map<string, number>> {
  const samples = (await ask(port, '/-/metrics')).split('\n').filter((line) => /^[^#]/.test(line))
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

/** A page that is open on some worker, and what it has been told so far. */
async function openPage(port: number) {
  const request = get({ host: '127.0.0.1', port, path: '/-/events', agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) {
    request.destroy()
    throw new Error(`the page got ${response.statusCode}`)
  }
  const requests: Summary[] = []
  let snapshot: Snapshot | undefined
  let status: Status | undefined
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (text + chunk).split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) {
      const [, name, data] = /event: (\w+)\ndata: (.*)$/.exec(block)!
      if (name === 'snapshot') snapshot = JSON.parse(data!) as Snapshot
      else if (name === 'status') status = JSON.parse(data!) as Status
      else requests.push(...(JSON.parse(data!) as Summary[]))
    }
  })
  response.on('error', () => undefined)
  const ended = new Promise((resolve) => response.once('close', resolve))
  await until(() => snapshot !== undefined)
  return {
    requests,
    ended,
    snapshot: snapshot!,
    status: () => status,
    close: () => void request.destroy(),
  }
}

function setCapture(port: number, on: boolean) {
  const headers = { Origin: `http://127.0.0.1:${port}`, Host: `127.0.0.1:${port}` }
  return send(port, { method: 'POST', path: '/-/capture', headers, body: JSON.stringify({ on }) })
}

suite('several workers seen as one proxy', { timeout: 120_000, concurrency: 1 }, () => {
  test('whichever worker is asked, the counters are those of all', async () => {
    const upstream = await startUpstream()
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    await callers(port, 31)

    for (let i = 0; i < 6; i += 1) {
      const metrics = await scrape(port)
      assert.equal(metrics.get(COUNTED), 31)
      assert.equal(metrics.get('x8_proxy_request_duration_seconds_count{family="storage"}'), 31)
      assert.equal(metrics.get('x8_proxy_request_duration_seconds_bucket{le="+Inf",family="storage"}'), 31)
      assert.equal(metrics.get('x8_proxy_requests_in_flight'), 1, 'the scrape itself')
      assert.equal(metrics.get('x8_token_requests_total{result="ok"}'), 1)
      assert.equal(metrics.get('x8_token_renewals_total{reason="start"}'), 1)
      assert.ok(metrics.get('x8_token_expires_in_seconds')! > 1700)
      assert.ok(metrics.get('process_resident_memory_bytes')! > 0)
      assert.equal(metrics.has('process_start_time_seconds'), true)
      const { requests, workers, token } = JSON.parse(await ask(port, '/-/status')) as {
        requests: Record<string, object>
        workers: object
        token: { state: string }
      }
      assert.deepEqual(requests.storage, { requests: 31, statuses: { 200: 31 } })
      assert.deepEqual(workers, { count: 3, restarts: 0 })
      assert.equal(token.state, 'valid')
      assert.equal((await send(port, { path: '/-/ready' })).status, 200)
    }
  })

  test('requests in flight are those of all workers', async () => {
    const pending: ServerResponse[] = []
    const upstream = await startUpstream({ answer: (_request, response) => void pending.push(response) })
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    const answers = callers(port, 12)
    await until(() => pending.length === 12)

    assert.equal((await scrape(port)).get('x8_proxy_requests_in_flight'), 13)

    pending.forEach((response) => response.end())
    await answers
  })

  test('no counter goes back when a worker dies', async () => {
    const upstream = await startUpstream()
    const { port, pids } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    await callers(port, 20)
    await scrape(port)
    const before = await scrape(port)
    assert.ok(before.get('process_cpu_seconds_total')! > 0)

    process.kill(pids()[0]!, 'SIGKILL')
    await until(() => pids().length === 3)
    await callers(port, 4)
    const after = await scrape(port)

    assert.equal(after.get(COUNTED), 24)
    for (const [name, value] of before) {
      if (!/^(?:x8_\w+|process_cpu\w+|nodejs_gc\w+)_(?:total|count|bucket|sum)\b/.test(name)) continue
      assert.ok(after.get(name)! >= value, `${name}: ${value}, then ${after.get(name)}`)
    }
    assert.equal(JSON.parse(await ask(port, '/-/status')).requests.storage.requests, 24)
  })

  test(
    "Prometheus' own checker accepts the metrics of several workers",
    { skip: hasPromtool() ? false : 'promtool is not installed (Debian package prometheus)' },
    async () => {
      const upstream = await startUpstream()
      const { port } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
      await callers(port, 6)
      const input = await ask(port, '/-/metrics')

      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      })

      // Its style advice on the metrics of Node's client library is not about us.
      const complaints = `${stdout}${stderr}`.split('\n').filter((line) => /^x8_|error/.test(line))
      assert.deepEqual(complaints, [])
      assert.ok(status === 0 || status === 3)
    },
  )

  test('a page on any worker shows the requests of all, once each, and their details', async () => {
    const upstream = await startUpstream()
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    const pages = await Promise.all([openPage(port), openPage(port), openPage(port)])

    await Promise.all(
      Array.from({ length: 30 }, (_, i) => send(port, { path: `/storage/us-west/v3/objects/n${i}` })),
    )

    for (const page of pages) {
      await until(() => page.requests.length >= 30)
      assert.equal(new Set(page.requests.map(({ target }) => target)).size, 30)
      assert.equal(new Set(page.requests.map(({ n }) => n)).size, 30)
      await until(() => page.status()?.traffic.seconds.reduce((sum, count) => sum + count) === 30)
    }
    const { n, target } = pages[0].requests[7]!
    for (let i = 0; i < 3; i += 1) {
      const { summary } = JSON.parse(await ask(port, `/-/requests/${n}`)) as Detail
      assert.equal(summary.target, target)
    }
    const late = await openPage(port)
    assert.equal(late.snapshot.requests.length, 30)
    ;[...pages, late].forEach((page) => page.close())
  })

  test('headers and bodies are captured on every worker while it is switched on at one, and on none after', async () => {
    const upstream = await startUpstream()
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    const page = await openPage(port)

    assert.equal((await setCapture(port, true)).text, '{"capture":true}')
    await callers(port, 9)
    await until(() => page.requests.length === 9)
    assert.ok(page.requests.every(({ captured }) => captured === true))
    const detail = JSON.parse(await ask(port, `/-/requests/${page.requests[4]!.n}`)) as Detail
    assert.equal(detail.response?.body.text, '{"ok":true}')
    assert.doesNotMatch(JSON.stringify(detail), /token-1/)

    assert.equal((await setCapture(port, false)).text, '{"capture":false}')
    await callers(port, 9)
    await until(() => page.requests.length === 18)
    assert.ok(page.requests.slice(9).every(({ captured }) => captured === undefined))
    page.close()
  })

  test('twenty pages may be open on all workers together, and one that closes makes room', async () => {
    const upstream = await startUpstream()
    const { port } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    const pages = await Promise.all(Array.from({ length: 20 }, () => openPage(port)))

    const refused = await send(port, { path: '/-/events' })
    assert.equal(problemName(refused), 'overloaded')
    assert.equal(refused.headers['retry-after'], '5')

    pages.shift()!.close()
    await until(async () => {
      const page = await openPage(port).catch(() => undefined)
      if (page !== undefined) pages.push(page)
      return page !== undefined
    })
    pages.forEach((page) => page.close())
  })

  test('a page survives the death of another worker, and shows what that one had done', async () => {
    const upstream = await startUpstream()
    const { port, pids } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    await callers(port, 10)
    const before = await openPage(port)
    await until(() => before.snapshot.requests.length + before.requests.length === 10)
    before.close()

    process.kill(pids()[0]!, 'SIGKILL')
    await until(() => pids().length === 3)

    for (let i = 0; i < 2; i += 1) {
      const page = await openPage(port)
      assert.equal(page.snapshot.requests.length, 10)
      page.close()
    }
  })

  test('open pages do not delay a shutdown', async () => {
    const upstream = await startUpstream()
    const { port, program } = await startWorkers({
      X8_WORKERS: '2',
      X8_BASE_URL: upstream.origin,
      X8_SHUTDOWN_GRACE_MS: '600000',
    })
    const pages = await Promise.all([openPage(port), openPage(port)])
    program.kill('SIGTERM')
    await Promise.all(pages.map(({ ended }) => ended))
    assert.equal((await program.exited).code, 0)
  })

  test('an 8x8 that cannot be reached shows as such, whichever worker has found out', async () => {
    const { port } = await startWorkers({
      X8_WORKERS: '2',
      X8_BASE_URL: 'http://127.0.0.1:9',
    })
    const keyed = { path: '/chat/api/v1/rooms' }
    assert.deepEqual(statuses(await callers(port, 30, keyed)), { 502: 30 })
    for (let i = 0; i < 4; i += 1) {
      assert.equal(JSON.parse(await ask(port, '/-/status')).upstream.state, 'open')
    }
  })

  test('what the caches of all workers did is one count', async () => {
    const upstream = await startUpstream()
    const { port } = await startWorkers({
      X8_WORKERS: '2',
      X8_BASE_URL: upstream.origin,
      X8_REALTIME_CACHE_MS: '600000',
    })
    const path = '/analytics/cc/v5/realtime-metrics/queues'
    for (let i = 0; i < 12; i += 1) await send(port, { path })

    const metrics = await scrape(port)
    assert.equal(metrics.get('x8_proxy_cache_total{result="miss"}'), upstream.received.length)
    assert.equal(metrics.get('x8_proxy_cache_total{result="hit"}'), 12 - upstream.received.length)
    const { cache } = JSON.parse(await ask(port, '/-/status')) as { cache: Record<string, unknown> }
    assert.equal(cache.enabled, true)
    assert.equal(cache.entries, upstream.received.length)
    assert.ok(upstream.received.length <= 2, 'one call for each worker')
  })

  test('what a worker does not know is not found', async () => {
    const upstream = await startUpstream()
    const { port } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    for (const answer of await callers(port, 4, { path: '/-/requests/12345' })) {
      assert.equal(problemName(answer), 'not-found')
    }
    for (const answer of await callers(port, 4, { path: BEARER, headers: { Host: 'evil.example' } })) {
      assert.equal(problemName(answer), 'host-not-allowed')
    }
  })
})
