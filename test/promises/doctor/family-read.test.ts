import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Agent } from 'undici'
import { loadConfig } from '../../../src/config/load-config.js'
import { checkFamily } from '../../../src/doctor/check-families.js'
import { familyOf } from '../../../src/api/families.js'
import { everythingSet, examine, examineAsText, KEY, sandboxWith, SECRET } from './examine.js'
import { httpServer } from './servers.js'

test('a product that the gateway does not know yet asks for patience', async () => {
  const { sandbox, environment } = await sandboxWith({ products: ['storage'] })
  sandbox.setFault({ status: 401, kind: 'product' })
  const { code, failed, checks } = await examine(environment)

  assert.equal(code, 1)
  assert.deepEqual(failed, ['storage'])
  assert.match(
    checks.storage!.detail,
    /^401 in \d+ ms: .* says "Invalid API call as no apiproduct match found"$/,
  )
  assert.match(checks.storage!.advice!, /some minutes/)
  assert.equal(sandbox.tokenRequests, 1, 'no second token is asked for')
})

for (const [status, advice] of [
  [401, /same 8x8/],
  [403, /does not let it read/],
  [429, /Wait a minute/],
  [500, /problem of its own/],
  [503, /problem of its own/],
] as const) {
  test(`a read that gets ${status} has advice of its own`, async () => {
    const { sandbox, environment } = await sandboxWith({ products: ['storage'] })
    sandbox.setFault({ status })
    const { failed, checks } = await examine(environment)

    assert.deepEqual(failed, ['storage'])
    assert.match(checks.storage!.detail, new RegExp(`^${status} in `))
    assert.match(checks.storage!.advice!, advice)
    const targets = sandbox.requests.map(({ target }) => target)
    assert.equal(new Set(targets).size, targets.length, 'nothing is repeated')
  })
}

test('an account in another region is found there', async () => {
  const { sandbox, environment } = await sandboxWith({ products: ['storage', 'analytics realtime-api'] })
  sandbox.setFault({ status: 404, path: '/storage/us-west/' })
  const { code, checks } = await examine(environment)

  assert.equal(code, 0)
  assert.match(checks.storage!.detail, /^200 in \d+ ms: \/storage\/us-east\/v3\/regions$/)
})

test('a family that is in no region is asked for once in each', async () => {
  const { sandbox, environment } = await sandboxWith({ products: ['storage'] })
  sandbox.setFault({ status: 404 })
  const { failed, checks } = await examine(environment)

  assert.deepEqual(failed, ['storage'])
  assert.match(checks.storage!.advice!, /does not exist in any region/)
  assert.deepEqual(
    sandbox.requests.flatMap(({ target }) => /^\/storage\/([^/]+)/.exec(target)?.[1] ?? []),
    ['us-west', 'us-east', 'uk', 'ap', 'ca'],
  )
})

test('a page in the place of 8x8 is not taken for a response', async () => {
  const { sandbox, environment } = await sandboxWith({ products: ['storage'] })
  sandbox.setFault({ body: 'html' })
  const { failed, checks } = await examine(environment)

  assert.deepEqual(failed, ['storage'])
  assert.match(checks.storage!.detail, /but not JSON/)
})

test('families that need a PBX or a tenant are skipped without it, with what to set', async () => {
  const { sandbox, environment } = await sandboxWith({ products: ['QM - API', 'vcc'] })
  const { code, checks, json } = await examine(environment)

  assert.equal(code, 0)
  assert.equal(checks.qm?.skipped, true)
  assert.match(checks.qm.advice!, /^Set X8_PBX/)
  assert.equal(checks['cc-chat']?.skipped, true)
  assert.match(checks['cc-chat'].advice!, /^Set X8_TENANT/)
  assert.deepEqual(
    sandbox.requests.filter(({ target }) => /^\/(?:qm|vcc)/.test(target)),
    [],
  )
  assert.deepEqual(json.notChecked, ['qm', 'cc-chat'])
})

test('a tenant that is not yours points at X8_TENANT', async () => {
  const { environment } = await sandboxWith({ products: ['vcc', 'analytics realtime-api', 'chat-gateway'] })
  const { failed, checks } = await examine({ ...environment, X8_TENANT: 'unknown' })

  assert.deepEqual(failed, ['cc-realtime', 'cc-historical', 'cc-chat', 'chat-gateway'])
  for (const name of failed) assert.match(checks[name]!.advice!, /^X8_TENANT is not a tenant/, name)
})

test('an account with several tenants is asked for X8_TENANT', async () => {
  const origin = await withToken(['analytics realtime-api'], 400, {
    message: 'Bad request: X-Tenant-Info header is missing.',
  })
  const { checks } = await examine({ X8_BASE_URL: origin })

  assert.match(checks['cc-realtime']!.advice!, /set X8_TENANT/)
})

