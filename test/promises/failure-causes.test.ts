import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { problemName, responseTo, open, send } from '../support/http-client.js'
import { MADE_UP, startProgram } from '../support/program.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { startRawUpstream } from '../support/raw-upstream.js'
import { startUpstream } from '../support/upstream.js'
import { until } from '../support/until.js'

/** Nothing listens on the discard port. */
const NOWHERE = 'http://127.0.0.1:9'
const WARN = 40

/** The lines about requests, as soon as there is one for each of so many. */
async function lines({ log }: TestProxy, count = 1): Promise<Record<string, unknown>[]> {
  const found = () => log.filter(({ msg }) => String(msg).startsWith('request'))
  await until(() => found().length >= count)
  return found()
}

const GARBAGE = [
  'SSH-2.0-OpenSSH_9.9\r\n',
  'HTTP/1.1 OK 200\r\n\r\n',
  'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n',
]

suite('why a request failed', { timeout: 300_000 }, () => {
  test('a refused connection had no cause in the log, and was told at info only', async () => {
    const proxy = await startProxy({ X8_BASE_URL: NOWHERE }, { start: false })
    assert.equal(problemName(await send(proxy.port)), 'upstream-unreachable')

    const [line] = await lines(proxy)
    assert.equal(line!.cause, 'ECONNREFUSED')
    assert.equal(line!.level, WARN)
    assert.doesNotMatch(JSON.stringify(line), /127\.0\.0\.1|:9\b/)
  })

  test('a response that is no HTTP was said to be a connection that ended, and the request perhaps processed', async () => {
    for (const bytes of GARBAGE) {
      const upstream = await startRawUpstream((socket) => socket.end(bytes))
      const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
      const response = await send(proxy.port, { method: 'POST', body: 'x' })
      assert.equal(problemName(response), 'upstream-broken', bytes)
      assert.match(response.text, /not valid HTTP/, bytes)
      assert.doesNotMatch(response.text, /SSH|nonsense|many/)
      assert.equal(response.headers['proxy-status'], '"8x8-auth-proxy"; error=http_protocol_error')
      assert.equal(upstream.heads.length, 1)
      const [line] = await lines(proxy)
      assert.match(String(line!.cause), /^(?:HTTPParserError|HPE_\w+|ERR_ASSERTION)$/)
      assert.equal(line!.level, WARN)
    }
  })

  test('a connection that ends before the response still says that the request may have been processed', async () => {
    for (const bytes of ['', 'HTTP/1.1 20']) {
      const upstream = await startRawUpstream((socket) => socket.end(bytes))
      const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
      const response = await send(proxy.port, { method: 'POST', body: 'x' })
      assert.match(response.text, /may have been processed/)
      assert.equal((await lines(proxy))[0]!.cause, 'UND_ERR_SOCKET')
    }
  })

  test('a request that failed behind the open circuit breaker, or for want of a token, has the cause of the failure behind it', async () => {
    const proxy = await startProxy({ X8_BASE_URL: NOWHERE }, { start: false })
    for (let i = 0; i < 7; i += 1) await send(proxy.port)
    assert.equal(problemName(await send(proxy.port, { path: '/storage/x' })), 'token-unavailable')
    assert.deepEqual(
      (await lines(proxy, 8)).map(({ cause }) => cause),
      Array<string>(8).fill('ECONNREFUSED'),
    )
  })

  test('a response that came too late has a cause, whoever measured the time', async () => {
    const upstream = await startRawUpstream((socket, head) =>
      head.startsWith('GET') ? socket.write('HTTP/1.1 102 Processing\r\n\r\n') : undefined,
    )
    const proxy = await startProxy(
      { X8_BASE_URL: upstream.origin, X8_RESPONSE_TIMEOUT_MS: '100' },
      { start: false },
    )
    assert.equal(problemName(await send(proxy.port)), 'upstream-timeout')
    assert.equal(problemName(await send(proxy.port, { method: 'POST', body: 'x' })), 'upstream-timeout')
    for (const { cause } of await lines(proxy, 2)) assert.equal(cause, 'UND_ERR_HEADERS_TIMEOUT')
  })

  test('a response that 8x8 broke off was told like that of a caller who left', async () => {
    const upstream = await startRawUpstream((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
    )
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    await assert.rejects(send(proxy.port))
    const [line] = await lines(proxy)
    assert.deepEqual(
      { level: line!.level, status: line!.status, incomplete: line!.incomplete, cause: line!.cause },
      { level: WARN, status: 200, incomplete: true, cause: 'UND_ERR_SOCKET' },
    )
  })

  test('a caller who leaves is no failure', async () => {
    const upstream = await startUpstream({ handle: (_request, response) => response.write('half') })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    const client = open(proxy.port, {})
    client
      .on('error', () => undefined)
      .on('response', (response) => {
        response.on('error', () => undefined).once('data', () => client.destroy())
      })
    client.end()
    const [line] = await lines(proxy)
    assert.deepEqual({ level: line!.level, cause: line!.cause }, { level: 30, cause: undefined })
  })

  test("a refusal of the proxy's own is told at warn, and says why; what 8x8 refuses, and probes, are not", async () => {
    const upstream = await startUpstream({
      respond: (_request, response) => response.writeHead(503).end(),
      token: (response) => response.writeHead(500).end(),
    })
    const proxy = await startProxy(
      { X8_BASE_URL: upstream.origin, X8_READ_ONLY: 'true', X8_LOG_LEVEL: 'warn' },
      { start: false },
    )
    assert.equal((await send(proxy.port)).status, 503)
    assert.equal((await send(proxy.port, { path: '/-/ready' })).status, 503)
    assert.equal((await send(proxy.port, { method: 'DELETE' })).status, 403)
    const [line, ...others] = await lines(proxy)
    assert.deepEqual(others, [])
    assert.equal(line!.problem, 'not-allowed')
    assert.equal(line!.level, WARN)
    assert.match(String(line!.detail), /X8_READ_ONLY/)
  })

  test("the page's own calls were told like those of callers", async () => {
    const proxy = await startProxy({ X8_BASE_URL: NOWHERE }, { start: false })
    const events = open(proxy.port, { path: '/-/events' })
    events.on('error', () => undefined).end()
    events.on('response', (response) =>
      response.on('error', () => undefined).once('data', () => events.destroy()),
    )
    const paths = ['/-/', '/-/page.css', '/-/page.js', '/-/requests/1', '/-/status']
    for (const path of [...paths, '/storage']) await send(proxy.port, { path })
    assert.deepEqual(
      (await lines(proxy)).map(({ path }) => path),
      ['/storage'],
    )
  })

  test("what the door refuses at the page's addresses is told all the same", async () => {
    const proxy = await startProxy({ X8_BASE_URL: NOWHERE, X8_LOG_LEVEL: 'warn' }, { start: false })
    await send(proxy.port, { path: '/-/events', headers: { Origin: 'https://evil.example' } })
    const [line] = await lines(proxy)
    assert.equal(line!.problem, 'cross-site')
  })

  test('with the log at warn, a program that fails was silent about it', async () => {
    const program = startProgram({
      environment: { ...MADE_UP, X8_PORT: '0', X8_BASE_URL: NOWHERE, X8_LOG_LEVEL: 'info' },
    })
    const port = await program.port
    await responseTo(open(port, {}).end())
    await program.seen(/"level":40,.*"cause":"ECONNREFUSED".*"msg":"request"/)
  })
})
