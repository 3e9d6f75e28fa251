import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { issueToken, startUpstream } from '../support/upstream.js'
import { later } from '../support/token-world.js'

const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'
const REQUEST = 'request'

/** The lines about requests, as soon as there are so many. */
async function lines(proxy: TestProxy, count: number, msg = REQUEST): Promise<Record<string, unknown>[]> {
  for (;;) {
    const found = proxy.log.filter((line) => line.msg === msg)
    if (found.length >= count) return found
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a request has one line: which it was, how it ended, how long it took and how many bytes came back', async () => {
  const upstream = await startUpstream({ respond: (_request, response) => response.end('x'.repeat(12_345)) })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const response = await fetch(`${proxy.origin}${QUEUES}?page=2&secret=hunter2&flag`, {
    headers: { 'X-Request-Id': 'mine-1' },
  })
  assert.equal((await response.text()).length, 12_345)

  const [line, ...rest] = await lines(proxy, 1)
  assert.deepEqual(rest, [])
  const { time, level, durationMs, tokenWaitMs, ...others } = line!
  assert.deepEqual(others, {
    msg: REQUEST,
    id: 'mine-1',
    method: 'GET',
    // Values may be secrets, and so may what has no name.
    path: `${QUEUES}?page&secret&…`,
    family: 'cc-realtime',
    status: 200,
    bytes: 12_345,
  })
  assert.equal(level, 30)
  assert.ok((durationMs as number) >= 0 && Math.abs((time as number) - Date.now()) < 60_000)
  assert.ok(tokenWaitMs === undefined || (tokenWaitMs as number) >= 0)
})

test("the proxy's own responses and rejections had 0 bytes in the log", async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_LOG_LEVEL: 'debug' })
  const sizes: number[] = []
  for (const path of ['/-/status', '/-/metrics', '/-/nothing', '/-/page.css']) {
    sizes.push((await (await fetch(`${proxy.origin}${path}`)).arrayBuffer()).byteLength)
  }
  const logged = await lines(proxy, 4)
  assert.deepEqual(
    logged.map(({ bytes }) => bytes),
    sizes,
  )
  assert.equal(logged[2]!.problem, 'not-found')
})

test('the line says what the request waited for and what was sent again', async () => {
  let time = 1_000
  const asked = later<ServerResponse>()
  const upstream = await startUpstream({
    token(response, self) {
      if (self.tokenRequests === 1) asked.resolve(response)
      else issueToken(response, self)
    },
    respond(request, response, self) {
      response.statusCode = request.headers.authorization === `Bearer ${self.tokens[1]}` ? 200 : 401
      response.end('{}')
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { now: () => time })
  const arrived = once(proxy.app.fastify.server, 'request')
  const response = fetch(`${proxy.origin}${QUEUES}`)
  await arrived
  const first = await asked.promise
  time += 250
  issueToken(first, upstream)
  assert.equal((await response).status, 200)

  const [line] = await lines(proxy, 1)
  assert.equal(line!.tokenWaitMs, 250)
  assert.deepEqual(line!.retries, ['token'])
})

test('a caller who left before the end has a line that says so', async () => {
  const upstream = await startUpstream({ handle: (_request, response) => response.write('the first half') })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const caller = new AbortController()
  const response = await fetch(`${proxy.origin}${QUEUES}`, { signal: caller.signal })
  await response.body!.getReader().read()
  caller.abort()

  const [line] = await lines(proxy, 1, 'request without a complete response')
  assert.equal(line!.incomplete, true)
  assert.equal(line!.status, 200)
  assert.equal(line!.bytes, 'the first half'.length)
})

test('probes are silent unless one asks for more', async () => {
  const upstream = await startUpstream()
  for (const [level, count] of [
    ['info', 0],
    ['debug', 2],
  ] as const) {
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_LOG_LEVEL: level })
    for (const path of ['/-/live', '/-/ready', QUEUES]) await (await fetch(`${proxy.origin}${path}`)).text()
    const logged = await lines(proxy, count + 1)
    assert.equal(logged.filter(({ path }) => path !== QUEUES).length, count)
  }
})
