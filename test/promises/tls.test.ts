import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { type Certificate, makeCertificate } from '../support/certificates.js'
import { problemName, send } from '../support/http-client.js'
import { MADE_UP, startProgram, temporaryFolder } from '../support/program.js'
import { startProxy } from '../support/proxy.js'
import { until } from '../support/until.js'
import { issueToken, startUpstream } from '../support/upstream.js'

interface SecureUpstream {
  readonly port: number
  /** How many requests arrived. */
  requests: number
  readonly server: Server
}

async function startSecure(certificate: Certificate): Promise<SecureUpstream> {
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    upstream.requests += 1
    request.resume().on('end', () => response.end('secret weather'))
  })
  server.on('tlsClientError', () => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => server.close().closeAllConnections())
  const upstream = { port: (server.address() as AddressInfo).port, requests: 0, server }
  return upstream
}

const authority = makeCertificate()

suite('TLS to 8x8', { timeout: 60_000 }, () => {
  test('a stranger with a certificate of his own gets neither the request nor the token', async () => {
    const tokens = await startUpstream()
    const stranger = await startSecure(makeCertificate({ names: ['127.0.0.1'] }))
    const proxy = await startProxy({
      X8_BASE_URL: `https://127.0.0.1:${stranger.port}`,
      X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token`,
    })

    for (const call of [{ path: '/storage/x' }, { method: 'POST', path: '/storage/x', body: 'x' }, {}]) {
      const response = await send(proxy.port, call)
      assert.equal(response.status, 502)
      assert.equal(problemName(response), 'upstream-tls')
      assert.match(response.text, /NODE_EXTRA_CA_CERTS/)
      assert.equal(response.headers['proxy-status'], '"8x8-auth-proxy"; error=tls_certificate_error')
    }
    assert.equal(stranger.requests, 0)
    assert.equal(tokens.tokenRequests, 1)
  })

  test('a token endpoint whose certificate is not trusted does not get the secret', async () => {
    const stranger = await startSecure(makeCertificate({ names: ['127.0.0.1'] }))
    const proxy = await startProxy({ X8_BASE_URL: `https://127.0.0.1:${stranger.port}` })

    const response = await send(proxy.port, { path: '/storage/x' })

    assert.equal(problemName(response), 'token-unavailable')
    assert.equal(stranger.requests, 0)
  })

  test('a server that speaks no TLS gets nothing', async () => {
    const plain = await startUpstream()
    const proxy = await startProxy({ X8_BASE_URL: `https://127.0.0.1:${plain.port}` }, { start: false })

    const response = await send(proxy.port)

    assert.equal(problemName(response), 'upstream-tls')
    assert.equal(plain.received.length, 0)
  })

  test('a plain port, an old version of TLS and a certificate that is not trusted had one text and one cure', async () => {
    const plain = await startUpstream()
    const old = createServer({
      ...makeCertificate({ names: ['127.0.0.1'] }),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }).on('tlsClientError', () => undefined)
    await once(old.listen(0, '127.0.0.1'), 'listening')
    after(() => old.close())
    const stranger = await startSecure(makeCertificate({ names: ['127.0.0.1'] }))
    for (const [port, words, cause] of [
      [plain.port, /speaks no TLS .*X8_BASE_URL/, 'ERR_SSL_WRONG_VERSION_NUMBER'],
      [(old.address() as AddressInfo).port, /older than TLS 1\.2/, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
      [stranger.port, /NODE_EXTRA_CA_CERTS/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ] as const) {
      const proxy = await startProxy({ X8_BASE_URL: `https://127.0.0.1:${port}` }, { start: false })
      const texts: string[] = []
      // The second one needs a token first.
      for (const [path, name] of [
        ['/chat/api/v1/rooms', 'upstream-tls'],
        ['/storage/x', 'token-unavailable'],
      ] as const) {
        const response = await send(proxy.port, { path })
        assert.equal(problemName(response), name)
        assert.match(response.text, words)
        assert.ok(response.text.includes(cause), response.text)
        texts.push(response.text)
      }
      assert.equal(
        texts.filter((text) => text.includes('NODE_EXTRA_CA_CERTS')).length,
        port === stranger.port ? 2 : 0,
      )
    }
    assert.equal(stranger.requests + plain.received.length, 0)
  })

  test('a connection that dies in the handshake is opened once more, even for a POST', async () => {
    let connections = 0
    const server = createTcpServer((socket) => {
      connections += 1
      socket.on('error', () => undefined).once('data', () => socket.destroy())
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    after(() => server.close())
    const { port } = server.address() as AddressInfo
    const proxy = await startProxy({ X8_BASE_URL: `https://127.0.0.1:${port}` }, { start: false })

    const response = await send(proxy.port, { method: 'POST', body: 'x' })

    assert.equal(problemName(response), 'upstream-unreachable')
    assert.equal(connections, 2)
  })

  test('with a private authority in NODE_EXTRA_CA_CERTS its certificates work; expired ones and those of other hosts do not', async () => {
    const good = makeCertificate({ names: ['127.0.0.1'], by: authority })
    const bad = {
      CERT_HAS_EXPIRED: makeCertificate({ names: ['127.0.0.1'], by: authority, notAfter: '20210101000000Z' }),
      CERT_NOT_YET_VALID: makeCertificate({
        names: ['127.0.0.1'],
        by: authority,
        notBefore: '20980101000000Z',
      }),
      ERR_TLS_CERT_ALTNAME_INVALID: makeCertificate({ names: ['api.8x8.com'], by: authority }),
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: makeCertificate({ names: ['127.0.0.1'], by: makeCertificate() }),
    }
    const upstream = await startSecure(bad.CERT_HAS_EXPIRED)
    const program = startProgram({
      environment: {
        ...MADE_UP,
        X8_BASE_URL: `https://127.0.0.1:${upstream.port}`,
        NODE_EXTRA_CA_CERTS: authorityFile(),
      },
    })
    const port = await program.port

    for (const [code, certificate] of Object.entries(bad)) {
      upstream.server.setSecureContext({ key: certificate.key, cert: certificate.cert })
      const response = await send(port)
      assert.equal(problemName(response), 'upstream-tls', code)
      assert.ok(response.text.includes(code), response.text)
    }
    assert.equal(upstream.requests, 0)

    upstream.server.setSecureContext({ key: good.key, cert: good.cert })
    assert.equal((await send(port)).text, 'secret weather')
  })
})

suite('an egress proxy', { timeout: 60_000 }, () => {
  test('is used for https, with every header as it was sent, and the certificate is verified through it', async () => {
    const { program, egress, upstream } = await startBehindEgress()
    const port = await program.port

    const response = await send(port, {
      headers: ['Host', 'localhost', 'X-Twice', 'one', 'X-Twice', 'two', 'x-twice', 'three'],
    })

    assert.equal(response.text, 'secret weather')
    assert.ok(egress.tunnels.length > 0)
    assert.deepEqual(new Set(egress.tunnels), new Set(['api.8x8.com:443']))
    const { rawHeaders } = upstream
    assert.deepEqual(
      rawHeaders.filter((_, i) => rawHeaders[i - 1]?.toLowerCase() === 'x-twice'),
      ['one', 'two', 'three'],
    )
    assert.equal(rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'host') + 1], 'api.8x8.com')

    const large = await send(port, {
      method: 'PUT',
      headers: { 'Content-Length': 1_000_000 },
      body: Buffer.alloc(1_000_000),
    })
    assert.equal(large.text, 'secret weather')
  })

  test('keeps its tunnels: the first call after ready opens none, and none of the POSTs around the time when 8x8 closes it fails', async () => {
    const { program, egress, server } = await startBehindEgress({}, (response) =>
      issueToken(response, { tokens: [] }),
    )
    const port = await program.port
    const post = async () => (await send(port, { method: 'POST', body: 'x' })).status
    // Without a hint: 8x8 gives none.
    server.keepAliveTimeout = 0
    server.timeout = 1_500
    await until(async () => (await send(port, { path: '/-/ready' })).status === 200)
    // One to the token endpoint, one for calls.
    assert.equal(egress.tunnels.length, 2)
    assert.equal(await post(), 200)
    assert.equal(egress.tunnels.length, 2)

    await until(() => egress.closed >= 2)
    const statuses: number[] = []
    for (const silenceMs of [0, 500, 1_400, 1_450, 1_500, 1_550]) {
      await wait(silenceMs)
      statuses.push(await post())
    }
    assert.deepEqual(new Set(statuses), new Set([200]))
    // The ones after the three long silences, and after the close that was seen.
    assert.ok(egress.tunnels.length <= 7, `${egress.tunnels.length} tunnels`)
  })

  test('that cannot verify the server gets nothing', async () => {
    const { program, upstream } = await startBehindEgress({ NODE_EXTRA_CA_CERTS: '' })

    assert.equal(problemName(await send(await program.port)), 'upstream-tls')
    assert.equal(upstream.requests, 0)
  })

  test('that is down, refuses the tunnel or says nothing is reported as no connection', async () => {
    const cases = [
      [undefined, 'upstream-unreachable'],
      ['HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', 'upstream-unreachable'],
      ['', 'upstream-timeout'],
      // A tunnel into the void.
      ['HTTP/1.1 200 OK\r\n\r\n', 'upstream-timeout'],
    ] as const
    const attempts = cases.map(async ([response, name]) => {
      const server = createTcpServer((socket) => {
        socket.on('error', () => undefined).once('data', () => socket.write(response ?? ''))
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const { port } = server.address() as AddressInfo
      if (response === undefined) server.close()
      const program = startProgram({
        environment: { ...MADE_UP, HTTPS_PROXY: `http://127.0.0.1:${port}`, X8_CONNECT_TIMEOUT_MS: '500' },
      })

      assert.equal(problemName(await send(await program.port, { method: 'POST', body: 'x' })), name)
      server.close()
    })
    await Promise.all(attempts)
  })

  test('is not used for what NO_PROXY names', async () => {
    const { program, egress } = await startBehindEgress({
      X8_BASE_URL: 'https://no-such-host.invalid',
      NO_PROXY: 'example.com,.invalid',
    })

    assert.equal(problemName(await send(await program.port)), 'upstream-unreachable')
    assert.deepEqual(egress.tunnels, [])
  })

  test('is never used for loopback, neither for http nor for https', async () => {
    const plain = await startUpstream()
    const secure = await startSecure(makeCertificate({ names: ['127.0.0.1'], by: authority }))
    for (const origin of [plain.origin, `https://127.0.0.1:${secure.port}`]) {
      const { program, egress } = await startBehindEgress({
        X8_BASE_URL: origin,
        HTTP_PROXY: 'http://127.0.0.1:1',
      })
      assert.equal((await send(await program.port)).status, 200, origin)
      assert.deepEqual(egress.tunnels, [])
    }
  })
})

function authorityFile(): string {
  const file = join(temporaryFolder(), 'ca.pem')
  writeFileSync(file, authority.cert)
  return file
}

/** The program in front of api.8x8.com, which an egress proxy leads to a server of this test. */
async function startBehindEgress(
  environment: Record<string, string> = {},
  token: (response: ServerResponse) => void = (response) => void response.writeHead(503).end(),
) {
  const upstream = { requests: 0, rawHeaders: [] as string[] }
  const { key, cert } = makeCertificate({ names: ['api.8x8.com'], by: authority })
  const server = createServer({ key, cert }, (request, response) => {
    if (request.url === '/oauth/v2/token') return token(response)
    upstream.requests += 1
    upstream.rawHeaders = request.rawHeaders
    request.resume().on('end', () => response.end('secret weather'))
  })
  server.on('tlsClientError', () => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const target = (server.address() as AddressInfo).port

  const egress = { tunnels: [] as string[], closed: 0 }
  const tunnels = createHttpServer()
  tunnels.on('connect', (request, socket: Socket) => {
    egress.tunnels.push(request.url!)
    const onward = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    onward.on('error', () => socket.destroy())
    socket
      .on('error', () => onward.destroy())
      .on('close', () => {
        egress.closed += 1
        onward.destroy()
      })
  })
  await once(tunnels.listen(0, '127.0.0.1'), 'listening')
  after(() => {
    server.close().closeAllConnections()
    tunnels.close()
  })
  const program = startProgram({
    environment: {
      ...MADE_UP,
      HTTPS_PROXY: `http://127.0.0.1:${(tunnels.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: authorityFile(),
      X8_CONNECT_TIMEOUT_MS: '2000',
      ...environment,
    },
  })
  return { program, egress, upstream, server }
}
