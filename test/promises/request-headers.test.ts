import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { FAMILIES, OTHER_FAMILY } from '../../src/api/families.js'
import { requestHeaders, type Additions } from '../../src/proxy/request-headers.js'
import { sendRaw } from '../support/raw-client.js'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_TENANT: 'tenant-1', X8_PBX: 'pbx-1' })
beforeEach(() => void (upstream.received.length = 0))

const additions = (family: string, more: Partial<Additions> = {}): Additions => ({
  family: [...FAMILIES, OTHER_FAMILY].find(({ name }) => name === family)!,
  appKey: 'app-key',
  token: undefined,
  requestId: 'id-1',
  tenant: undefined,
  pbx: undefined,
  dropAuthorization: false,
  unencoded: false,
  ...more,
})
const ID = ['X-Request-Id', 'id-1']
const BEARER_FAMILIES = ['cc-realtime', 'cc-historical', 'storage', 'qm', 'cc-chat', 'other']
const KEY_FAMILIES = FAMILIES.filter(({ credential }) => credential === 'api-key').map(({ name }) => name)

test("the caller's headers keep their bytes, their case and their order", () => {
  const headers = [
    'aCCept', '*/*', 'X-Many', 'one', 'x-many', 'two', 'Empty', '', 'Latin', '\xfc\xe9', 'Accept-Encoding', 'br',
    'Content-Type', 'text/plain; charset=x', 'Range', 'bytes=0-1', 'If-None-Match', 'W/"x"', 'User-Agent', 'mine',
  ] // prettier-ignore
  assert.deepEqual(requestHeaders(headers, additions('other')), [...headers, ...ID])
})

test('what was meant for this hop, or tells of the way here, stops here', () => {
  const stopping = [
    'Connection', 'Keep-Alive', 'Proxy-Connection', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'HTTP2-Settings',
    'Host', 'Content-Length', 'Expect', 'Cookie', 'Cookie2', 'Origin', 'Referer', 'Sec-Fetch-Site', 'Sec-Fetch-Mode',
    'Sec-Fetch-Dest', 'Sec-Fetch-User', 'Sec-CH-UA', 'Sec-GPC', 'Sec-WebSocket-Key', 'Proxy-Authorization',
    'Proxy-Authenticate', 'Proxy-Anything', 'Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto',
    'X-Forwarded-Prefix', 'Via', 'X-Proxy-Key', 'X-Request-Id', 'Authorization',
    'X-Real-IP', 'X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-Original-URL', 'X-Rewrite-URL',
  ] // prettier-ignore
  for (const name of stopping) {
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
      const headers = ['Accept', 'a', spelling, 'x', 'Accept-Language', 'b', spelling, 'y']
      assert.deepEqual(
        requestHeaders(headers, additions('other')),
        ['Accept', 'a', 'Accept-Language', 'b', ...ID],
        spelling,
      )
    }
  }
})

test('headers that look alike pass', () => {
  const headers = [
    'Section', 'a', 'Security', 'a', 'Proxy', 'a', 'X-Forwarded', 'a', 'Hostname', 'a', 'X-Cookie', 'a', 'Cookies', 'a',
    'Refer', 'a', 'X-Via', 'a', 'X-Origin', 'a', 'Tee', 'a', 'Content-Location', 'a',
  ] // prettier-ignore
  assert.deepEqual(requestHeaders(headers, additions('other')), [...headers, ...ID])
})

test('headers that Connection names stop here, and cannot take ours with them', () => {
  for (const connection of [
    ['Connection', 'close, X-Hop, authorization, x-request-id, 8x8-apikey,X-TENANT-INFO'],
    [
      'connection',
      'x-hop',
      'Connection',
      ' Authorization ,\tX-Request-Id',
      'CONNECTION',
      '8X8-ApiKey, x-tenant-info',
    ],
  ]) {
    const headers = [
      'X-Hop',
      'a',
      ...connection,
      'x-hop',
      'b',
      'X-Kept',
      'c',
      '8x8-apikey',
      'mine',
      'X-Tenant-Info',
      't',
    ]
    assert.deepEqual(requestHeaders(headers, additions('cc-realtime', { token: 'shared', tenant: 'ours' })), [
      'X-Kept',
      'c',
      'Authorization',
      'Bearer shared',
      'X-Tenant-Info',
      'ours',
      ...ID,
    ])
    assert.deepEqual(requestHeaders(headers, additions('work-analytics', { token: 'work-token' })), [
      'X-Kept',
      'c',
      'Authorization',
      'Bearer work-token',
      '8x8-apikey',
      'app-key',
      ...ID,
    ])
  }
})

