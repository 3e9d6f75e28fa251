import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonOf, keyClient, manualClock, post, withSandbox } from './client.js'

const base = '/admin-provisioning'

test('an administration change is an operation that completes, and is then listed', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const user = {
      basicInfo: {
        userName: 'new@example.com',
        firstName: 'New',
        lastName: 'Comer',
        primaryEmail: 'new@example.com',
      },
    }
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
    const { data } = (await jsonOf(await call(`${base}/users?filter=${filter}`))) as unknown as UserPage
    const { createdTime: _, lastUpdatedTime: __, customerId, ...basicInfo } = data[0]!.basicInfo
    assert.equal(customerId, '0012J00002ExampleAA')
    assert.deepEqual(
      [data.length, basicInfo],
      [1, { status: 'ACTIVE', ...user.basicInfo, userId: resourceId }],
    )
    assert.equal((await call(`${base}/operations/none`)).status, 404)
  }))

test('a change that 8x8 accepts and cannot carry out is an operation that fails, and says why', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const { data } = (await jsonOf(await call(`${base}/users?pageSize=1`))) as unknown as UserPage
    const accepted = await call(`${base}/users`, post(data[0]))
    assert.equal(accepted.status, 202)
    const operation = `${base}/operations/${String((await jsonOf(accepted))['operationId'])}`
    assert.equal((await jsonOf(await call(operation)))['error'], undefined)
    const { status, error } = await jsonOf(await call(operation))
    assert.equal(status, 'FAILED')
    assert.equal((error as { errors: { field: string }[] }).errors[0]?.field, 'basicInfo.userName')
  }))

test('users go on from a scroll id that knows filter and order, which cannot be given again', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const names: string[] = []
    const first = `${base}/users?pageSize=25&sort=-lastName,-basicInfo.userName`
    for (let path = first; path !== '';) {
      const { data, pagination, _links } = (await jsonOf(await call(path))) as unknown as UserPage
      names.push(...data.map(({ basicInfo }) => `${basicInfo.lastName} ${basicInfo.userName}`))
      assert.equal(pagination.sort, '-lastName,-basicInfo.userName')
      const scrollId = encodeURIComponent(pagination.nextScrollId ?? '')
      if (scrollId === '') break
      const conflict = await call(`${first}&scrollId=${scrollId}`)
      assert.equal(conflict.status, 400)
      assert.match(await conflict.text(), /CONFLICTING_QUERY_PARAMETER/)
      path = (_links.next?.href ?? '').slice(sandbox.origin.length)
    }
    assert.equal(new Set(names).size, 60)
    assert.deepEqual(
      names,
      names.toSorted((a, b) => b.localeCompare(a)),
    )
    for (const query of ['pageSize=1001', 'filter=nonsense', 'scrollId=nonsense', 'sort=shoeSize']) {
      const refused = await call(`${base}/users?${query}`)
      assert.equal(refused.status, 400)
      const { errors } = (await jsonOf(refused)) as unknown as { errors: { field: string }[] }
      assert.equal(errors[0]?.field, query.split('=')[0])
    }
  }))

test('sites count their pages and are found by name only, numbers are sorted by one field', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const sites = await call(`${base}/sites?pageSize=1&pageNumber=1&sort=+name`)
    assert.equal(sites.headers.get('content-type'), 'application/json')
    const { data, pagination } = await jsonOf(sites)
    assert.equal((data as { name: string }[])[0]?.name, 'Oslo')
    assert.deepEqual(pagination, { pageSize: 1, hasMore: false, pageNumber: 1, sort: ' name' })
    assert.equal((await call(`${base}/sites?filter=name==Os*`)).status, 200)
    for (const path of [
      '/sites?filter=id==1',
      '/sites?filter=name!=Oslo',
      '/addresses?filter=city==Oslo',
      '/phone-numbers?sort=country,category',
      '/phone-numbers/4085551001',
    ]) {
      assert.equal((await call(base + path)).status, 400, path)
    }
  }))

test('the members of a ring group are added, changed and removed, and their order has no gaps', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = `${base}/ring-groups/201`
    const extensionsOf = async () => {
      const { members } = (await jsonOf(await call(path))) as unknown as { members: Member[] }
      assert.deepEqual(
        members.map(({ sequenceNumber }) => sequenceNumber),
        members.map((_, index) => index + 1),
      )
      return members.map(({ extensionNumber }) => extensionNumber)
    }
    const [first, second, ...others] = await extensionsOf()
    const changes = {
      add: [{ extensionNumber: '1002', sequenceNumber: 2 }, { extensionNumber: '1003' }],
      remove: [{ extensionNumber: first }],
    }
    const accepted = await call(`${path}/update-members`, post(changes))
    assert.equal(accepted.status, 202)
    assert.equal(accepted.headers.get('content-type'), 'application/vnd.ringgroups.v1+json')
    assert.equal((await jsonOf(accepted))['operationType'], 'UPDATE_MEMBERS')
    assert.deepEqual(await extensionsOf(), [second, '1002', ...others, '1003'])
    await call(`${path}/update-members`, post({ update: [{ extensionNumber: '1003', sequenceNumber: 1 }] }))
    assert.deepEqual(await extensionsOf(), ['1003', second, '1002', ...others])
    for (const wrong of [
      {},
      { add: [{}] },
      { add: [{ extensionNumber: '1' }], remove: [{ extensionNumber: '1' }] },
    ]) {
      assert.equal((await call(`${path}/update-members`, post(wrong))).status, 400)
    }
    assert.equal((await call(`${base}/ring-groups/none/update-members`, post({}))).status, 404)
  }))

