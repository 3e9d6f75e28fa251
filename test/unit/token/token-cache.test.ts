import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { ProxyError } from '../../../src/http/errors.js'
import { TokenError, type TokenResponse } from '../../../src/token/token-response.js'
import type { AccessToken } from '../../../src/token/token-source.js'
import { createWorld, endOfWorld, later, settled, token, type World } from '../../support/token-world.js'

afterEach(endOfWorld)

const SECOND = 1_000
const MINUTE = 60 * SECOND

const down = () => {
  throw new TokenError('unavailable', 'The token endpoint responded 503.')
}
const refused = () => {
  throw new TokenError('refused', 'The token endpoint responded 401 (invalid_client).')
}

/** The token, which must be there without a promise. */
function held({ cache }: World): AccessToken {
  const got = cache.get()
  assert.ok(!(got instanceof Promise), 'it had to be waited for')
  return got
}

/** The token that is obtained at start, used once. */
async function started(world: World): Promise<AccessToken> {
  await startedIdle(world)
  return held(world)
}

async function startedIdle({ cache }: World): Promise<void> {
  void cache.start()
  await settled()
}

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - times[i]!)
}

// Getting

test('however many wait for the first token, one is asked for', async () => {
  const world = createWorld()
  const tokens = await Promise.all(Array.from({ length: 1_000 }, async () => world.cache.get()))
  assert.deepEqual(new Set(tokens.map(({ value }) => value)), new Set(['token-1']))
  assert.equal(world.requestedAt.length, 1)
})

test('a token that is there is given without a promise', async () => {
  const world = createWorld()
  assert.equal((await started(world)).value, 'token-1')
  assert.equal(held(world).value, 'token-1')
  assert.equal(world.requestedAt.length, 1)
})

test('a clock that starts at 0 changes nothing', async () => {
  const world = createWorld({ startsAt: 0, respond: (n) => token(`token-${n}`, 100 * SECOND) })
  assert.equal((await started(world)).value, 'token-1')
  world.jump(94 * SECOND)
  assert.equal(held(world).value, 'token-1')
  world.jump(2 * SECOND)
  assert.equal((await world.cache.get()).value, 'token-2')
})

test('a failure is told to all who wait, and costs one request', async () => {
  const world = createWorld({ respond: down })
  const outcomes = await Promise.allSettled(Array.from({ length: 100 }, async () => world.cache.get()))
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof ProxyError)
    assert.equal(outcome.reason.problem, 'token-unavailable')
    assert.equal(outcome.reason.retryAfterSeconds, 1)
  }
  assert.equal(world.requestedAt.length, 1)
})

// Keeping

test('a token is never given at or after its end', async () => {
  const world = createWorld({ respond: (n) => token(`token-${n}`, 100 * SECOND) })
  const { expiresAt } = await started(world)
  assert.ok(expiresAt < world.now() + 100 * SECOND)
  world.jump(expiresAt - world.now())
  assert.equal(world.cache.status().state, 'none')
  assert.equal((await world.cache.get()).value, 'token-2')
})

test('the life of a token is counted from before it was asked for', async () => {
  const response = later<TokenResponse>()
  const world = createWorld({ respond: () => response.promise })
  const askedAt = world.now()
  const waiting = world.cache.get()
  world.jump(10 * SECOND)
  response.resolve(token('slow', 100 * SECOND))
  const { expiresAt } = await waiting
  assert.ok(expiresAt <= askedAt + 100 * SECOND)
})

test("a response slower than the token's own life is a failure, not a token", async () => {
  const response = later<TokenResponse>()
  const world = createWorld({ respond: () => response.promise })
  const waiting = Promise.resolve(world.cache.get())
  world.jump(60 * SECOND)
  response.resolve(token('stale', 60 * SECOND))
  await assert.rejects(waiting, { problem: 'token-unavailable', retryAfterSeconds: 1 })
  await assert.rejects(Promise.resolve(world.cache.get()), { problem: 'token-unavailable' })
  assert.equal(world.requestedAt.length, 1)
})

// Renewing

