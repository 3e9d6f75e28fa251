import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemName } from '../support/http-client.js'
import { cacheOf, cacheStatus, gate, QUEUES, startWorld } from '../support/realtime-cache-world.js'
import { until } from '../support/until.js'

const STORED = { fwd: 'uri-miss', stored: 'true' }
const HIT = { hit: 'true' }

test('what was stored outlived a change of its target, by whatever method', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPPATCH']) {
    for (const status of [200, 204, 302]) {
      const world = await startWorld({
        respond: (request, response) =>
          void response.writeHead(request.method === method ? status : 200).end(status === 204 ? '' : '[]'),
      })
      await world.get()
      await world.get({ 'Accept-Language': 'de' })
      await world.get({}, `${QUEUES}?page=1`)
      const what = `${method} ${status}`
      assert.equal((await world.get({}, QUEUES, method)).status, status, what)
      assert.deepEqual(cacheStatus(await world.get()), STORED, what)
      assert.deepEqual(cacheStatus(await world.get({ 'Accept-Language': 'de' })), STORED, what)
      assert.deepEqual(cacheStatus(await world.get({}, `${QUEUES}?page=1`)), HIT, `${what}: another target`)
      assert.deepEqual(cacheStatus(await world.get()), HIT, `${what}: the new one`)
      assert.equal(world.upstream.received.length, 6, what)
    }
  }
})

test('a change under another spelling of the target left what was stored', async () => {
  const world = await startWorld()
  await world.get()
  await world.get({}, QUEUES.replace('queues', '%71ueues'), 'POST')
  assert.deepEqual(cacheStatus(await world.get()), STORED)
})

test('what changes nothing, or fails, leaves what is stored', async () => {
  const world = await startWorld({
    respond: ({ method, headers }, response) =>
      void response.writeHead(method === 'GET' ? 200 : Number(headers['x-status'])).end('[]'),
  })
  await world.get()
  for (const [method, status] of [
    ['HEAD', 200],
    ['OPTIONS', 200],
    ['POST', 401],
    ['DELETE', 404],
    ['PUT', 409],
    ['PATCH', 500],
  ] as const) {
    assert.equal((await world.get({ 'X-Status': String(status) }, QUEUES, method)).status, status)
    assert.deepEqual(cacheStatus(await world.get()), HIT, `${method} ${status}`)
  }
})

test('a read from before the change was shared and stored after it', async () => {
  const { respond, waiting, open } = gate(
    ({ headers }, response) => void response.end(String(headers['x-request-id'])),
  )
  const world = await startWorld({
    respond: (request, response, upstream) =>
      request.method === 'GET' ? respond(request, response, upstream) : void response.end(),
  })
  const before = world.get({ 'X-Request-Id': 'before' })
  await until(() => waiting() === 1)
  await world.get({}, QUEUES, 'POST')
  const after = world.get({ 'X-Request-Id': 'after' })
  await until(() => waiting() === 2)
  open()

  assert.equal((await before).text, 'before')
  assert.equal((await after).text, 'after')
  const later = await world.get()
  assert.deepEqual([later.text, cacheStatus(later)], ['after', HIT])
})

test('after more changes than are remembered nothing from before them is given', async () => {
  const world = await startWorld()
  await world.get()
  await world.get({}, QUEUES, 'POST')
  for (let i = 0; i < 1000; i += 1) await world.get({}, `${QUEUES}?${i}`, 'POST')
  assert.deepEqual(cacheStatus(await world.get()), STORED)
  assert.deepEqual(cacheStatus(await world.get()), HIT)
})

test('a caller that wanted only what is stored had its request forwarded', async () => {
  let time = 1_000_000
  const world = await startWorld({}, {}, { now: () => time })
  const only = { 'Cache-Control': 'max-stale=60, Only-If-Cached' }
  const refused = async (headers: Record<string, string>, method = 'GET') => {
    const before = world.upstream.received.length
    const response = await world.get({ ...only, ...headers }, QUEUES, method)
    assert.equal(response.status, 504, JSON.stringify(headers))
    if (method === 'GET') assert.equal(problemName(response), 'not-stored')
    assert.equal(world.upstream.received.length, before)
  }

  await refused({})
  await refused({}, 'HEAD')
  await world.get()
  const stored = await world.get(only)
  assert.deepEqual([stored.status, cacheStatus(stored)], [200, HIT])
  await refused({ 'X-Tenant-Info': 'other' })
  await refused({ Range: 'bytes=0-1' })
  await refused({ 'Cache-Control': 'only-if-cached, no-cache' })
  time += 2_000
  await refused({ 'Cache-Control': 'only-if-cached, max-age=1' })
  time += 4_000
  await refused({})
  assert.equal(world.upstream.received.length, 1)
  assert.equal((await cacheOf(world)).entries, 0)

  // Where nothing is ever stored, the directive is for those further on.
  assert.equal((await world.get(only, '/storage/us-west/v3/regions')).status, 200)
  assert.equal((await world.get(only, QUEUES, 'POST')).status, 200)
})

test('with the cache off, a caller that wants only what is stored asks those further on', async () => {
  const world = await startWorld({}, { X8_REALTIME_CACHE_MS: '0' })
  assert.equal((await world.get({ 'Cache-Control': 'only-if-cached' })).status, 200)
  assert.equal(world.upstream.received[0]!.headers['cache-control'], 'only-if-cached')
})
