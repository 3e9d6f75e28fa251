import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_DENY: '/storage/us-west,DELETE /' })
const caller = rawCaller(proxy.port)
beforeEach(() => void (upstream.received.length = 0))

// As long as the request line may be.
const LONG = 15_800

test('twenty paths that were escaped thousands of times over stopped the process for three seconds', async () => {
  for (const path of [
    `/qm/%${'25'.repeat(7_900)}`,
    `/qm/%${'25'.repeat(7_900)}2e%${'25'.repeat(10)}41`,
    `/qm/${'%25'.repeat(LONG / 3)}41`,
    `/qm/${'%2525'.repeat(LONG / 5)}`,
    `/qm/${'%25%32%35'.repeat(LONG / 9)}`,
    `/qm/${'%3B'.repeat(LONG / 3)}`,
    `/qm/${'%252f'.repeat(LONG / 5)}`,
    `/qm/${';'.repeat(LONG)}`,
    `/qm/${'a%253B'.repeat(LONG / 6)}`,
  ]) {
    const before = process.cpuUsage()
    for (const _ of Array(20)) {
      const { status } = await caller.get(path)
      assert.ok(status === 200 || status === 400, `${status} ${path.slice(0, 30)}`)
    }
    const { user } = process.cpuUsage(before)
    assert.ok(user < 1_500_000, `${Math.round(user / 1000)} ms of processor time for ${path.slice(0, 30)}`)
  }
})

test('an escape that hides in an escape opened a denied path when bytes beside it were no UTF-8', async () => {
  for (const path of [
    '/storage/%75%73-west/x',
    '/storage/%2575s-west/x',
    '/storage/%25252525252575s-west/x',
    `/storage/%${'25'.repeat(5_000)}75s-west/x`,
    // What is decoded may complete another escape.
    '/storage/%25%37%35s-west/x',
    '/storage/%2%2535s-west',
    '/storage/%25%32%35%37%35s-west',
    '/storage%252Fus-west%252F%25E9',
    // Here the parameter ends at the slash that stands behind a byte of no character.
    '/storage;%25FF%252Fus-west/x',
    '/storage;%25E9%25252Fus-west',
    '/storage%253B%25C3%252Fus-west',
    '/storage/%255C/us-west',
    '/storage/US%252DWEST',
  ]) {
    const response = await caller.get(path)
    assert.ok(response.status === 400 || response.status === 403, `${response.status} ${path.slice(0, 60)}`)
    if (response.status === 403) assertProblem(response, 'not-allowed', path.slice(0, 60))
  }
  assert.deepEqual(upstream.received, [])
})

test('a rule beyond ASCII is matched in any case and escape', async () => {
  const other = await startProxy({ X8_BASE_URL: upstream.origin, X8_DENY: '/qm/m%C3%BCnchen' })
  for (const path of [
    '/qm/m%C3%BCnchen',
    '/qm/M%c3%9cnchen/x',
    '/qm/m%25C3%25BCnchen',
    '/qm/m%25C3%BCnchen',
  ]) {
    const response = await rawCaller(other.port).get(path)
    assert.notEqual(response.status, 200, path)
  }
  assert.deepEqual(upstream.received, [])
  assert.equal((await rawCaller(other.port).get('/qm/m%C3%B6nchen')).status, 200)
})

test('dot segments and control characters passed where their escapes were escaped digit by digit', async () => {
  for (const path of [
    '/qm/%25%32%65%25%32%65/storage/us-west',
    '/qm/%2%35%32%65./storage/us-west',
    '/qm%25%32%66..%25%32%66storage/us-west',
    '/qm/..%25%33%62/storage/us-west',
    '/storage/us-west%2500x',
    '/storage/us-west%25%30%30x',
    '/storage/us-west%25250d%25250a',
  ]) {
    assertProblem(await caller.get(path), 'bad-target', path)
  }
  assert.deepEqual(upstream.received, [])
})
