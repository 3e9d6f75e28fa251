import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sandbox } from '../../../src/sandbox/sandbox.js'
import { halOf, jsonOf, listOf, manualClock, withSandbox } from './client.js'

test('Work Analytics logs in by itself, pages, and has error bodies of its own', () => {
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

test('call records end with an empty page that says "No Data", and after it there is none', () =>
  withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const records = '/analytics/work/v2/call-records'
      const day =
        'pbxId=allpbxes&startTime=2026-01-05%2000:00:00&endTime=2026-01-06%2000:00:00&timeZone=America/New_York'
      const ids = new Set<string>()
      let scrollId = ''
      let pages = 0
      for (; scrollId !== 'No Data'; pages += 1) {
        const page = await jsonOf(
          await call(`${records}?${day}&pageSize=80&scrollId=${encodeURIComponent(scrollId)}`),
        )
        const meta = page['meta'] as { totalRecordCount: number; scrollId: string }
        const data = page['data'] as { callId: string; startTime: string }[]
        for (const { callId, startTime } of data) {
          ids.add(callId)
          assert.match(startTime, /^2026-01-05T.*-0500$/)
        }
        assert.equal(meta.totalRecordCount, data.length === 0 ? 0 : 160)
        ;({ scrollId } = meta)
      }
      assert.equal(pages, 3)
      assert.equal(ids.size, 160)
      assert.equal((await call(`${records}?${day}&pageSize=80&scrollId=No%20Data`)).status, 400)
      const missing = await jsonOf(await call(`${records}?${day}`))
      assert.deepEqual(missing['messages'], ['pageSize is required'])
      assert.equal((await call(`${records}?${day.replace('America', 'Mars')}&pageSize=8`)).status, 400)
      assert.equal((await call(`${records}?${day.replace('allpbxes', 'unknown')}&pageSize=8`)).status, 403)
    },
    { date: () => Date.UTC(2026, 5, 1) },
  ))

test('a Work Analytics login says what is wrong with it', () =>
  withSandbox(async (sandbox) => {
    const key = await workLogin(sandbox, { key: 'wrong' })
    assert.equal(key.status, 400)
    assert.equal((await jsonOf(key))['code'], 'SHA001')
    const user = await workLogin(sandbox, { username: 'none' })
    assert.equal(user.status, 400)
    assert.deepEqual(await jsonOf(user), { error_description: 'USER_NOTFOUND_ERROR', error: 'invalid_grant' })
  }))

test('customer data lists what the PBX has, sorted, and its links lead from page to page', () =>
  withSandbox(async (sandbox) => {
    const call = await workClient(sandbox)
    const pbx = '/analytics/work/v2/pbxes/mypbx'
    const names: string[] = []
    for (let next: string | undefined = `${pbx}/agents?size=25&sort=extension,DESC`; next;) {
      const page = halOf(await jsonOf(await call(next)))
      assert.equal(page.totalElements, 60)
      names.push(...page.items.map(({ extension }) => String(extension)))
      next = page.links['next']?.href
    }
    assert.deepEqual(
      names,
      Array.from({ length: 60 }, (_, index) => String(1060 - index)),
    )

    const listed = async (path: string, relation: string) => {
      const page = halOf(await jsonOf(await call(path)))
      assert.equal(page.relation, relation)
      return page.items
    }
    const [site] = await listed(`${pbx}/sites`, 'siteList')
    const queues = await listed(`${pbx}/sites/${String(site?.['id'])}/queues`, 'queueList')
    assert.ok(queues.length > 0)
    assert.ok(queues.every(({ siteId }) => siteId === site?.['id']))
    assert.ok((await listed(`${pbx}/queues`, 'queueList')).length > queues.length)
    assert.equal((await listed('/analytics/work/v2/pbxes/', 'pbxList')).length, 1)
    assert.equal((await call(`${pbx}/sites/nowhere/queues`)).status, 404)
    assert.equal((await call('/analytics/work/v2/pbxes/unknown/sites')).status, 403)
    assert.equal((await call(`${pbx}/queues?size=0`)).status, 400)
  }))

