import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { until } from '../../support/until.js'
import { KEYED, send } from '../../support/http-client.js'
import { makeCertificate } from '../../support/certificates.js'
import { projectFolder } from '../../support/project.js'
import { temporaryFolder } from '../../support/program.js'
import { issueToken, startUpstream } from '../../support/upstream.js'
import { startGateway, startReplicas, statuses } from '../../support/fleet.js'
import { freePort, startRedis, withoutRedis } from '../../support/redis.js'

const OPERATING = readFileSync(join(projectFolder, 'docs/operating.md'), 'utf8')
const options = { skip: withoutRedis, timeout: 120_000 }

test('five replicas started together, with 200 callers each, cost one token request', options, async () => {
  const redis = await startRedis()
  const asked: ServerResponse[] = []
  const gateway = await startGateway((response) => void asked.push(response))
  const replicas = startReplicas(5, {
    X8_BASE_URL: gateway.origin,
    X8_TOKEN_STORE_URL: redis.url,
    X8_TOKEN_TIMEOUT_MS: '60000',
  })
  await Promise.all(replicas.map(({ address }) => address))
  const calls = replicas.map((replica) => replica.call(200))
  await until(() => asked.length > 0)
  // All five are at the lock before the first gets a response.
  const client = await redis.client()
  await until(async () => Object.values(await client.pubSubNumSub(await client.keys('*:lock')))[0] === 5)
  issueToken(asked[0]!, gateway)

  assert.deepEqual(statuses((await Promise.all(calls)).flat()), { 200: 1000 })
  assert.equal(gateway.tokenRequests, 1)
  const count = (message: RegExp) => replicas.filter((replica) => replica.said(message).length === 1).length
  await until(() => count(/^token (?:obtained|taken)/) === 5)
  assert.equal(count(/^token obtained/), 1)
  assert.equal(count(/^token taken from the store/), 4)
  assert.deepEqual(
    replicas.flatMap((replica) => replica.said(/store is of no use/)),
    [],
  )
})

test('a token that five replicas find refused is replaced once', options, async () => {
  const redis = await startRedis()
  const gateway = await startGateway()
  const replicas = startReplicas(5, { X8_BASE_URL: gateway.origin, X8_TOKEN_STORE_URL: redis.url })
  await Promise.all(replicas.map((replica) => replica.call(1)))
  assert.equal(gateway.tokenRequests, 1)

  gateway.revoke()
  const responses = await Promise.all(replicas.map((replica) => replica.call(50)))
  assert.deepEqual(statuses(responses.flat()), { 200: 250 })
  assert.equal(gateway.tokenRequests, 2)
})

test('a renewal that is due in five replicas costs one token request', options, async () => {
  const redis = await startRedis()
  const gateway = await startGateway((response, self) => issueToken(response, self, '7'))
  const replicas = startReplicas(5, { X8_BASE_URL: gateway.origin, X8_TOKEN_STORE_URL: redis.url })
  await Promise.all(replicas.map((replica) => replica.call(1)))
  assert.equal(gateway.tokenRequests, 1)

  await until(async () => {
    const responses = await Promise.all(replicas.map((replica) => replica.call(1)))
    assert.deepEqual(statuses(responses.flat()), { 200: 5 })
    const sent = gateway.received.slice(-5).map(({ headers }) => headers.authorization)
    return sent.every((authorization) => authorization === 'Bearer token-2')
  })
  assert.equal(gateway.tokenRequests, 2)
})

test(
  'when the replica that asks for all is killed, another takes over once the lock expires',
  options,
  async () => {
    const redis = await startRedis()
    const gateway = await startGateway((response, self) => {
      // The first is never responded.
      if (self.tokenRequests > 1) issueToken(response, self)
    })
    const environment = {
      X8_BASE_URL: gateway.origin,
      X8_TOKEN_STORE_URL: redis.url,
      X8_TOKEN_TIMEOUT_MS: '3000',
    }
    const [asking] = startReplicas(1, environment)
    await until(() => gateway.tokenRequests === 1)
    const client = await redis.client()
    const [lock] = await client.keys('*:lock')
    const remainingMs = await client.pTTL(lock!)
    assert.ok(remainingMs > 0 && remainingMs <= 6_000, `${remainingMs} ms`)
    asking!.kill('SIGKILL')

    const replicas = startReplicas(3, environment)
    const calls = replicas.map((replica) => replica.call(20))
    // It is kept for its time: no replica can know that its holder is dead.
    while (await client.exists(lock!)) {
      if (gateway.tokenRequests > 1) break
      await wait(5)
    }
    assert.deepEqual(statuses((await Promise.all(calls)).flat()), { 200: 60 })
    assert.equal(gateway.tokenRequests, 2)
  },
)

