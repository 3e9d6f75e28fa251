import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProxyError } from '../../src/errors.js'
import type { Channel } from '../../src/workers/channel.js'
import type { PrimaryFunctions, SentToken, SentTokenState } from '../../src/workers/messages.js'
import { outcomeOf } from '../../src/workers/outcome.js'
import type { AccessToken } from '../../src/token/token-source.js'
import { createRemoteToken } from '../../src/workers/remote-token.js'

const STATUS = {
  state: 'valid',
  expiresInSeconds: 1000,
  obtainedAt: null,
  products: ['storage'],
  renewals: 0,
  lastError: null,
} as const

const token = (value: string, obtainedAt = 0): SentToken => ({
  value,
  serial: 1 + obtainedAt,
  obtainedAt,
  expiresAt: obtainedAt + 1_000,
  products: [],
})
const state = (sent?: SentToken): SentTokenState => ({ token: sent, status: STATUS })

/** A worker's token, with a primary that answers what the test says. */
function createPair(first: SentTokenState, answers: Partial<Record<string, () => unknown>> = {}) {
  const said: string[] = []
  const time = { now: 0 }
  const primary = {
    ask: async (name: string, ...args: unknown[]) => {
      said.push(`ask ${name} ${args.join(' ')}`)
      return answers[name]!()
    },
    tell: (name: string, ...args: unknown[]) => void said.push(`tell ${name} ${args.join(' ')}`),
    close: () => undefined,
  } as unknown as Channel<PrimaryFunctions>
  const remote = createRemoteToken({ credential: 'app', primary, now: () => time.now, state: first })
  return { remote, said, time }
}

test('a token that is there comes without a promise, and the primary hears once that it is used', () => {
  const { remote, said } = createPair(state(token('a')))
  for (let i = 0; i < 1_000; i += 1) assert.equal((remote.get() as AccessToken).value, 'a')
  assert.ok(remote.ready())
  assert.deepEqual(said, ['tell used app'])
})

test('each new token is in use anew', () => {
  const { remote, said } = createPair(state(token('a')))
  void remote.get()
  remote.update(state(token('b', 10)))
  remote.update(state(token('b', 10)))
  assert.equal((remote.get() as AccessToken).value, 'b')
  void remote.get()
  assert.deepEqual(said, ['tell used app', 'tell used app'])
})

test('an expired token is not given, and however many wait, the primary is asked once', async () => {
  const { remote, said, time } = createPair(state(token('a')), {
    token: () => ({ value: token('b', 2_000) }),
  })
  time.now = 1_000
  const all = await Promise.all([remote.get(), remote.get(), remote.get()])
  assert.deepEqual(
    all.map(({ value }) => value),
    ['b', 'b', 'b'],
  )
  time.now = 2_000
  assert.equal((remote.get() as AccessToken).value, 'b')
  assert.deepEqual(said, ['ask token app', 'tell used app'])
})

test('why there is no token is told as the primary tells it', async () => {
  const failure = new ProxyError('token-unavailable', 'It is down.', { retryAfterMs: 7_000 })
  const { remote } = createPair(state(), { token: () => outcomeOf(Promise.reject(failure)) })
  await assert.rejects(Promise.resolve(remote.get()), {
    problem: 'token-unavailable',
    detail: 'It is down.',
    status: 503,
    retryAfterSeconds: 7,
  })
})

test('a primary that is gone means that there is no token, and the next caller asks again', async () => {
  const { remote, said } = createPair(state(), {
    token: () => {
      throw new Error('closed')
    },
  })
  for (let i = 0; i < 2; i += 1) {
    await assert.rejects(Promise.resolve(remote.get()), {
      problem: 'token-unavailable',
      retryAfterSeconds: 1,
    })
  }
  assert.equal(said.length, 2)
})

test('however many say that a token was refused, the primary hears of it once', async () => {
  const { remote, said } = createPair(state(token('a')), { replaceToken: () => token('b', 10) })
  const refused = await remote.get()
  const renewed = await Promise.all([
    remote.replace(refused),
    remote.replace(refused),
    remote.replace(refused),
  ])
  assert.deepEqual(
    renewed.map((value) => value?.value),
    ['b', 'b', 'b'],
  )
  assert.equal((await remote.replace(refused))?.value, 'b', 'a late word gets the new one at once')
  assert.deepEqual(said, ['tell used app', 'ask replaceToken app a'])
})

test('that 8x8 took a token is told once, and once more if that helped', async () => {
  const { remote, said } = createPair(state(token('a')))
  const taken = await remote.get()
  for (const afterRefusal of [false, false, true, true, false]) remote.accepted(taken, afterRefusal)
  assert.deepEqual(said.slice(1), ['tell accepted app a false', 'tell accepted app a true'])
})

test('news that are overtaken by newer ones change nothing', () => {
  const { remote } = createPair(state(token('b', 10)))
  remote.update(state(token('a')))
  assert.equal((remote.get() as AccessToken).value, 'b')
})

test('a token of the same text lasts as long as the newest', async () => {
  const { remote, time } = createPair(state(token('a')))
  remote.update(state(token('a', 900)))
  time.now = 1_500
  assert.equal((remote.get() as AccessToken).value, 'a')
})

test('a probe without a token wakes the primary', () => {
  const { remote, said } = createPair(state())
  assert.equal(remote.ready(), false)
  assert.deepEqual(said, ['tell used app'])
  assert.deepEqual(remote.status().products, ['storage'])
})