test('addresses change at once, are there only once, and stay while they are in use', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const address = { streetNumber: '7', streetName: 'W Aurakatu', city: 'Turku', country: 'FI' }
    const created = await call(`${base}/addresses`, post(address))
    assert.equal(created.status, 200)
    const { id, displayForm, preDirectional } = await jsonOf(created)
    assert.deepEqual([displayForm, preDirectional], ['7 W Aurakatu, Turku', 'W'])
    assert.equal((await jsonOf(await call(`${base}/addresses`, post(address))))['id'], id)
    assert.equal((await call(`${base}/addresses`, post({ ...address, country: 'Finland' }))).status, 400)
    const site = {
      name: 'Turku',
      pbxName: 'examplepbx',
      locale: 'fi-FI',
      timezone: 'Europe/Helsinki',
      address: { id },
    }
    const { resourceId } = await jsonOf(await call(`${base}/sites`, post(site)))
    assert.equal((await call(`${base}/sites`, post({ ...site, address: { id: 'none' } }))).status, 400)
    const path = `${base}/addresses/${String(id)}`
    const { addressUsage } = await jsonOf(await call(path))
    assert.equal((addressUsage as { site: number }).site, 1)
    assert.equal((await call(path, { method: 'DELETE' })).status, 400)
    assert.equal((await call(`${base}/sites/${String(resourceId)}`, { method: 'DELETE' })).status, 202)
    assert.equal((await call(path, { method: 'DELETE' })).status, 204)
    assert.equal((await call(path)).status, 404)
  }))

test('what others depend on or already have is not changed', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const { data: offices } = (await jsonOf(await call(`${base}/sites`))) as unknown as {
      data: { id: string }[]
    }
    assert.equal((await call(`${base}/sites/${offices[0]!.id}`, { method: 'DELETE' })).status, 400)
    const group = await jsonOf(await call(`${base}/ring-groups/201`))
    assert.equal((await call(`${base}/ring-groups`, post(group))).status, 409)
    const free = { ...group, extensionNumber: '4711' }
    assert.equal((await call(`${base}/ring-groups`, post(free))).status, 202)
    assert.equal(
      (await call(`${base}/ring-groups`, post({ ...free, extensionNumber: '4712', site: { id: 'none' } })))
        .status,
      404,
    )
    assert.equal((await call(`${base}/ring-groups/none`, { method: 'DELETE' })).status, 202)
    const number = await call(`${base}/phone-numbers/+14085551001`)
    assert.equal(number.headers.get('content-type'), 'application/vnd.phonenumbers.v1+json')
    assert.equal((await jsonOf(number))['nationalFormattedNumber'], '(408) 555-1001')
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
    const emails = [{ email: 'new@example.com', primary: true, purposeType: 'WORK' }]
    const mine = { customerId: '0012J00002ExampleAA', contactType: 'company' }
    const given = { ...mine, firstName: 'New', lastName: 'Comer', emails }
    const created = await call(path, post(given))
    assert.equal(created.status, 200)
    const contact = await jsonOf(created)
    const search = async (filter: string, more = '') =>
      (await jsonOf(await call(`${path}?filter=${encodeURIComponent(filter)}${more}`)))['data'] as {
        readonly id: string
        readonly emails?: unknown
      }[]
    const all = '&details=TAG,ADDRESS,PHONE,EMAIL,EXTENSION'
    assert.deepEqual(await search("email.email=='new@example.com'", all), [contact])
    const [plain] = await search('firstName==new;lastName=out=(Berg,Gupta)')
    assert.deepEqual([plain?.id, plain?.emails], [contact['id'], undefined])
    assert.equal((await search('contactType==corporate', '&filterByDisplayFlag=true&size=100')).length, 57)

    const one = `${path}/${String(contact['id'])}`
    const replaced = await jsonOf(await call(one, { ...post({ ...mine, lastName: 'Comer' }), method: 'PUT' }))
    assert.equal(replaced['firstName'], undefined)
    for (const wrong of [
      { ...given, customerId: undefined },
      { ...given, emails: [...emails, ...emails] },
    ]) {
      assert.equal((await call(path, post(wrong))).status, 400)
    }
    assert.equal((await call(one, { method: 'DELETE' })).status, 200)
    assert.equal((await call(one, { method: 'DELETE' })).status, 404)
    const [colleague] = await search('contactType==corporate')
    assert.equal((await call(`${path}/${colleague?.id}`, { method: 'DELETE' })).status, 400)
    assert.equal((await call(`${path}?details=SHOE`)).status, 400)
    assert.equal((await call(`${path}?useScrollId=true&sort=name,ASC`)).status, 400)
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

interface UserPage {
  readonly data: readonly { readonly basicInfo: Readonly<Record<string, string>> }[]
  readonly pagination: { readonly nextScrollId?: string; readonly sort?: string }
  readonly _links: { readonly next?: { readonly href: string } }
}

interface Member {
  readonly extensionNumber: string
  readonly sequenceNumber: number
}
