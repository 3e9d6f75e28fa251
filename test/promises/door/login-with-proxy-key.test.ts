import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const KEY = 'proxy-key-1:+/='
const upstream = await startUpstream()
const proxy = await startProxy({
  X8_BASE_URL: upstream.origin,
  X8_PROXY_KEY: KEY,
  X8_WORK_USERNAME: 'u',
  X8_WORK_PASSWORD: 'p',
})
const caller = rawCaller(proxy.port)
beforeEach(() => void (upstream.received.length = 0))

const basic = (user: string, password: string) =>
  `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
const login = (headers: readonly string[], path = '/oauth/v2/token', method = 'POST') =>
  caller.send(`${method} ${path} HTTP/1.1`, ['Host: localhost', 'Content-Length: 0', ...headers])
const tokenIn = (response: { body: Buffer }) =>
  (JSON.parse(response.body.toString()) as { access_token: string }).access_token

test('with a proxy key, a script that logs in first had to be changed', async () => {
  for (const authorization of [
    basic('any-app-key', KEY),
    basic('', KEY),
    // As OAuth libraries write it (RFC 6749, section 2.3.1).
    basic('any-app-key', encodeURIComponent(KEY)),
    basic('x', KEY).replace('Basic', 'basic'),
  ]) {
    for (const path of [
      '/oauth/v2/token',
      '/oauth/v2/token?grant_type=client_credentials',
      '/oauth//v2/%74oken',
    ]) {
      const response = await login([authorization], path)
      assert.equal(response.status, 200, `${authorization} ${path}`)
      assert.equal(response.headers['cache-control'], 'no-store')
      const token = tokenIn(response)
      assert.equal(token, KEY)
      const call = await caller.get('/storage/us-west/v3/objects', [`Authorization: Bearer ${token}`])
      assert.equal(call.status, 200)
      const { headers, rawHeaders } = upstream.received.pop()!
      assert.match(headers.authorization ?? '', /^Bearer token-/)
      assert.equal(JSON.stringify(rawHeaders).includes(KEY), false)
    }
  }
  assert.equal(tokenIn(await login([basic('x', KEY)], '/analytics/work/v1/oauth/token')), KEY)
})

test('any other login without the key stays refused', async () => {
  for (const headers of [
    [],
    [basic('any-app-key', 'wrong')],
    [basic(KEY, 'wrong')],
    [basic('any-app-key', `${KEY}x`)],
    [basic('any-app-key', KEY.slice(1))],
    [basic('any-app-key', '%')],
    ['Authorization: Basic'],
    ['Authorization: Basic !!!'],
    [`Authorization: Basic ${Buffer.from(KEY).toString('base64')}`],
    [basic('any-app-key', KEY).replace('Basic', 'Digest')],
  ]) {
    const response = await login(headers)
    const { detail } = assertProblem(response, 'proxy-key-required', headers.join())
    assert.match(detail, /X8_PROXY_KEY/)
    assert.equal(response.body.includes(KEY), false)
  }
})

test('elsewhere the Basic password is no proxy key, and goes no further as one', async () => {
  for (const [path, method] of [
    ['/storage/x', 'POST'],
    ['/-/status', 'GET'],
    ['/oauth/v2/token/x', 'POST'],
    ['/oauth/v2/token', 'GET'],
  ] as const) {
    assertProblem(await login([basic('x', KEY)], path, method), 'proxy-key-required', `${method} ${path}`)
  }
  const other = await startProxy({ X8_BASE_URL: upstream.origin, X8_PROXY_KEY: KEY }, { start: false })
  const work = (headers: string[]) => rawCaller(other.port).get('/analytics/work/v1/call-records', headers)
  await work([`X-Proxy-Key: ${KEY}`, basic('x', KEY)])
  assert.equal(upstream.received.pop()?.headers.authorization, undefined)
  await work([`X-Proxy-Key: ${KEY}`, basic('x', 'my-own')])
  assert.equal(`Authorization: ${upstream.received.pop()?.headers.authorization}`, basic('x', 'my-own'))
})

test('who brings the key in another way gets the token that opens nothing', async () => {
  for (const header of [`X-Proxy-Key: ${KEY}`, `Authorization: Bearer ${KEY}`]) {
    assert.match(tokenIn(await login([header])), /^stand-in/)
  }
})

test('the key of a login is in no log line', async () => {
  await login([basic('x', KEY)])
  const text = JSON.stringify(proxy.log)
  assert.equal(text.includes(KEY) || text.includes(basic('x', KEY).slice(21)), false)
})