test('a token in use is renewed once, at about 80 % of its life, and no caller waits', async () => {
  for (const [random, at] of [
    [0, 780 * SECOND],
    [0.5, 800 * SECOND],
    [1, 820 * SECOND],
  ] as const) {
    const world = createWorld({ random: () => random })
    const { obtainedAt } = await started(world)
    await world.pass(900 * SECOND, { stepMs: SECOND, each: () => void held(world) })
    assert.equal(world.requestedAt.length, 2)
    const renewedAfter = world.requestedAt[1]! - obtainedAt
    assert.ok(renewedAfter >= at && renewedAfter <= at + SECOND, `renewed after ${renewedAfter} ms`)
    assert.equal(held(world).value, 'token-2')
    endOfWorld()
  }
})

test('a token that was used is renewed in time even if there is no call at that moment', async () => {
  const world = createWorld()
  await started(world)
  await world.pass(900 * SECOND, { stepMs: SECOND })
  assert.equal(world.requestedAt.length, 2)
  assert.equal(held(world).value, 'token-2')
})

test('the old token serves while the new one is on its way', async () => {
  const second = later<TokenResponse>()
  const world = createWorld({ respond: (n) => (n === 1 ? token('token-1') : second.promise) })
  await started(world)
  await world.pass(900 * SECOND, { stepMs: SECOND, each: () => assert.equal(held(world).value, 'token-1') })
  assert.equal(world.cache.status().state, 'renewing')
  second.resolve(token('token-2'))
  await settled()
  assert.equal(held(world).value, 'token-2')
  assert.equal(world.requestedAt.length, 2)
})

test('an idle proxy does not renew for ever', async () => {
  const world = createWorld()
  await startedIdle(world)
  await world.pass(24 * 60 * MINUTE, { stepMs: 10 * SECOND })
  assert.equal(world.requestedAt.length, 1)
  assert.equal((await world.cache.get()).value, 'token-2')
})

test('a proxy that is asked whether it is ready stays so', async () => {
  const world = createWorld()
  await startedIdle(world)
  await world.pass(10_000 * SECOND, { stepMs: 10 * SECOND, each: () => assert.ok(world.cache.ready()) })
  assert.equal(world.requestedAt.length, 13)
})

test('being asked once whether it is ready counts as use', async () => {
  const world = createWorld()
  await startedIdle(world)
  assert.ok(world.cache.ready())
  await world.pass(900 * SECOND, { stepMs: 10 * SECOND })
  assert.equal(world.requestedAt.length, 2)
})

test('being asked for the first time near the end of its life renews a token', async () => {
  const world = createWorld()
  await startedIdle(world)
  await world.pass(900 * SECOND, { stepMs: 10 * SECOND })
  assert.ok(world.cache.ready())
  await settled()
  assert.equal(world.requestedAt.length, 2)
})

test('asking whether it is ready wakes a proxy whose token has lapsed', async () => {
  const world = createWorld()
  await startedIdle(world)
  await world.pass(2_000 * SECOND, { stepMs: 10 * SECOND })
  assert.equal(world.cache.ready(), false)
  await settled()
  assert.equal(world.cache.ready(), true)
  assert.equal(world.requestedAt.length, 2)
})

// A token endpoint that is down

test('an endpoint that is down at start is asked again by itself, less and less often', async () => {
  const world = createWorld({ respond: down, random: () => 0 })
  void world.cache.start()
  await world.pass(5 * MINUTE)
  assert.deepEqual(
    gaps(world.requestedAt),
    [1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * SECOND),
  )
})

test('callers change nothing about how often an endpoint that is down is asked', async () => {
  const world = createWorld({ respond: down, random: () => 1 })
  void world.cache.start()
  await world.pass(3 * MINUTE, {
    each: () => {
      for (let i = 0; i < 5; i += 1) Promise.resolve(world.cache.get()).catch(() => undefined)
      world.cache.ready()
    },
  })
  // Each wait is the shortest there is, up to the step of 250 ms in which time passes here.
  const waits = gaps(world.requestedAt)
  assert.equal(waits.length, 8)
  waits.forEach((wait, i) => {
    const least = 800 * 2 ** i
    assert.ok(wait >= Math.min(least, 48_000) && wait <= least + 250, `${wait} after ${i + 1} failures`)
  })
})

