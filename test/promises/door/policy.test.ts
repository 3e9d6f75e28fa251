import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { loadConfig } from '../../../src/config/load-config.js'
import { createPolicy, type Policy } from '../../../src/door/policy.js'
import { canonicalPath } from '../../../src/http/target.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const upstream = await startUpstream()
beforeEach(() => void (upstream.received.length = 0))

/** The policy of some settings. */
function policy(settings: Record<string, string>): Policy {
  return createPolicy(
    loadConfig({ X8_APP_KEY: 'key', X8_APP_SECRET: 'secret', ...settings }, () => '').config,
  )
}

/** Whether a request, as the caller spells it, may be forwarded. */
function allows(check: Policy, request: string): boolean {
  const [method, path] = request.split(' ') as [string, string]
  try {
    check(method, canonicalPath(path))
    return true
  } catch (error) {
    assert.equal((error as { problem: string }).problem, 'not-allowed')
    return false
  }
}

const EVASIONS = [
  '/storage',
  '/storage/',
  '/storage/us-west/v3/objects',
  '/%73torage/x',
  '/%73%74%6F%72%61%67%65/x',
  '/stor%61ge',
  '//storage/x',
  '///storage//x',
  '/storage//x',
  '/storage%2Fx',
  '/storage%2fx',
  '/storage%5Cx',
  '/%2Fstorage/x',
  '/storage%252Fx',
  '/%2573torage/x',
  '/%2573torage/%25zz',
  '/%2573torage/100%25',
  '/storage;a=b/x',
  '/storage;/x',
  '/storage%3Ba=b/x',
  '/;a=b/storage/x',
  '/storage%3Fx=1',
  '/storage%23x',
  '/Storage/x',
  '/STORAGE',
  '/%53torage%2Fx',
]

test('a denied prefix is denied in every spelling that a server might take for it', () => {
  const check = policy({ X8_DENY: '/storage' })
  for (const path of EVASIONS) assert.equal(allows(check, `GET ${path}`), false, path)
})

test('a denied prefix in another spelling is the same prefix', () => {
  for (const rule of ['/%73torage', '/storage/', '/STORAGE', 'get /storage', '  GET   /storage  ']) {
    const check = policy({ X8_DENY: rule })
    for (const path of EVASIONS) assert.equal(allows(check, `GET ${path}`), false, `${rule} ${path}`)
  }
})

test('a rule ends where a segment ends', () => {
  const deny = policy({ X8_DENY: '/storage/us-west' })
  const allow = policy({ X8_ALLOW: '/storage/us-west' })
  for (const path of [
    '/storage',
    '/storage/us-west2/x',
    '/storage/us',
    '/a/storage/us-west',
    '/storage/us-west-1',
  ]) {
    assert.equal(allows(deny, `GET ${path}`), true, path)
    assert.equal(allows(allow, `GET ${path}`), false, path)
  }
})

test('what is allowed is allowed as it is written, in no looser reading', () => {
  const check = policy({ X8_ALLOW: '/qm, GET /storage/us-west' })
  for (const path of ['/qm', '/qm/us-west/v1/evaluations', '//qm/x', '/%71m/x', '/qm/a%2Fb', '/qm/a;b=c']) {
    assert.equal(allows(check, `POST ${path}`), true, path)
  }
  for (const path of [
    '/',
    '/qmx',
    '/QM/x',
    '/qm%2Fx',
    '/qm;x/y',
    '/storage/us-west/x',
    '/storage;x/us-west',
  ]) {
    assert.equal(allows(check, `POST ${path}`), false, path)
  }
  assert.equal(allows(check, 'GET /storage/us-west/x'), true)
})

test('deny wins over allow, in whichever order', () => {
  const check = policy({ X8_ALLOW: '/storage,/qm', X8_DENY: 'DELETE /,/storage/us-west' })
  assert.equal(allows(check, 'GET /storage/uk/v3/objects'), true)
  assert.equal(allows(check, 'GET /storage/us-west/v3/objects'), false)
  assert.equal(allows(check, 'GET /storage%2Fus-west/v3/objects'), false)
  assert.equal(allows(check, 'DELETE /qm/x'), false)
  assert.equal(allows(check, 'GET /chat/api'), false)
})

