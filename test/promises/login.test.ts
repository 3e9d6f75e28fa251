import assert from 'node:assert/strict'
import { once, type EventEmitter } from 'node:events'
import { connect } from 'node:net'
import { beforeEach, test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
beforeEach(() => void (upstream.received.length = 0))

const login = (init: RequestInit = {}, { origin } = proxy) =>
  fetch(`${origin}/oauth/v2/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa('someone:else')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    ...init,
  })

test("a script that logs in first gets 8x8's kind of response, with a token that opens nothing", async () => {
  await fetch(`${proxy.origin}/storage/warm`)
  const tokenRequests = upstream.tokenRequests
  const response = await login()
  const { access_token, issued_at, ...rest } = (await response.json()) as Record<string, unknown>

  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json\b/)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.equal(response.headers.get('proxy-status'), null)
  assert.match(String(access_token), /^[\x21-\x7e]+$/)
  assert.ok(!upstream.tokens.includes(String(access_token)), 'the real token never leaves')
  assert.match(String(issued_at), /^\d{13}$/)
  assert.deepEqual(rest, {
    token_type: 'BearerToken',
    api_product_list: '[analytics realtime-api, storage]',
    status: 'approved',
    scope: '',
    refresh_token_expires_in: '0',
    expires_in: '1799',
    refresh_count: '0',
    'developer.email': 'deprecated',
    client_id: 'deprecated',
    api_product_list_json: ['analytics realtime-api', 'storage'],
  })
  assert.equal(upstream.tokenRequests, tokenRequests, 'and 8x8 is not asked')
})

test('the stand-in token works for every call, because the real one takes its place', async () => {
  const { access_token } = (await (await login()).json()) as { access_token: string }
  for (const path of [
    '/storage/us-west/v3/objects',
    '/analytics/cc/v5/realtime-metrics/queues',
    '/qm/uk/v1/x',
  ]) {
    const response = await fetch(`${proxy.origin}${path}`, {
      headers: { Authorization: `Bearer ${access_token}` },
    })
    assert.equal(response.status, 200)
    assert.equal(upstream.received.pop()?.headers.authorization, 'Bearer token-1')
  }
})

test('a login may leave out the grant type, and any credentials do', async () => {
  for (const init of [{ body: '' }, { headers: {} }, { body: 'x'.repeat(100_000) }, { body: null }]) {
    assert.equal((await login(init)).status, 200)
  }
})

test("what 8x8 refuses at login is refused here, in 8x8's words", async () => {
  for (const [init, status] of [
    [{ body: new URLSearchParams({ grant_type: 'password' }) }, 400],
    [{ body: new URLSearchParams({ grant_type: '<script>' }) }, 400],
    [{ method: 'GET', body: null }, 405],
    [{ method: 'PUT' }, 405],
    [{ method: 'DELETE' }, 405],
  ] as const) {
    const response = await login(init)
    assert.equal(response.status, status)
    assert.match(response.headers.get('content-type') ?? '', /^application\/json\b/)
    assert.equal(response.headers.get('allow'), status === 405 ? 'POST' : null)
    assert.equal(((await response.json()) as { ErrorCode: string }).ErrorCode, 'invalid_request')
  }
  assert.equal(upstream.received.length, 0)
})

test('a Work Analytics login is forwarded unless the proxy has a user of its own', async () => {
  const path = '/analytics/work/v1/oauth/token'
  const init = { method: 'POST', body: new URLSearchParams({ username: 'me', password: 'mine' }) }
  await fetch(`${proxy.origin}${path}`, init)
  assert.equal(upstream.received[0]?.target, path)
  assert.equal(upstream.received[0]?.headers['8x8-apikey'], 'test-key')
  assert.equal(upstream.received[0]?.headers.authorization, undefined)

  const own = await startProxy(
    { X8_BASE_URL: upstream.origin, X8_WORK_USERNAME: 'u', X8_WORK_PASSWORD: 'p' },
    { start: false },
  )
  const response = await fetch(`${own.origin}${path}`, init)
  const { access_token, ...rest } = (await response.json()) as Record<string, unknown>
  assert.equal(response.status, 200)
  assert.equal(typeof access_token, 'string')
  assert.deepEqual(rest, { token_type: 'bearer', expires_in: 1800 })
  assert.equal((await fetch(`${own.origin}${path}`)).status, 405)
  assert.equal(upstream.received.length, 1)
})

test('a login that breaks off is no error of the proxy', async () => {
  const socket = connect(proxy.port, '127.0.0.1')
  socket.write('POST /oauth/v2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\ngrant')
  const [, response] = (await once(proxy.app.fastify.server, 'request')) as [unknown, EventEmitter]
  const over = once(response, 'close')
  socket.destroy()
  await over
  await login()
  assert.deepEqual(
    proxy.log.filter(({ level }) => Number(level) >= 40),
    [],
  )
})
