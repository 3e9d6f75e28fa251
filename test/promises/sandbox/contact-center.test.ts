import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  appClient,
  jsonOf,
  linked,
  listOf,
  manualClock,
  post,
  queuesPath,
  reportsPath,
  withSandbox,
} from './client.js'

test('real-time queues page with headers, and reject what 8x8 rejects', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const response = await call(`${queuesPath}?size=10&page=2`)
    assert.equal((await listOf(response)).length, 4)
    assert.equal(response.headers.get('x-page'), '2')
    assert.equal(response.headers.get('x-total-pages'), '3')
    assert.equal(response.headers.get('x-total-elements'), '24')
    const rejection = async (query: string) => {
      const rejected = await call(queuesPath + query)
      assert.equal(rejected.status, 400)
      return (await jsonOf(rejected))['message']
    }
    assert.equal(
      await rejection('?size=1001'),
      "Bad request: Field 'size' must be less than or equal to 1000",
    )
    assert.match(
      String(await rejection('?size=20&page=2')),
      /total number of pages, which is 2 for this request/,
    )
    const foreign = await call(queuesPath, { headers: { 'x-tenant-info': 'unknown' } })
    assert.equal((await jsonOf(foreign))['message'], 'Bad request: Invalid value for X-Tenant-Info header.')
  }))

test('queue ids may be repeated and comma-joined, metrics chosen, totals appended', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const query = '?queue-ids=101&queue-ids=107,109&metrics=entered.today&includeTotals=true'
    const rows = await listOf(await call(queuesPath + query))
    assert.deepEqual(
      rows.map(({ id }) => id),
      ['101', '107', '109', null],
    )
    const values = rows.map(({ metrics }) => (metrics as { key: string; value: number }[])[0])
    const sum = values.slice(0, 3).reduce((total, metric) => total + (metric?.value ?? 0), 0)
    assert.deepEqual(values[3], { key: 'total.entered.today', value: sum })
  }))

test('real-time metrics stay the same for five seconds and then change', () => {
  const clock = manualClock()
  return withSandbox(
    async (sandbox) => {
      const call = await appClient(sandbox)
      const read = async () => (await call(queuesPath)).text()
      const first = await read()
      clock.advance(3000)
      assert.equal(await read(), first)
      clock.advance(2000)
      assert.notEqual(await read(), first)
    },
    { now: clock.now },
  )
})

test('every real-time list responds in each region, its details agree, and XML is an option', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    for (const list of ['queues', 'groups', 'agents', 'queues/101/agents', 'groups/201/agents']) {
      const base = '/eu/analytics/cc/v5/realtime-metrics'
      const [first] = await listOf(await call(`${base}/${list}`))
      assert.ok(first)
      if (list === 'agents') continue
      const detail = await jsonOf(await call(`${base}/${list}/${String(first['id'])}`))
      assert.equal(detail['name'], first['name'])
    }
    const xml = await call(queuesPath, { headers: { accept: 'application/xml' } })
    assert.equal(xml.headers.get('content-type'), 'application/xml')
    assert.match(await xml.text(), /<UnmodifiableRandomAccessList><item>/)
    const [agent] = await listOf(await call('/analytics/cc/v5/realtime-metrics/agents?summary=true'))
    assert.deepEqual(Object.keys(agent ?? {}), ['id', 'name', 'groupId', 'groupName'])
    const both = await jsonOf(await call('/analytics/cc/v5/realtime-metrics/agents-in-queue-groups'))
    assert.deepEqual(Object.keys(both), ['agents', 'queues'])
    assert.equal((await call(`${queuesPath}/999`)).status, 404)
  }))

test('a report is created, becomes done, and its pages link to the last', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const dateRange = { start: '2026-02-01T00:00:00Z', end: '2026-02-11T00:00:00Z' }
    const created = await call(
      reportsPath,
      post({ type: 'queue-interactions-summary', title: 'Queues', dateRange, includeGrandTotal: true }),
    )
    const { id, status } = await jsonOf(created)
    assert.equal(status, 'IN_PROGRESS')
    const statusLink = linked(created, 'status')
    assert.equal(statusLink, `${sandbox.origin}${reportsPath}/${String(id)}/status`)

    const early = await call(statusLink)
    assert.equal((await jsonOf(early))['status'], 'IN_PROGRESS')
    assert.equal(early.headers.get('link'), null)
    assert.equal((await call(`${reportsPath}/${String(id)}/data`)).status, 400)
    const done = await call(statusLink)
    assert.equal((await jsonOf(done))['status'], 'DONE')

    let rows = 0
    let pages = 0
    for (let next = linked(done, 'data'); next; pages++) {
      const page = await call(next)
      rows += (await listOf(page)).length
      next = linked(page, 'next')
    }
    assert.deepEqual({ rows, pages }, { rows: 241, pages: 3 })

    const links = await listOf(await call(`${reportsPath}/${String(id)}/links`))
    assert.deepEqual(
      links.map(({ relation }) => relation),
      ['status', 'data', 'download'],
    )
    const csv = await call(linked(done, 'download') ?? '', { headers: { accept: 'text/csv' } })
    assert.equal(csv.headers.get('content-disposition'), 'attachment; filename="Queues.csv"')
    assert.equal((await csv.text()).trimEnd().split('\r\n').length, 242)
    const sheet = await call(linked(done, 'download') ?? '', { headers: { accept: 'text/xlsx' } })
    assert.equal(Buffer.from(await sheet.arrayBuffer()).toString('latin1', 0, 2), 'PK')
    const pdf = await call(linked(done, 'download') ?? '', { headers: { accept: 'application/pdf' } })
    assert.equal(pdf.status, 406)
    const xml = await call(linked(done, 'data') ?? '', { headers: { accept: 'application/xml' } })
    assert.match(await xml.text(), /^<\?xml/)
  }))

