import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appClient, jsonOf, manualClock, queuesPath, requestToken, tokenOf, withSandbox } from './client.js'

test('a token response has 8x8’s quirks: strings, BearerToken, two product lists', () =>
  withSandbox(
    async (sandbox) => {
      const response = await requestToken(sandbox)
      const { access_token, issued_at, ...rest } = await jsonOf(response)
      assert.equal(response.status, 200)
      assert.match(String(access_token), /^[A-Za-z0-9]{28}$/)
      assert.ok(Math.abs(Number(issued_at) - Date.now()) < 60_000)
      assert.equal(typeof issued_at, 'string')
      assert.deepEqual(rest, {
        token_type: 'BearerToken',
        api_product_list: '[storage, QM - API]',
        status: 'approved',
        scope: '',
        refresh_token_expires_in: '0',
        expires_in: '1799',
        refresh_count: '0',
        'developer.email': 'deprecated',
        client_id: 'deprecated',
        api_product_list_json: ['storage', 'QM - API'],
      })
      assert.deepEqual(sandbox.issuedTokens, [access_token])
    },
    { products: ['storage', 'QM - API'] },
  ))

test('errors of the token endpoint have the fields ErrorCode and Error', () =>
  withSandbox(async (sandbox) => {
    const basic = (pair: string) => ({ headers: { authorization: `Basic ${btoa(pair)}` } })
    const cases: readonly [RequestInit, number, string][] = [
      [{ headers: {} }, 401, 'invalid_client'],
      [basic('someone:else'), 401, 'invalid_client'],
      [basic(`${sandbox.credentials.key}:wrong`), 401, 'invalid_client'],
      [{ body: new URLSearchParams({ grant_type: 'password' }) }, 400, 'invalid_request'],
      [{ body: '' }, 400, 'invalid_request'],
    ]
    for (const [init, status, code] of cases) {
      const response = await requestToken(sandbox, init)
      assert.equal(response.status, status)
      assert.equal(response.headers.get('content-type'), 'application/problem+json')
      assert.equal((await jsonOf(response))['ErrorCode'], code)
    }
    assert.equal((await fetch(`${sandbox.origin}/oauth/v2/token`)).status, 405)
    assert.equal(sandbox.tokenRequests, cases.length)
    assert.equal(sandbox.requests.length, 0)
  }))

test('several tokens live at once and each expires on its own', () => {
  const clock = manualClock()
  return withSandbox(
    async (sandbox) => {
      const first = await appClient(sandbox)
      clock.advance(6000)
      const second = await appClient(sandbox)
      assert.equal((await first(queuesPath)).status, 200)
      clock.advance(4000)
      const expired = await first(queuesPath)
      assert.equal(expired.status, 401)
      assert.match(await expired.text(), /keymanagement\.service\.access_token_expired/)
      assert.equal((await second(queuesPath)).status, 200)
    },
    { tokenLifetimeSeconds: 10, now: clock.now },
  )
})

test('a fraction of a second is a lifetime too', () =>
  withSandbox(
    async (sandbox) => assert.equal((await jsonOf(await requestToken(sandbox)))['expires_in'], '0.25'),
    { tokenLifetimeSeconds: 0.25 },
  ))

test('revoked tokens become unknown', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    sandbox.revokeTokens()
    const response = await call(queuesPath)
    assert.equal(response.status, 401)
    assert.match(await response.text(), /keymanagement\.service\.invalid_access_token/)
  }))

test('once credentials are rotated the old pair is rejected, and its tokens stay valid', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const old = `Basic ${btoa('eght_sandbox_key:sandbox-secret')}`
    sandbox.setCredentials('eght_new', 'new')
    assert.equal((await requestToken(sandbox, { headers: { authorization: old } })).status, 401)
    assert.equal((await requestToken(sandbox)).status, 200)
    assert.equal((await call(queuesPath)).status, 200)
  }))

test('a token without the product is rejected with a code of its own', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    sandbox.setProducts(['storage'])
    const response = await call(queuesPath)
    assert.equal(response.status, 401)
    assert.match(await response.text(), /InvalidAPICallAsNoApiProductMatchFound/)
    assert.equal((await call('/storage/uk/v3/regions')).status, 200)
  }))

test('a missing bearer token and an unknown one get different errors', () =>
  withSandbox(async (sandbox) => {
    const missing = await fetch(sandbox.origin + queuesPath)
    assert.match(await missing.text(), /oauth\.v2\.InvalidAccessToken/)
    const headers = { authorization: 'Bearer never-issued' }
    const unknown = await fetch(sandbox.origin + queuesPath, { headers })
    assert.match(await unknown.text(), /keymanagement\.service\.invalid_access_token/)
  }))

test('a reset forgets what happened, but no token', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    await call(queuesPath)
    sandbox.reset()
    assert.equal(sandbox.tokenRequests, 0)
    assert.equal(sandbox.requests.length, 0)
    assert.equal((await call(queuesPath)).status, 200)
    assert.notEqual(await tokenOf(sandbox), sandbox.issuedTokens[0])
  }))
