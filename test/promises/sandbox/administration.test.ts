import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonOf, keyClient, manualClock, post, withSandbox } from './client.js'

const base = '/admin-provisioning'

test('an administration change is an operation that completes, and is then listed', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const user = { basicInfo: { userName: 'new@example.com', firstName: 'New', lastName: 'Comer' } }
    const accepted = await call(`${base}/users`, post(user, { 'x-request-id': 'r1' }))
    assert.equal(accepted.status, 202)
    assert.equal(accepted.headers.get('x-response-id'), 'r1')
    assert.equal(accepted.headers.get('content-type'), 'application/vnd.users.v1+json')
    const { operationId, resourceId, ...begun } = await jsonOf(accepted)
    assert.equal(begun['status'], 'PENDING')
    assert.equal(begun['operationType'], 'CREATE')
    const operation = `${base}/operations/${String(operationId)}`
    assert.equal((await jsonOf(await call(operation)))['status'], 'IN_PROGRESS')
    const done = await jsonOf(await call(operation))
    assert.equal(done['status'], 'COMPLETED')
    const { resource } = done['_links'] as { resource: { href: string } }
    assert.equal(resource.href, `${sandbox.origin}${base}/users/${String(resourceId)}`)
    const filter = encodeURIComponent('basicInfo.firstName==New')
    const listed = await jsonOf(await call(`${base}/users?filter=${filter}`))
    assert.deepEqual(listed['data'], [
      { basicInfo: { status: 'ACTIVE', ...user.basicInfo, userId: resourceId } },
    ])
    assert.equal((await call(`${base}/operations/none`)).status, 404)
  }))

test('users go on from a scroll id, sites count their pages, and both sort', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const names: string[] = []
    for (let scrollId: string | undefined = ''; scrollId !== undefined;) {
      const query: string = `pageSize=25&sort=-basicInfo.userName&scrollId=${encodeURIComponent(scrollId)}`
      const page: unknown = await jsonOf(await call(`${base}/users?${query}`))
      const { data, pagination } = page as {
        data: { basicInfo: { userName: string } }[]
        pagination: { nextScrollId?: string }
      }
      names.push(...data.map(({ basicInfo }) => basicInfo.userName))
      scrollId = pagination.nextScrollId
    }
    assert.equal(names.length, 60)
    assert.deepEqual(
      names,
      names.toSorted((a, b) => b.localeCompare(a)),
    )

    const sites = await call(`${base}/sites?pageSize=1&pageNumber=1&sort=+name`)
    assert.equal(sites.headers.get('content-type'), 'application/json')
    const { data, pagination } = await jsonOf(sites)
    assert.equal((data as { name: string }[])[0]?.name, 'Oslo')
    assert.deepEqual(pagination, { pageSize: 1, hasMore: false, pageNumber: 1 })
    assert.equal((await call(`${base}/users?pageSize=1001`)).status, 400)
    assert.equal((await call(`${base}/users?filter=nonsense`)).status, 400)
    assert.equal((await call(`${base}/users?scrollId=nonsense`)).status, 400)
  }))

test('the members of a ring group are added, changed and removed', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = `${base}/ring-groups/201`
    const extensionsOf = async () => {
      const { members } = (await jsonOf(await call(path))) as unknown as { members: Member[] }
      return members.map(({ extensionNumber, sequenceNumber }) => [extensionNumber, sequenceNumber])
    }
    const before = await extensionsOf()
    const [first] = before
    const changes = {
      add: [{ extensionNumber: '4711', sequenceNumber: 99 }],
      remove: [{ extensionNumber: first?.[0] }],
    }
    const accepted = await call(`${path}/update-members`, post(changes))
    assert.equal(accepted.status, 202)
    assert.equal(accepted.headers.get('content-type'), 'application/vnd.ringgroups.v1+json')
    assert.deepEqual(await extensionsOf(), [...before.slice(1), ['4711', 99]])
    await call(`${path}/update-members`, post({ update: [{ extensionNumber: '4711', sequenceNumber: 1 }] }))
    assert.deepEqual((await extensionsOf()).at(-1), ['4711', 1])
    assert.equal((await call(`${base}/ring-groups/none/update-members`, post({}))).status, 404)
  }))