test('while the endpoint is left alone callers hear at once when to come back', async () => {
  const world = createWorld({ respond: down, random: () => 0 })
  void world.cache.start()
  await world.pass(8 * SECOND)
  await assert.rejects(Promise.resolve(world.cache.get()), (error: ProxyError) => {
    assert.equal(error.problem, 'token-unavailable')
    assert.equal(error.status, 503)
    assert.equal(error.retryAfterSeconds, 7)
    assert.match(error.detail, /^The token endpoint responded 503\. Nothing was sent to 8x8/)
    return true
  })
  assert.equal(world.requestedAt.length, 4)
  assert.equal(world.cache.ready(), false)
  assert.equal(world.cache.status().state, 'unavailable')
})

test('an endpoint that comes back is found without a caller', async () => {
  const world = createWorld({ respond: (n) => (n < 4 ? down() : token('late')) })
  void world.cache.start()
  await world.pass(10 * SECOND)
  assert.equal(held(world).value, 'late')
  assert.equal(world.cache.status().lastError, null)
})

test('an endpoint that was down and came back is a new case when it goes down again', async () => {
  const world = createWorld({
    respond: (n) => (n === 4 ? token('short', 10 * SECOND) : down()),
    random: () => 0,
  })
  void world.cache.start()
  await world.pass(10 * SECOND)
  assert.equal(held(world).value, 'short')
  await world.pass(10 * SECOND)
  // After 78 % of 10 s, then as if it had never been down.
  assert.deepEqual(
    gaps(world.requestedAt),
    [1, 2, 4, 8, 1, 2].map((s) => s * SECOND),
  )
})

test('a valid token goes on being used to its end while the endpoint is down', async () => {
  const world = createWorld({ respond: (n) => (n === 1 ? token('token-1') : down()), random: () => 0 })
  const { expiresAt } = await started(world)
  await world.pass(expiresAt - 1 - world.now(), {
    stepMs: SECOND,
    each: () => {
      assert.equal(held(world).value, 'token-1')
      assert.ok(world.cache.ready())
    },
  })
  // From 78 % to 97 % of 1,000 s at waits of 1 s doubling to 60 s.
  assert.deepEqual(
    gaps(world.requestedAt.slice(1)),
    [1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * SECOND),
  )
  world.jump(1)
  await assert.rejects(Promise.resolve(world.cache.get()), { problem: 'token-unavailable' })
})

test('an endpoint that asks for patience gets it, and never less than the back-off', async () => {
  for (const [retryAfterMs, wait] of [
    [20 * SECOND, 20 * SECOND],
    [100, 1 * SECOND],
  ] as const) {
    const world = createWorld({
      respond: () => {
        throw new TokenError('unavailable', 'busy', { retryAfterMs })
      },
      random: () => 0,
    })
    void world.cache.start()
    await world.pass(wait)
    assert.deepEqual(gaps(world.requestedAt), [wait])
    endOfWorld()
  }
})

// Credentials that are refused

test('refused credentials are remembered, and tried again less and less often', async () => {
  const world = createWorld({ respond: refused, random: () => 0 })
  void world.cache.start()
  await world.pass(20 * MINUTE, { stepMs: SECOND })
  assert.deepEqual(
    gaps(world.requestedAt),
    [5, 10, 20, 40, 80, 160, 300, 300].map((s) => s * SECOND),
  )
  await assert.rejects(Promise.resolve(world.cache.get()), (error: ProxyError) => {
    assert.equal(error.problem, 'credentials-refused')
    assert.equal(error.status, 502)
    assert.match(error.detail, /X8_APP_KEY and X8_APP_SECRET/)
    return true
  })
  assert.equal(world.requestedAt.length, 9)
  assert.equal(world.cache.status().state, 'refused')
  assert.equal(world.cache.ready(), false)
})

test('refused Work Analytics credentials name their own settings', async () => {
  const world = createWorld({ respond: refused, credential: 'work' })
  await assert.rejects(Promise.resolve(world.cache.get()), /X8_WORK_USERNAME and X8_WORK_PASSWORD/)
})

test('new credentials are tried at once, whatever the back-off says', async () => {
  const world = createWorld({ respond: (n) => (n < 5 ? refused() : token('new pair')) })
  void world.cache.start()
  await world.pass(60 * SECOND)
  assert.equal(world.requestedAt.length, 4)
  world.cache.credentialsChanged()
  await settled()
  assert.equal(held(world).value, 'new pair')
})