test('live metrics are of the queues, users and metrics asked for, with sums on request', () => {
  const { now } = manualClock()
  return withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const pbx = '/analytics/work/v2/pbxes/mypbx'
      const query = 'queueIds=101,105&metrics=enteredCalls&includeSummary=true'
      const queues = await jsonOf(await call(`${pbx}/call-queue-metrics?${query}`))
      const rows = queues['callQueues'] as { id: string; metrics: { enteredCalls: number } }[]
      assert.deepEqual(
        rows.map(({ id }) => id),
        ['101', '105'],
      )
      const enteredCalls = rows.reduce((sum, { metrics }) => sum + metrics.enteredCalls, 0)
      assert.deepEqual(queues['metricsSummary'], { enteredCalls })

      const agents = (await jsonOf(await call(`${pbx}/agent-activity`)))['agentActivity'] as Agent[]
      assert.equal(agents.length, 60)
      const { userId, userStatus } = agents[0]!
      const same = (
        await jsonOf(await call(`${pbx}/agent-activity?userIds=${userId}&userStatuses=${userStatus}`))
      )['agentActivity'] as Agent[]
      assert.equal(same.length, 1)
      const byQueue = await jsonOf(
        await call(`${pbx}/queue-agent-activity?queueIds=101&queueStatuses=HANDLING`),
      )
      const [queue] = byQueue['queuesAgentActivity'] as { queueAgentActivity: { queueStatus: string }[] }[]
      assert.ok(queue?.queueAgentActivity.every(({ queueStatus }) => queueStatus === 'HANDLING'))
    },
    { now },
  )
})

test('the journey of a call leads through the states that the list of calls names', () =>
  withSandbox(async (sandbox) => {
    const call = await workClient(sandbox)
    const calls = '/analytics/work/v2/pbxes/mypbx/calls'
    const dates = 'startDate=2026-01-05T00:00:00-0000&endDate=2026-01-06T00:00:00-0000'
    const listed = (await jsonOf(await call(`${calls}?${dates}&paging=1,10&sorting=startTime,desc`)))[
      'calls'
    ] as { callId: string; startTime: number; labels: string[] }[]
    assert.equal(listed.length, 10)
    const times = listed.map(({ startTime }) => startTime)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => b - a),
    )
    const { callId, labels } = listed[0]!
    const journey = await jsonOf(await call(`${calls}/${callId}?${dates}`))
    assert.deepEqual(
      (journey['detailedCallRecords'] as { status: string }[]).map(({ status }) => status),
      labels,
    )
    assert.equal((await call(`${calls}/${callId}`)).status, 400)
    assert.equal((await call(`${calls}/none?${dates}`)).status, 404)
    assert.equal((await call(`${calls}?paging=x`)).status, 400)
  }))

test('the summaries have a row for each of their members', () =>
  withSandbox(async (sandbox) => {
    const call = await workClient(sandbox)
    for (const [path, rows] of Object.entries({ 'v1/compsum': 1, 'v2/extsum': 60, 'v2/rgsum-groups': 5 })) {
      assert.equal((await listOf(await call(`/analytics/work/${path}`))).length, rows)
    }
  }))

interface Agent {
  readonly userId: string
  readonly userStatus: string
}

/** A client that has logged in as the user. */
async function workClient(sandbox: Sandbox) {
  const token = String((await jsonOf(await workLogin(sandbox)))['access_token'])
  const headers = { '8x8-apikey': sandbox.credentials.key, authorization: `Bearer ${token}` }
  return (path: string) => fetch(new URL(path, sandbox.origin), { headers })
}

function workLogin(sandbox: Sandbox, wrong: { key?: string; username?: string } = {}): Promise<Response> {
  const { key, workUsername, workPassword } = sandbox.credentials
  return fetch(`${sandbox.origin}/analytics/work/v1/oauth/token`, {
    method: 'POST',
    headers: { '8x8-apikey': wrong.key ?? key },
    body: new URLSearchParams({ username: wrong.username ?? workUsername, password: workPassword }),
  })
}