test('addresses change at once, and phone numbers are read by their plus', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const created = await call(`${base}/addresses`, post({ city: 'Turku', country: 'FI' }))
    assert.equal(created.status, 200)
    const address = await jsonOf(created)
    const path = `${base}/addresses/${String(address['id'])}`
    assert.deepEqual(await jsonOf(await call(path)), address)
    assert.equal((await call(path, { method: 'DELETE' })).status, 204)
    assert.equal((await call(path)).status, 404)
    const number = await call(`${base}/phone-numbers/+14085551001`)
    assert.equal(number.headers.get('content-type'), 'application/vnd.phonenumbers.v1+json')
    assert.equal((await jsonOf(number))['phoneNumber'], '+14085551001')
  }))

test('every response of the suite counts down the requests left in the minute, and none is rejected', () => {
  const clock = manualClock()
  return withSandbox(
    async (sandbox) => {
      const call = keyClient(sandbox)
      const left = async (path: string) => {
        const { headers } = await call(base + path)
        assert.equal(headers.get('x-ratelimit-limit'), '100')
        assert.match(headers.get('x-ratelimit-reset') ?? '', /^\d{10}$/)
        return Number(headers.get('x-ratelimit-remaining'))
      }
      assert.equal(await left('/users'), 99)
      assert.equal(await left('/users/none'), 98)
      clock.advance(60_000)
      assert.equal(await left('/sites'), 99)
      for (let count = 0; count < 100; count++) await left('/sites')
      assert.equal(await left('/sites'), 0)
    },
    { now: clock.now },
  )
})

test('contacts are created, searched by any of their values, replaced and deleted', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = '/directory-contacts/api/v3/contacts'
    const given = { firstName: 'New', lastName: 'Comer', emails: [{ email: 'new@example.com' }] }
    const created = await call(path, post(given))
    assert.equal(created.status, 200)
    const contact = await jsonOf(created)
    const search = async (filter: string, more = '') =>
      (await jsonOf(await call(`${path}?filter=${encodeURIComponent(filter)}${more}`)))['data'] as object[]
    const all = '&details=TAG,ADDRESS,PHONE,EMAIL,EXTENSION'
    assert.deepEqual(await search("email.email=='new@example.com'", all), [contact])
    const { id, firstName, lastName } = contact
    assert.deepEqual(await search('firstName==new;lastName=out=(Berg,Gupta)'), [{ firstName, lastName, id }])

    const one = `${path}/${String(id)}`
    const replaced = await jsonOf(await call(one, { ...post({ lastName: 'Comer' }), method: 'PUT' }))
    assert.equal(replaced['firstName'], undefined)
    assert.equal((await call(one, { method: 'DELETE' })).status, 200)
    assert.equal((await call(one)).status, 404)
  }))

test('contacts scroll to the end if that is asked for', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = '/directory-contacts/api/v3/contacts?size=25&sort=id,ASC'
    const ids: unknown[] = []
    for (let more = '&useScrollId=true'; more !== '';) {
      const page = await jsonOf(await call(path + more))
      const meta = page['meta'] as { hasMore: boolean; scrollId: string | null }
      ids.push(...(page['data'] as { id: string }[]).map(({ id }) => id))
      assert.equal(meta.hasMore, meta.scrollId !== null)
      more = meta.scrollId === null ? '' : `&useScrollId=true&scrollId=${encodeURIComponent(meta.scrollId)}`
    }
    assert.equal(new Set(ids).size, 60)
    const plain = await jsonOf(await call(path))
    assert.deepEqual(plain['meta'], { hasMore: true, scrollId: null })
  }))

interface Member {
  readonly extensionNumber: string
  readonly sequenceNumber: number
}
