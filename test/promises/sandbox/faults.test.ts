import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { get } from 'node:http'
import { test } from 'node:test'
import type { Sandbox } from '../../../src/sandbox/sandbox.js'
import { appClient, jsonOf, queuesPath, requestToken, withSandbox } from './client.js'

const fault = (value: string) => ({ headers: { 'x-sandbox-fault': value } })

test('a status on demand comes with the gateway’s body', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const cases: readonly [string, number, RegExp][] = [
      ['status=401', 401, /keymanagement\.service\.invalid_access_token/],
      ['status=401;kind=expired', 401, /access_token_expired/],
      ['status=401, kind=product', 401, /InvalidAPICallAsNoApiProductMatchFound/],
      ['status=401;kind=kong', 401, /"Unauthorized"/],
      ['status=403', 403, /You cannot consume this service/],
      ['status=404', 404, /no Route matched/],
      ['status=500', 500, /referenceId/],
      ['status=503', 503, /ServiceUnavailable/],
    ]
    for (const [spec, status, body] of cases) {
      const response = await call(queuesPath, fault(spec))
      assert.equal(response.status, status)
      assert.match(await response.text(), body)
    }
  }))

test('a 429 says when to try again', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const response = await call(queuesPath, fault('status=429; retry-after=7'))
    assert.equal(response.status, 429)
    assert.equal(response.headers.get('retry-after'), '7')
    assert.equal(response.headers.get('ratelimit-remaining'), '0')
    assert.equal(response.headers.get('x-ratelimit-remaining'), '0')
    const resetMs = Number(response.headers.get('x-ratelimit-reset')) * 1000
    assert.ok(resetMs > Date.now() && resetMs < Date.now() + 9000)
    const unspecific = await call(queuesPath, fault('status=429'))
    assert.equal(unspecific.headers.get('retry-after'), '1')
  }))

test('a slow response is late and whole', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const startedMs = performance.now()
    const response = await call(queuesPath, fault('slow=120'))
    assert.ok(performance.now() - startedMs >= 110)
    assert.equal(response.status, 200)
    await response.json()
  }))

test('a truncated body ends in the middle of its Content-Length', () =>
  withSandbox(async (sandbox) => {
    const { received, promised, complete } = await rawGet(sandbox, 'cut=100')
    assert.equal(received, 100)
    assert.ok(promised > 100)
    assert.equal(complete, false)
  }))

test('truncating after 0 bytes sends the headers only', () =>
  withSandbox(async (sandbox) => {
    const { received, complete } = await rawGet(sandbox, 'cut=0')
    assert.equal(received, 0)
    assert.equal(complete, false)
  }))

test('a dripping body comes in pieces and is whole', () =>
  withSandbox(async (sandbox) => {
    const { received, promised, complete, pieces } = await rawGet(sandbox, 'drip=2')
    assert.equal(received, promised)
    assert.equal(complete, true)
    assert.ok(pieces > 5)
  }))

test('a stalled response has headers and no body', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const leave = new AbortController()
    const response = await call(queuesPath, { ...fault('stall'), signal: leave.signal })
    assert.equal(response.status, 200)
    const body = response.text()
    leave.abort()
    await assert.rejects(body)
  }))

test('an HTML page and broken JSON stand in for a response', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    assert.equal((await call(queuesPath, fault('html'))).headers.get('content-type'), 'text/html')
    await assert.rejects((await call(queuesPath, fault('garbage'))).json())
  }))

test('an unknown fault is rejected with the keys there are', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    for (const spec of [
      'statsu=503',
      'status=200',
      'slow=soon',
      'kind=expired',
      'status=401;kind=odd',
      'stall;times=2',
    ]) {
      const response = await call(queuesPath, fault(spec))
      assert.equal(response.status, 400)
      assert.match(await response.text(), /X-Sandbox-Fault/)
    }
  }))

test('a fault set at the control address hits so many requests below its path', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const set = `${sandbox.origin}/sandbox/fault?status=503&retry-after=2&times=2&path=/analytics`
    assert.equal((await fetch(set, { method: 'POST' })).status, 200)
    assert.equal((await call('/storage/uk/v3/regions')).status, 200)
    const statuses = []
    for (let count = 0; count < 3; count++) statuses.push((await call(queuesPath)).status)
    assert.deepEqual(statuses, [503, 503, 200])
  }))

