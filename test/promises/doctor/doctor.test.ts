import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from './command.js'
import { assertNoSecret, everythingSet, examine, examineAsText, sandboxWith, SECRET } from './examine.js'
import { closedPort } from './servers.js'

test('when everything works every check says so and the exit code is 0', async () => {
  const { sandbox } = await sandboxWith()

  const { code, checks, failed, json } = await examine(everythingSet(sandbox), {
    secrets: sandbox.issuedTokens,
  })

  assert.deepEqual(failed, [])
  assert.equal(code, 0)
  assert.equal(json.version, '0.0.0-test')
  assert.deepEqual(
    json.checks.filter(({ ok }) => ok === true).map(({ name }) => name),
    [
      'settings',
      'files',
      'dns',
      'connection',
      'token',
      'clock',
      'products',
      'cc-realtime',
      'cc-historical',
      'storage',
      'qm',
      'cc-chat',
      'chat-gateway',
      'work-chat',
      'audit',
      'customer-360',
      'administration',
      'contacts',
      'fax',
      'work-analytics',
      'listen',
    ],
  )
  assert.equal(checks.certificate?.skipped, true, 'plain http: on loopback has none')
  assert.match(checks.token!.detail, /^obtained in \d+ ms, lives 29 minutes 59 seconds$/)
  assert.match(checks.storage!.detail, /^200 in \d+ ms: \/storage\/us-west\/v3\/regions$/)
})

test('the doctor costs one token request and one GET a family, and changes nothing', async () => {
  const { sandbox } = await sandboxWith()

  await examine(everythingSet(sandbox))

  assert.equal(sandbox.tokenRequests, 1)
  assert.equal(sandbox.workTokenRequests, 1)
  assert.deepEqual(sandbox.requests.map(({ method, target }) => `${method} ${target}`).sort(), [
    'GET /admin-provisioning/users?pageSize=1',
    'GET /administration/audit/v1/audits?size=1',
    'GET /analytics/cc/v5/realtime-metrics/queues?size=1',
    'GET /analytics/cc/v8/historical-metrics/report-types',
    'GET /chat-gateway/v1/channels?size=1',
    'GET /chat/api/chat/v1/messages?pageSize=1',
    'GET /cidp-customer-360/us/v1/public/tenants/acme/interactions-insight?size=1',
    'GET /directory-contacts/api/v3/contacts?size=1',
    'GET /faxapi/v1/phones?size=1',
    'GET /qm/us-west/v1/users/count',
    'GET /storage/us-west/v3/regions',
    'GET /vcc/us/chat/v2/tenant/acme/channels?size=1',
  ])
})

test('as text each check is a line with a mark, its name and what was found', async () => {
  const { environment } = await sandboxWith({ products: ['storage'] })

  const { code, text: shown } = await examineAsText(environment)

  assert.equal(code, 0)
  const lines = shown.split('\n')
  assert.equal(lines[0], '8x8-auth-proxy 0.0.0-test doctor')
  assert.ok(lines.includes('✔ dns            127.0.0.1 is an address: no name to look up'))
  assert.ok(lines.includes('– certificate    plain http: on this machine needs no certificate'))
  assert.ok(lines.some((line) => /^✔ storage {8}200 in \d+ ms: \/storage\/us-west\/v3\/regions$/.test(line)))
  assert.equal(lines.at(-2), 'Everything that is configured works.')
  assert.ok(
    lines.every((line) => line.length <= 80),
    'it fits a terminal of 80 columns',
  )
  assert.ok(!shown.includes('\x1b'), 'no colours where no person reads')
})

test('a terminal gets colours', async () => {
  const { environment } = await sandboxWith({ products: ['storage'] })

  const { text: shown } = await examineAsText(environment, { isTerminal: true })

  assert.ok(shown.includes('\x1b[32m✔\x1b[0m dns '))
})

test('checks that need a failed one are skipped, not failed, and name it', async () => {
  const { code, failed, checks } = await examine({ X8_BASE_URL: `http://127.0.0.1:${await closedPort()}` })

  assert.equal(code, 1)
  assert.deepEqual(failed, ['connection'])
  for (const name of ['certificate', 'token', 'clock', 'products', 'reads']) {
    assert.equal(checks[name]?.skipped, true, name)
    assert.equal(checks[name].detail, 'not tried: connection has to work first', name)
  }
  assert.equal(checks.listen?.ok, true, 'what needs no network is checked all the same')
})

test('the last line counts the failures', async () => {
  const { text: shown } = await examineAsText({ X8_BASE_URL: `http://127.0.0.1:${await closedPort()}` })

  assert.match(shown, /\n1 check failed\. Do what it says, then run this again\.\n$/)
})

test('the command line runs the doctor, and its exit code says how it went', async () => {
  const { sandbox } = await sandboxWith({ products: ['storage'] })
  const environment = { X8_BASE_URL: sandbox.origin, X8_APP_KEY: sandbox.credentials.key, X8_PORT: '0' }

  const good = await command(['doctor', '--json'], { ...environment, X8_APP_SECRET: SECRET })
  assert.equal(good.stderr, '')
  assert.equal(good.code, 0)
  assert.equal((JSON.parse(good.stdout) as { ok: boolean }).ok, true)

  const bad = await command(['doctor'], { ...environment, X8_APP_SECRET: 'another-secret-5d1c' })
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /^✘ token /m)
  assertNoSecret(good.stdout + bad.stdout, [sandbox.credentials.key, SECRET, ...sandbox.issuedTokens])
  assertNoSecret(bad.stdout, [sandbox.credentials.key, 'another-secret-5d1c'])
})

test('the doctor itself shows configuration errors', async () => {
  const { code, stdout, stderr } = await command(['doctor'], {})

  assert.equal(code, 1)
  assert.match(stdout, /^✘ settings {7}X8_APP_KEY is required/m)
  assert.equal(stderr, '')
})

test('--json without doctor is an error', async () => {
  const { code, stderr } = await command(['--json'], {})

  assert.equal(code, 1)
  assert.match(stderr, /--json is for doctor only/)
})
