import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeCertificate } from '../../support/certificates.js'
import { MADE_UP, startProgram } from '../../support/program.js'
import { examine, sandboxWith } from './examine.js'
import { closedPort, egressProxy, silentServer, tlsInFrontOf } from './servers.js'

const SOMEWHERE = { X8_BASE_URL: 'https://api.8x8.test' }

test('a name that does not resolve is reported as such', async () => {
  const { code, failed, checks } = await examine({ X8_BASE_URL: 'https://no-such-host.invalid' })

  assert.equal(code, 1)
  assert.deepEqual(failed, ['dns'])
  assert.match(checks.dns!.detail, /^the name no-such-host\.invalid was not found \(/)
  assert.match(checks.dns!.advice!, /spelling of X8_BASE_URL: 8x8's own is https:\/\/api\.8x8\.com/)
  assert.match(checks.dns!.advice!, /HTTPS_PROXY=/)
})

test('a refused connection says which setting to look at', async () => {
  const port = await closedPort()
  const { failed, checks } = await examine({ X8_BASE_URL: `http://127.0.0.1:${port}` })

  assert.deepEqual(failed, ['connection'])
  assert.equal(checks.connection!.detail, `no connection to 127.0.0.1:${port} (ECONNREFUSED)`)
  assert.match(checks.connection!.advice!, /^Check X8_BASE_URL/)
})

test('tokens from another server have their own checks', async () => {
  const { environment } = await sandboxWith({ products: ['storage'] })
  const port = await closedPort()
  const { failed, checks } = await examine({
    ...environment,
    X8_TOKEN_URL: `http://127.0.0.1:${port}/oauth/v2/token`,
  })

  assert.deepEqual(failed, ['token-connection'])
  assert.match(checks['token-connection']!.advice!, /^Check X8_TOKEN_URL/)
  assert.equal(checks.connection?.ok, true)
  assert.equal(checks.token?.detail, 'not tried: token-connection has to work first')
})

test('an egress proxy that wants a login is recognised, and the name of 8x8 is left to it', async () => {
  const proxy = await egressProxy(407)
  const { code, failed, checks } = await examine({
    ...SOMEWHERE,
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
  })

  assert.equal(code, 1)
  assert.deepEqual(failed, ['connection'])
  assert.equal(checks.dns?.detail, '127.0.0.1 (the egress proxy) is an address: no name to look up')
  assert.equal(
    checks.connection!.detail,
    `the egress proxy 127.0.0.1:${proxy.port} responded 407 to CONNECT api.8x8.test:443`,
  )
  assert.match(checks.connection!.advice!, /HTTPS_PROXY=http:\/\/<user>:<password>@<proxy>:<port>/)
  assert.deepEqual(proxy.asked, [{ target: 'api.8x8.test:443', credentials: undefined }])
})

test('a password that the egress proxy rejects is not shown', async () => {
  const proxy = await egressProxy(407)
  const HTTPS_PROXY = `http://ann:proxy%20password@127.0.0.1:${proxy.port}`
  const { checks } = await examine(
    { ...SOMEWHERE, HTTPS_PROXY },
    { secrets: ['proxy password', 'proxy%20password', HTTPS_PROXY] },
  )

  assert.match(checks.connection!.advice!, /rejected the user or password in HTTPS_PROXY/)
  assert.equal(proxy.asked[0]?.credentials, `Basic ${Buffer.from('ann:proxy password').toString('base64')}`)
})

for (const [login, sent] of [
  ['user:50%off', 'user:50%off'],
  ['token', 'token:'],
  ['user:%ff%2F100%', Buffer.from('user:\xff/100%', 'latin1')],
  [':password', ':password'],
] as const) {
  test(`${login}@ in HTTPS_PROXY crashed it, or was not sent; curl sends it`, async () => {
    const proxy = await egressProxy(407)
    const HTTPS_PROXY = `http://${login}@127.0.0.1:${proxy.port}`
    const credentials = `Basic ${Buffer.from(sent as string).toString('base64')}`
    const { failed } = await examine({ ...SOMEWHERE, HTTPS_PROXY }, { secrets: [HTTPS_PROXY] })
    assert.deepEqual(failed, ['connection'])

    const program = startProgram({
      environment: { ...MADE_UP, ...SOMEWHERE, HTTPS_PROXY, X8_LOG_LEVEL: 'trace' },
    })
    const response = await fetch(`http://127.0.0.1:${await program.port}/storage/us-west/v3/regions`)
    assert.ok(response.status >= 500)
    assert.ok(proxy.asked.length >= 2)
    for (const { credentials: given } of proxy.asked) assert.equal(given, credentials)
    assert.ok(!`${program.stdout()}${program.stderr()}${await response.text()}`.includes(`${login}@`))
  })
}

for (const [status, advice] of [
  [403, /allow CONNECT to api\.8x8\.test:443.*NO_PROXY=api\.8x8\.test/],
  [502, /cannot reach api\.8x8\.test:443/],
] as const) {
  test(`an egress proxy that responds ${status} says whom to ask`, async () => {
    const { port } = await egressProxy(status)
    const { failed, checks } = await examine({ ...SOMEWHERE, HTTPS_PROXY: `http://127.0.0.1:${port}` })

    assert.deepEqual(failed, ['connection'])
    assert.match(checks.connection!.advice!, advice)
  })
}

test('an egress proxy that is down is not mistaken for 8x8 being down', async () => {
  const port = await closedPort()
  const { failed, checks } = await examine({ ...SOMEWHERE, HTTPS_PROXY: `http://127.0.0.1:${port}` })

  assert.deepEqual(failed, ['connection'])
  assert.equal(
    checks.connection!.detail,
    `no connection to the egress proxy 127.0.0.1:${port} (ECONNREFUSED)`,
  )
  assert.match(checks.connection!.advice!, /HTTPS_PROXY.*NO_PROXY=api\.8x8\.test/)
})

test('a name of the egress proxy that does not resolve points at HTTPS_PROXY', async () => {
  const { failed, checks } = await examine({ ...SOMEWHERE, HTTPS_PROXY: 'http://no-such-proxy.invalid:3128' })

  assert.deepEqual(failed, ['dns'])
  assert.match(checks.dns!.advice!, /^Check the spelling of HTTPS_PROXY, or remove it/)
})

test('an egress proxy that never responds does not hold the doctor up', async () => {
  const port = await silentServer()
  const { failed, checks } = await examine({
    ...SOMEWHERE,
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    X8_CONNECT_TIMEOUT_MS: '50',
  })

  assert.deepEqual(failed, ['connection'])
  assert.match(checks.connection!.detail, /\(nothing within 50 ms\)$/)
})

test('an egress proxy that works is passed, and what is behind it is judged', async () => {
  const port = await tlsInFrontOf(undefined, makeCertificate({ names: ['api.8x8.test'] }))
  const proxy = await egressProxy(200, port)
  const { failed, checks } = await examine({ ...SOMEWHERE, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })

  assert.match(
    checks.connection!.detail,
    new RegExp(
      `^api\\.8x8\\.test:443 connected through egress proxy 127\\.0\\.0\\.1:${proxy.port} in \\d+ ms$`,
    ),
  )
  assert.deepEqual(failed, ['certificate'])
})

test('NO_PROXY leads past the egress proxy', async () => {
  const proxy = await egressProxy(407)
  const port = await tlsInFrontOf(undefined, makeCertificate({ names: ['localhost'] }))
  const { checks } = await examine({
    X8_BASE_URL: `https://localhost:${port}`,
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
    NO_PROXY: 'localhost',
  })

  assert.equal(checks.connection?.ok, true)
  assert.deepEqual(proxy.asked, [])
})