test('a rule with a method is for that method, and GET covers HEAD', () => {
  const check = policy({ X8_ALLOW: 'GET /storage,POST /qm', X8_DENY: 'GET /storage/secret' })
  assert.equal(allows(check, 'GET /storage/x'), true)
  assert.equal(allows(check, 'HEAD /storage/x'), true)
  assert.equal(allows(check, 'HEAD /storage/secret/x'), false)
  assert.equal(allows(check, 'POST /storage/x'), false)
  assert.equal(allows(check, 'POST /qm/x'), true)
  assert.equal(allows(check, 'GET /qm/x'), false)
})

test('the root stands for everything', () => {
  const check = policy({ X8_DENY: 'POST /' })
  for (const path of ['/', '/x', '/x/y', '//']) {
    assert.equal(allows(check, `POST ${path}`), false, path)
    assert.equal(allows(check, `GET ${path}`), true, path)
  }
})

test('read-only lets GET, HEAD and OPTIONS through and nothing else', () => {
  const check = policy({ X8_READ_ONLY: 'true', X8_ALLOW: '/storage' })
  for (const method of ['GET', 'HEAD', 'OPTIONS']) assert.equal(allows(check, `${method} /storage`), true)
  for (const method of [
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'PROPFIND',
    'MKCOL',
    'REPORT',
    'SEARCH',
    'get',
    'TRACE',
  ]) {
    assert.equal(allows(check, `${method} /storage`), false, method)
  }
  assert.equal(allows(check, 'GET /qm'), false)
})

test('TRACE and CONNECT are never forwarded', () => {
  const check = policy({})
  assert.equal(allows(check, 'TRACE /storage'), false)
  assert.equal(allows(check, 'CONNECT /storage'), false)
  assert.equal(allows(check, 'PROPFIND /storage'), true)
})

test('a refused request names the setting and reaches no server, and what was allowed goes out as it was spelled', async () => {
  const proxy = await startProxy({
    X8_BASE_URL: upstream.origin,
    X8_DENY: '/storage',
    X8_ALLOW: '/storage,/qm',
  })
  const caller = rawCaller(proxy.port)
  for (const path of EVASIONS.filter((spelling) => !spelling.startsWith('//'))) {
    assertProblem(await caller.get(path), 'not-allowed', path)
    assertProblem(await caller.get(`${path}?x=/qm/`), 'not-allowed', path)
  }
  assert.match(assertProblem(await caller.get('/storage'), 'not-allowed').detail, /X8_DENY/)
  assert.match(assertProblem(await caller.get('/chat'), 'not-allowed').detail, /X8_ALLOW/)
  assert.equal(upstream.received.length, 0)

  assert.equal((await caller.get('/%71m//a%2Fb;c?d')).status, 200)
  assert.equal(upstream.received[0]?.target, '/%71m//a%2Fb;c?d')
})

test('read-only refuses writes and still lets scripts log in', async () => {
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_READ_ONLY: 'true' })
  const caller = rawCaller(proxy.port)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
    const response = await caller.send(
      `${method} /qm/x HTTP/1.1`,
      ['Host: localhost', 'Content-Length: 2'],
      '{}',
    )
    assert.match(assertProblem(response, 'not-allowed', method).detail, /X8_READ_ONLY/)
  }
  assert.deepEqual(upstream.received, [])
  const login = await caller.send('POST /oauth/v2/token HTTP/1.1', ['Host: localhost', 'Content-Length: 0'])
  assert.equal(login.status, 200)
  assert.equal((await caller.get('/qm/x')).status, 200)
})

test('the rules are about 8x8: the addresses of the proxy itself stay', async () => {
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_DENY: '/' })
  const caller = rawCaller(proxy.port)
  assert.equal((await caller.get('/-/status')).status, 200)
  assert.equal((await caller.get('/-/live')).status, 200)
  assert.equal((await caller.get('/-')).status, 302)
  assertProblem(await caller.get('/-x'), 'not-allowed')
})
