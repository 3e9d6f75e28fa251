import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAMILIES, familyOf } from '../../../src/api/families.js'
import { startSandboxedProxy } from '../../support/sandboxed-proxy.js'

const REPORT =
  '{"type":"queue-interactions-summary","title":"Queues","granularity":"none","groupBy":{"name":"queue"},"dateRange":{"start":"2026-01-05T00:00:00Z","end":"2026-01-06T00:00:00Z"}}'

/** The calls of the README's table: no header but what curl would send, and no secret anywhere. */
const CALLS: readonly (readonly [path: string, body?: string, headers?: Record<string, string>])[] = [
  ['/analytics/cc/v5/realtime-metrics/queues'],
  ['/analytics/cc/v8/historical-metrics', REPORT, { 'Content-Type': 'application/json' }],
  ['/storage/us-west/v3/objects?limit=5'],
  ['/qm/us-west/v1/interactions?size=5'],
  ['/vcc/us/chat/v2/tenant/t1/channels'],
  ['/chat-gateway/v1/channels'],
  ['/chat/api/chat/v1/messages?room=general'],
  [
    '/analytics/work/v2/call-records?pbxId=allpbxes&startTime=2026-01-05%2000:00:00&endTime=2026-01-07%2000:00:00&timeZone=UTC&pageSize=5',
  ],
  [
    '/customerexperience/v1/postCallSurvey/us',
    '{"tenantId":"t1","page":1,"rows":5,"duration":"allhistory","script":[]}',
    { token: '8c2d7d1e-2a35-4c55-9b0e-3f4a5b6c7d8e' },
  ],
  [
    '/administration/audit/v1/audits?service=platform&startTime=2026-01-05T00:00:00Z&endTime=2026-01-07T00:00:00Z',
  ],
  ['/cidp-customer-360/us/v1/public/tenants/t1/transcript-summaries?interactionId=x'],
  [
    '/cidp/journey/api/v1/journeys/search',
    '{"dateRange":{"start":"2026-01-05T00:00:00Z","end":"2026-01-07T00:00:00Z"},"displayTimezone":"UTC"}',
  ],
  ['/admin-provisioning/users?pageSize=5'],
  ['/directory-contacts/api/v3/contacts?filter=lastName==Berg'],
  [
    '/cc/US1/campaigns/v1/123e4567-e89b-12d3-a456-426614174000/records',
    '{"records":[{"crmRecordId":"CRM-1"}]}',
  ],
  ['/faxapi/v1/faxes'],
]

test('one plain call of each family gets a response from the sandbox', async (t) => {
  const { sandbox, proxy } = await startSandboxedProxy()
  t.after(() => sandbox.close())

  for (const [path, body, headers = {}] of CALLS) {
    const response = await fetch(
      proxy.origin + path,
      body === undefined ? {} : { method: 'POST', body, headers },
    )
    const text = await response.text()
    assert.ok(response.ok, `${path} responded ${response.status}: ${text}`)
    assert.ok(text.length > 2, `${path} has a body`)
  }
  const called = new Set(CALLS.map(([path]) => familyOf(path.replace(/\?.*/, '')).name))
  assert.deepEqual(
    FAMILIES.filter(({ name }) => !called.has(name)),
    [],
  )
  assert.equal(sandbox.tokenRequests, 1)
  assert.equal(sandbox.workTokenRequests, 1)
})

test('a historical report is created, polled and read to its last page by following the links', async (t) => {
  const { sandbox, proxy } = await startSandboxedProxy()
  t.after(() => sandbox.close())
  const link = (response: Response, relation: string) =>
    new RegExp(`<([^>]*)>; rel="${relation}"`).exec(response.headers.get('link') ?? '')?.[1]

  const created = await fetch(`${proxy.origin}/analytics/cc/v8/historical-metrics`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: REPORT,
  })
  let next: string | undefined
  for (let polls = 0; next === undefined && polls < 5; polls += 1) {
    next = link(await fetch(link(created, 'status')!), 'data')
  }
  let pages = 0
  for (; next !== undefined; pages += 1) {
    assert.ok(next.startsWith(`${proxy.origin}/`), 'every link leads to the proxy')
    const page = await fetch(next)
    assert.equal(page.status, 200)
    next = link(page, 'next')
  }
  assert.ok(pages > 0)
})

test('a script that logs in first works unchanged', async (t) => {
  const { sandbox, proxy } = await startSandboxedProxy()
  t.after(() => sandbox.close())

  const login = await fetch(`${proxy.origin}/oauth/v2/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from('any:thing').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token: token, expires_in: expiresIn } = (await login.json()) as Record<string, string>
  const response = await fetch(`${proxy.origin}/storage/us-west/v3/regions`, {
    headers: { Authorization: `Bearer ${token}` },
  })

  assert.equal(response.status, 200)
  assert.equal(expiresIn, '1799')
  assert.ok(!sandbox.issuedTokens.includes(token!), 'the real token never leaves')
  assert.equal(sandbox.tokenRequests, 1)
})