test('the old token serves until the new credentials work', async () => {
  const second = later<TokenResponse>()
  const world = createWorld({ respond: (n) => (n === 1 ? token('old pair') : second.promise) })
  await started(world)
  world.cache.credentialsChanged()
  await settled()
  assert.equal(world.requestedAt.length, 2)
  assert.equal(held(world).value, 'old pair')
  second.resolve(token('new pair'))
  await settled()
  assert.equal(held(world).value, 'new pair')
})

test('new credentials that are refused leave the old token in use', async () => {
  const world = createWorld({ respond: (n) => (n === 1 ? token('old pair') : refused()) })
  await started(world)
  world.cache.credentialsChanged()
  await world.pass(100 * SECOND, { each: () => assert.equal(held(world).value, 'old pair') })
  assert.ok(world.cache.ready())
  assert.match(world.cache.status().lastError!, /invalid_client/)
})

test('credentials that change while the old ones are being refused fail no caller', async () => {
  const first = later<TokenResponse>()
  const world = createWorld({ respond: (n) => (n === 1 ? first.promise : token('new pair')) })
  void world.cache.start()
  const waiting = Promise.resolve(world.cache.get())
  world.cache.credentialsChanged()
  first.reject(new TokenError('refused', 'no'))
  assert.equal((await waiting).value, 'new pair')
  assert.equal(held(world).value, 'new pair')
  assert.equal(world.requestedAt.length, 2)
})

test('credentials that change while the old ones are in use with success are tried next', async () => {
  const first = later<TokenResponse>()
  const world = createWorld({ respond: (n) => (n === 1 ? first.promise : token('new pair')) })
  const waiting = Promise.resolve(world.cache.get())
  world.cache.credentialsChanged()
  world.cache.credentialsChanged()
  first.resolve(token('old pair'))
  assert.equal((await waiting).value, 'old pair')
  await settled()
  assert.equal(held(world).value, 'new pair')
  assert.equal(world.requestedAt.length, 2)
})

test('new credentials that fail back off from the beginning', async () => {
  const first = later<TokenResponse>()
  const world = createWorld({ respond: (n) => (n === 1 ? first.promise : refused()), random: () => 0 })
  void world.cache.start()
  world.cache.credentialsChanged()
  first.reject(new TokenError('refused', 'no'))
  await world.pass(15 * SECOND)
  assert.deepEqual(gaps(world.requestedAt), [0, 5 * SECOND, 10 * SECOND])
})

// Replacing

test('however many say that a token was refused, it is replaced once', async () => {
  const world = createWorld()
  const old = await started(world)
  const replacements = await Promise.all(Array.from({ length: 500 }, () => world.cache.replace(old, '/a')))
  assert.deepEqual(new Set(replacements.map((renewed) => renewed?.value)), new Set(['token-2']))
  assert.equal(world.requestedAt.length, 2)
})

test('a late word that the old token was refused gets the new one and renews nothing', async () => {
  const world = createWorld()
  const old = await started(world)
  await world.cache.replace(old, '/a')
  for (let i = 0; i < 10; i += 1) assert.equal((await world.cache.replace(old, '/a'))?.value, 'token-2')
  world.cache.rejectedAgain(old, '/a')
  assert.equal(world.requestedAt.length, 2)
  // Nor does it speak against the new one.
  const current = held(world)
  world.cache.accepted(current, '/a', true)
  assert.equal((await world.cache.replace(current, '/a'))?.value, 'token-3')
})

test('a token that is revoked again and again is replaced each time, as long as it helps', async () => {
  const world = createWorld()
  let current = await started(world)
  for (let i = 2; i <= 20; i += 1) {
    await world.pass(SECOND)
    const renewed = await world.cache.replace(current, '/a')
    assert.equal(renewed?.value, `token-${i}`)
    world.cache.accepted(renewed, '/a', true)
    current = renewed
  }
})

test('a new token that is rejected too is replaced once a minute at most', async () => {
  const world = createWorld()
  await started(world)
  await world.pass(10 * MINUTE, {
    each: () => {
      const sent = held(world)
      void world.cache
        .replace(sent, '/a')
        .then((renewed) => renewed && world.cache.rejectedAgain(renewed, '/a'))
    },
  })
  assert.ok(world.requestedAt.length <= 12, `${world.requestedAt.length} token requests in ten minutes`)
  assert.ok(gaps(world.requestedAt.slice(1)).every((gap) => gap >= MINUTE))
})

