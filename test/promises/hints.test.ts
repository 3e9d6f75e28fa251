import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startSandbox } from '../../src/sandbox/sandbox.js'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

async function sandboxed(t: TestContext, products: readonly string[]) {
  const sandbox = await startSandbox({ products })
  t.after(() => sandbox.close())
  const { key, secret } = sandbox.credentials
  const proxy = await startProxy({ X8_APP_KEY: key, X8_APP_SECRET: secret, X8_BASE_URL: sandbox.origin })
  return { sandbox, proxy }
}

test('a 401 for a missing product stays as it came, and a hint says what to tick', async (t) => {
  const { sandbox, proxy } = await sandboxed(t, ['vcc'])

  const response = await fetch(`${proxy.origin}/storage/us-west/v3/regions`)

  assert.equal(response.status, 401)
  assert.match(await response.text(), /InvalidAPICallAsNoApiProductMatchFound/)
  assert.match(
    response.headers.get('x-proxy-hint')!,
    /Admin Console > API Keys .* "Call Recording & Storage"/,
  )
  assert.equal(sandbox.tokenRequests, 1)
})

test('a 403 of a key family whose product is missing has a hint too', async (t) => {
  const { proxy } = await sandboxed(t, ['vcc'])
  const response = await fetch(`${proxy.origin}/chat-gateway/v1/channels`)
  assert.equal(response.status, 403)
  assert.match(response.headers.get('x-proxy-hint')!, /"Chat Gateway"/)
})

test('where the product is there, a 401 has no hint', async () => {
  const upstream = await startUpstream({
    respond: (_request, response) => void response.writeHead(403).end('{}'),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const response = await fetch(`${proxy.origin}/storage/us-west/v3/regions`)
  assert.equal(response.status, 403)
  assert.equal(response.headers.get('x-proxy-hint'), null)
})

test('a 404 for a region that does not exist names those that do', async (t) => {
  const { proxy } = await sandboxed(t, ['storage', 'QM - API', 'analytics realtime-api', 'vcc'])
  for (const [path, hint] of [
    ['/storage/eu/v3/objects', /There are us-west, us-east, uk, ap, ca: \/storage\/\{region\}\/v3$/],
    ['/storage/v3/objects', /There are us-west/],
    ['/qm/us-east-1/v1/users', /There are us-west, us-east, uk, ap, ca: \/qm/],
    ['/vcc/uk/chat/v2/tenant/t/channels', /There are us, eu, ca, ap/],
    ['/us/analytics/cc/v5/realtime-metrics/queues', /There are eu, au, ca: .* \/analytics\/cc for the US$/],
    ['/eu/analytics/work/v1/call-records', /^There is no region in these paths: \/analytics\/work$/],
    ['/cc/us1/campaigns/v1/x', /There are US1, US2, UK3/],
  ] as const) {
    const response = await fetch(proxy.origin + path)
    assert.equal(response.status, 404, path)
    assert.deepEqual(await response.json(), { message: 'no Route matched with those values' })
    assert.match(response.headers.get('x-proxy-hint') ?? '', hint, path)
  }
  for (const path of ['/storage/uk/v3/objects/none', '/storage/uk/v9', '/nothing/here']) {
    const response = await fetch(proxy.origin + path)
    assert.equal(response.status, 404, path)
    assert.equal(response.headers.get('x-proxy-hint'), null, path)
  }
})

test('status says in words which families the app may call', async (t) => {
  const { proxy } = await sandboxed(t, ['storage', 'vcc'])
  await (await fetch(`${proxy.origin}/storage/us-west/v3/regions`)).text()

  const status = (await (await fetch(`${proxy.origin}/-/status`)).json()) as {
    families: { name: string; granted: boolean | null }[]
  }

  const named = (granted: boolean | null) =>
    status.families.filter((family) => family.granted === granted).map(({ name }) => name)
  assert.deepEqual(named(true), ['storage', 'cc-chat'])
  assert.ok(named(false).includes('qm'))
  assert.ok(named(null).includes('audit'), '8x8 does not tell by the token')
  assert.ok(
    proxy.log.some(({ opens }) => Array.isArray(opens) && opens.includes('Cloud Storage (recordings)')),
  )
})

test('a response says where its time went, and trace context passes untouched', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

  const response = await fetch(`${proxy.origin}/storage/a`, { headers: { traceparent } })

  assert.match(
    response.headers.get('server-timing')!,
    /^token;dur=\d+(?:\.\d)?, queue;dur=\d+(?:\.\d)?, upstream;dur=\d+(?:\.\d)?$/,
  )
  assert.equal(upstream.received[0]?.headers.traceparent, traceparent)
})
