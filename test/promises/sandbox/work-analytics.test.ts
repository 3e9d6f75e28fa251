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
      const many = Array.from({ length: 126 }, (_, index) => index).join(',')
      assert.equal((await call(`${records}?${day}&pageSize=8&caller=${many}`)).status, 400)
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

test('live metrics are of the queues, users and metrics asked for, with sums unless they are not wanted', () => {
  return withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const pbx = '/analytics/work/v2/pbxes/mypbx'
      const query = 'queueIds=101,105&metrics=enteredCalls'
      const queues = await jsonOf(await call(`${pbx}/call-queue-metrics?${query}`))
      const rows = queues['callQueues'] as { id: string; metrics: { enteredCalls: number } }[]
      assert.deepEqual(
        rows.map(({ id }) => id),
        ['101', '105'],
      )
      const enteredCalls = rows.reduce((sum, { metrics }) => sum + metrics.enteredCalls, 0)
      assert.deepEqual(queues['metricsSummary'], { enteredCalls })
      assert.ok(
        !('metricsSummary' in (await jsonOf(await call(`${pbx}/call-queue-metrics?includeSummary=false`)))),
      )
      const strange = await call(`${pbx}/call-queue-metrics?metrics=enteredCalls,random`)
      assert.equal(strange.status, 400)
      assert.deepEqual((await jsonOf(strange))['messages'], ['Invalid Metrics Passed [random].'])

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
    { date },
  )
})

test('the journey of a call leads through the states that the list of calls names', () =>
  withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const calls = '/analytics/work/v2/pbxes/mypbx/calls'
      const dates = 'startDate=2026-01-05T00:00:00-0000&endDate=2026-01-06T00:00:00-0000'
      const order = 'sortingField=startTime&sortingDirection=DESC'
      const listed: QueueCall[] = []
      for (let page: QueueCall[] = [], last = ''; last === '' || page.length > 0;) {
        page = await rowsOf<QueueCall>(
          await call(`${calls}?${dates}&${order}&limit=30&startingAfter=${last}`),
          'calls',
        )
        listed.push(...page)
        last = page.at(-1)?.callId ?? 'end'
      }
      assert.ok(listed.length > 90)
      assert.equal(new Set(listed.map(({ callId }) => callId)).size, listed.length)
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
      const lastDay = await rowsOf<QueueCall>(await call(`${calls}?limit=1000`), 'calls')
      assert.ok(lastDay.length > 90)
      assert.ok(lastDay.every(({ startTime }) => startTime >= date() - 24 * 3_600_000))
      assert.equal((await call(`${calls}/${callId}`)).status, 400)
      assert.equal((await call(`${calls}/none?${dates}`)).status, 404)
      for (const wrong of [
        'limit=0',
        'startingAfter=none',
        'startDate=2026-01-05',
        'sortingDirection=up',
        `intraDayStart=08:00:00Z`,
      ]) {
        assert.equal((await call(`${calls}?${wrong}`)).status, 400, wrong)
      }
    },
    { date },
  ))

test('unreturned calls are counted by caller, and listed one by one with the same filters in query or body', () =>
  withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const unreturned = '/analytics/work/v2/pbxes/mypbx/calls/unreturned'
      const rows = await rowsOf<Unreturned>(await call(`${unreturned}?sorting=attempts,desc`), 'calls')
      const [most] = rows
      assert.ok(most && most.attempts >= rows.at(-1)!.attempts)
      const { address } = most.caller
      const query = `callerAddresses=${encodeURIComponent(address)}&sorting=startTime,desc&fields=callId,callerName,startTime`
      const records = await rowsOf<{ startTime: number }>(
        await call(`${unreturned}/detailed?${query}`),
        'records',
      )
      assert.equal(records.length, most.attempts)
      assert.equal(records[0]?.startTime, most.latestStartTime)
      assert.deepEqual(Object.keys(records[0]).sort(), ['callId', 'caller', 'startTime'])

      const posted = (body: object) =>
        call(`${unreturned}/detailed`, { method: 'POST', body: JSON.stringify(body) })
      const same = await rowsOf(await posted({ callerAddresses: [address], limit: 500 }), 'records')
      assert.equal(same.length, most.attempts)
      assert.equal((await posted({})).status, 400)
      assert.equal((await call(`${unreturned}/detailed`)).status, 400)
      const callers = await rowsOf(await call(`${unreturned}/callers?limit=500`), 'participants')
      assert.equal(callers.length, rows.length)
      const [callee] = await rowsOf<{ address: string }>(await call(`${unreturned}/callees`), 'participants')
      const some = await rowsOf<Unreturned>(
        await call(`${unreturned}?calleeAddresses=${callee?.address}`),
        'calls',
      )
      assert.ok(some.length > 0 && some.length < rows.length)
    },
    { date },
  ))

