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
  withStillSandbox(async (sandbox) => {
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
  withStillSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    for (const list of ['queues', 'groups', 'queues/101/agents', 'groups/201/agents']) {
      const base = '/eu/analytics/cc/v5/realtime-metrics'
      const [first] = await listOf(await call(`${base}/${list}`))
      assert.ok(first)
      const details = await listOf(await call(`${base}/${list}/${String(first['id'])}`))
      assert.deepEqual(details, [first])
    }
    const xml = await call(queuesPath, { headers: { accept: 'application/xml' } })
    assert.equal(xml.headers.get('content-type'), 'application/xml')
    assert.match(await xml.text(), /<UnmodifiableRandomAccessList><item>/)
    const one = await call(`${queuesPath}/101`, { headers: { accept: 'application/xml' } })
    assert.match(await one.text(), /<MetricsResponse><id>101</)
    const [agent] = await listOf(await call('/analytics/cc/v5/realtime-metrics/agents?summary=true'))
    assert.deepEqual(Object.keys(agent ?? {}), ['id', 'name', 'groupId', 'groupName'])
    const both = await jsonOf(await call('/analytics/cc/v5/realtime-metrics/agents-in-queue-groups'))
    assert.deepEqual(Object.keys(both), ['agents', 'queues'])
    assert.equal((await call(`${queuesPath}/999`)).status, 404)
  }))

test('what real-time metrics say fits together: states of agents, their moments, and numbers of their groups', () =>
  withStillSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const base = '/analytics/cc/v5/realtime-metrics'
    const metricsOf = async (path: string) =>
      (await listOf(await call(`${base}/${path}`))).map(({ metrics }) => {
        return new Map((metrics as { key: string; value: unknown }[]).map(({ key, value }) => [key, value]))
      })
    const agents = await metricsOf('groups/201/agents')
    const [group] = await metricsOf('groups/201')
    const states = agents.map((agent) => agent.get('status.rt'))
    assert.equal(
      group?.get('availableIdle.rt'),
      String(states.filter((state) => state === 'Available').length),
    )
    assert.equal(group?.get('enabled.rt'), String(states.filter((state) => state !== 'LoggedOut').length))
    for (const agent of agents) {
      const changed = Date.parse(String(agent.get('lastStatusChange.rt')))
      assert.ok(Date.now() - changed < 2 * 3_600_000, 'moments are of today')
      assert.ok(Date.parse(String(agent.get('lastLogin.rt'))) < changed)
      assert.equal((agent.get('activeQueues.rt') as []).length, agent.get('activeInteractionsCount.rt'))
    }
    const [queueAgent] = await metricsOf('queues/101/agents?metrics=accepted.today.inQueue,busyTime.today')
    assert.deepEqual([...queueAgent!.keys()], ['accepted.today.inQueue', 'busyTime.today'])
  }))

test('real-time metrics reject what 8x8 says is invalid', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const base = '/analytics/cc/v5/realtime-metrics'
    for (const path of [
      '/queues?queue-ids=999',
      '/queues?page=-1',
      '/queues?timezone=Mars',
      '/queues?summary=maybe',
      '/groups?group-ids=999',
      '/queues/101/agents?agent-ids=ag1',
      '/agents-in-queue-groups?queue-ids=999',
      '/agents',
      '/agents?group-ids=999&metrics=status.rt',
    ]) {
      const response = await call(base + path)
      assert.equal(response.status, 400, path)
      const parameter = path.split('?')[1]?.split('=')[0] ?? 'metrics'
      assert.match(String((await jsonOf(response))['message']), new RegExp(`^Bad request: .*'${parameter}'`))
    }
    assert.equal((await call(`${base}/groups/999/agents`)).status, 404)
    assert.equal((await call(`${base}/queues/101/agents/ag1`)).status, 404)
    const rejected = await call(queuesPath, { headers: { accept: 'text/html' } })
    assert.equal(rejected.status, 406)
  }))