test("bearer families get the shared token, and the caller's own Authorization is dropped", () => {
  for (const family of BEARER_FAMILIES) {
    const headers = ['Authorization', 'Bearer mine', 'authorization', 'Basic mine', 'x-api-key', 'stays']
    assert.deepEqual(
      requestHeaders(headers, additions(family, { token: 'shared' })),
      ['x-api-key', 'stays', 'Authorization', 'Bearer shared', ...ID],
      family,
    )
  }
})

test('x-api-key families get the app key unless the caller has one, and never a Bearer', () => {
  for (const family of KEY_FAMILIES) {
    assert.deepEqual(
      requestHeaders(['Authorization', 'Bearer mine'], additions(family)),
      ['x-api-key', 'app-key', ...ID],
      family,
    )
    for (const name of ['x-api-key', 'X-API-Key']) {
      assert.deepEqual(requestHeaders([name, 'mine'], additions(family)), [name, 'mine', ...ID])
      assert.deepEqual(requestHeaders([name, ''], additions(family)), ['x-api-key', 'app-key', ...ID])
    }
    assert.deepEqual(requestHeaders(['Connection', 'x-api-key', 'x-api-key', 'mine'], additions(family)), [
      'x-api-key',
      'app-key',
      ...ID,
    ])
  }
})

test("Work Analytics gets the app key, always ours, beside the caller's own Bearer", () => {
  const headers = ['8x8-ApiKey', 'mine', 'Authorization', 'Bearer mine']
  assert.deepEqual(requestHeaders(headers, additions('work-analytics')), [
    'Authorization',
    'Bearer mine',
    '8x8-apikey',
    'app-key',
    ...ID,
  ])
})

test("the proxy's own Work token replaces the caller's, and the proxy key is no token", () => {
  const headers = ['Authorization', 'Bearer mine']
  assert.deepEqual(requestHeaders(headers, additions('work-analytics', { token: 'work-token' })), [
    'Authorization',
    'Bearer work-token',
    '8x8-apikey',
    'app-key',
    ...ID,
  ])
  assert.deepEqual(requestHeaders(headers, additions('work-analytics', { dropAuthorization: true })), [
    '8x8-apikey',
    'app-key',
    ...ID,
  ])
})

test('Customer experience gets the app key unless the caller has one, keeps its token header and gets no Bearer', () => {
  const headers = ['token', 'survey-token', 'Authorization', 'Bearer mine']
  assert.deepEqual(requestHeaders(headers, additions('customer-experience')), [
    'token',
    'survey-token',
    '8x8-apikey',
    'app-key',
    ...ID,
  ])
  assert.deepEqual(requestHeaders(['8x8-ApiKey', 'mine'], additions('customer-experience')), [
    '8x8-ApiKey',
    'mine',
    ...ID,
  ])
  assert.deepEqual(requestHeaders(['8x8-apikey', ''], additions('customer-experience')), [
    '8x8-apikey',
    'app-key',
    ...ID,
  ])
})

