import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appClient, jsonOf, keyClient, post, withSandbox } from './client.js'

test('QM asks for the pbx header, pages by links, and its links lead somewhere', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const headers = { pbx: 'mypbx' }
    assert.equal((await call('/qm/uk/v1/interactions')).status, 400)
    const window = 'startTS=2026-03-01%2000:00:00&endTS=2026-03-02%2000:00:00'
    const count = await call(`/qm/uk/v1/interactions/count?${window}`, { headers })
    assert.equal(await count.text(), '72')
    let seen = 0
    let next: string | undefined = `${sandbox.origin}/qm/uk/v1/interactions?${window}&size=50`
    let last: Page | undefined
    while (next) {
      last = (await jsonOf(await call(next, { headers }))) as unknown as Page
      seen += last.content.length
      next = last.links.find(({ rel }) => rel === 'nextUrl')?.href
    }
    assert.equal(seen, 72)
    const [interaction] = last?.content ?? []
    for (const { rel, href } of interaction?.links ?? []) {
      const detail = await call(href, { headers })
      assert.equal(detail.status, 200)
      assert.equal(detail.headers.get('content-type'), rel === 'media' ? 'audio/mpeg' : 'application/json')
    }
    const path = `/qm/uk/v1/interactions/${interaction?.interactionGuid ?? ''}`
    await call(`${path}/customField1`, { headers, method: 'PUT', body: 'gold' })
    const query = `${window}&customField=customField1&customFieldValue=gold`
    assert.equal(await (await call(`/qm/uk/v1/interactions/count?${query}`, { headers })).text(), '1')
    assert.equal((await call(path, { headers, method: 'DELETE' })).status, 200)
    assert.equal((await call(`${path}/notes`, { headers })).status, 404)
  }))

test('audit records scroll to a null, and never more than 31 days', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = '/administration/audit/v1/audits?service=platform&startTime=2026-01-01T00:00:00Z'
    let seen = 0
    for (let scrollId: string | null = ''; scrollId !== null;) {
      const query = `&endTime=2026-01-31T00:00:00Z&size=100&scrollId=${encodeURIComponent(scrollId)}`
      const page = await jsonOf(await call(path + query))
      const { totalRecordCount, scrollId: next } = page['meta'] as {
        totalRecordCount: number
        scrollId: string | null
      }
      assert.equal(totalRecordCount, 240)
      seen += (page['data'] as unknown[]).length
      scrollId = next
    }
    assert.equal(seen, 240)
    const query =
      '&endTime=2026-01-31T00:00:00Z&entityTypes=RingGroup,%20user&eventTypes=create&displayName=*main*'
    for (const one of (await jsonOf(await call(path + query)))['data'] as Record<string, string>[]) {
      assert.match(
        `${one['entityType']} ${one['eventType']} ${one['displayName']}`,
        /^(ringgroup|user) create Main/,
      )
    }
    assert.equal((await call(`${path}&endTime=2026-03-01T00:00:00Z`)).status, 400)
    assert.equal((await call(`${path}&endTime=2026-01-31T00:00:00Z&size=101`)).status, 400)
    const missing = await call(path)
    assert.equal(missing.status, 400)
    assert.equal((await jsonOf(missing))['message'], 'endTime is required')
    const events = await call(`${path}&endTime=2026-01-31T00:00:00Z&eventTypes=create,burn`)
    assert.match(String((await jsonOf(events))['message']), /^eventTypes\.1 must be/)
  }))

test('campaigns need their tenant, take records once, and follow their state machine', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const campaign = '/cc/US1/campaigns/v1/123e4567-e89b-12d3-a456-426614174000'
    const tenant = { 'x-8x8-tenant': 'mytenant' }
    const add = (records: readonly object[], headers: Record<string, string> = tenant) =>
      call(`${campaign}/records`, post({ records }, headers))
    const [first, second] = [{ crmRecordId: 'CRM-1' }, { crmRecordId: 'CRM-2', priority: 'LOW' }]
    assert.equal((await add([first], {})).status, 400)
    assert.equal((await add([first], { 'x-8x8-tenant': 'unknown' })).status, 404)
    const added = await add([first, second])
    assert.equal(added.headers.get('content-type'), 'application/vnd.campaigns.v1+json')
    const { records } = (await jsonOf(added)) as unknown as { records: { priority: string; state: string }[] }
    assert.deepEqual(
      records.map(({ priority, state }) => [priority, state]),
      [
        ['HIGH', 'PENDING'],
        ['LOW', 'PENDING'],
      ],
    )
    for (const [wrong, status] of [
      [[{}], 400],
      [[], 400],
      [[second, { crmRecordId: 'CRM-3' }, { crmRecordId: 'CRM-3' }], 400],
      [[first], 409],
    ] as const) {
      assert.equal((await add(wrong)).status, status)
    }

    const change = (body: object) => call(campaign, { ...post(body, tenant), method: 'PATCH' })
    const states: unknown[] = []
    for (const action of ['BUILD', 'START', 'PAUSE', 'PURGE', 'RESUME', 'CANCEL']) {
      const { state, displayStatus, recordCount } = await jsonOf(await change({ action }))
      states.push(state, displayStatus)
      assert.equal(recordCount, 1502)
    }
    assert.deepEqual(states.slice(0, 4), ['BUILDING', 'BUILDING', 'STARTING', 'BUILDING'])
    assert.deepEqual(states.slice(4, 8), ['PAUSED', 'PAUSED', 'PAUSED', 'PURGED'])
    assert.deepEqual(states.slice(8), ['RUNNING', 'RUNNING', 'COMPLETE', 'COMPLETED'])
    assert.equal((await change({ action: 'START' })).status, 409)
    assert.equal((await change({ enabled: false })).status, 400)
    assert.equal((await add([{ crmRecordId: 'CRM-4' }])).status, 409)
    const other = campaign.replace('123e', '923e')
    const started = await call(other, {
      ...post({ action: 'START', buildOnStart: true }, tenant),
      method: 'PATCH',
    })
    assert.equal((await jsonOf(started))['state'], 'BUILDING')
  }))