test('agents of several queues are shown if they did something there, or if idle ones are asked for', () =>
  withStillSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const path = '/analytics/cc/v5/realtime-metrics/agents-in-queue-groups?queue-ids=101&metrics=status.rt'
    const agentsOf = async (more: string) => {
      const { agents, queues } = await jsonOf(await call(path + more))
      const [queue] = queues as { assignedAgents: string[]; agentMetrics: { id: string }[] }[]
      const ids = (agents as { id: string; metrics: object }[]).map(({ id }) => id)
      return { ids, active: queue!.agentMetrics.map(({ id }) => id), assigned: queue!.assignedAgents }
    }
    const { ids, active, assigned } = await agentsOf('')
    assert.deepEqual(ids, active)
    const all = await agentsOf('&showEnabledAgents=true')
    assert.deepEqual(all.active, active)
    assert.ok(all.ids.length >= ids.length && all.ids.every((id) => assigned.includes(id)))
  }))

test('a report is created, becomes done, and its pages link to the last', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const dateRange = { start: '2026-02-01T00:00:00Z', end: '2026-02-11T00:00:00Z' }
    const created = await call(
      reportsPath,
      post({ ...queueReport, granularity: 'day', dateRange, includeGrandTotal: true }),
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
      ...queueReport,
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

    const withSubtotals = {
      ...definition,
      includeSubTotal: true,
      includeGrandTotal: false,
      timezone: 'Europe/Helsinki',
    }
    const { id: other } = await jsonOf(await call(reportsPath, post(withSubtotals)))
    for (let polls = 0; polls < 2; polls++) await call(`${reportsPath}/${String(other)}/status`)
    const more = (await listOf(await call(`${reportsPath}/${String(other)}/data`))) as unknown as Row[]
    const subtotals = more.filter(({ total }) => total !== null)
    assert.deepEqual(
      subtotals.map(({ total, items }) => [
        total?.startIndex,
        total?.endIndex,
        items[2]?.value,
        items[4]?.value,
      ]),
      [
        [0, 5, 'Chat', null],
        [7, 12, 'Phone', null],
      ],
    )
    assert.equal(more[0]?.items[0]?.value, '2026-02-01T02:00+02:00')
  }))

test('a detailed report is done at once and scrolls by its last document', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const dateRange = { start: '2026-02-01T00:00:00Z', end: '2026-02-03T00:00:00Z' }
    const type = 'detailed-reports-interaction-details'
    const title = 'Interactions'
    const created = await call(`${reportsPath}/detailed-reports`, post({ type, title, dateRange }))
    assert.equal((await jsonOf(created))['status'], 'DONE')
    const { id } = await jsonOf(
      await call(
        `${reportsPath}/detailed-reports`,
        post({ type, title, dateRange, metrics: ['creationTime'] }),
      ),
    )
    const [only] = await listOf(await call(`${reportsPath}/detailed-reports/${String(id)}/data?size=1`))
    const creation = { key: 'creationTime', label: 'Creation Time', value: '2026-02-01T00:00:00.000+00:00' }
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

test('detailed reports search, include participants, and are of the last day when that is asked for', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const [start, end] = [Date.now() - 24 * 3_600_000, Date.now()].map((ms) => new Date(ms).toISOString())
    const definition = {
      type: 'detailed-reports-interaction-details',
      title: 'Calls',
      dateRange: { start, end },
      metrics: ['mediaType', 'interactionDuration', 'participantName', 'finishedTime'],
    }
    const rowsOf = async (more: object) => {
      const created = await call(`${reportsPath}/detailed-reports`, post({ ...definition, ...more }))
      assert.equal(created.status, 200)
      return (await listOf(await call(`${linked(created, 'data')!}0`))) as unknown as Row[]
    }
    const all = await rowsOf({})
    assert.ok(all.length > 100)
    const calls = await rowsOf({
      searchQuery: [
        { field: 'mediaType', operator: 'in', value: ['Phone'] },
        { field: 'interactionDuration', operator: '>=', value: '5m' },
      ],
    })
    assert.ok(calls.length > 5 && calls.length < all.length)
    for (const { items } of calls) {
      assert.equal(items[0]?.value, 'Phone')
      assert.ok((items[1]!.value as { value: number }).value >= 300_000)
    }
    const [first] = await rowsOf({ includeParticipants: true })
    const [participants, ...others] = first!.items
    assert.deepEqual(
      others.map(({ label }) => label),
      ['Media Type', 'Interaction Duration', 'Participant', 'Finished Time'],
    )
    const [participant] = participants!.value as { participantType: string }[]
    assert.equal(participant?.participantType, 'Agent')
    const ongoing = await rowsOf({ reportSettings: { showOngoingInteractions: true } })
    assert.ok(ongoing.length >= all.length)
  }))