test('a report is grouped by what its name says, filtered, and has the metrics that were asked for', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const filters = [{ name: 'media', values: ['Phone', 'Chat'] }]
    const definition = {
      type: 'queue-interactions-summary',
      dateRange: { start: '2026-02-01T00:00:00Z', end: '2026-02-03T00:00:00Z' },
      granularity: 'none',
      groupBy: { name: 'media-and-channel-and-queue', filters },
      metrics: ['accepted', 'slaPercentage'],
      includeGrandTotal: 'true',
    }
    const { id } = await jsonOf(await call(reportsPath, post(definition)))
    const report = `${reportsPath}/${String(id)}`
    const before = await listOf(await call(`${report}/links`))
    assert.equal(before.length, 1)
    for (let polls = 0; polls < 2; polls++) await call(`${report}/status`)
    const rows = (await listOf(await call(`${report}/data`))) as unknown as Row[]
    const [first, last] = [rows[0]!, rows.at(-1)!]
    assert.deepEqual(
      first.items.map(({ key }) => key),
      ['startTime', 'endTime', 'media', 'channel', 'queue', 'queueId', 'accepted', 'slaPercentage'],
    )
    assert.equal(rows.length, 13)
    assert.equal(last.total?.type, 'grandtotal')
    assert.equal(last.items.find(({ key }) => key === 'media')?.value, null)
    const sum = rows.slice(0, -1).reduce((total, row) => total + Number(row.items[6]?.value), 0)
    assert.equal(last.items[6]?.value, String(sum))

    const invalid = { ...definition, groupBy: { name: 'queue', filters: [{ name: 'agent', values: [] }] } }
    assert.equal((await call(reportsPath, post(invalid))).status, 400)
    assert.equal((await call(reportsPath, post({ ...definition, metrics: ['nonsense'] }))).status, 400)
  }))

test('a detailed report is done at once and scrolls by its last document', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const dateRange = { start: '2026-02-01T00:00:00Z', end: '2026-02-03T00:00:00Z' }
    const type = 'detailed-reports-interaction-details'
    const created = await call(`${reportsPath}/detailed-reports`, post({ type, dateRange }))
    assert.equal((await jsonOf(created))['status'], 'DONE')
    const { id } = await jsonOf(
      await call(`${reportsPath}/detailed-reports`, post({ type, dateRange, metrics: ['creationTime'] })),
    )
    const [only] = await listOf(await call(`${reportsPath}/detailed-reports/${String(id)}/data?size=1`))
    const creation = { key: 'creationTime', label: 'Creation Time', value: '2026-02-01T00:00:00.000Z' }
    assert.deepEqual(only, { total: null, items: [creation] })
    const seen = new Set<unknown>()
    for (let next = linked(created, 'data'); next;) {
      const page = await call(next)
      for (const row of await listOf(page)) seen.add(JSON.stringify(row))
      next = linked(page, 'next')
      assert.equal(page.headers.has('last-document-id'), next !== undefined)
      if (next) assert.match(next, /lastDocumentId=.+%3D%3D/)
    }
    assert.equal(seen.size, 288)
  }))

test('report types list what may be asked for, and anything else is rejected', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const types = await listOf(await call(`${reportsPath}/report-types`))
    assert.ok(types.length > 5)
    assert.equal((await call(`${reportsPath}/report-types/script-paths`)).status, 200)
    assert.equal((await call(reportsPath, post({ type: 'nonsense' }))).status, 400)
    assert.equal((await call(`${reportsPath}/123`)).status, 404)
    assert.equal((await call(reportsPath, { method: 'DELETE' })).status, 405)
  }))

interface Row {
  readonly total: { readonly type: string } | null
  readonly items: readonly { readonly key: string; readonly value: unknown }[]
}
