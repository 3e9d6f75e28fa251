import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import { appClient, jsonOf, keyClient, listOf, manualClock, post, withSandbox } from './client.js'

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

test('the chat gateway speaks HAL, keeps what is created, and gives an upload back', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const created = await call('/chat-gateway/v1/channels', post({ name: 'New' }))
    assert.equal(created.status, 201)
    assert.equal(created.headers.get('content-type'), 'application/hal+json')
    const listed = await call('/chat-gateway/v1/channels?size=2&sort=id:desc')
    const { page, _embedded } = (await jsonOf(listed)) as unknown as Hal
    assert.equal(page.totalElements, 3)
    assert.equal(_embedded.channels[0]?.name, 'New')

    const form = new FormData()
    form.set('attachment', new Blob([Buffer.from([0, 255, 13, 10, 7])], { type: 'image/png' }), 'a.png')
    form.set('authorType', 'user')
    const attachments = '/chat-gateway/v1/conversations/cv-1/attachments'
    const { id } = await jsonOf(await call(attachments, { method: 'POST', body: form }))
    const download = await call(`${attachments}/${String(id)}`)
    assert.match(download.headers.get('content-disposition') ?? '', /^attachment/)
    assert.deepEqual([...new Uint8Array(await download.arrayBuffer())], [0, 255, 13, 10, 7])

    const headers = { 'x-8x8-tenant': 'unknown' }
    assert.equal((await call('/chat-gateway/v1/channels', { headers })).status, 403)
    sandbox.setProducts(['storage'])
    assert.equal((await call('/chat-gateway/v1/channels')).status, 403)
  }))

test('Work chat takes a message and lists it, newest first', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = '/chat/api/chat/v1/messages'
    await call(path, post({ room: 'general', text: 'News' }))
    const { messages } = await jsonOf(await call(`${path}?room=general&pageSize=5`))
    assert.equal((messages as { text: string }[]).length, 5)
    assert.equal((messages as { text: string }[])[0]?.text, 'News')
    const refused = await fetch(sandbox.origin + path)
    assert.match(await refused.text(), /oauth\.v2\.InvalidAccessToken/)
  }))

test('audit records scroll to a null, and never more than 31 days', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = '/administration/audit/v1/audits?startTime=2026-01-01T00:00:00Z'
    let seen = 0
    for (let scrollId: string | null = ''; scrollId !== null;) {
      const query = `&endTime=2026-01-31T00:00:00Z&size=100&scrollId=${encodeURIComponent(scrollId)}`
      const page = await jsonOf(await call(path + query))
      seen += (page['content'] as unknown[]).length
      scrollId = page['scrollId'] as string | null
    }
    assert.equal(seen, 240)
    assert.equal((await call(`${path}&endTime=2026-03-01T00:00:00Z`)).status, 400)
    assert.equal((await call(`${path}&size=101`)).status, 400)
  }))

test('Work Analytics logs in by itself, pages, and words its refusals its own way', () => {
  const clock = manualClock()
  return withSandbox(
    async (sandbox) => {
      const { access_token, token_type, expires_in } = await jsonOf(await workLogin(sandbox))
      assert.match(String(access_token), /^[\w-]+\.[\w-]+\.[\w-]+$/)
      assert.deepEqual({ token_type, expires_in }, { token_type: 'bearer', expires_in: 1800 })
      assert.equal(sandbox.workTokenRequests, 1)
      const call = (path: string, token = String(access_token)) =>
        fetch(sandbox.origin + path, {
          headers: { '8x8-apikey': sandbox.credentials.key, authorization: `Bearer ${token}` },
        })
      const week = 'startTime=2026-01-05%2000:00:00&endTime=2026-01-06%2000:00:00'
      const page = await jsonOf(await call(`/analytics/work/v2/call-records?${week}&pageSize=100`))
      const { scrollId } = page['meta'] as { scrollId: string }
      const rest = await jsonOf(
        await call(
          `/analytics/work/v2/call-records?${week}&pageSize=100&scrollId=${encodeURIComponent(scrollId)}`,
        ),
      )
      assert.equal((rest['data'] as unknown[]).length, 60)
      const extensions = await jsonOf(await call('/analytics/work/v2/pbxes/mypbx/extensions?size=25'))
      const { next } = extensions['_links'] as { next: { href: string } }
      assert.ok(next.href.startsWith(`${sandbox.origin}/analytics/work/v2/pbxes/mypbx/extensions?`))

      const unknown = await call('/analytics/work/v2/compsum', 'not-a-token')
      assert.equal(unknown.status, 401)
      assert.equal((await jsonOf(unknown))['error_description'], 'Cannot convert access token to JSON')
      clock.advance(1_800_000)
      const expired = await call('/analytics/work/v2/compsum')
      assert.equal(
        (await jsonOf(expired))['error_description'],
        `Access token expired: ${String(access_token)}`,
      )
    },
    { now: clock.now },
  )
})