test('different apps, and the same app at different addresses, share nothing', options, async () => {
  const redis = await startRedis()
  const [here, there] = [await startGateway(), await startGateway()]
  const alike = { X8_BASE_URL: here.origin, X8_TOKEN_STORE_URL: redis.url }
  const replicas = [
    ...startReplicas(1, alike),
    ...startReplicas(1, { ...alike, X8_APP_KEY: 'another-key' }),
    ...startReplicas(1, { ...alike, X8_APP_SECRET: 'another-secret' }),
    ...startReplicas(1, { ...alike, X8_BASE_URL: there.origin }),
    // Here the token comes from one address and is sent to another.
    ...startReplicas(1, { ...alike, X8_TOKEN_URL: `${there.origin}/oauth/v2/token` }),
  ]
  await Promise.all(replicas.map((replica) => replica.call(1)))
  assert.equal(here.tokenRequests, 3)
  assert.ok(there.tokenRequests >= 2)
  assert.deepEqual(
    replicas.flatMap((replica) => replica.said(/^token taken/)),
    [],
  )
})

test('a Work Analytics login is shared too', options, async () => {
  const redis = await startRedis()
  let logins = 0
  const upstream = await startUpstream({
    respond(request, response) {
      response.setHeader('Content-Type', 'application/json')
      if (request.url !== '/analytics/work/v1/oauth/token') return response.end('{}')
      logins += 1
      return response.end(JSON.stringify({ access_token: 'work-token', expires_in: 1800 }))
    },
  })
  const replicas = startReplicas(3, {
    X8_BASE_URL: upstream.origin,
    X8_TOKEN_STORE_URL: redis.url,
    X8_WORK_USERNAME: 'user',
    X8_WORK_PASSWORD: 'password',
  })
  const path = '/analytics/work/v2/call-records'
  const responses = await Promise.all(
    replicas.map(async ({ port }) => send(await port, { path, headers: { Host: 'localhost' } })),
  )
  assert.deepEqual(statuses(responses), { 200: 3 })
  const sent = upstream.received.filter(({ target }) => target === path)
  assert.deepEqual(
    sent.map(({ headers }) => headers.authorization),
    Array(3).fill('Bearer work-token'),
  )
  assert.equal(logins, 1)
  assert.equal(upstream.tokenRequests, 1)
})

test('the store holds neither token nor secret, nor whose they are', options, async () => {
  const redis = await startRedis()
  const upstream = await startGateway()
  const secrets = { X8_APP_KEY: 'key-of-the-app', X8_APP_SECRET: 'secret-of-the-app' }
  const [replica] = startReplicas(1, {
    X8_BASE_URL: upstream.origin,
    X8_TOKEN_STORE_URL: redis.url,
    ...secrets,
  })
  await replica!.call(1)
  await until(async () => Object.keys(await redis.dump()).some((key) => key.endsWith(':token')))

  const held = JSON.stringify(await redis.dump())
  for (const secret of [...upstream.tokens, ...Object.values(secrets), upstream.origin, 'storage']) {
    for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]) {
      assert.ok(!held.includes(form), form)
    }
  }
  assert.match(Object.keys(await redis.dump())[0]!, /^8x8-auth-proxy:\{[0-9a-f]{32}\}:token$/)
})