test('the tenant, the PBX and the credentials go up as the proxy would send them', async () => {
  const { sandbox } = await sandboxWith()
  await examine(everythingSet(sandbox))

  const headers = (prefix: string) => {
    const { rawHeaders } = sandbox.requests.find(({ target }) => target.startsWith(prefix))!
    return Object.fromEntries(
      rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]]] : [])),
    ) as Record<string, string | undefined>
  }
  const bearer = `Bearer ${sandbox.issuedTokens[0]}`
  assert.equal(headers('/analytics/cc/v5')['x-tenant-info'], 'acme')
  assert.equal(headers('/analytics/cc/v5').authorization, bearer)
  assert.equal(headers('/qm/').pbx, 'acmepbx')
  assert.equal(headers('/qm/').authorization, bearer)
  assert.equal(headers('/chat-gateway/')['x-8x8-tenant'], 'acme')
  assert.equal(headers('/chat-gateway/')['x-api-key'], sandbox.credentials.key)
  assert.equal(headers('/chat-gateway/').authorization, undefined)
})

test('a read that wants parameters has proved that the key works', async () => {
  const origin = await withToken(['Chat'], 400, { message: 'room is missing' })
  const { code, checks } = await examine({ X8_BASE_URL: origin })

  assert.equal(code, 0)
  assert.equal(checks['work-chat']?.ok, true)
})

test('a family that never responds does not hold the doctor up', async () => {
  const origin = await httpServer(() => undefined)
  const dispatcher = new Agent()
  after(() => dispatcher.destroy())
  const environment = { X8_APP_KEY: KEY, X8_APP_SECRET: SECRET, X8_BASE_URL: origin }
  const { config } = loadConfig({ ...environment, X8_RESPONSE_TIMEOUT_MS: '50' }, () => '')

  const { status, detail } = await checkFamily(familyOf('/storage/us-west/v3/regions'), config, {
    dispatcher,
    origin: config.baseUrl.origin,
    appKey: KEY,
    token: 'some-token',
    isExpected: true,
    now: () => performance.now(),
    clean: (text) => text,
  })

  assert.equal(status, 'failed')
  assert.match(detail, /^no response within \d+ ms: \/storage\/us-west/)
})

test('a Work Analytics user with a wrong password fails, and the rest still works', async () => {
  const { sandbox } = await sandboxWith()
  const { code, failed, checks } = await examine({
    ...everythingSet(sandbox),
    X8_WORK_PASSWORD: 'wrong-9c1d',
  })

  assert.equal(code, 1)
  assert.deepEqual(failed, ['work-analytics'])
  assert.match(checks['work-analytics']!.advice!, /X8_WORK_USERNAME and X8_WORK_PASSWORD/)
})

test('without a Work Analytics user that family is skipped, not failed', async () => {
  const { sandbox, environment } = await sandboxWith({ products: ['storage', 'analytics product'] })
  const { code, checks } = await examine(environment)

  assert.equal(code, 0)
  assert.equal(checks['work-analytics']?.skipped, true)
  assert.equal(sandbox.workTokenRequests, 0)
})

test('families of which tokens say nothing are read with the app key; that it does not open one is no failure', async () => {
  const { sandbox, environment } = await sandboxWith({ products: ['storage'] })
  sandbox.setFault({ status: 403, path: '/faxapi/' })
  const { code, checks, json } = await examine(environment)

  assert.equal(code, 0)
  for (const name of ['audit', 'administration', 'contacts']) assert.equal(checks[name]?.ok, true, name)
  assert.equal(checks.fax?.skipped, true)
  assert.match(checks.fax.detail, /^403 in \d+ ms: \/faxapi\/v1\/phones: the app key does not open Fax$/)
  assert.match(checks.journey!.detail, /not read, because none of its documented calls is a GET$/)
  assert.deepEqual(json.notChecked, [])
})

test('a family with a key of its own must work, and where it cannot be read that is said at the end', async () => {
  const { environment } = await sandboxWith({ products: ['storage'] })
  const own = { ...environment, X8_APP_KEY_FAX: 'key-of-fax-1f3b', X8_APP_KEY_JOURNEY: 'key-of-journey-9c2d' }
  const { failed, checks } = await examine(own)
  assert.deepEqual(failed, ['fax'])
  assert.match(checks.fax!.advice!, /X8_APP_KEY_FAX/)

  const { code, text } = await examineAsText({ ...environment, X8_APP_KEY_JOURNEY: 'key-of-journey-9c2d' })
  assert.equal(code, 0)
  assert.match(text, /\nWhat was checked works\. Not checked: journey\.\nTheir lines say why,/)
  assert.doesNotMatch(text, /Everything that is configured works/)
})

/** An 8x8 that gives a token with these products and responds to every read alike. */
function withToken(products: readonly string[], status: number, body: object): Promise<string> {
  return httpServer(({ method }, response) => {
    const token = { access_token: 'some-token', expires_in: '60', api_product_list_json: products }
    response.writeHead(method === 'POST' ? 200 : status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(method === 'POST' ? token : body))
  })
}