test('a request that was refused with both tokens stops replacing, even if others were served meanwhile', async () => {
  const world = createWorld()
  const second = await world.cache.replace(await started(world), '/a')
  world.cache.accepted(second!, '/a', false)
  world.cache.rejectedAgain(second!, '/a')
  assert.equal(await world.cache.replace(second!, '/a'), undefined)
  assert.equal(world.requestedAt.length, 2)
})

test('401s of requests that cannot be sent again are bounded just the same', async () => {
  const world = createWorld()
  await started(world)
  await world.pass(10 * MINUTE, { each: () => void world.cache.replace(held(world), '/a') })
  assert.ok(gaps(world.requestedAt.slice(1)).every((gap) => gap >= MINUTE))
})

test('one path that refuses every token is bounded even if another takes them all', async () => {
  for (const hearsBack of [true, false]) {
    const world = createWorld()
    await started(world)
    await world.pass(10 * MINUTE, {
      each: () => {
        const sent = held(world)
        world.cache.accepted(sent, '/a', false)
        void world.cache.replace(sent, '/a').then((renewed) => {
          if (renewed !== undefined && hearsBack) world.cache.rejectedAgain(renewed, '/a')
        })
      },
    })
    const allowed = hearsBack ? 12 : 13
    assert.ok(world.requestedAt.length <= allowed, `${world.requestedAt.length} token requests`)
    endOfWorld()
  }
})

test('an endpoint that gives out the same token again is asked once a minute at most', async () => {
  const world = createWorld({ respond: () => token('always the same') })
  await started(world)
  await world.pass(10 * MINUTE, {
    each: () => {
      const sent = held(world)
      world.cache.accepted(sent, '/a', false)
      void world.cache.replace(sent, '/a').then((renewed) => assert.equal(renewed, undefined))
    },
  })
  assert.ok(gaps(world.requestedAt.slice(1)).every((gap) => gap >= MINUTE))
})

test('a replacement that fails gives nothing, and the endpoint is left alone', async () => {
  const world = createWorld({ respond: (n) => (n === 1 ? token('token-1') : down()), random: () => 0 })
  const old = await started(world)
  for (let i = 0; i < 100; i += 1) assert.equal(await world.cache.replace(old, '/a'), undefined)
  assert.equal(world.requestedAt.length, 2)
  assert.equal(world.log.filter(({ msg }) => msg === 'token rejected by 8x8, replacing it').length, 1)
})

test('a refused token is replaced as soon as the endpoint is back', async () => {
  const world = createWorld({ respond: (n) => (n === 2 ? down() : token(`token-${n}`)) })
  const old = await started(world)
  assert.equal(await world.cache.replace(old, '/a'), undefined)
  await world.pass(2 * SECOND)
  assert.equal(held(world).value, 'token-3')
  assert.equal((await world.cache.replace(old, '/a'))?.value, 'token-3')
})

test('an endpoint that failed every other time let 401s cost a token request each', async () => {
  const world = createWorld({ respond: (n) => (n % 2 === 0 ? down() : token(`token-${n}`)) })
  await started(world)
  await world.pass(10 * MINUTE, { each: () => void world.cache.replace(held(world), '/a') })
  // In each minute one that fails, and one that comes.
  assert.ok(world.requestedAt.length <= 1 + 2 * 10, `${world.requestedAt.length} token requests`)
})

test('a refused token that has expired meanwhile is renewed, whatever was refused before', async () => {
  const world = createWorld({ respond: (n) => token(`token-${n}`, 30 * SECOND) })
  const first = await started(world)
  const second = await world.cache.replace(first, '/a')
  world.cache.rejectedAgain(second!, '/a')
  world.jump(29 * SECOND)
  assert.equal((await world.cache.replace(second!, '/a'))?.value, 'token-3')
})