test('a fault without times stays until it is cleared', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    sandbox.setFault({ status: 500 })
    assert.equal((await call(queuesPath)).status, 500)
    assert.equal((await call(queuesPath)).status, 500)
    await fetch(`${sandbox.origin}/sandbox/fault`, { method: 'DELETE' })
    assert.equal((await call(queuesPath)).status, 200)
  }))

test('the token endpoint has faults of its own', () =>
  withSandbox(async (sandbox) => {
    const set = (query: string) => fetch(`${sandbox.origin}/sandbox/token-fault?${query}`, { method: 'POST' })
    await set('status=503&times=1')
    assert.equal((await requestToken(sandbox)).status, 503)
    await set('status=401&times=1')
    assert.equal((await jsonOf(await requestToken(sandbox)))['ErrorCode'], 'invalid_client')
    await set('html&times=1')
    assert.match(await (await requestToken(sandbox)).text(), /<!DOCTYPE html>/)
    await set('garbage&times=1')
    await assert.rejects((await requestToken(sandbox)).json())
    await set('cut-after=20&times=1')
    await assert.rejects((await requestToken(sandbox)).text())
    assert.equal((await requestToken(sandbox)).status, 200)
  }))

test('the control addresses revoke, change products and lifetime, and explain themselves', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const control = (path: string, init: RequestInit = { method: 'POST' }) =>
      fetch(`${sandbox.origin}/sandbox${path}`, init)
    assert.match(await (await control('', {})).text(), /X-Sandbox-Fault/)
    await control('/products', { method: 'POST', body: '["storage"]' })
    assert.equal((await call(queuesPath)).status, 401)
    await control('/token-lifetime?seconds=5')
    const response = await jsonOf(await requestToken(sandbox))
    assert.equal(response['expires_in'], '5')
    assert.equal(response['api_product_list'], '[storage]')
    await control('/revoke')
    assert.equal((await call('/storage/uk/v3/regions')).status, 401)
    assert.equal((await control('/nothing')).status, 404)
    assert.equal((await control('/products', { method: 'POST', body: '{}' })).status, 400)
  }))

test('requests are recorded with their bytes, and shown without their secrets', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const body = 'x'.repeat(3_000_000)
    await call('/storage/us-west/v3/objects?b=1&a=2', { method: 'POST', body })
    const [recorded] = sandbox.requests
    assert.equal(recorded?.target, '/storage/us-west/v3/objects?b=1&a=2')
    assert.equal(recorded?.bodyBytes, body.length)
    assert.equal(recorded?.bodySha256, createHash('sha256').update(body).digest('hex'))
    assert.equal(recorded?.status, 405)
    const shown = await (await fetch(`${sandbox.origin}/sandbox/requests`)).text()
    assert.match(shown, /authorization/)
    assert.ok(!shown.includes(sandbox.issuedTokens[0] ?? 'Bearer'))
    const stats = await jsonOf(await fetch(`${sandbox.origin}/sandbox/stats`))
    assert.equal(stats['requests'], 1)
  }))

/** One request that looks at the bytes on the wire, which fetch hides. */
async function rawGet(sandbox: Sandbox, spec: string) {
  const authorization = `Bearer ${String((await jsonOf(await requestToken(sandbox)))['access_token'])}`
  const headers = { authorization, 'x-sandbox-fault': spec }
  return new Promise<{ received: number; promised: number; complete: boolean; pieces: number }>(
    (resolve, reject) => {
      get(sandbox.origin + queuesPath, { headers, agent: false }, (response) => {
        let received = 0
        let pieces = 0
        response.on('data', (chunk: Buffer) => {
          received += chunk.length
          pieces++
        })
        response.on('error', () => {})
        response.on('close', () => {
          const promised = Number(response.headers['content-length'])
          resolve({ received, promised, complete: response.complete, pieces })
        })
      }).on('error', reject)
    },
  )
}
