import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { createSeal } from '../../../../src/token/store/sealed.js'
import { requestTokenThroughStore } from '../../../../src/token/store/token-from-store.js'
import { createStoreOutage } from '../../../../src/token/store/store-outage.js'
import { TokenError } from '../../../../src/token/token-response.js'
import {
  TokenStoreError,
  type StoredValue,
  type TokenStoreVisit,
} from '../../../../src/token/store/token-store.js'
import { settled, token } from '../../../support/token-world.js'

test('a token that another replica got lives from when it was issued, not from when it was found', async () => {
  const world = createWorld()
  world.put('theirs', { lifetimeMs: 100_000, remainingMs: 60_000 })
  const found = await world.request()
  assert.equal(found.value, 'theirs')
  assert.equal(found.lifetimeMs, 100_000)
  assert.equal(found.issuedAt, world.time - 40_000)
  assert.equal(world.requests, 0)
})

test('a slow response of the store makes no token live longer', async () => {
  const world = createWorld()
  world.put('theirs', { lifetimeMs: 100_000, remainingMs: 60_000 })
  world.readingTakes = 900
  const askedAt = world.time
  assert.equal((await world.request()).issuedAt, askedAt - 40_000)
})

test('a token whose store promises more life than it had from the start gets none on top', async () => {
  const world = createWorld()
  world.put('theirs', { lifetimeMs: 100_000, remainingMs: 900_000 })
  assert.equal((await world.request()).issuedAt, world.time)
})

test('a token in the store that is due for renewal is renewed, for all', async () => {
  const world = createWorld()
  world.put('theirs', { lifetimeMs: 100_000, remainingMs: 19_999 })
  assert.equal((await world.request()).value, 'own-1')
  await settled()
  assert.equal(world.held(), 'own-1')
})

test('the token that is to be replaced is not taken again, nor one that is older', async () => {
  const world = createWorld()
  world.put('same', { lifetimeMs: 100_000, remainingMs: 90_000 })
  assert.equal((await world.request({ value: 'same', obtainedAt: world.time - 20_000 })).value, 'own-1')
  await settled()
  world.put('older', { lifetimeMs: 100_000, remainingMs: 90_000 })
  assert.equal((await world.request({ value: 'mine', obtainedAt: world.time - 5_000 })).value, 'own-2')
  await settled()
  world.put('newer', { lifetimeMs: 100_000, remainingMs: 90_000 })
  assert.equal((await world.request({ value: 'mine', obtainedAt: world.time - 20_000 })).value, 'newer')
})

test('a token that appears just before the lock is had is taken, and the lock given back', async () => {
  const world = createWorld()
  world.onLock = () => world.put('theirs', { lifetimeMs: 100_000, remainingMs: 100_000 })
  assert.equal((await world.request()).value, 'theirs')
  assert.equal(world.requests, 0)
  assert.deepEqual(world.acts.slice(-2), ['unlock', 'close'])
})

test('a token request that fails frees the lock, and fails as it would without a store', async () => {
  const world = createWorld()
  world.fail = new TokenError('refused', 'no')
  await assert.rejects(world.request(), world.fail)
  await settled()
  assert.deepEqual(world.acts, ['open', 'read', 'lock', 'read', 'unlock', 'close'])
  assert.deepEqual(world.log, [])
})

test('a token is not handed on if the credentials have changed while it was asked for', async () => {
  const world = createWorld()
  world.onRequest = () => (world.secret = 'new')
  assert.equal((await world.request()).value, 'own-1')
  await settled()
  assert.equal(world.held(), undefined)
  assert.deepEqual(world.acts.slice(-2), ['unlock', 'close'])
})

test('a token in the store proves that the credentials work', async () => {
  const world = createWorld()
  await world.request()
  assert.equal(world.taken, 0)
  await settled()
  await world.request()
  assert.equal(world.taken, 1)
})

test('a token in the store proves nothing of credentials that came while it was looked for', async () => {
  const world = createWorld()
  world.put('theirs', { lifetimeMs: 100_000, remainingMs: 100_000 })
  world.onRead = () => (world.secret = 'new')
  assert.equal((await world.request()).value, 'theirs')
  assert.equal(world.taken, 0)
})

