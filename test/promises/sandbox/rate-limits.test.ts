import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sandbox } from '../../../src/sandbox/sandbox.js'
import { jsonOf, keyClient, manualClock, post, withSandbox } from './client.js'

const CHAT = '/chat/api/chat/v1/messages?room=sandbox-room'
const USERS = '/admin-provisioning/users'
const CONTACTS = '/directory-contacts/api/v3/contacts'
const JOURNEYS = '/cidp/journey/api/v1/journeys/search'
const DATE = Date.UTC(2026, 10, 3, 12)

test('the documented rate limits are off until they are switched on, and off again', () =>
  limited(async (sandbox, _clock, statuses) => {
    assert.deepEqual(await statuses(CHAT, 6), [200, 200, 200, 200, 200, 429])
    await fetch(`${sandbox.origin}/sandbox/limits`, { method: 'DELETE' })
    assert.deepEqual([...new Set(await statuses(CHAT, 12))], [200])
    assert.deepEqual(await jsonOf(await fetch(`${sandbox.origin}/sandbox/limits`)), { limits: false })
  }))

test('Work chat takes 5 requests a second', () =>
  limited(async (sandbox, clock, statuses) => {
    await statuses(CHAT, 5)
    const refused = await keyClient(sandbox)(CHAT)
    assert.equal(refused.status, 429)
    assert.match(await refused.text(), /"errorcode":"policies\.ratelimit\.SpikeArrestViolation"/)
    clock.advance(1000)
    assert.deepEqual(await statuses(CHAT, 1), [200])
  }))

test('Journey takes 10 requests in a sliding minute, and says when to try again', () =>
  limited(async (sandbox, clock) => {
    const search = () =>
      keyClient(sandbox)(
        JOURNEYS,
        post({
          dateRange: { start: '2026-11-01T00:00:00Z', end: '2026-11-02T00:00:00Z' },
          displayTimezone: 'UTC',
        }),
      )
    for (let sent = 0; sent < 10; sent++) assert.notEqual((await search()).status, 429)
    clock.advance(20_000)
    const refused = await search()
    assert.equal(refused.status, 429)
    assert.equal(refused.headers.get('retry-after'), '40')
    assert.match(await refused.text(), /^\{"errors":\[\{"message"/)
    clock.advance(40_000)
    assert.notEqual((await search()).status, 429)
  }))

test('administration takes 20 requests in 10 seconds and 100 a minute, and counts them in its headers', () =>
  limited(async (sandbox, clock, statuses) => {
    const call = keyClient(sandbox)
    const counts = ({ headers }: Response) => {
      return ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`)))
    }
    assert.deepEqual(counts(await call(USERS)), [100, 99, DATE / 1000 + 60])
    await statuses(USERS, 19)
    const burst = await call(USERS)
    assert.equal(burst.status, 429)
    assert.deepEqual(counts(burst), [20, 0, DATE / 1000 + 10])
    const { status, detail, errors } = await jsonOf(burst)
    assert.deepEqual([status, detail], [429, 'Rate limit exceeded'])
    assert.match(JSON.stringify(errors), /"code":"RATE_LIMIT_EXCEEDED"/)
    for (let round = 0; round < 4; round++) {
      clock.advance(10_000)
      assert.deepEqual([...new Set(await statuses(USERS, 20))], [200])
    }
    clock.advance(10_000)
    assert.deepEqual(counts(await call(USERS)), [100, 0, DATE / 1000 + 60])
  }))

test('contacts take 60 requests a minute; a request without a key does not count', () =>
  limited(async (sandbox, _clock, statuses) => {
    await fetch(sandbox.origin + CONTACTS)
    assert.deepEqual([...new Set(await statuses(CONTACTS, 60))], [200])
    assert.deepEqual(await statuses(CONTACTS, 1), [429])
  }))

test('`/sandbox` names the key that the sandbox takes', () =>
  withSandbox(
    async (sandbox) => {
      const help = await (await fetch(`${sandbox.origin}/sandbox`)).text()
      assert.match(help, /The app's key is my-own-key: /)
      assert.match(help, /POST {3}\/sandbox\/limits/)
    },
    { key: 'my-own-key' },
  ))

type Statuses = (path: string, times: number) => Promise<number[]>

async function limited(
  run: (sandbox: Sandbox, clock: ReturnType<typeof manualClock>, statuses: Statuses) => Promise<void>,
): Promise<void> {
  const clock = manualClock()
  const began = clock.now()
  await withSandbox(
    async (sandbox) => {
      const call = keyClient(sandbox)
      await fetch(`${sandbox.origin}/sandbox/limits`, { method: 'POST' })
      await run(sandbox, clock, async (path, times) => {
        const found: number[] = []
        for (let sent = 0; sent < times; sent++) found.push((await call(path)).status)
        return found
      })
    },
    { now: clock.now, date: () => DATE + clock.now() - began },
  )
}