test('the calls of this moment are those of the agents who are on one', () =>
  withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const pbx = '/analytics/work/v2/pbxes/mypbx'
      const active = await rowsOf(await call(`${pbx}/calls/active`), 'calls')
      const agents = await rowsOf(await call(`${pbx}/agent-activity?userStatuses=ON_CALL`), 'agentActivity')
      assert.ok(active.length > 5)
      assert.equal(active.length, agents.length)
      assert.equal((await rowsOf(await call(`${pbx}/calls/active?paging=1,5`), 'calls')).length, 5)
      assert.equal((await call(`${pbx}/calls/active?paging=x`)).status, 400)
    },
    { date },
  ))

test('members of a ring group are found by its id and by its extension', () =>
  withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const groups = '/analytics/work/v2/pbxes/mypbx/ring-group-agent-activity'
      const [byId, byExtension] = await Promise.all(
        ['/201', '/by-extension/6201'].map(async (path) => jsonOf(await call(groups + path))),
      )
      assert.deepEqual(byId, byExtension)
      assert.equal((byId!['ringGroupAgentActivity'] as unknown[]).length, 12)
      assert.equal((await call(`${groups}/none`)).status, 404)
    },
    { date },
  ))

test('the summaries have a row for each of their members, and count what the call records list', () =>
  withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const day = 'pbxId=allpbxes&startTime=2026-01-05%2000:00:00&endTime=2026-01-06%2000:00:00&timeZone=UTC'
      const report = async <T>(path: string) => {
        return (await listOf(
          await call(`/analytics/work/${path}${path.includes('?') ? '&' : '?'}${day}`),
        )) as T[]
      }
      const [company] = await report<Record<string, number>>('v1/compsum')
      assert.equal(company!['totalCall'], 160)
      assert.equal(company!['totalCall'], company!['totalAnswered']! + company!['totalMissed']!)
      const extensions = await report<Record<string, number>>('v2/extsum')
      assert.equal(extensions.length, 60)
      // Both sides of an internal call have an extension.
      const sides = extensions.reduce((sum, row) => sum + row['Inbound_Total']! + row['Outbound_Total']!, 0)
      assert.equal(sides, 160 + company!['totalExtToExt']!)
      const [older] = await report<object>('v1/extsum')
      assert.ok('Inbound_Talk_Time' in extensions[0]! && !('Inbound_Talk_Time' in older!))
      const [group] = await report<{ extension: string; totalMembers: number }>('v2/rgsum-groups')
      assert.equal((await report(`v2/rgsum-members?extId=${group!.extension}`)).length, group!.totalMembers)
      assert.deepEqual(await report('v2/rgsum'), await report('v2/rgsum-groups'))
      assert.equal((await call(`/analytics/work/v2/rgsum-members?extId=1&${day}`)).status, 400)
      const legs = await call(`/analytics/work/v1/cdr?${day}&pageSize=5&isCallRecord=true&isConnectTime=true`)
      assert.equal(legs.status, 400)
    },
    { date },
  ))

test('a key without the product gets a 400 that says so', () =>
  withSandbox(
    async (sandbox) => {
      const call = await workClient(sandbox)
      const response = await call('/analytics/work/v2/pbxes')
      assert.equal(response.status, 400)
      assert.equal((await jsonOf(response))['code'], '105-400-038')
    },
    { products: ['storage'] },
  ))

const date = () => Date.UTC(2026, 5, 1, 12)

interface QueueCall {
  readonly callId: string
  readonly startTime: number
  readonly labels: readonly string[]
}

interface Unreturned {
  readonly caller: { readonly address: string }
  readonly attempts: number
  readonly latestStartTime: number
}

async function rowsOf<T = unknown>(response: Response, name: string): Promise<T[]> {
  return (await jsonOf(response))[name] as T[]
}

interface Agent {
  readonly userId: string
  readonly userStatus: string
}

/** A client that has logged in as the user. */
async function workClient(sandbox: Sandbox) {
  const token = String((await jsonOf(await workLogin(sandbox)))['access_token'])
  const headers = { '8x8-apikey': sandbox.credentials.key, authorization: `Bearer ${token}` }
  return (path: string, init: RequestInit = {}) => fetch(new URL(path, sandbox.origin), { ...init, headers })
}

function workLogin(sandbox: Sandbox, wrong: { key?: string; username?: string } = {}): Promise<Response> {
  const { key, workUsername, workPassword } = sandbox.credentials
  return fetch(`${sandbox.origin}/analytics/work/v1/oauth/token`, {
    method: 'POST',
    headers: { '8x8-apikey': wrong.key ?? key },
    body: new URLSearchParams({ username: wrong.username ?? workUsername, password: workPassword }),
  })
}
