import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appClient, jsonOf, keyClient, post, withSandbox } from './client.js'

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

test('Customer 360 takes exactly one identity, and counts what it says of the newest 50 interactions', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = '/cidp-customer-360/us/v1/public/tenants/mytenant/interactions-insight'
    const { interactions, insights } = (await jsonOf(await call(`${path}?email=customer@example.com`))) as {
      interactions: { mediaIdentifier: string; topics: object[] }[]
      insights: { aggregatedTopics: { totalInteractions: number } }
    }
    assert.equal(interactions.length, 50)
    assert.ok(interactions.every(({ mediaIdentifier }) => mediaIdentifier === 'customer@example.com'))
    const withTopics = interactions.filter(({ topics }) => topics.length > 0)
    assert.equal(insights.aggregatedTopics.totalInteractions, withTopics.length)
    for (const [query, named] of [
      ['', /email/],
      ['?email=a@example.com&accountId=1', /accountId/],
      ['?contactId=1', /crmId/],
      ['?email=a@example.com&crmId=native', /crmId/],
      ['?phoneNumber=5551234', /phoneNumber/],
      ['?email=a@example.com&startTime=2026-01-05', /startTime/],
    ] as const) {
      const response = await call(path + query)
      assert.equal(response.status, 400)
      assert.match(String((await jsonOf(response))['detail']), named)
    }
    assert.equal((await call(`${path.replace('mytenant', 'unknown')}?email=a@example.com`)).status, 403)
  }))

test('the last day has interactions of a customer, whose summaries are there, and those that are missing are named', () =>
  withSandbox(
    async (sandbox) => {
      const call = keyClient(sandbox)
      const tenant = '/cidp-customer-360/us/v1/public/tenants/mytenant'
      const { interactions } = (await jsonOf(
        await call(`${tenant}/interactions-insight?accountId=1&startTime=2026-07-14T12:00:00Z`),
      )) as { interactions: { interactionId: string; startedAt: number }[] }
      assert.ok(interactions.length > 0)
      assert.ok(interactions.every(({ startedAt }) => startedAt >= Date.UTC(2026, 6, 14, 12)))
      const [{ interactionId }] = interactions as [(typeof interactions)[0]]
      const asked = await jsonOf(
        await call(`${tenant}/transcript-summaries?interactionId=${interactionId}&interactionId=x`),
      )
      assert.equal((asked['summaries'] as unknown[]).length, 1)
      assert.deepEqual(asked['partialFailures'], [{ interactionId: 'x', reason: 'Summary not found' }])
      const many = Array.from({ length: 51 }, (_, index) => `interactionId=${index}`).join('&')
      assert.equal((await call(`${tenant}/transcript-summaries?${many}`)).status, 400)
    },
    { date: () => Date.UTC(2026, 6, 15, 12) },
  ))

const dateRange = { start: '2026-01-05T00:00:00Z', end: '2026-01-07T00:00:00Z' }
const displayTimezone = 'Europe/Lisbon'

test('journeys are those that began in the date range, sorted, filtered, and page by a cursor to a null', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const search = async (body: object) =>
      jsonOf(
        await call('/cidp/journey/api/v1/journeys/search', post({ dateRange, displayTimezone, ...body })),
      )
    const times: string[] = []
    for (let nextPageCursor: unknown; nextPageCursor !== null;) {
      const page = await search({ limit: 50, sortDirection: 'DESC', nextPageCursor })
      assert.equal(page['totalElements'], 96)
      times.push(...(page['data'] as { time: string }[]).map(({ time }) => time))
      nextPageCursor = page['nextPageCursor']
    }
    assert.deepEqual(
      times,
      [...new Set(times)].sort((a, b) => b.localeCompare(a)),
    )
    assert.equal(times.length, 96)
    const filtered = async (name: string, value: string) => search({ filters: [{ name, values: [value] }] })
    assert.equal((await filtered('tenantIds', 'unknown'))['totalElements'], 0)
    const inbound = await filtered('direction', 'inbound')
    assert.ok((inbound['data'] as { direction: string }[]).every(({ direction }) => direction === 'Inbound'))
    assert.ok(Number(inbound['totalElements']) > 0)
    const named = (await filtered('agents.name', 'Ada Abara'))['data'] as { agents: { name: string }[] }[]
    assert.ok(
      named.length > 0 && named.every(({ agents }) => agents.some(({ name }) => name === 'Ada Abara')),
    )
  }))

test('the last hour has journeys in the zone that was asked for, and those that go on have not finished', () =>
  withSandbox(
    async (sandbox) => {
      const call = keyClient(sandbox)
      const lastHour = { start: '2026-07-15T11:00:10Z', end: '2026-07-15T13:00:00Z' }
      const search = { dateRange: lastHour, displayTimezone: 'Asia/Tokyo' }
      const { data } = (await jsonOf(await call('/cidp/journey/api/v1/journeys/search', post(search)))) as {
        data: { time: string; finishedTime: string | null }[]
      }
      assert.deepEqual(
        data.map(({ time }) => time),
        ['2026-07-15T20:30:00+09:00', '2026-07-15T21:00:00+09:00'],
      )
      assert.equal(data[1]!.finishedTime, null)
      assert.match(data[0]!.finishedTime!, /^2026-07-15T20:3.*\+09:00$/)
    },
    { date: () => Date.UTC(2026, 6, 15, 12, 0, 10) },
  ))

