import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { createLeaks } from '../faults/leaks.js'
import { readPage } from '../faults/support.js'
import { until } from '../../support/until.js'
import { issueToken } from '../../support/upstream.js'
import { startGateway, startReplicas, statuses, type Replica } from '../../support/fleet.js'
import { startRedis, withoutRedis } from '../../support/redis.js'

const skip = withoutRedis
const timeout = 120_000

test('a store that is down at the start is warned of once, and no caller notices', { timeout }, async () => {
  // The discard port: nothing listens there.
  const replica = await outlasts('redis://user:PASSWORD@127.0.0.1:9')
  assert.match(await reasonOf(replica), /^ECONNREFUSED$/)
})

test('a store that accepts and says nothing is given up, and no caller notices', { timeout }, async () => {
  const store = await startSilent(() => undefined)
  const replica = await outlasts(`redis://user:PASSWORD@127.0.0.1:${store.port}`)
  assert.match(await reasonOf(replica), /^it did not respond within 1500 ms$/)
  await until(() => store.sockets.size === 0)
})

test('a store that talks nonsense is given up, and no caller notices', { timeout }, async () => {
  const store = await startSilent((socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 400 PASSWORD\r\n\r\n')),
  )
  await outlasts(`redis://user:PASSWORD@127.0.0.1:${store.port}`)
})

test('a store that repeats what it hears gets no password into the log', { timeout }, async () => {
  const store = await startSilent((socket) =>
    socket.on('data', (bytes: Buffer) => socket.write(`-ERR ${bytes.toString().replace(/\s+/g, ' ')}\r\n`)),
  )
  const replica = await outlasts(`redis://user:PASSWORD@127.0.0.1:${store.port}`)
  assert.match(await reasonOf(replica), /^ERR$/)
})

test('a wrong password is warned of once, and no caller notices', { skip, timeout }, async () => {
  const redis = await startRedis('--requirepass', 'right')
  const replica = await outlasts(redis.url.replace('//', '//:PASSWORD@'))
  assert.match(await reasonOf(replica), /^WRONGPASS$/)
})

test(
  'a store that may only be read is warned of once, and no caller notices',
  { skip, timeout },
  async () => {
    const redis = await startRedis('--replicaof', '127.0.0.1', '9')
    assert.match(await reasonOf(await outlasts(redis.url)), /^(?:READONLY|MASTERDOWN)$/)
  },
)

test(
  'a store with a token that is refused, and that takes no other, is warned of once',
  { skip, timeout },
  async () => {
    const { client, gateway, environment } = await startedOnce()
    await client.configSet({ maxmemory: '1', 'maxmemory-policy': 'noeviction' })
    const [replica] = startReplicas(1, environment)
    for (let round = 0; round < 3; round += 1) {
      assert.deepEqual(statuses(await replica!.call(20)), { 200: 20 })
      gateway.revoke()
    }
    assert.equal(gateway.tokenRequests, 3)
    assert.equal(await reasonOf(replica!), 'OOM')
    assert.equal(replica!.said(/of use again/).length, 0)
  },
)

test('a store that is full is warned of once, and no caller notices', { skip, timeout }, async () => {
  const redis = await startRedis('--maxmemory', '1', '--maxmemory-policy', 'noeviction')
  assert.match(await reasonOf(await outlasts(redis.url)), /^OOM$/)
})

test('a store with something else where the token belongs is warned of once', { skip, timeout }, async () => {
  const { client, key, environment } = await startedOnce()
  await client.set(key, Buffer.from([0xff, 0x00, 0x0a]), { expiration: { type: 'EX', value: 1000 } })
  const [next] = startReplicas(1, environment)
  assert.deepEqual(statuses(await next!.call(20)), { 200: 20 })
  await until(() => next!.said(/of use again/).length === 1)
  assert.match(await reasonOf(next!), /^what it holds is not the token/)

  // It has put the token in its place.
  const [last] = startReplicas(1, environment)
  assert.deepEqual(statuses(await last!.call(20)), { 200: 20 })
  await until(() => last!.said(/^token taken/).length === 1)

  await client.del(key)
  await client.lPush(key, 'a list')
  const [other] = startReplicas(1, environment)
  assert.deepEqual(statuses(await other!.call(20)), { 200: 20 })
  assert.match(await reasonOf(other!), /^WRONGTYPE$/)
})

test('a token of another secret under the same name is not taken', { skip, timeout }, async () => {
  const { client, key, gateway, environment } = await startedOnce()
  const [other] = startReplicas(1, { ...environment, X8_APP_SECRET: 'another-secret' })
  await other!.call(1)
  await until(async () => (await client.keys('*:token')).length === 2)
  const otherKey = (await client.keys('*:token')).find((name) => name !== key)!
  await client.copy(otherKey, key, { REPLACE: true })

  const [next] = startReplicas(1, environment)
  await next!.call(1)
  assert.equal(gateway.received.at(-1)!.headers.authorization, 'Bearer token-3')
  assert.match(await reasonOf(next!), /^what it holds is not the token/)
})

test('a store that dies and comes back costs a warning and is used again', { skip, timeout }, async () => {
  const redis = await startRedis()
  const gateway = await startGateway()
  const replicas = startReplicas(2, { X8_BASE_URL: gateway.origin, X8_TOKEN_STORE_URL: redis.url })
  await Promise.all(replicas.map((replica) => replica.call(1)))
  assert.equal(gateway.tokenRequests, 1)

  await redis.crash()
  gateway.revoke()
  const alone = await Promise.all(replicas.map((replica) => replica.call(20)))
  assert.deepEqual(statuses(alone.flat()), { 200: 40 })
  assert.equal(gateway.tokenRequests, 3)
  for (const replica of replicas) assert.equal(await reasonOf(replica), 'ECONNREFUSED')

  await redis.start()
  gateway.revoke()
  const together = await Promise.all(replicas.map((replica) => replica.call(20)))
  assert.deepEqual(statuses(together.flat()), { 200: 40 })
  assert.equal(gateway.tokenRequests, 4)
  await until(() => replicas.every((replica) => replica.said(/of use again/).length === 1))
})

test(
  'a store that dies while others wait for the token lets them ask themselves',
  { skip, timeout },
  async () => {
    await letsWaitersGo((redis) => redis.crash(), /^(?:SocketClosed|ECONNRE|ClientClosed)/)
  },
)

test(
  'a store that hangs while others wait for the token lets them ask themselves',
  { skip, timeout },
  async () => {
    await letsWaitersGo((redis) => redis.pause(), /^it did not respond within 1500 ms$/)
  },
)

test('SIGTERM ends a replica whose store hangs', { timeout }, async () => {
  const gateway = await startGateway()
  const silent = await startSilent(() => undefined)
  const [replica] = startReplicas(1, {
    X8_BASE_URL: gateway.origin,
    X8_TOKEN_STORE_URL: `redis://127.0.0.1:${silent.port}`,
  })
  await until(() => silent.sockets.size > 0)
  replica!.kill('SIGTERM')
  assert.deepEqual(await replica!.exited, { code: 0, signal: null })
})

test('SIGTERM ends a replica that has the lock, and one that waits for it', { skip, timeout }, async () => {
  const redis = await startRedis()
  const gateway = await startGateway(() => undefined)
  const client = await redis.client()
  const replicas = startReplicas(2, { X8_BASE_URL: gateway.origin, X8_TOKEN_STORE_URL: redis.url })
  await Promise.all(replicas.map(({ address }) => address))
  await until(async () => Object.values(await client.pubSubNumSub(await client.keys('*:lock')))[0] === 2)
  for (const replica of replicas) {
    replica.kill('SIGTERM')
    assert.deepEqual(await replica.exited, { code: 0, signal: null })
  }
})

/** Whatever is wrong with the store, callers get responses, the log one warning, and no reader the password. */
async function outlasts(url: string): Promise<Replica> {
  const leaks = createLeaks()
  const password = leaks.make()
  const gateway = await startGateway()
  const [replica] = startReplicas(1, {
    X8_BASE_URL: gateway.origin,
    X8_TOKEN_STORE_URL: url.replace('PASSWORD', encodeURIComponent(password)),
  })
  assert.deepEqual(statuses(await replica!.call(50)), { 200: 50 })
  gateway.revoke()
  assert.deepEqual(statuses(await replica!.call(50)), { 200: 50 })
  assert.equal(gateway.tokenRequests, 2)
  await reasonOf(replica!)
  assert.equal(replica!.said(/of use again/).length, 0)

  const status = (await readPage(await replica!.port, '/-/status', [])).body.toString()
  const { tokenStore, settings } = JSON.parse(status)
  assert.equal(tokenStore.working, false)
  assert.equal(settings.X8_TOKEN_STORE_URL, 'set')
  assert.deepEqual(leaks.find(replica!.stdout() + replica!.stderr() + status), [])
  replica!.kill('SIGTERM')
  assert.deepEqual(await replica!.exited, { code: 0, signal: null })
  return replica!
}

/** What the log says of the store, once. */
async function reasonOf(replica: Replica): Promise<string> {
  const warned = () => replica.said(/store is of no use/)
  await until(() => warned().length > 0)
  const warnings = warned()
  assert.equal(warnings.length, 1)
  assert.equal(warnings[0]!.level, 40)
  return String(warnings[0]!.reason)
}

/** A token in a store, and what a replica needs to find it there. */
async function startedOnce() {
  const redis = await startRedis()
  const gateway = await startGateway()
  const environment = { X8_BASE_URL: gateway.origin, X8_TOKEN_STORE_URL: redis.url }
  const [first] = startReplicas(1, environment)
  await first!.call(1)
  const client = await redis.client()
  await until(async () => (await client.keys('*:token')).length === 1)
  const [key] = await client.keys('*:token')
  return { gateway, environment, client, key: key! }
}

/** One replica holds the lock and two wait when something happens to the store. */
async function letsWaitersGo(
  happens: (redis: Awaited<ReturnType<typeof startRedis>>) => unknown,
  reason: RegExp,
): Promise<void> {
  const redis = await startRedis()
  const gateway = await startGateway((response, self) => {
    // The one that asks for all is never responded.
    if (self.tokenRequests > 1) issueToken(response, self)
  })
  const environment = {
    X8_BASE_URL: gateway.origin,
    X8_TOKEN_STORE_URL: redis.url,
    X8_TOKEN_TIMEOUT_MS: '600000',
  }
  startReplicas(1, environment)
  await until(() => gateway.tokenRequests === 1)
  const waiting = startReplicas(2, environment)
  const calls = waiting.map((replica) => replica.call(20))
  const client = await redis.client()
  await until(async () => Object.values(await client.pubSubNumSub(await client.keys('*:lock')))[0] === 3)

  await happens(redis)
  assert.deepEqual(statuses((await Promise.all(calls)).flat()), { 200: 40 })
  assert.equal(gateway.tokenRequests, 3)
  for (const replica of waiting) assert.match(await reasonOf(replica), reason)
}

async function startSilent(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.resume()
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}