test('a lock that others hold for too long is not waited for without end', async () => {
  const world = createWorld()
  world.lockedByOthers = true
  const startedAt = world.time
  assert.equal((await world.request()).value, 'own-1')
  const waitedMs = world.time - startedAt
  assert.ok(waitedMs >= 2 * LOCK_MS && waitedMs <= 2 * LOCK_MS + 1_000, `${waitedMs} ms`)
  await settled()
  assert.equal(world.held(), undefined)
})

for (const act of ['open', 'read', 'lock', 'changed', 'write'] as const) {
  test(`a store that fails at "${act}" costs one warning and nothing else`, async () => {
    const world = createWorld()
    world.lockedByOthers = act === 'changed'
    world.failing = act
    for (let i = 1; i <= 3; i += 1) {
      assert.equal((await world.request()).value, `own-${i}`)
      await settled()
    }
    assert.deepEqual(
      world.log.map(({ level }) => level),
      [40],
    )
    assert.equal(world.log[0]!.reason, 'broken')

    world.failing = undefined
    world.lockedByOthers = false
    await world.request()
    await settled()
    assert.deepEqual(
      world.log.map(({ level }) => level),
      [40, 30],
    )
    assert.equal(world.acts.filter((done) => done === 'open').length - (act === 'open' ? 3 : 0), world.closed)
  })
}

const LOCK_MS = 13_000

/** A store, a token endpoint and a clock that do what the test says. */
function createWorld() {
  const stored = new Map<string, StoredValue>()
  const log: Record<string, unknown>[] = []
  const world = {
    time: 500_000,
    secret: 'secret',
    requests: 0,
    taken: 0,
    closed: 0,
    acts: [] as string[],
    log,
    fail: undefined as Error | undefined,
    failing: undefined as string | undefined,
    lockedByOthers: false,
    readingTakes: 0,
    onLock: () => undefined as void,
    onRead: () => undefined as unknown,
    onRequest: () => undefined as unknown,
  }
  const sealNow = () => createSeal(world.secret, ['app'])
  function act(name: string): void {
    world.acts.push(name)
    if (name === world.failing) throw new TokenStoreError('broken')
  }
  function visit(name: string): TokenStoreVisit {
    return {
      async read() {
        act('read')
        world.onRead()
        world.time += world.readingTakes
        return stored.get(name)
      },
      async lock() {
        act('lock')
        world.onLock()
        return world.lockedByOthers
          ? { taken: false, freeInMs: 100_000 }
          : { taken: true, takenAt: world.time + 77 }
      },
      async unlock() {
        act('unlock')
      },
      async write(value, goneAt) {
        act('write')
        stored.set(name, { value, remainingMs: goneAt - world.time - 77 })
        return true
      },
      async changed(withinMs) {
        act('changed')
        world.time += withinMs
      },
      close() {
        act('close')
        world.closed += 1
      },
    }
  }
  const request = requestTokenThroughStore({
    store: {
      open: async (name) => {
        act('open')
        return visit(name)
      },
      close: () => undefined,
    },
    outage: createStoreOutage(pino({ base: null }, { write: (line) => void log.push(JSON.parse(line)) })),
    seal: () => sealNow(),
    async requestToken() {
      world.requests += 1
      world.onRequest()
      if (world.fail !== undefined) throw world.fail
      return token(`own-${world.requests}`)
    },
    taken: () => (world.taken += 1),
    lockMs: LOCK_MS,
    now: () => world.time,
  })
  return Object.assign(world, {
    request,
    put(value: string, { lifetimeMs, remainingMs }: { lifetimeMs: number; remainingMs: number }) {
      const { name, seal } = sealNow()
      stored.set(name, { value: seal(JSON.stringify(token(value, lifetimeMs))), remainingMs })
    },
    held() {
      const { name, open } = sealNow()
      const text = open(stored.get(name)?.value ?? '')
      return text && (JSON.parse(text) as { value: string }).value
    },
  })
}