test('new credentials end the pause after 401s', async () => {
  const world = createWorld()
  const first = await started(world)
  world.cache.rejectedAgain((await world.cache.replace(first, '/a'))!, '/a')
  world.cache.credentialsChanged()
  await settled()
  const third = held(world)
  assert.equal(third.value, 'token-3')
  assert.equal((await world.cache.replace(third, '/a'))?.value, 'token-4')
})

// The rest

test('a proxy that has stopped asks for nothing any more', async () => {
  for (const respond of [down, () => token('token-1')]) {
    const world = createWorld({ respond })
    void world.cache.start()
    await settled()
    world.cache.stop()
    await world.pass(2_000 * SECOND, { stepMs: SECOND })
    assert.equal(world.requestedAt.length, 1)
    endOfWorld()
  }
})

test('a proxy that stops during a token request asks for nothing any more', async () => {
  const response = later<TokenResponse>()
  const world = createWorld({ respond: () => response.promise })
  void world.cache.start()
  world.cache.stop()
  response.reject(new TokenError('unavailable', 'down'))
  await world.pass(MINUTE)
  assert.equal(world.requestedAt.length, 1)
})

test('a token request that throws something unforeseen is a failure like others', async () => {
  const world = createWorld({
    respond: (n) => {
      if (n === 1) throw new RangeError('my-secret')
      return token('token-2')
    },
  })
  await assert.rejects(Promise.resolve(world.cache.get()), (error: ProxyError) => {
    assert.equal(error.problem, 'token-unavailable')
    assert.doesNotMatch(error.detail, /my-secret/)
    return true
  })
  await world.pass(SECOND)
  assert.equal(held(world).value, 'token-2')
})

test('the log has one line for each event and no token', async () => {
  const world = createWorld({ respond: (n) => (n === 3 ? refused() : token(`token-${n}`)) })
  const first = await started(world)
  await world.cache.replace(first, '/a')
  world.cache.credentialsChanged()
  await settled()
  assert.deepEqual(
    world.log.map(({ msg }) => msg),
    [
      'token obtained, it lives 16 minutes 40 seconds',
      'token rejected by 8x8, replacing it',
      'token obtained, it lives 16 minutes 40 seconds',
      'token refused',
    ],
  )
  assert.equal(world.log[0]!.lifetimeSeconds, 1_000)
  assert.doesNotMatch(JSON.stringify(world.log), /token-\d/)
})

test('the status says what is so', async () => {
  const first = later<TokenResponse>()
  const world = createWorld({ respond: (n) => (n === 1 ? first.promise : token('token-2')) })
  assert.equal(world.cache.status().state, 'none')
  void world.cache.start()
  assert.equal(world.cache.status().state, 'renewing')
  first.resolve({ value: 'token-1', lifetimeMs: 1_799_000, products: ['storage'] })
  await settled()
  const { state, expiresInSeconds, products, renewals, lastError } = world.cache.status()
  assert.deepEqual(
    { state, products, renewals, lastError },
    {
      state: 'valid',
      products: ['storage'],
      renewals: 0,
      lastError: null,
    },
  )
  assert.equal(expiresInSeconds, 1_799)
  world.cache.credentialsChanged()
  await settled()
  assert.equal(world.cache.status().renewals, 1)
})

test('a token that another replica got costs no token request, and lives from when it was issued', async () => {
  const world = createWorld({
    respond: (n) =>
      n === 1
        ? { ...token('theirs', 100_000), issuedAt: world.now() - 60_000, isShared: true }
        : token('own'),
  })
  void world.cache.start()
  await settled()
  assert.equal(world.cache.status().expiresInSeconds, 40)
  assert.deepEqual(world.cache.counts.requests, { ok: 0, refused: 0, unavailable: 0 })
  assert.equal(world.cache.counts.renewals.start, 1)
  assert.equal(world.log.at(-1)!.msg, 'token taken from the store, it lives another 40 seconds')

  // 80 % of the 100 s that it had at first are over in 20 s.
  await world.cache.get()
  await world.pass(17_000)
  assert.equal(world.requestedAt.length, 1)
  await world.pass(6_000)
  assert.equal((await world.cache.get()).value, 'own')
  assert.deepEqual(world.cache.counts.requests, { ok: 1, refused: 0, unavailable: 0 })
  assert.equal(world.cache.counts.renewals.due, 1)
  assert.equal(world.cache.status().renewals, 1)
})