test('Customer 360 takes exactly one identity, and names the summaries that are missing', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const tenant = '/cidp-customer-360/us/v1/public/tenants/mytenant'
    const found = await jsonOf(await call(`${tenant}/interactions-insight?email=customer@example.com`))
    const interactions = found['interactions'] as { mediaIdentifier: string }[]
    assert.equal(interactions.length, 20)
    assert.ok(interactions.every(({ mediaIdentifier }) => mediaIdentifier === 'customer@example.com'))
    for (const query of [
      '',
      '?email=a@example.com&accountId=1',
      '?contactId=1',
      '?email=a@example.com&crmId=native',
    ]) {
      assert.equal((await call(`${tenant}/interactions-insight${query}`)).status, 400)
    }
    const asked = await jsonOf(
      await call(`${tenant}/transcript-summaries?interactionId=int-8001&interactionId=x`),
    )
    assert.equal((asked['summaries'] as unknown[]).length, 1)
    assert.deepEqual(asked['partialFailures'], [{ interactionId: 'x', reason: 'Summary not found' }])
    const newest = await jsonOf(await call(`${tenant}/transcript-summaries`))
    assert.equal((newest['summaries'] as unknown[]).length, 50)
  }))

test('journeys are those that began in the date range, sorted, filtered, and page by a cursor to a null', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const search = async (body: object) =>
      jsonOf(await call('/cidp/journey/api/v1/journeys/search', post(body)))
    const dateRange = { start: '2026-01-05T00:00:00Z', end: '2026-01-07T00:00:00Z' }
    const times: string[] = []
    for (let nextPageCursor: unknown; nextPageCursor !== null;) {
      const page = await search({ dateRange, limit: 50, sortDirection: 'DESC', nextPageCursor })
      assert.equal(page['totalElements'], 96)
      times.push(...(page['data'] as { time: string }[]).map(({ time }) => time))
      nextPageCursor = page['nextPageCursor']
    }
    assert.deepEqual(
      times,
      [...new Set(times)].sort((a, b) => b.localeCompare(a)),
    )
    assert.equal(times.length, 96)
    const foreign = await search({ dateRange, filters: [{ name: 'tenantIds', values: ['unknown'] }] })
    assert.equal(foreign['totalElements'], 0)
    const inbound = await search({ dateRange, filters: [{ name: 'direction', values: ['Inbound'] }] })
    assert.ok((inbound['data'] as { direction: string }[]).every(({ direction }) => direction === 'Inbound'))
    assert.ok(Number(inbound['totalElements']) > 0)
  }))

test('the families that 8x8 documents only briefly respond too', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const transitions = await jsonOf(await call('/cidp/journey/api/v1/transitions/search', post({})))
    assert.equal((transitions['data'] as unknown[]).length, 100)
    const card = await call('/api/v1/tenant/t/conversations/c/cards/1/action-submit', { method: 'PUT' })
    assert.equal(card.status, 204)
    const token = '8c2d7d1e-2a35-4c55-9b0e-3f4a5b6c7d8e'
    const headers = { '8x8-apikey': sandbox.credentials.key, token }
    const recent = await call(
      '/customerexperience/v1/recentCallData/us',
      post({ page: 2, rows: 500 }, headers),
    )
    assert.equal((await jsonOf(recent))['rows'], 172)
  }))

test('families with a key reject a wrong one in their own format', () =>
  withSandbox(async (sandbox) => {
    const rejected = async (path: string) => {
      const response = await fetch(sandbox.origin + path, { headers: { 'x-api-key': 'wrong' } })
      assert.equal(response.status, 401)
      return jsonOf(response)
    }
    assert.equal((await rejected('/admin-provisioning/users'))['title'], 'Unauthorized')
    assert.equal((await rejected('/administration/audit/v1/audits'))['error'], 'Unauthorized')
    assert.equal((await rejected('/chat-gateway/v1/channels'))['message'], 'Invalid API key')
    assert.equal((await rejected('/faxapi/v1/faxes'))['message'], 'Unauthorized')
  }))

test('a path of no family is Kong’s 404', () =>
  withSandbox(async (sandbox) => {
    for (const path of [
      '/',
      '/.well-known/openid-configuration',
      '/storage/mars/v3/regions',
      '/analytics/work/v10/cdr',
    ]) {
      const response = await fetch(sandbox.origin + path)
      assert.equal(response.status, 404)
      assert.deepEqual(await jsonOf(response), { message: 'no Route matched with those values' })
    }
  }))

test('a thousand requests at once all get a response', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const statuses = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const response = await call('/storage/uk/v3/regions')
        await response.arrayBuffer()
        return response.status
      }),
    )
    assert.ok(statuses.every((status) => status === 200))
    assert.equal(sandbox.requests.length, 1000)
  }))

interface Link {
  readonly rel: string
  readonly href: string
}

interface Page {
  readonly content: readonly { readonly interactionGuid: string; readonly links: readonly Link[] }[]
  readonly links: readonly Link[]
}
