import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkDns } from '../../../src/doctor/check-dns.js'
import { routeTo } from '../../../src/doctor/route.js'

const ROUTE = routeTo(new URL('https://api.8x8.com'), 'X8_BASE_URL', undefined)

test('a name that has many addresses is shown with the first of them', async () => {
  const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5']
  const { status, detail } = await checkDns(ROUTE, 1000, async () =>
    addresses.map((address) => ({ address })),
  )

  assert.equal(status, 'ok')
  assert.equal(detail, 'api.8x8.com is 192.0.2.1, 192.0.2.2, 192.0.2.3 and 2 more')
})

test('a DNS server that never responds does not hold the doctor up', async () => {
  const { status, detail, advice } = await checkDns(ROUTE, 20, () => new Promise(() => undefined))

  assert.equal(status, 'failed')
  assert.equal(detail, 'the name api.8x8.com was not found (no response within 20 ms)')
  assert.match(advice!, /^Most likely this machine has no way to look up names/, 'the name is spelled right')
})
