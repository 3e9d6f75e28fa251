import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
const caller = rawCaller(proxy.port)
const host = `127.0.0.1:${proxy.port}`
beforeEach(() => void (upstream.received.length = 0))

const BAD_TARGETS = [
  '//evil.example/storage',
  '///evil.example/storage',
  '//',
  'http://evil.example/storage',
  'https://api.8x8.com/storage',
  'http://localhost:1/storage',
  'http://localhost@evil.example/storage',
  'http://localhost//evil.example/storage',
  '*',
  'storage',
  '?storage',
  '\\\\evil.example\\storage',
  '/storage/./x',
  '/storage/../oauth/v2/token',
  '/..',
  '/.',
  '/storage/..',
  '/storage/%2e%2e/qm',
  '/storage/%2E./qm',
  '/storage/.%2e/qm',
  '/storage/%2e/qm',
  '/storage%2f..%2fqm',
  '/storage/..%2fqm',
  '/storage/..%5cqm',
  '/storage%5c..%5cqm',
  '/storage/..;/qm',
  '/storage/%252e%252e/qm',
  '/storage\\x',
  '/\\evil.example/x',
  '/storage\\..\\qm',
  '/storage?x=\\',
  '/storage\x01',
  '/storage\0x',
  '/storage\tx',
  '/storage\x0bx',
  '/storage\x7fx',
  '/storage\rx',
  '/storage\nx',
  '/storage\r\nX-Injected: yes',
  '/storage%00/x',
  '/storage%0d%0aX-Injected:%20yes',
  '/storage#x',
  '/storage?x#y',
  '/#',
  '/storage x',
  '/storage?q=a b',
  '/storage/%',
  '/storage/%zz',
  '/storage/%E9',
  '/storage/%c0%ae%c0%ae/qm',
]

test('a target that cannot be sent safely is refused with a reason, and 8x8 sees nothing', async () => {
  for (const target of BAD_TARGETS) {
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
      // That one is about this proxy.
      if (target === '*' && method === 'OPTIONS') continue
      const response = await caller.send(`${method} ${target} HTTP/1.1`, [
        'Host: localhost',
        'Content-Length: 0',
      ])
      assertProblem(response, 'bad-target', `${method} ${JSON.stringify(target)}`)
    }
  }
  assert.equal(upstream.received.length, 0)
})

test('a line feed in the target does not make HTTP/0.9 of the request', async () => {
  for (const bytes of [
    'GET /storage\nHost: localhost\r\nConnection: close\r\n\r\n',
    'GET /storage\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'POST /storage\nHost: localhost\nContent-Length: 0\n\n',
  ]) {
    assertProblem(await caller.bytes(bytes), 'bad-target', JSON.stringify(bytes))
  }
  assert.equal(upstream.received.length, 0)
})

test('what is sent safely arrives byte for byte', async () => {
  for (const target of [
    '/storage/us-west/v3/objects/',
    '/storage//us-west///objects//',
    '/storage/us-west/v3/objects?filter=type==callrecording;tag==(a,b)*;name=="x"',
    '/chat-gateway/v1/conversations?filter=queue.id==%27a%27,status=in=(OPEN,CLOSED)&sort=id:asc',
    "/x/{id}?a={b}&c='d'&e=[f]|^`<g>",
    '/analytics/cc/v5/realtime-metrics/queues?&metrics=entered.today&metrics=a&metrics=a&&=',
    '/x?a=b+c%20d%2Be',
    '/storage/us-west/v3/objects/a%2Fb%2fc%3D%3D/content',
    '/x?token=abc%3D%3D&redirect=https%3A%2F%2Fevil.example%2F..%2F',
    '/x?path=../../etc/passwd&b=./c&d=//e',
    '/x?bad=%zz&worse=%E9&worst=%00%0d%0a%',
    '/x;v=1/y;z?;',
    '/.well-known/x..y/...',
    '/a%5Cb',
    '/%C3%BC/%e2%82%ac',
    '/%73torage',
    '/-x/live',
    '/x/-/live',
    '/oauth/v2/token/x',
    `/${'x'.repeat(14_000)}`,
    `/x?ids=${'12345,'.repeat(2_300)}`,
  ]) {
    const response = await caller.get(target)
    assert.equal(response.status, 200, target)
    assert.equal(upstream.received.pop()?.target, target)
  }
})

test('the absolute form works if it names the proxy itself', async () => {
  for (const [target, own] of [
    [`http://${host}/storage/a?b`, '/storage/a?b'],
    [`HTTP://${host}/x?`, '/x?'],
  ] as const) {
    assert.equal((await caller.send(`GET ${target} HTTP/1.1`, [`Host: ${host}`])).status, 200)
    assert.equal(upstream.received.pop()?.target, own)
  }
  const own = await caller.send(`GET http://${host}/-/live HTTP/1.1`, [`Host: ${host}`])
  assert.equal(own.body.toString(), '{"live":true}')
  assertProblem(await caller.send(`GET http://${host}/x HTTP/1.1`, ['Host: localhost']), 'bad-target')
})

test('the login and the addresses of the proxy itself get their response here in any spelling, never half forwarded', async () => {
  for (const path of [
    '/oauth/v2/token',
    '/oauth//v2/token',
    '/oauth/v2//token',
    '/oauth/v2/%74oken',
    '/%6Fauth/v2/token?x',
  ]) {
    const response = await caller.send(`POST ${path} HTTP/1.1`, ['Host: localhost', 'Content-Length: 0'])
    assert.match(response.body.toString(), /"access_token":"stand-in/, path)
  }
  for (const path of ['/-/live', '/%2d/live', '/-//live', '/-/%6Cive', '/-/live?x=y']) {
    assert.equal((await caller.get(path)).body.toString(), '{"live":true}', path)
  }
  for (const path of ['/-/x', '/-/live/', '/-/Live', '/-/live;x', '/-/a%2Fb']) {
    assertProblem(await caller.get(path), 'not-found', path)
  }
  assert.equal(upstream.received.length, 0)
})

test('characters beyond ASCII must be encoded, and the problem says so', async () => {
  for (const target of ['/x?q=\xfc', '/\xc3\xbc']) {
    assert.match(assertProblem(await caller.get(target), 'bad-target').detail, /not ASCII/)
  }
})
