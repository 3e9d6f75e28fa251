import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { createProxyKey } from '../../../src/door/proxy-key.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const SECRET = 'proxy-key-1'
const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_PROXY_KEY: SECRET })
const caller = rawCaller(proxy.port)
beforeEach(() => void (upstream.received.length = 0))

const REALTIME = '/analytics/cc/v5/realtime-metrics/queues'
const CHAT = '/chat/api/chat/v1/messages'
const WORK = '/analytics/work/v1/call-records'

test('the key is taken from X-Proxy-Key or from a Bearer', () => {
  const key = createProxyKey(() => SECRET)
  for (const headers of [
    { 'x-proxy-key': SECRET },
    { authorization: `Bearer ${SECRET}` },
    { authorization: `bearer  ${SECRET} ` },
    { 'x-proxy-key': SECRET, authorization: 'Bearer other' },
    { 'x-proxy-key': 'wrong', authorization: `Bearer ${SECRET}` },
  ]) {
    key.check(headers)
  }
})

test('anything but the key is refused', () => {
  const key = createProxyKey(() => SECRET)
  for (const headers of [
    {},
    { 'x-proxy-key': '' },
    { 'x-proxy-key': 'proxy-key-2' },
    { 'x-proxy-key': 'proxy-key-' },
    { 'x-proxy-key': 'proxy-key-1x' },
    { 'x-proxy-key': 'PROXY-KEY-1' },
    { 'x-proxy-key': `${SECRET}, ${SECRET}` },
    { authorization: SECRET },
    { authorization: `Basic ${SECRET}` },
    { authorization: `Bearer ${SECRET} x` },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: `Bearer${SECRET}` },
    { 'proxy-authorization': `Bearer ${SECRET}` },
  ]) {
    assert.throws(() => key.check(headers), { problem: 'proxy-key-required' }, JSON.stringify(headers))
  }
})

test('a request without the key, or with a wrong one, is refused on every address but the probes', async () => {
  for (const headers of [[], ['X-Proxy-Key: wrong'], ['Authorization: Bearer wrong']]) {
    for (const request of [
      `GET ${REALTIME}`,
      `POST ${CHAT}`,
      'OPTIONS /storage',
      'GET /',
      'GET /-/status',
      'GET /-/nothing',
      'GET /-/live/',
      'POST /oauth/v2/token',
      'GET /a/../b',
      'GET /%zz',
    ]) {
      const response = await caller.send(`${request} HTTP/1.1`, ['Host: localhost', ...headers])
      const problem = assertProblem(response, 'proxy-key-required', request)
      assert.match(problem.detail, /X-Proxy-Key.*Authorization: Bearer.*X8_PROXY_KEY/)
      assert.equal(JSON.stringify(problem).includes(SECRET), false)
      assert.match(response.headers['www-authenticate'] ?? '', /^Bearer /)
    }
  }
  assert.deepEqual(upstream.received, [])
})

test('an OPTIONS without an allowed origin is no way around the key', async () => {
  for (const origin of ['http://localhost', 'https://evil.example']) {
    const response = await caller.send('OPTIONS /storage HTTP/1.1', [
      'Host: localhost',
      `Origin: ${origin}`,
      'Access-Control-Request-Method: GET',
    ])
    assertProblem(response, origin === 'http://localhost' ? 'proxy-key-required' : 'cross-site')
  }
})

test('probes need no key', async () => {
  await caller.get('/storage', [`X-Proxy-Key: ${SECRET}`])
  assert.equal((await caller.get('/-/live')).status, 200)
  assert.equal((await caller.get('/-/ready')).status, 200)
})

test('a request with the key passes, and the key goes no further', async () => {
  for (const presented of [
    [`X-Proxy-Key: ${SECRET}`],
    [`Authorization: Bearer ${SECRET}`],
    [`x-PROXY-key: ${SECRET}`, `Authorization: bearer ${SECRET}`],
    [`X-Proxy-Key: ${SECRET}`, 'Authorization: Bearer mine', `Authorization: Bearer ${SECRET}`],
  ]) {
    for (const path of [
      REALTIME,
      '/storage',
      CHAT,
      WORK,
      '/customerexperience/v1/recentCallData/us',
      '/new/thing',
    ]) {
      const response = await caller.get(path, presented)
      assert.equal(response.status, 200, `${path} ${presented.join()}`)
      const received = upstream.received.pop()
      assert.equal(received?.headers['x-proxy-key'], undefined)
      assert.equal(JSON.stringify(received?.rawHeaders).includes(SECRET), false, path)
    }
  }
})

test("beside X-Proxy-Key, the caller's own Work Analytics token goes through", async () => {
  const response = await caller.get(WORK, [`X-Proxy-Key: ${SECRET}`, 'Authorization: Bearer my-work-token'])
  assert.equal(response.status, 200)
  assert.equal(upstream.received[0]?.headers.authorization, 'Bearer my-work-token')
})

test('the key is in no log line', async () => {
  await caller.get('/storage', [`X-Proxy-Key: ${SECRET}`])
  await caller.get('/storage', ['X-Proxy-Key: wrong-key-2'])
  assert.equal(/proxy-key-1|wrong-key-2/.test(JSON.stringify(proxy.log)), false)
  assert.ok(proxy.log.length > 2)
})