test('a search that the guide of journeys forbids is refused with the place in the guide', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const search = (body: object) =>
      call('/cidp/journey/api/v1/transitions/search', post({ dateRange, displayTimezone, ...body }))
    const { nextPageCursor } = await jsonOf(await search({ limit: 5 }))
    for (const [body, anchor, named] of [
      [{ dateRange: undefined }, 'badRequest', 'dateRange'],
      [{ dateRange: { ...dateRange, start: '2026-01-05' } }, 'badRequest', 'dateRange.start'],
      [{ dateRange: { ...dateRange, start: '2025-01-05T00:00:00Z' } }, 'maxInterval', 'dateRange'],
      [{ dateRange: { start: dateRange.end, end: dateRange.start } }, 'endDateBeforeStartDate', 'dateRange'],
      [{ displayTimezone: undefined }, 'badRequest', 'displayTimezone'],
      [{ displayTimezone: 'Mars/Olympus' }, 'invalidTimezone', 'displayTimezone'],
      [{ filters: [] }, 'badRequest', 'filters'],
      [{ filters: [{ name: 'direction', values: ['Inbound'] }] }, 'badRequest', 'filters.0.name'],
      [{ limit: 1001 }, 'badRequest', 'limit'],
      [{ sortField: 'NAME' }, 'badRequest', 'sortField'],
      [{ nextPageCursor: 'x' }, 'cursorAndSortMismatch', 'nextPageCursor'],
      [{ nextPageCursor: 'Ax' }, 'invalidCursor', 'nextPageCursor'],
      [{ nextPageCursor, sortDirection: 'DESC' }, 'cursorAndSortMismatch', 'nextPageCursor'],
    ] as const) {
      const response = await search(body)
      assert.equal(response.status, 400, JSON.stringify(body))
      const [error] = (await jsonOf(response))['errors'] as [{ message: string; url: string }]
      assert.ok(error.message.includes(named), error.message)
      assert.equal(error.url.split('#')[1], anchor)
    }
  }))

test('the families that 8x8 documents only briefly respond too', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const card = await call('/api/v1/tenant/t/conversations/cv-1/cards/card-1/action-submit', {
      ...post({ name: '8x8' }),
      method: 'PUT',
    })
    assert.equal(card.status, 204)
    const token = '8c2d7d1e-2a35-4c55-9b0e-3f4a5b6c7d8e'
    const headers = { '8x8-apikey': sandbox.credentials.key, token }
    const search = { tenantId: 't1', page: '2', rows: 500, duration: 'allhistory', script: [] }
    const surveys = await jsonOf(
      await call('/customerexperience/v1/postCallSurvey/us', post(search, headers)),
    )
    assert.equal(surveys['hits'], 672)
    assert.equal((surveys['data'] as unknown[]).length, 172)
    const recent = await call('/customerexperience/v1/recentCallData/us', post(search, headers))
    assert.equal(recent.status, 400)
    assert.match(String((await jsonOf(recent))['message']), /is required/)
    assert.equal(
      (await call('/customerexperience/v1/postCallSurvey/mars', post(search, headers))).status,
      404,
    )
  }))

test('recent calls of yesterday are within the ranges that were asked for', () =>
  withSandbox(async (sandbox) => {
    const headers = {
      '8x8-apikey': sandbox.credentials.key,
      token: '8c2d7d1e-2a35-4c55-9b0e-3f4a5b6c7d8e',
    }
    const open = { callDuration: 'Sec: 0, -1', timeInQueue: 'Sec: 60, 90', timeInIVR: 'Sec: 0, -1' }
    const agent = { agentCallDuration: 'Sec: 0, -1', agentHoldDuration: 'Sec: 0, -1' }
    const counts = {
      transferCount: 'Range: 1, -1',
      agentHoldCount: 'Range: 0, -1',
      agentMuteCount: 'Range: 0, 0',
    }
    const search = { tenantId: 't1', page: 1, rows: 100, duration: 'yesterday', ...open, ...agent, ...counts }
    const found = await jsonOf(
      await keyClient(sandbox)('/customerexperience/v1/recentCallData/uk', post(search, headers)),
    )
    const data = found['data'] as { waitTime: string; transferCount: string; callDateOnly: string }[]
    assert.ok(data.length > 0 && data.length < 96)
    assert.ok(data.every(({ waitTime }) => waitTime >= '00:01:00' && waitTime <= '00:01:30'))
    assert.ok(data.every(({ transferCount }) => Number(transferCount) > 0))
    assert.equal(new Set(data.map(({ callDateOnly }) => callDateOnly)).size, 1)
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
    assert.equal((await rejected('/chat-gateway/v1/channels'))['message'], 'Access Denied')
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
