import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import type { Snapshot, Summary } from '../../src/inspector/wire.js'
import { send } from '../support/http-client.js'
import { connectionsAreGone, detailOf, openPage, type Page } from '../support/page.js'
import { startPair } from '../support/proxy.js'
import { until } from '../support/until.js'

/** A proxy whose 8x8 responds to `/storage/held` only when it is told to, and to all else at once. */
async function startHeld() {
  const held: ServerResponse[] = []
  const pair = await startPair({
    respond: (request, response) =>
      request.url!.startsWith('/storage/held') ? void held.push(response) : void response.end('done'),
  })
  return { ...pair, held, hold: (path = '/storage/held', id = 'mine') => call(pair.proxy, path, id) }
}

const call = (proxy: { port: number }, path: string, id: string) =>
  send(proxy.port, { path, headers: { 'X-Request-Id': id } })

/** What the page hears of requests until one fits. */
async function heard(
  page: Page,
  name: 'in-flight' | 'requests',
  fits: (request: Summary) => boolean = () => true,
): Promise<Summary> {
  for (;;) {
    const found = (await page.next<Summary[]>(name)).find(fits)
    if (found !== undefined) return found
  }
}

async function opened(proxy: Parameters<typeof openPage>[0], t: TestContext) {
  const page = await openPage(proxy, t)
  return { page, snapshot: await page.next<Snapshot>('snapshot') }
}

test('a call in flight is told, and its end has the number and the beginning that it had', async (t) => {
  const { proxy, held, hold } = await startHeld()
  const { page } = await opened(proxy, t)
  const response = hold()
  const begun = await heard(page, 'in-flight')
  assert.deepEqual(
    [begun.target, begun.requestId, begun.family, begun.status],
    ['/storage/held', 'mine', 'storage', 0],
  )
  assert.ok(begun.durationMs >= 100)
  assert.equal((await detailOf(proxy, begun)).summary.inFlight, true)

  held[0]!.end('late')
  await response
  const over = await heard(page, 'requests')
  assert.deepEqual([over.n, over.at, over.status, over.bytes], [begun.n, begun.at, 200, 4])
  assert.equal((await detailOf(proxy, begun)).summary.status, 200)
})

test('calls with the same id are told apart', async (t) => {
  const { proxy, held, hold } = await startHeld()
  const { page } = await opened(proxy, t)
  const both = [hold('/storage/held/1'), hold('/storage/held/2')]
  const first = await heard(page, 'in-flight', ({ target }) => target === '/storage/held/1')
  await call(proxy, '/storage/short', 'mine')
  const short = await heard(page, 'requests', ({ target }) => target === '/storage/short')
  for (const response of held) response.end()
  await Promise.all(both)
  const other = await heard(page, 'requests', ({ target }) => target === '/storage/held/2')
  assert.equal(new Set([first.n, short.n, other.n]).size, 3)
})

test('a page that comes while calls are in flight finds them, and hears of their end once', async (t) => {
  const { proxy, held, hold } = await startHeld()
  const response = hold()
  await until(() => held.length === 1)
  const find = async () => {
    const { page, snapshot } = await opened(proxy, t)
    const found = snapshot.requests.find(({ inFlight }) => inFlight === true)
    if (found === undefined) page.close()
    return found === undefined ? undefined : { page, found }
  }
  let late = await find()
  await until(async () => (late ??= await find()) !== undefined)
  await call(proxy, '/storage/between', 'other')
  held[0]!.end()
  await response
  const { page, found } = late!
  const over = await heard(page, 'requests', ({ n }) => n === found.n)
  assert.equal(over.target, '/storage/held')

  const { snapshot } = await opened(proxy, t)
  assert.deepEqual(
    snapshot.requests.map(({ target, inFlight }) => [target, inFlight]),
    [
      ['/storage/between', undefined],
      ['/storage/held', undefined],
    ],
  )
  assert.equal(new Set(snapshot.requests.map(({ n }) => n)).size, 2)
})

test('what ends after the page has gone keeps the number that it was shown with', async (t) => {
  const { proxy, held, hold } = await startHeld()
  const { page } = await opened(proxy, t)
  const response = hold()
  const begun = await heard(page, 'in-flight')
  page.close()
  await connectionsAreGone(proxy, 1)
  await call(proxy, '/storage/unseen', 'other')
  held[0]!.end()
  await response
  const { snapshot } = await opened(proxy, t)
  assert.deepEqual(snapshot.requests.find(({ target }) => target === '/storage/held')?.n, begun.n)
  assert.equal(new Set(snapshot.requests.map(({ n }) => n)).size, 2)
})

test('the page’s own connection is no call in flight', async (t) => {
  const { proxy } = await startHeld()
  const { page } = await opened(proxy, t)
  await page.next('status')
  await page.next('status')
  assert.deepEqual((await opened(proxy, t)).snapshot.requests, [])
})