test('a Work Analytics login says what is wrong with it', () =>
  withSandbox(async (sandbox) => {
    const key = await workLogin(sandbox, { key: 'wrong' })
    assert.equal(key.status, 400)
    assert.equal((await jsonOf(key))['code'], 'SHA001')
    const user = await workLogin(sandbox, { username: 'nobody' })
    assert.equal(user.status, 400)
    assert.deepEqual(await jsonOf(user), { error_description: 'USER_NOTFOUND_ERROR', error: 'invalid_grant' })
  }))

test('an administration change is an operation that completes, and is then listed', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const accepted = await call(
      '/admin-provisioning/users',
      post({ firstName: 'New' }, { 'x-request-id': 'r1' }),
    )
    assert.equal(accepted.status, 202)
    assert.equal(accepted.headers.get('x-response-id'), 'r1')
    const { operationId, resourceId } = await jsonOf(accepted)
    const operation = `/admin-provisioning/operations/${String(operationId)}`
    assert.equal((await jsonOf(await call(operation)))['status'], 'IN_PROGRESS')
    assert.equal((await jsonOf(await call(operation)))['status'], 'COMPLETED')
    const user = await call(`/admin-provisioning/users/${String(resourceId)}`)
    assert.equal(user.headers.get('content-type'), 'application/vnd.users.v1+json')
    assert.equal((await jsonOf(user))['firstName'], 'New')
    const numbers = await call('/admin-provisioning/phone-numbers/+14085551001')
    assert.equal((await jsonOf(numbers))['phoneNumber'], '+14085551001')
  }))

test('campaigns need their tenant', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = '/cc/US1/campaigns/v1/3f2c/records'
    assert.equal((await call(path, post({ records: [{}] }))).status, 400)
    assert.equal((await call(path, post({ records: [{}] }, { 'x-8x8-tenant': 'unknown' }))).status, 404)
    const added = await call(path, post({ records: [{}, {}] }, { 'x-8x8-tenant': 'mytenant' }))
    assert.equal(added.headers.get('content-type'), 'application/vnd.campaigns.v1+json')
    assert.equal((await jsonOf(added))['recordCount'], 2)
  }))

test('the other documented families answer too', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const tenant = '/cidp-customer-360/us/v1/public/tenants/mytenant'
    assert.equal(
      (await listOf(await call(`${tenant}/interactions-insight?interactionId=int-8001`))).length,
      1,
    )
    assert.equal((await listOf(await call(`${tenant}/transcript-summaries`))).length, 50)
    const journeys = await jsonOf(await call('/cidp/journey/api/v1/journeys/search', post({})))
    assert.equal((journeys['journeys'] as unknown[]).length, 50)
    const more = post({ nextPageCursor: journeys['nextPageCursor'] })
    assert.notDeepEqual(await jsonOf(await call('/cidp/journey/api/v1/journeys/search', more)), journeys)
    const contact = await jsonOf(await call('/directory-contacts/api/v3/contacts', post({ lastName: 'New' })))
    const found = await jsonOf(await call('/directory-contacts/api/v3/contacts?lastName=new'))
    assert.deepEqual(found['contacts'], [contact])
    const pdf = await call('/faxapi/v1/faxes/fax-1/file')
    assert.match(await pdf.text(), /^%PDF-1\.4/)
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

test('families with a key refuse a wrong one in their own words', () =>
  withSandbox(async (sandbox) => {
    const refused = async (path: string) => {
      const response = await fetch(sandbox.origin + path, { headers: { 'x-api-key': 'wrong' } })
      assert.equal(response.status, 401)
      return jsonOf(response)
    }
    assert.equal((await refused('/admin-provisioning/users'))['title'], 'Unauthorized')
    assert.equal((await refused('/administration/audit/v1/audits'))['error'], 'Unauthorized')
    assert.equal((await refused('/chat-gateway/v1/channels'))['message'], 'Invalid API key')
    assert.equal((await refused('/faxapi/v1/faxes'))['message'], 'Unauthorized')
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

test('a thousand requests at once are all answered', () =>
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

interface Hal {
  readonly page: { readonly totalElements: number }
  readonly _embedded: { readonly channels: readonly { readonly name: string }[] }
}

function workLogin(sandbox: Sandbox, wrong: { key?: string; username?: string } = {}): Promise<Response> {
  const { key, workUsername, workPassword } = sandbox.credentials
  return fetch(`${sandbox.origin}/analytics/work/v1/oauth/token`, {
    method: 'POST',
    headers: { '8x8-apikey': wrong.key ?? key },
    body: new URLSearchParams({ username: wrong.username ?? workUsername, password: workPassword }),
  })
}
