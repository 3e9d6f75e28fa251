import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { connect as connectHttp2 } from 'node:http2'
import { once } from 'node:events'
import { beforeEach, suite, test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { sendRaw } from '../support/raw-client.js'
import { assertProblem, rawCaller } from '../support/raw-request.js'
import { startUpstream } from '../support/upstream.js'
import { until } from '../support/until.js'

const upstream = await startUpstream()
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_LOG_LEVEL: 'warn' }, { start: false })
const caller = rawCaller(proxy.port)
beforeEach(() => {
  proxy.log.length = 0
  upstream.received.length = 0
})

/** The one line at warn that a refusal leaves. */
async function line(): Promise<Record<string, unknown>> {
  await until(() => proxy.log.length > 0)
  assert.equal(proxy.log.length, 1)
  assert.equal(proxy.log[0]!.level, 40)
  return proxy.log[0]!
}

suite("callers' likely mistakes", { timeout: 300_000 }, () => {
  test('https: to the plain port was a request that is "not valid HTTP"', async () => {
    const client = connectTls({ port: proxy.port, host: '127.0.0.1', rejectUnauthorized: false })
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException]
    assert.match(String(error.code), /SSL|EPROTO/)
    const { problem, detail } = await line()
    assert.equal(problem, 'bad-request')
    assert.match(String(detail), /TLS to the plain HTTP port.*http:\/\//)
  })

  test('the bytes of TLS get a response that a person can read', async () => {
    const response = await caller.bytes('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')
    assert.match(assertProblem(response, 'bad-request').detail, /use http:\/\//)
  })

  test('HTTP/2 with prior knowledge was "not valid HTTP/1.1", without a word of HTTP/2', async () => {
    const response = await caller.bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')
    assert.match(assertProblem(response, 'bad-request').detail, /HTTP\/2.*HTTP\/1\.1/)
    assert.match(String((await line()).detail), /HTTP\/2/)
  })

  test('a SOCKS client, and a load balancer with the PROXY protocol, are told so too', async () => {
    for (const [bytes, told] of [
      ['\x05\x01\x00', /SOCKS/],
      ['\x04\x01\x00\x50\x01\x02\x03\x04\x00', /SOCKS/],
      ['PROXY TCP4 192.0.2.1 192.0.2.2 56324 8808\r\nGET / HTTP/1.1\r\n\r\n', /PROXY protocol/],
      ['\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c', /PROXY protocol/],
    ] as const) {
      assert.match(assertProblem(await caller.bytes(bytes), 'bad-request').detail, told)
    }
  })

  test('an HTTP/2 client is told the same in the log', async () => {
    const client = connectHttp2(proxy.origin)
    client.on('error', () => undefined)
    client.request({ ':path': '/storage' }).on('error', () => undefined)
    assert.match(String((await line()).detail), /HTTP\/2/)
    client.destroy()
  })

  test('a client with the proxy as its forward proxy was told to add api.8x8.com to X8_ALLOWED_HOSTS', async () => {
    for (const [target, host] of [
      ['http://api.8x8.com/storage/us-west/v3/regions', 'api.8x8.com'],
      ['http://api.8x8.com:80/storage', 'api.8x8.com:80'],
      ['http://api.8x8.com/storage', 'localhost'],
      ['http://elsewhere.example/', 'elsewhere.example'],
      ['https://api.8x8.com/storage', 'api.8x8.com'],
    ] as const) {
      proxy.log.length = 0
      const response = await caller.send(`GET ${target} HTTP/1.1`, [`Host: ${host}`])
      const { detail } = assertProblem(response, 'bad-target', target)
      assert.match(detail, /reverse proxy.*http:\/\/127\.0\.0\.1:8808\//)
      assert.match(String((await line()).detail), /reverse proxy/)
    }
    assert.equal(upstream.received.length, 0)
  })

  test('and with https: the same, where CONNECT came first', async () => {
    const response = await caller.send('CONNECT api.8x8.com:443 HTTP/1.1', ['Host: api.8x8.com:443'])
    assert.match(assertProblem(response, 'not-allowed').detail, /reverse proxy.*http:\/\/127\.0\.0\.1:8808\//)
    assert.match(String((await line()).detail), /reverse proxy/)
  })

  test('a page whose name was rebound does not get in by a full URL', async () => {
    const allowing = await startProxy(
      { X8_BASE_URL: upstream.origin, X8_ALLOWED_HOSTS: 'localhost,dashboards' },
      { start: false },
    )
    for (const [target, host, status] of [
      ['http://dashboards/chat/api/v1/rooms', 'dashboards', 200],
      ['HTTP://Dashboards/chat/api/v1/rooms', 'dashboards', 200],
      ['http://dashboards/chat/api/v1/rooms', 'rebound.example', 403],
      ['http://rebound.example/chat/api/v1/rooms', 'rebound.example', 400],
    ] as const) {
      const response = await sendRaw(
        allowing.port,
        `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      )
      assert.equal(response.status, status, `${target} ${host}`)
    }
  })

  test('a base address that ends with a slash was told to start with a single one', async () => {
    for (const target of ['//storage/us-west/v3/regions', '///storage', '//', `http://127.0.0.1//storage`]) {
      proxy.log.length = 0
      const response = await caller.send(`GET ${target} HTTP/1.1`, ['Host: 127.0.0.1'])
      assert.match(
        assertProblem(response, 'bad-target', target).detail,
        /begins with two slashes: the base address .*ends with a slash/,
      )
    }
  })

  test('the log of a refused page did not say which page, nor what to set', async () => {
    for (const [header, told] of [
      ['Origin: https://app.example.com', 'https://app.example.com'],
      ['Origin: http://[::1]:3000', 'http://[::1]:3000'],
      ['Origin: null', 'null'],
      // Not what a browser sends: it may be anything.
      ['Origin: https://user:secret@app.example.com', undefined],
      [`Origin: https://${'x'.repeat(300)}`, undefined],
      ['Sec-Fetch-Site: cross-site', undefined],
    ] as const) {
      proxy.log.length = 0
      const response = await caller.get('/storage', [header])
      const { detail } = assertProblem(response, 'cross-site', header)
      if (told !== undefined && told !== 'null') assert.doesNotMatch(detail, /app\.example/)
      const logged = await line()
      assert.equal(logged.origin, told, header)
      assert.match(String(logged.detail), /X8_ALLOWED_ORIGINS/)
    }
  })

  test('the log of a refused host did not say which one, nor what to set', async () => {
    for (const [host, told, status] of [
      ['dashboards:8808', 'dashboards:8808', 403],
      ['a b', undefined, 400],
    ] as const) {
      proxy.log.length = 0
      assert.equal((await caller.send('GET /storage HTTP/1.1', [`Host: ${host}`])).status, status)
      const logged = await line()
      assert.equal(logged.host, told)
      assert.match(String(logged.detail), /X8_ALLOWED_HOSTS/)
    }
  })

  test('a caller who leaves in the middle of a request has made no mistake', async () => {
    const talkative = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    const socket = connect(talkative.port, '127.0.0.1')
    socket
      .on('error', () => undefined)
      .end('POST /chat/api/v1/rooms HTTP/1.1\r\nHost: localhost\r\nContent-Le')
    await until(() => talkative.log.length > 0)
    assert.deepEqual(
      talkative.log.map(({ level, cause }) => [level, cause]),
      [[30, 'HPE_INVALID_EOF_STATE']],
    )
  })
})