test('script paths are a tree in CSV, and only that', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const { title, dateRange } = queueReport
    const definition = { type: 'script-paths', title, dateRange, timezone: 'UTC' }
    const { id } = await jsonOf(await call(reportsPath, post(definition)))
    const report = `${reportsPath}/${String(id)}`
    for (let polls = 0; polls < 2; polls++) await call(`${report}/status`)
    const links = await listOf(await call(`${report}/links`))
    assert.deepEqual(
      links.map(({ relation }) => relation),
      ['status', 'download'],
    )
    assert.equal((await call(`${report}/data`)).status, 400)
    assert.equal((await call(`${report}/download`, { headers: { accept: 'text/xlsx' } })).status, 406)
    const lines = (await (await call(`${report}/download`)).text()).trim().split('\r\n')
    assert.match(lines[0]!, /^Path ID,Parent Path ID,Script ID/)
    assert.equal(lines.filter((line) => line.includes('ENTRY_POINT')).length, 1)
    assert.equal((await call(reportsPath, post({ ...definition, granularity: 'day' }))).status, 400)
  }))

test('a report that the guides call invalid is rejected, with the name of what is wrong', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const { dateRange } = queueReport
    const year = { start: '2025-01-01T00:00:00Z', end: '2026-01-01T00:00:00Z' }
    const detailed = { type: 'detailed-reports-agent-status-change', title: 'Agents', dateRange }
    const wrong: readonly (readonly [object, string])[] = [
      [{ ...queueReport, title: undefined }, 'title'],
      [{ ...queueReport, title: 'a/b' }, 'title'],
      [{ ...queueReport, dateRange: { start: dateRange.start } }, 'dateRange.end'],
      [{ ...queueReport, dateRange: { start: dateRange.end, end: dateRange.start } }, 'dateRange.end'],
      [{ ...queueReport, granularity: undefined }, 'granularity'],
      [{ ...queueReport, granularity: 'decade' }, 'granularity'],
      [{ ...queueReport, granularity: 'day', dateRange: year }, 'granularity'],
      [{ ...queueReport, groupBy: undefined }, 'groupBy.name'],
      [{ ...queueReport, groupBy: { name: 'moon' } }, 'groupBy.name'],
      [{ ...queueReport, timezone: 'Mars' }, 'timezone'],
      [
        { ...queueReport, intraDayTimeRange: { start: '08:00:00', end: '08:10:00' } },
        'intraDayTimeRange.end',
      ],
      [{ ...queueReport, includeGrandTotal: 'yes' }, 'includeGrandTotal'],
      [{ ...detailed, includeParticipants: true }, 'includeParticipants'],
      [{ ...detailed, searchQuery: [{ field: 'moon', operator: '=', value: '1' }] }, 'searchQuery'],
    ]
    for (const [definition, field] of wrong) {
      const path =
        'granularity' in definition || 'groupBy' in definition
          ? reportsPath
          : `${reportsPath}/detailed-reports`
      const response = await call(path, post(definition))
      assert.equal(response.status, 400, field)
      assert.ok(String((await jsonOf(response))['message']).includes(field), field)
    }
  }))

/** A sandbox whose real-time metrics are not refreshed meanwhile. */
function withStillSandbox(use: Parameters<typeof withSandbox>[0]) {
  return withSandbox(use, { now: () => 0 })
}

const queueReport = {
  type: 'queue-interactions-summary',
  title: 'Queues',
  dateRange: { start: '2026-02-01T00:00:00Z', end: '2026-02-03T00:00:00Z' },
  granularity: 'none',
  groupBy: { name: 'queue' },
}

interface Row {
  readonly total: { readonly type: string; readonly startIndex: number; readonly endIndex: number } | null
  readonly items: readonly { readonly key: string; readonly label: string; readonly value: unknown }[]
}
