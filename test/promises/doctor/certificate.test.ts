import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkCertificate, type Handshake, judgeHandshake } from '../../../src/doctor/check-certificate.js'
import { routeTo } from '../../../src/doctor/route.js'
import { makeCertificate } from '../../support/certificates.js'
import { command, temporaryFolder } from './command.js'
import { assertNoSecret, type Check, examine, everythingSet, sandboxWith } from './examine.js'
import { egressProxy, httpServer, silentServer, tlsInFrontOf } from './servers.js'

const DAY_MS = 86_400_000
const JUDGING = { clean: (text: string) => text, hasExtraAuthorities: false }
const ROUTE = routeTo(new URL('https://api.8x8.com'), 'X8_BASE_URL', undefined)

test('an untrusted certificate is reported with its issuer, its code and NODE_EXTRA_CA_CERTS', async () => {
  const port = await tlsInFrontOf(undefined, makeCertificate({ names: ['127.0.0.1'], by: makeCertificate() }))
  const { code, failed, checks } = await examine({ X8_BASE_URL: `https://127.0.0.1:${port}` })

  assert.equal(code, 1)
  assert.deepEqual(failed, ['certificate'])
  assert.match(
    checks.certificate!.detail,
    /issued by Test Authority \d+, is not trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/,
  )
  assert.match(checks.certificate!.advice!, /NODE_EXTRA_CA_CERTS=\/path\/to\/ca\.pem/)
})

test('where NODE_EXTRA_CA_CERTS is set already, the advice says what is wrong with it', async () => {
  const port = await tlsInFrontOf(undefined, makeCertificate({ names: ['127.0.0.1'] }))
  const { checks } = await examine({
    X8_BASE_URL: `https://127.0.0.1:${port}`,
    NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem',
  })

  assert.match(checks.certificate!.advice!, /NODE_EXTRA_CA_CERTS is set, but/)
})

test('no credential is sent to a server that is not trusted', async () => {
  let requests = 0
  const origin = await httpServer((_request, response) => {
    requests += 1
    response.end()
  })
  const port = await tlsInFrontOf(Number(new URL(origin).port), makeCertificate({ names: ['127.0.0.1'] }))

  const { checks } = await examine({ X8_BASE_URL: `https://127.0.0.1:${port}` })

  assert.equal(checks.token?.detail, 'not tried: certificate has to work first')
  assert.equal(requests, 0)
})

test('a server that speaks plain HTTP behind https: is recognised', async () => {
  const origin = await httpServer((_request, response) => void response.end())
  const { failed, checks } = await examine({ X8_BASE_URL: origin.replace('http:', 'https:') })

  assert.deepEqual(failed, ['certificate'])
  assert.match(
    checks.certificate!.detail,
    /did not complete a TLS handshake \((?:EPROTO|ERR_SSL_\w+|ECONNRESET)\)$/,
  )
})

test('a server that never completes a handshake does not hold the doctor up', async () => {
  const port = await silentServer()
  const { status, detail } = await checkCertificate(
    routeTo(new URL(`https://127.0.0.1:${port}`), 'X8_BASE_URL', undefined),
    { ...JUDGING, connection: connect(port, '127.0.0.1'), timeoutMs: 50, wallClock: Date.now },
  )

  assert.equal(status, 'failed')
  assert.match(detail, /\(nothing within 50 ms\)$/)
})

test('a certificate that ends within 14 days works, with a warning', () => {
  const handshake = handshakeUntil('Dec 31 00:00:00 2030 GMT')
  const end = Date.UTC(2030, 11, 31)

  const later = judge(handshake, end - 15 * DAY_MS)
  assert.equal(later.status, 'ok')
  assert.equal(later.detail, 'issued by Amazon RSA 2048 M03 (Amazon), valid until 2030-12-31')
  assert.equal(later.advice, undefined)

  const soon = judge(handshake, end - 13.5 * DAY_MS)
  assert.equal(soon.status, 'ok')
  assert.match(soon.advice!, /^It expires in 13 days/)
})

test('an expired certificate asks for the date of this machine first', async () => {
  const expired = makeCertificate({
    names: ['127.0.0.1'],
    notBefore: '20200101000000Z',
    notAfter: '20210101000000Z',
  })
  const { checks } = await examineTrusting(expired.cert, await tlsInFrontOf(undefined, expired))

  assert.match(checks.certificate!.detail, /is not trusted \(CERT_HAS_EXPIRED\)$/)
  assert.match(
    checks.certificate!.advice!,
    /^It is valid from 2020-01-01 until 2021-01-01\. Check the date of this machine first/,
  )
})

test('a certificate for another name shows whose it is', async () => {
  const other = makeCertificate({ names: ['other.example'] })
  const { checks } = await examineTrusting(other.cert, await tlsInFrontOf(undefined, other))

  assert.match(checks.certificate!.detail, /is not trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)$/)
  assert.match(
    checks.certificate!.advice!,
    /^It is made for DNS:other\.example\. Check the spelling of X8_BASE_URL/,
  )
})

test('with its authority in NODE_EXTRA_CA_CERTS everything works through an egress proxy', async () => {
  const { sandbox } = await sandboxWith()
  const authority = makeCertificate()
  const server = makeCertificate({ names: ['api.8x8.test'], by: authority })
  const proxy = await egressProxy(200, await tlsInFrontOf(Number(new URL(sandbox.origin).port), server))

  const { code, checks, stdout } = await examineInProcess(authority.cert, {
    ...everythingSet(sandbox),
    X8_BASE_URL: 'https://api.8x8.test',
    HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
  })

  assert.deepEqual(
    Object.values(checks).flatMap(({ name, ok }) => (ok === true ? [] : [name])),
    // They have no call that only reads, or that the app's key is enough for.
    ['customer-experience', 'journey', 'campaigns'],
  )
  assert.equal(code, 0)
  assert.match(checks.certificate!.detail, /^issued by Test Authority \d+, valid until 2099-01-01$/)
  assertNoSecret(stdout, [sandbox.credentials.key, sandbox.credentials.secret, ...sandbox.issuedTokens])
})

function judge(handshake: Handshake, wallClockMs: number) {
  return judgeHandshake(handshake, ROUTE, { ...JUDGING, wallClock: () => wallClockMs })
}

function handshakeUntil(end: string): Handshake {
  const name = { C: 'US', ST: '', L: '', OU: '' }
  return {
    distrust: undefined,
    certificate: {
      subject: { ...name, O: '8x8', CN: 'api.8x8.com' },
      issuer: { ...name, O: 'Amazon', CN: 'Amazon RSA 2048 M03' },
      valid_from: 'Jan  1 00:00:00 2030 GMT',
      valid_to: end,
    },
  }
}

function examineTrusting(authority: string, port: number) {
  return examineInProcess(authority, {
    X8_BASE_URL: `https://127.0.0.1:${port}`,
    X8_APP_KEY: 'key',
    X8_APP_SECRET: 'secret',
  })
}

/** In a process of its own: Node reads NODE_EXTRA_CA_CERTS when it starts. */
async function examineInProcess(
  authority: string,
  environment: Readonly<Record<string, string | undefined>>,
) {
  const file = join(await temporaryFolder(), 'ca.pem')
  await writeFile(file, authority)
  const { code, stdout } = await command(['doctor', '--json'], {
    X8_PORT: '0',
    ...environment,
    NODE_EXTRA_CA_CERTS: file,
  })
  const { checks } = JSON.parse(stdout) as { checks: Check[] }
  return { code, stdout, checks: Object.fromEntries(checks.map((check) => [check.name, check])) }
}