test('a tenant goes to the families that need one, unless the caller sends another', () => {
  const settings = { tenant: 'tenant-1', pbx: 'pbx-1' }
  const added = (family: string, headers: string[]) => {
    const all = requestHeaders(headers, additions(family, settings))
    return all
      .slice(0, all.lastIndexOf('X-Request-Id'))
      .filter((part) => !['x-api-key', 'app-key'].includes(part))
  }
  for (const [family, name, value] of [
    ['cc-realtime', 'X-Tenant-Info', 'tenant-1'],
    ['cc-historical', 'X-Tenant-Info', 'tenant-1'],
    ['qm', 'pbx', 'pbx-1'],
    ['chat-gateway', 'X-8x8-Tenant', 'tenant-1'],
    ['campaigns', 'X-8x8-Tenant', 'tenant-1'],
  ] as const) {
    assert.deepEqual(added(family, []), [name, value])
    assert.deepEqual(added(family, [name.toUpperCase(), 'mine']), [name.toUpperCase(), 'mine'])
    assert.deepEqual(added(family, [name, '']), [name, value])
  }
  for (const family of ['storage', 'cc-chat', 'other', 'work-analytics', 'audit']) {
    assert.equal(
      added(family, []).some((part) => part.endsWith('-1')),
      false,
      family,
    )
    assert.deepEqual(added(family, ['pbx', 'mine']).slice(0, 2), ['pbx', 'mine'])
  }
  assert.deepEqual(requestHeaders([], additions('qm')), ID, 'and nothing is made up')
})

test('on the wire, each family gets its credential, and nothing of the way here', async () => {
  // Links in their bodies are rewritten.
  const UNENCODED = { 'accept-encoding': 'identity' }
  const credentials: Record<string, Record<string, string | undefined>> = {
    '/eu/analytics/cc/v5/realtime-metrics/queues': {
      authorization: 'Bearer token-1',
      'x-tenant-info': 'tenant-1',
    },
    '/storage/us-west/v3/objects': { authorization: 'Bearer token-1' },
    '/qm/us-west/v1/evaluations': { authorization: 'Bearer token-1', pbx: 'pbx-1', ...UNENCODED },
    '/anything/else': { authorization: 'Bearer token-1' },
    '/chat/api/chat/v1/messages': { 'x-api-key': 'test-key' },
    '/cc/US1/campaigns/v1/x': { 'x-api-key': 'test-key', 'x-8x8-tenant': 'tenant-1' },
    '/analytics/work/v1/call-records': {
      '8x8-apikey': 'test-key',
      authorization: 'Bearer mine',
      ...UNENCODED,
    },
    '/customerexperience/v1/recentCallData/us': { '8x8-apikey': 'test-key', token: 'ce-token' },
  }
  for (const [path, expected] of Object.entries(credentials)) {
    const response = await sendRaw(
      proxy.port,
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mine\r\ntoken: ce-token\r\nCookie: a=b\r\n` +
        'Via: 1.1 x\r\nX-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nReferer: http://localhost/\r\n' +
        'Proxy-Authorization: Basic x\r\nSec-Fetch-Mode: cors\r\nTE: trailers\r\nKeep-Alive: timeout=5\r\n' +
        'Connection: close, X-Hop\r\nX-Hop: x\r\nX-Kept: \xfc\r\nX-Request-Id: id-1\r\nContent-Length: 2\r\n\r\n{}',
    )
    assert.equal(response.status, 200)
    const { headers, rawHeaders } = upstream.received.pop()!
    const { token, ...rest } = headers
    assert.deepEqual(
      { ...rest, ...('token' in expected ? { token } : {}) },
      {
        host: new URL(upstream.origin).host,
        connection: 'keep-alive',
        'content-length': '2',
        'x-kept': '\xfc',
        'x-request-id': 'id-1',
        ...expected,
      },
      path,
    )
    assert.equal(token, 'ce-token')
    assert.equal(
      new Set(rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())).size,
      rawHeaders.length / 2,
    )
  }
})

test('where links in the body are rewritten, 8x8 is asked for a body without an encoding', () => {
  const headers = ['A', 'a', 'accept-ENCODING', 'gzip', 'Accept-Encoding', 'br', 'B', 'b']
  assert.deepEqual(requestHeaders(headers, additions('fax', { unencoded: true })), [
    'A',
    'a',
    'B',
    'b',
    'x-api-key',
    'app-key',
    'Accept-Encoding',
    'identity',
    ...ID,
  ])
  assert.deepEqual(requestHeaders(['Accept-Encoding', 'gzip'], additions('other')), [
    'Accept-Encoding',
    'gzip',
    ...ID,
  ])
})
