import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Snapshot, Summary } from '../../src/inspector/wire.js'
import { send } from '../support/http-client.js'
import { connectionsAreGone, detailOf, openPage, setCapture } from '../support/page.js'
import { startPair, type TestProxy } from '../support/proxy.js'

/** What a page that is opened now finds, and then leaves. */
async function look(proxy: TestProxy, t: TestContext): Promise<Snapshot> {
  const page = await openPage(proxy, t)
  const snapshot = await page.next<Snapshot>('snapshot')
  page.close()
  return snapshot
}

/** Calls 8x8 through the proxy, one call after the other. */
async function call(proxy: TestProxy, ...paths: string[]): Promise<void> {
  for (const path of paths) await send(proxy.port, { path })
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

test('the last 200 requests are there for a page that is opened later, and no others', async (t) => {
  const { proxy } = await startPair()
  await call(proxy, ...numbers(1, 250).map((n) => `/storage/${n}`))
  const { requests } = await look(proxy, t)

  assert.deepEqual(
    requests.map(({ n, target }) => [n, target]),
    numbers(51, 250).map((n) => [n, `/storage/${n}`]),
  )
  const gone = await send(proxy.port, { path: '/-/requests/50' })
  assert.equal(gone.status, 404)
  assert.equal((await detailOf(proxy, { n: 51 })).summary.target, '/storage/51')
})

test('looking at an old request does not make it outlive newer ones', async (t) => {
  const { proxy } = await startPair()
  await call(proxy, ...numbers(1, 200).map((n) => `/storage/${n}`))
  await detailOf(proxy, { n: 1 })
  await call(proxy, '/storage/201')

  const { requests } = await look(proxy, t)
  assert.deepEqual([requests[0]?.n, requests.at(-1)?.n], [2, 201])
})

test('a page that comes late finds what was before, and hears of what comes after, each once', async (t) => {
  const { proxy } = await startPair()
  await call(proxy, '/storage/before')
  const page = await openPage(proxy, t)
  const { requests } = await page.next<Snapshot>('snapshot')
  await call(proxy, '/storage/after')
  const heard = await page.next<Summary[]>('requests')

  assert.deepEqual(
    [...requests, ...heard].map(({ n, target }) => [n, target]),
    [
      [1, '/storage/before'],
      [2, '/storage/after'],
    ],
  )
})

test('captured bodies take a bounded part of the memory: the oldest requests go first', async (t) => {
  const text = 'word '.repeat(2_000)
  const { proxy } = await startPair({
    respond: (_, response) => response.writeHead(200, { 'Content-Type': 'text/plain' }).end(text),
  })
  const page = await openPage(proxy, t)
  await setCapture(proxy, true)
  for (const n of numbers(1, 200)) {
    const headers = { 'Content-Type': 'text/plain' }
    await send(proxy.port, { method: 'POST', path: `/storage/${n}`, headers, body: text })
  }
  const { requests } = await look(proxy, t)
  page.close()

  let characters = 0
  for (const request of requests) {
    const { request: sent, response } = await detailOf(proxy, request)
    characters += sent!.body.text!.length + response!.body.text!.length
  }
  // Two bytes a character at most.
  assert.ok(2 * characters <= 4 * 1024 * 1024, `${characters} characters`)
  assert.ok(requests.length >= 80 && requests.length < 200, `${requests.length} requests`)
  assert.equal(requests.at(-1)?.n, 200)
})

test('a very long target is truncated', async (t) => {
  const { proxy } = await startPair()
  await call(proxy, `/storage/${'a'.repeat(7_000)}`)
  assert.ok((await look(proxy, t)).requests[0]!.target.length < 5_000)
})

test('no secret, number or address in a target is ever shown', async (t) => {
  const { proxy } = await startPair()
  await call(proxy, '/storage?access_token=abcdef&phone=4085551234&q=jane@example.com')
  const target = (await look(proxy, t)).requests[0]?.target
  assert.equal(target, '/storage?access_token=[secret]&phone=[phone]&q=[email]')
})

test('requests to the proxy itself are not listed', async (t) => {
  const { proxy } = await startPair()
  await call(proxy, '/-/status', '/-/', '/-/live')
  assert.deepEqual((await look(proxy, t)).requests, [])
})

test('a page that is back soon goes on capturing, one that is back late starts with it off', async (t) => {
  let now = 0
  const { proxy } = await startPair({}, {}, { start: false, now: () => now })
  const captures = async () => {
    const { capture } = (await look(proxy, t)).status
    await connectionsAreGone(proxy)
    return capture
  }
  const first = await openPage(proxy, t)
  await setCapture(proxy, true)
  now = 1_000_000
  first.close()
  await connectionsAreGone(proxy)
  now += 59_000
  assert.equal(await captures(), true)
  now += 60_000
  assert.equal(await captures(), false)
})

test('when a request began is told by the time of day, whenever a page asks', async (t) => {
  let now = 5_000
  const { proxy } = await startPair({}, {}, { start: false, now: () => now })
  await call(proxy, '/storage/1')
  const calledAt = Date.now()
  now += 3_600_000
  const [request] = (await look(proxy, t)).requests
  assert.ok(Math.abs(request!.at - (calledAt - 3_600_000)) < 60_000)
})

test('traffic is counted by the second for one minute', async (t) => {
  let now = 500
  const { proxy } = await startPair(
    { respond: (request, response) => response.writeHead(request.url === '/storage/bad' ? 500 : 200).end() },
    {},
    { start: false, now: () => now },
  )
  const traffic = async () => (await look(proxy, t)).status.traffic
  await call(proxy, '/storage/good', '/storage/bad')
  now = 1_500
  await call(proxy, '/storage/bad')
  now = 3_000
  const { seconds, errors } = await traffic()
  assert.deepEqual([seconds.length, seconds.slice(-4), errors], [60, [2, 1, 0, 0], 2])

  now = 60_500
  assert.deepEqual([(await traffic()).seconds[0], (await traffic()).errors], [1, 1])
  now = 61_000
  assert.equal((await traffic()).errors, 0)
})
