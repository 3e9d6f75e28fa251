import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { startRedis, withoutRedis } from '../../support/redis.js'
import { assertNoSecret, everythingSet, examine, examineAsText, sandboxWith } from './examine.js'
import { closedPort } from './servers.js'

const PASSWORD = 'made-up-store-password'

async function examineStore(url: string) {
  const { sandbox } = await sandboxWith()
  const { checks, failed } = await examine({ ...everythingSet(sandbox), X8_TOKEN_STORE_URL: url })
  assertNoSecret(JSON.stringify(checks), [PASSWORD])
  return { check: checks['token-store']!, failed }
}

test('a store that works passes, and nothing stays in it', { skip: withoutRedis }, async () => {
  const redis = await startRedis()
  const { check, failed } = await examineStore(redis.url)
  assert.deepEqual(failed, [])
  assert.match(check.detail, /^127\.0\.0\.1:\d+ locked, stored and returned a value in \d+ ms$/)
  const client = await redis.client()
  for (const key of await client.keys('*')) {
    const remainingMs = await client.pTTL(key)
    assert.ok(remainingMs <= 2_000, `${key} lives for ${remainingMs} ms`)
  }
})

test('a wrong password is found before it costs a token each', { skip: withoutRedis }, async () => {
  const redis = await startRedis('--requirepass', 'right')
  const { check, failed } = await examineStore(redis.url.replace('//', `//:${PASSWORD}@`))
  assert.deepEqual(failed, ['token-store'])
  assert.match(check.detail, /cannot be used: WRONGPASS$/)
  assert.match(check.advice!, /^Check user and password in X8_TOKEN_STORE_URL/)
})

test('a user with too few rights is found', { skip: withoutRedis }, async () => {
  const redis = await startRedis()
  const client = await redis.client()
  await client.aclSetUser('reader', [
    'on',
    `>${PASSWORD}`,
    '~*',
    '&*',
    '+@read',
    '+hello',
    '+subscribe',
    '+eval',
  ])
  const { check, failed } = await examineStore(redis.url.replace('//', `//reader:${PASSWORD}@`))
  assert.deepEqual(failed, ['token-store'])
  assert.match(check.detail, /NOPERM/)
  assert.match(check.advice!, /these rights: ~8x8-auth-proxy:\* .*\+eval/)
})

test('a replica that may only be read is found', { skip: withoutRedis }, async () => {
  const redis = await startRedis('--replicaof', '127.0.0.1', '9')
  const { check } = await examineStore(redis.url)
  assert.match(check.detail, /READONLY|MASTERDOWN/)
  assert.match(check.advice!, /point X8_TOKEN_STORE_URL at a primary/)
})

test('a store that is not there, says nothing or speaks no TLS is found within the time to connect', async () => {
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  after(() => silent.close())
  const { port } = silent.address() as { port: number }
  const { sandbox } = await sandboxWith()
  for (const [url, reason] of [
    [`redis://:${PASSWORD}@127.0.0.1:${await closedPort()}`, /ECONNREFUSED/],
    [`redis://:${PASSWORD}@127.0.0.1:${port}`, /did not respond within 700 ms/],
    [`rediss://:${PASSWORD}@127.0.0.1:${port}`, /did not respond within 700 ms|timeout/i],
  ] as const) {
    const environment = { ...everythingSet(sandbox), X8_TOKEN_STORE_URL: url, X8_CONNECT_TIMEOUT_MS: '700' }
    const { checks, failed } = await examine(environment)
    assert.deepEqual(failed, ['token-store'])
    assert.match(checks['token-store']!.detail, reason)
    assert.match(checks['token-store']!.advice!, /Check host and port/)
  }
})

test('without a store there is no line about one', async () => {
  const { sandbox } = await sandboxWith()
  const { text } = await examineAsText(everythingSet(sandbox))
  assert.doesNotMatch(text, /store/)
})
