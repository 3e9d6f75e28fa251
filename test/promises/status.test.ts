import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenStatus } from '../../src/token/token-status.js'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

interface Status {
  readonly version: string
  readonly uptimeSeconds: number
  readonly token: TokenStatus
  readonly workToken?: Record<string, unknown>
  readonly upstream: Record<string, unknown>
  readonly requests: Record<string, Record<string, unknown>>
  readonly cache: Record<string, unknown>
  readonly settings: Record<string, unknown>
}

const statusOf = async (origin: string, headers = {}) => {
  const response = await fetch(`${origin}/-/status`, { headers })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.match(response.headers.get('content-type') ?? '', /^application\/json\b/)
  return { text: await response.clone().text(), status: (await response.json()) as Status }
}

test('the status says how the token is and what came by family', async () => {
  const upstream = await startUpstream()
  let now = 5_000
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false, now: () => now })

  const before = (await statusOf(proxy.origin)).status
  assert.deepEqual(before.token, {
    ...before.token,
    state: 'none',
    expiresInSeconds: null,
    obtainedAt: null,
    products: [],
    renewals: 0,
    lastError: null,
  })

  for (const path of ['/storage/a', '/storage/b', '/chat/api/x']) {
    await (await fetch(`${proxy.origin}${path}`)).text()
  }
  const fresh = (await statusOf(proxy.origin)).status
  assert.ok(Number(fresh.token.expiresInSeconds) > 1000)
  now += 10_000
  const { status } = await statusOf(proxy.origin)
  assert.equal(status.version, '0.0.0-test')
  assert.equal(status.uptimeSeconds, 10)
  assert.deepEqual(status.token, {
    ...status.token,
    state: 'valid',
    expiresInSeconds: Number(fresh.token.expiresInSeconds) - 10,
    products: ['analytics realtime-api', 'storage'],
    renewals: 0,
    lastError: null,
  })
  assert.match(String(fresh.token.obtainedAt), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.equal(status.requests['storage']?.['requests'], 2)
  assert.equal(status.requests['work-chat']?.['requests'], 1)
  assert.deepEqual(status.upstream, {
    ...status.upstream,
    origin: upstream.origin,
    tokenUrl: `${upstream.origin}/oauth/v2/token`,
  })
})

test('the settings in force are shown, secrets only as being set', async () => {
  const upstream = await startUpstream()
  const secrets = {
    X8_APP_KEY: 'hush-app-key',
    X8_APP_SECRET: 'hush-app-secret',
    X8_WORK_USERNAME: 'hush-user',
    X8_WORK_PASSWORD: 'hush-password',
    X8_PROXY_KEY: 'hush-proxy-key',
    X8_TOKEN_URL: `${upstream.origin}/oauth/v2/token?key=hush-query`,
  }
  const proxy = await startProxy({
    ...secrets,
    X8_BASE_URL: upstream.origin,
    X8_TENANT: 'tenant-1',
    X8_ALLOW: 'get /%73torage/',
    X8_DENY: '/',
    X8_READ_ONLY: 'true',
    X8_ALLOWED_HOSTS: 'localhost,proxy.internal',
  })
  const { text, status } = await statusOf(proxy.origin, { 'X-Proxy-Key': 'hush-proxy-key' })
  assert.equal(text.includes('hush'), false)
  assert.equal(
    upstream.tokens.some((token) => text.includes(token)),
    false,
  )
  const { settings } = status
  assert.deepEqual(settings, {
    ...settings,
    X8_APP_KEY: 'set',
    X8_APP_SECRET: 'set',
    X8_PROXY_KEY: 'set',
    X8_BASE_URL: upstream.origin,
    X8_TENANT: 'tenant-1',
    X8_PBX: null,
    X8_ALLOW: ['GET /storage'],
    X8_DENY: ['/'],
    X8_READ_ONLY: true,
    X8_ALLOWED_HOSTS: ['localhost', 'proxy.internal'],
    X8_SHUTDOWN_GRACE_MS: 500,
  })
  assert.ok(status.workToken)
})
