import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createRedisTokenStore } from '../../../../src/token/store/redis-token-store.js'
import { startRedis, withoutRedis, type Redis } from '../../../support/redis.js'

const options = { skip: withoutRedis, timeout: 30_000 }

test('of many who want the lock at once one gets it', options, async () => {
  const { visitor } = await createWorld()
  const visits = await Promise.all(Array.from({ length: 10 }, visitor))
  const locks = await Promise.all(visits.map((visit) => visit.lock(60_000)))
  assert.equal(locks.filter(({ taken }) => taken).length, 1)
})

test('who waits for the lock is woken when it is freed, long before it expires', options, async () => {
  const { visitor } = await createWorld()
  const [holder, waiter] = await Promise.all([visitor(), visitor()])
  await holder.lock(600_000)
  assert.equal((await waiter.lock(600_000)).taken, false)

  let woken = false
  const waiting = waiter.changed(600_000).then(() => (woken = true))
  await wait(50)
  assert.equal(woken, false)
  await holder.unlock()
  await waiting
  assert.equal((await waiter.lock(600_000)).taken, true)
})

test('a lock that is freed before one begins to wait is not waited for', options, async () => {
  const { visitor } = await createWorld()
  const [holder, waiter] = await Promise.all([visitor(), visitor()])
  await holder.lock(600_000)
  assert.equal((await waiter.lock(600_000)).taken, false)
  await holder.unlock()
  // Its own response comes after the message.
  await waiter.read()
  await waiter.changed(600_000)
})

test('a lock whose holder is gone frees itself', options, async () => {
  const { visitor } = await createWorld()
  const [holder, other] = await Promise.all([visitor(), visitor()])
  await holder.lock(400)
  holder.close()
  const refused = await other.lock(400)
  assert.ok(!refused.taken && refused.freeInMs > 0 && refused.freeInMs <= 400)
  await wait(refused.freeInMs + 5)
  assert.equal((await other.lock(400)).taken, true)
})

test('who has lost the lock to another can neither free it nor write', options, async () => {
  const { visitor, redis } = await createWorld()
  const [slow, quick] = await Promise.all([visitor(), visitor()])
  await slow.lock(1)
  await wait(20)
  const lock = await quick.lock(60_000)
  assert.ok(lock.taken)

  await slow.unlock()
  assert.equal(await slow.write('of the slow one', lock.takenAt + 60_000), false)
  assert.equal(await quick.read(), undefined)
  assert.equal(await quick.write('of the quick one', lock.takenAt + 60_000), true)
  assert.equal((await slow.read())?.value, 'of the quick one')
  assert.deepEqual(Object.keys(await redis.dump()), ['8x8-auth-proxy:{name}:token'])
})

test('a value lives to the moment that was said, however late it is written', options, async () => {
  const { visitor, redis } = await createWorld(200)
  const visit = await visitor()
  const lock = await visit.lock(60_000)
  assert.ok(lock.taken)

  const startedAt = performance.now()
  redis.pause()
  await assert.rejects(visit.write('late', lock.takenAt + 30_000), /did not respond within 200 ms/)
  visit.close()
  await wait(1_000)
  const pausedMs = performance.now() - startedAt
  redis.resume()

  const stored = await (await visitor()).read()
  assert.equal(stored?.value, 'late')
  assert.ok(stored.remainingMs <= 30_000 - pausedMs + 1, `${stored.remainingMs} ms left`)
})

test('a value without an end is no value', options, async () => {
  const { visitor, redis } = await createWorld()
  await (await redis.client()).set('8x8-auth-proxy:{name}:token', 'for ever')
  assert.equal(await (await visitor()).read(), undefined)
})

test('a closed store ends what waits, and leaves no connection behind', options, async () => {
  const { store, visitor, redis } = await createWorld()
  const [holder, waiter] = await Promise.all([visitor(), visitor()])
  await holder.lock(600_000)
  const waiting = waiter.changed(600_000)
  store.close()
  await waiting
  await assert.rejects(waiter.read(), /ClientClosedError/)
  await assert.rejects(store.open('name'), /closed/)
  await isLeftAlone(redis)
})

test('a store that is closed while it connects leaves no connection behind', options, async () => {
  const { store, visitor, redis } = await createWorld()
  const visit = await visitor()
  visit.close()
  // Begun, but not yet connected: that takes a turn of the event loop.
  const opening = assert.rejects(visitor())
  for (let i = 0; i < 20; i += 1) await Promise.resolve()
  store.close()
  await opening
  await isLeftAlone(redis)
})

test(
  'a store that hangs while it is connected to has no connection to us once we are gone',
  options,
  async () => {
    const { store, visitor, redis } = await createWorld(300)
    redis.pause()
    const opening = [visitor(), visitor()].map((visit) => assert.rejects(visit))
    await Promise.all(opening)
    store.close()
    redis.resume()
    await isLeftAlone(redis)
  },
)

async function createWorld(timeoutMs = 10_000) {
  const redis = await startRedis()
  const store = createRedisTokenStore({ url: new URL(redis.url), timeoutMs })
  after(() => store.close())
  return { redis, store, visitor: () => store.open('name') }
}

/** Resolves when only the test itself is connected. */
async function isLeftAlone(redis: Redis): Promise<void> {
  const client = await redis.client()
  while ((await client.clientList()).length > 1) await wait(20)
}
