import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkHost } from '../../../src/door/host-header.js'
import type { ProxyError } from '../../../src/http/errors.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const allowed = new Set(['localhost', 'proxy.internal'])
const upstream = await startUpstream()
const proxy = await startProxy({
  X8_BASE_URL: upstream.origin,
  X8_ALLOWED_HOSTS: 'localhost,Proxy.Internal',
})
const caller = rawCaller(proxy.port)

test('an address or an allowed name lets a request in, with any port', () => {
  for (const host of [
    '127.0.0.1',
    '127.0.0.1:8808',
    '192.168.1.20:1',
    '10.0.0.1:65535',
    '[::1]',
    '[::1]:8808',
    '[2001:DB8::1]:80',
    '[::ffff:127.0.0.1]:8808',
    'localhost',
    'localhost:8808',
    'localhost:',
    'LocalHost:8808',
    'proxy.internal',
    'PROXY.INTERNAL:443',
  ]) {
    assert.equal(checkHost(['Accept', '*/*', 'hOST', host], allowed), host)
  }
})

test('any other name keeps a request out, whatever it looks like', () => {
  for (const host of [
    'evil.example',
    'localhost.',
    'localhost.evil.example',
    'evil.localhost',
    'xlocalhost',
    '127.0.0.1.evil.example',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '256.0.0.1',
    '127.0.0.1.',
  ]) {
    assert.throws(
      () => checkHost(['Host', host], allowed),
      ({ problem, detail }: ProxyError) =>
        problem === 'host-not-allowed' && detail.includes('X8_ALLOWED_HOSTS'),
      host,
    )
  }
})

test('a malformed Host is no valid request', () => {
  for (const host of [
    '',
    ' ',
    'localhost:8808.evil.example',
    'localhost:8808:8808',
    'localhost:port',
    'localhost:123456',
    'localhost@evil.example',
    'user@localhost',
    'user:password@127.0.0.1',
    'localhost/x',
    'localhost?x',
    'localhost#x',
    'localhost\\x',
    'localhost,evil.example',
    'localhost evil.example',
    'http://localhost',
    '//localhost',
    '::1',
    '[::1',
    '[::1]x',
    '[::1%25eth0]',
    '[127.0.0.1]',
    '[localhost]',
    '[]',
    'ⅼocalhost',
    'localhost\u0000',
  ]) {
    assert.throws(() => checkHost(['Host', host], allowed), { problem: 'bad-request' }, host)
  }
})

test('no Host, or two of them, keep a request out', () => {
  for (const headers of [
    [],
    ['X-Host', 'localhost'],
    ['Host', 'localhost', 'Host', 'localhost'],
    ['Host', 'localhost', 'Accept', '*/*', 'hOST', 'evil.example'],
  ]) {
    assert.throws(() => checkHost(headers, allowed), { problem: 'bad-request' })
  }
})

test('a page that rebinds its own name to this machine gets nothing, on any address and by any method', async () => {
  for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    for (const target of [
      '/storage/us-west/v3/objects',
      '/',
      '/-/',
      '/-/status',
      '/-/live/',
      '/-//live',
      '/%2D/live',
      '/-/nothing',
      '/oauth/v2/token',
      '/%zz',
      '/a/../b',
      '*',
      'http://rebound.example/storage',
    ]) {
      if (target === '*' && method !== 'OPTIONS') continue
      const response = await caller.send(`${method} ${target} HTTP/1.1`, ['Host: rebound.example:8808'])
      const { detail } = assertProblem(response, 'host-not-allowed', `${method} ${target}`)
      assert.match(detail, /X8_ALLOWED_HOSTS/)
    }
  }
  assert.deepEqual(upstream.received, [])
})

test('a request without Host, or with two, is told so, in HTTP/1.0 and 1.1', async () => {
  for (const headers of [
    [],
    ['Host: localhost', 'Host: localhost'],
    ['Host: localhost', 'host: evil.example'],
    ['Host:'],
    ['Host: user@localhost'],
  ]) {
    for (const version of ['1.0', '1.1']) {
      const response = await caller.send(`GET /storage HTTP/${version}`, headers)
      assert.match(assertProblem(response, 'bad-request').detail, /exactly one valid Host/)
    }
  }
  assert.deepEqual(upstream.received, [])
})

test('an allowed name works in HTTP/1.0 too', async () => {
  const response = await caller.send('GET /storage/old HTTP/1.0', ['Host: proxy.internal'])
  assert.equal(response.status, 200)
  assert.equal(response.body.toString(), '{"ok":true}')
  assert.equal(upstream.received.at(-1)?.target, '/storage/old')
})

test('probes get responses under any name, and without one', async () => {
  await fetch(`${proxy.origin}/storage/warm`)
  for (const path of ['/-/live', '/-/ready', '/-/live?verbose=1', '/-/ready?']) {
    for (const headers of [
      ['Host: 10-0-0-1.pod.cluster.local:8808'],
      [],
      ['Host: a', 'Host: b'],
      ['Host: '],
    ]) {
      for (const request of [`GET ${path} HTTP/1.1`, `GET ${path} HTTP/1.0`, `HEAD ${path} HTTP/1.1`]) {
        assert.equal((await caller.send(request, headers)).status, 200, `${request} ${headers.join()}`)
      }
    }
  }
})
