import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Snapshot } from '../../src/inspector/wire.js'
import { open, responseTo, send } from '../support/http-client.js'
import { detailOf, openPage, type Page, setCapture } from '../support/page.js'
import { startPair, type TestProxy } from '../support/proxy.js'
import { until } from '../support/until.js'

const TEXT = { 'Content-Type': 'text/plain' }

/** A proxy with one request whose bodies were captured. Time passes only as the test says. */
async function startCaptured(t: TestContext, held: (() => void)[] = []) {
  let time = 0
  const timers = new Set<{ at: number; callback: () => void }>()
  const { proxy } = await startPair(
    {
      respond: ({ url }, response) => {
        response.writeHead(200, TEXT)
        if (url === '/storage/held') held.push(() => response.end('late'))
        else response.end('the response')
      },
    },
    {},
    {
      start: false,
      now: () => time,
      schedule(callback, delayMs) {
        const timer = { at: time + delayMs, callback }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
    },
  )
  const page = await openPage(proxy, t)
  await setCapture(proxy, true)
  await send(proxy.port, { method: 'POST', path: '/storage/1', headers: TEXT, body: 'the request' })
  assert.equal((await detailOf(proxy, { n: 1 })).request!.body.text, 'the request')
  return {
    proxy,
    page,
    pass(ms: number) {
      time += ms
      for (const timer of timers) if (timer.at <= time && timers.delete(timer)) timer.callback()
    },
  }
}

async function leave(proxy: TestProxy, page: Page): Promise<void> {
  const { server } = proxy.app.fastify
  page.close()
  await until(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count === 0))))
}

/** Whether what was captured of a request is still there. */
async function isThere(proxy: TestProxy, n: number): Promise<boolean> {
  const { summary, request, response } = await detailOf(proxy, { n })
  const are = [summary.captured === true, request !== undefined, response !== undefined]
  assert.equal(new Set(are).size, 1)
  return are[0]!
}

test('when no page is back for a minute the captured bodies are forgotten, the list stays', async (t) => {
  const { proxy, page, pass } = await startCaptured(t)
  pass(3_600_000)
  assert.equal(await isThere(proxy, 1), true, 'a page is open')
  await leave(proxy, page)
  pass(59_000)
  assert.equal(await isThere(proxy, 1), true)
  pass(1_000)
  assert.equal(await isThere(proxy, 1), false, 'without a request or a page')

  const { requests, status } = await (await openPage(proxy, t)).next<Snapshot>('snapshot')
  assert.deepEqual(
    requests.map(({ n, target, status: code }) => [n, target, code]),
    [[1, '/storage/1', 200]],
  )
  assert.equal(status.capture, false)
})

test('a page that is back within the minute finds the bodies, and they stay while it is open', async (t) => {
  const { proxy, page, pass } = await startCaptured(t)
  await leave(proxy, page)
  pass(59_000)
  const again = await openPage(proxy, t)
  pass(3_600_000)
  assert.equal(await isThere(proxy, 1), true)
  await leave(proxy, again)
  pass(60_000)
  assert.equal(await isThere(proxy, 1), false)
})

test('bodies stayed for good where capturing was switched off before the page was closed', async (t) => {
  const { proxy, page, pass } = await startCaptured(t)
  await setCapture(proxy, false)
  assert.equal(await isThere(proxy, 1), true)
  await leave(proxy, page)
  pass(60_000)
  assert.equal(await isThere(proxy, 1), false)
})

test('a body of a request that ended after the minute stayed', async (t) => {
  const held: (() => void)[] = []
  const { proxy, page, pass } = await startCaptured(t, held)
  const client = open(proxy.port, { path: '/storage/held' })
  client.end()
  await until(() => held.length === 1)
  page.close()
  const { server } = proxy.app.fastify
  await until(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count === 1))))
  pass(60_000)
  held[0]!()
  assert.equal((await responseTo(client)).text, 'late')
  await until(async () => (await send(proxy.port, { path: '/-/requests/2' })).status === 200)
  assert.equal(await isThere(proxy, 2), false)
})

test('capturing that is switched on while no page is open ends by itself, too', async (t) => {
  const { proxy, page, pass } = await startCaptured(t)
  await setCapture(proxy, false)
  await leave(proxy, page)
  const headers = { Origin: proxy.origin, 'Content-Type': 'application/json' }
  await send(proxy.port, { method: 'POST', path: '/-/capture', headers, body: '{"on":true}' })
  pass(60_000)
  assert.equal(await isThere(proxy, 1), false)
  const { status } = await (await openPage(proxy, t)).next<Snapshot>('snapshot')
  assert.equal(status.capture, false)
})
