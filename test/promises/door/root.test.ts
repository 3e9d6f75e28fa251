import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_READ_ONLY: 'true', X8_DENY: '/' })
const caller = rawCaller(proxy.port)
const host = `127.0.0.1:${proxy.port}`

const BROWSER = [
  'Sec-Fetch-Site: none',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Dest: document',
  'Accept: text/html',
]

test('who opened the address of the proxy saw an error of 8x8 instead of its page', async () => {
  for (const target of ['/', '/?', '/?utm=1', '/-', '/%2D', `http://${host}`, `http://${host}?x`]) {
    for (const headers of [BROWSER, []]) {
      for (const method of ['GET', 'HEAD']) {
        const response = await caller.send(`${method} ${target} HTTP/1.1`, [`Host: ${host}`, ...headers])
        assert.equal(response.status, 302, target)
        assert.equal(response.headers['location'], '/-/')
        assert.equal(response.headers['cache-control'], 'no-store')
        assert.ok(response.headers['x-request-id'])
      }
    }
  }
  const shown = await fetch(proxy.origin)
  assert.equal(shown.url, `${proxy.origin}/-/`)
  assert.match(await shown.text(), /<!doctype html>/i)
  assert.deepEqual(upstream.received, [])
})

test('nothing else of "/" goes to 8x8 either', async () => {
  for (const target of ['/', '/-']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'PROPFIND']) {
      const response = await caller.send(`${method} ${target} HTTP/1.1`, ['Host: localhost'])
      assertProblem(response, 'not-found', `${method} ${target}`)
    }
    assert.equal((await caller.send(`OPTIONS ${target} HTTP/1.1`, ['Host: localhost'])).status, 204)
  }
  assert.deepEqual(upstream.received, [])
})

test('OPTIONS * asks this proxy, and was refused', async () => {
  for (const version of ['1.0', '1.1']) {
    const response = await caller.send(`OPTIONS * HTTP/${version}`, ['Host: localhost'])
    assert.equal(response.status, 204)
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      assert.ok(response.headers['allow']?.split(', ').includes(method), method)
    }
  }
  assertProblem(await caller.send('OPTIONS * HTTP/1.1', ['Host: evil.example']), 'host-not-allowed')
  assertProblem(await caller.send('OPTIONS * HTTP/1.1'), 'bad-request')
  for (const method of ['GET', 'POST']) {
    assertProblem(await caller.send(`${method} * HTTP/1.1`, ['Host: localhost']), 'bad-target')
  }
  assert.deepEqual(upstream.received, [])
})