test(
  'replicas that learn of a new pair share its token, and the old one serves until then',
  options,
  async () => {
    const redis = await startRedis()
    const gateway = await startGateway()
    const folder = temporaryFolder()
    const [key, secret] = [join(folder, 'key'), join(folder, 'secret')]
    writeFileSync(key, 'old-key')
    writeFileSync(secret, 'old-secret')
    const files = { X8_APP_KEY_FILE: key, X8_APP_SECRET_FILE: secret }
    const environment = { X8_BASE_URL: gateway.origin, X8_TOKEN_STORE_URL: redis.url, ...files }
    const replicas = startReplicas(3, environment, ['X8_APP_KEY', 'X8_APP_SECRET'])
    await Promise.all(replicas.map((replica) => replica.call(1)))
    assert.equal(gateway.tokenRequests, 1)

    // Each takes them up by itself, and half of the change would be a pair of its own.
    for (const replica of replicas) replica.kill('SIGSTOP')
    writeFileSync(key, 'new-key')
    writeFileSync(secret, 'new-secret')
    for (const replica of replicas) replica.kill('SIGCONT')
    await until(async () => {
      const responses = await Promise.all(replicas.map((replica) => replica.call(1)))
      assert.deepEqual(statuses(responses.flat()), { 200: 3 })
      const sent = gateway.received.slice(-3).map(({ headers }) => headers.authorization)
      return sent.every((authorization) => authorization === 'Bearer token-2')
    })
    assert.equal(gateway.tokenRequests, 2)

    // The token proves that the key works, whichever replica got it.
    await Promise.all(replicas.map(async ({ port }) => send(await port, { path: KEYED })))
    assert.deepEqual(
      gateway.received.slice(-3).map(({ headers }) => headers['x-api-key']),
      Array(3).fill('new-key'),
    )
  },
)

test(
  'a rediss:// store is used if its certificate is trusted, and told nothing if not',
  options,
  async () => {
    const authority = makeCertificate()
    const { key, cert } = makeCertificate({ names: ['127.0.0.1'], by: authority })
    const folder = temporaryFolder()
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content)
      return join(folder, name)
    }
    const port = await freePort()
    const tls = {
      '--tls-port': String(port),
      '--tls-auth-clients': 'no',
      '--tls-cert-file': file('cert.pem', cert),
      '--tls-key-file': file('key.pem', key),
      '--tls-ca-cert-file': file('ca.pem', authority.cert),
    }
    await startRedis('--requirepass', 'right', ...Object.entries(tls).flat())
    const gateway = await startGateway()
    const environment = {
      X8_BASE_URL: gateway.origin,
      X8_TOKEN_STORE_URL: `rediss://:right@127.0.0.1:${port}`,
    }
    const trusting = startReplicas(2, { ...environment, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') })
    const responses = await Promise.all(trusting.map((replica) => replica.call(1)))
    assert.deepEqual(statuses(responses.flat()), { 200: 2 })
    assert.equal(gateway.tokenRequests, 1)

    const [wary] = startReplicas(1, environment)
    assert.deepEqual(statuses(await wary!.call(1)), { 200: 1 })
    assert.equal(gateway.tokenRequests, 2)
    await until(() => wary!.said(/store is of no use/).length === 1)
    assert.equal(wary!.said(/store is of no use/)[0]!.reason, 'SELF_SIGNED_CERT_IN_CHAIN')
  },
)

test('a user of the store needs no more rights than docs/operating.md says', options, async () => {
  const [, rights] = /^ACL SETUSER 8x8 on >password (.+)$/m.exec(OPERATING) ?? []
  assert.ok(rights)
  assert.ok(
    readFileSync(join(projectFolder, 'src/doctor/check-token-store.ts'), 'utf8').includes(`'${rights}'`),
    'the doctor names the same rights',
  )
  const redis = await startRedis()
  const client = await redis.client()
  await client.aclSetUser('8x8', ['on', '>pass/word', ...rights.split(' ')])
  const gateway = await startGateway()
  const replicas = startReplicas(2, {
    X8_BASE_URL: gateway.origin,
    X8_TOKEN_STORE_URL: redis.url.replace('//', '//8x8:pass%2Fword@'),
  })
  await Promise.all(replicas.map((replica) => replica.call(1)))
  gateway.revoke()
  const responses = await Promise.all(replicas.map((replica) => replica.call(1)))
  assert.deepEqual(statuses(responses.flat()), { 200: 2 })
  assert.equal(gateway.tokenRequests, 2)
  assert.deepEqual(
    replicas.flatMap((replica) => replica.said(/store is of no use/)),
    [],
  )
  const limited = await redis.client()
  await limited.auth({ username: '8x8', password: 'pass/word' })
  await assert.rejects(limited.keys('*'), /NOPERM/)
})
