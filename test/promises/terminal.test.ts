import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { suite, test } from 'node:test'
import { KEYED, send } from '../support/http-client.js'
import { MADE_UP, startProgram } from '../support/program.js'
import { sendRaw } from '../support/raw-client.js'
import { skipWithoutTerminal, startOnTerminal, type Terminal } from '../support/terminal.js'
import { until } from '../support/until.js'
import { startUpstream } from '../support/upstream.js'

const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'

/** Every address of the proxy's own that pages, probes and scrapers ask for. */
const ROUTINE = ['/', '/-/', '/-/page.css', '/-/page.js', '/-/status', '/-/metrics', '/-/live', '/-/ready']
const GONE = ['/-/requests/99999', '/-/favicon.ico']

async function startSandbox(
  environment: Record<string, string> = {},
): Promise<{ terminal: Terminal; port: number }> {
  const terminal = startOnTerminal(['sandbox'], { X8_PORT: '0', ...environment })
  const port = await terminal.port
  await until(() => terminal.text().includes(`:${port}/-/`))
  return { terminal, port }
}

/** Makes a call and waits for its line. @returns the lines since then */
async function linesOf(terminal: Terminal, port: number, path: string): Promise<string[]> {
  const before = terminal.lines().length
  await send(port, { path })
  await until(() => terminal.lines().some((line) => line.includes(path)))
  return terminal.lines().slice(before)
}

suite('on a terminal', { timeout: 120_000, skip: skipWithoutTerminal }, () => {
  test('the start is five lines: where, in front of what, the products, the life of the token, what to open next', async () => {
    const { terminal, port } = await startSandbox()
    await until(() => terminal.lines().length >= 5)
    const [where, what, products, life, next, ...rest] = terminal.lines()
    assert.equal(where, `listening on http://127.0.0.1:${port} for this machine only`)
    assert.equal(what, 'in front of the sandbox: a simulated 8x8, nothing leaves this machine')
    assert.match(products!, /^granted: analytics realtime-api, storage, /)
    assert.match(life!, /^token obtained, it lives 29 minutes 59 seconds /)
    assert.equal(
      next,
      `open http://127.0.0.1:${port}/-/ in a browser, or try curl http://127.0.0.1:${port}${QUEUES}`,
    )
    assert.deepEqual(rest, [])
    // What it says to try works.
    assert.equal((await send(port, { path: QUEUES })).status, 200)
  })

  test('a refused secret is five lines, too: the reason, and what to do', async () => {
    const upstream = await startUpstream({
      token: (response) => void response.writeHead(401).end('{"ErrorCode":"invalid_client"}'),
    })
    const terminal = startOnTerminal([], { ...MADE_UP, X8_BASE_URL: upstream.origin })
    await until(() => terminal.lines().length >= 5)
    const [, what, reason, advice, next, ...rest] = terminal.lines()
    assert.equal(what, `in front of ${upstream.origin}`)
    assert.match(
      reason!,
      /^ERROR token refused: The token endpoint responded 401 \(invalid_client\)\. retryIn=[\d.]+ m?s$/,
    )
    assert.match(advice!, /^WARN check X8_APP_KEY and X8_APP_SECRET .* doctor/)
    assert.match(next!, /^open http:\/\/127\.0\.0\.1:\d+\/-\/ /)
    assert.deepEqual(rest, [])
  })

  test('so many calls are so many lines, in columns, and an opened and closed page is none', async () => {
    const { terminal, port } = await startSandbox()
    const calls = Array.from({ length: 20 }, (_, i) => `/storage/us-west/v3/regions?call-${i}=x`)
    const before = terminal.lines().length
    for (const path of calls) await send(port, { path })
    for (const path of ROUTINE) assert.ok((await send(port, { path })).status < 400, path)
    for (const path of GONE) assert.equal((await send(port, { path })).status, 404, path)
    const page = get({ port, path: '/-/events', agent: false })
    const [stream] = (await once(page, 'response')) as [IncomingMessage]
    await once(stream, 'data')
    stream.on('error', () => undefined)
    stream.destroy()

    await linesOf(terminal, port, '/storage/after-all-of-it')
    const rows = terminal.lines().slice(before)
    assert.equal(rows.length, calls.length + 1, rows.join('\n'))
    // Byte for byte in one column, whatever the status.
    assert.deepEqual(
      [...new Set(rows.map((row) => row.indexOf('/storage/')))],
      [rows[0]!.indexOf('/storage/')],
    )
    for (const row of rows.slice(0, -1)) {
      assert.match(
        row,
        /^GET    200 +[\d.]+ m?s +\d[\d.]* k?B storage +\/storage\/us-west\/v3\/regions\?call-\d+$/,
      )
    }
    assert.match(rows.at(-1)!, /^GET    404 .*\/storage\/after-all-of-it id=/)
  })

  test('what a person asks for has a line: a download, a login', async () => {
    const { terminal, port } = await startSandbox()
    for (const path of ['/-/postman.json', '/-/openapi.json', '/-/calls', '/oauth/v2/token']) {
      assert.equal((await linesOf(terminal, port, path)).length, 1, path)
    }
  })

  test('a failure says why and by which id, a caller who leaves is named, and so is what was sent again', async () => {
    const upstream = await startUpstream({
      respond: (request, response) => {
        if (request.url === '/storage/half') response.write('half')
        else if (request.headers.authorization === 'Bearer token-1') response.writeHead(401).end()
        else response.end('{}')
      },
    })
    const terminal = startOnTerminal([], { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_DENY: '/storage/no' })
    const port = await terminal.port
    await until(() => terminal.lines().length >= 5)
    const [denied] = await linesOf(terminal, port, '/storage/no')
    assert.match(denied!, /403 .* \/storage\/no not-allowed: .* id=[\da-f-]{36}$/)

    const call = get({ port, path: '/storage/half', agent: false })
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    await once(response, 'data')
    response.on('error', () => undefined).destroy()
    await until(() => terminal.lines().some((line) => line.endsWith('/storage/half caller left')))

    const rows = await linesOf(terminal, port, '/storage/again')
    assert.match(rows.at(-1)!, /200 .* \/storage\/again sent again \(token\)/)
  })

  test('escape sequences of callers do not reach the terminal', async () => {
    const { terminal, port } = await startSandbox({ NO_COLOR: '1' })
    // 9b alone is CSI to a terminal of eight bits, c2 9b to one of UTF-8.
    for (const path of [
      '/storage/\x9b2J',
      '/storage/\xc2\x9b2J',
      '/storage/%1b[2J',
      '/storage/\xe2\x80\xae',
    ]) {
      await sendRaw(
        port,
        `GET ${path}?done HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: \x1b[31mred\r\nUser-Agent: \x9b31m\r\nConnection: close\r\n\r\n`,
      )
    }
    await sendRaw(port, 'GET /storage/\x1b[2J HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    await linesOf(terminal, port, KEYED)
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(terminal.text(), /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]/)
    assert.ok(terminal.lines().length > 5 + 4)
  })

  for (const [environment, isColoured] of [
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
    [{ TERM: 'dumb', FORCE_COLOR: '1' }, true],
  ] as const) {
    test(`with ${JSON.stringify(environment)} there are ${isColoured ? '' : 'no '}colours`, async () => {
      const { terminal, port } = await startSandbox(environment)
      await linesOf(terminal, port, '/storage/us-west/v3/regions')
      // oxlint-disable-next-line no-control-regex
      const escapes = new Set(terminal.text().match(/\x1b[^m]*m/g))
      assert.equal(escapes.has('\x1b[32m'), isColoured, 'the status')
      assert.equal(escapes.size > 0, isColoured)
    })
  }
})

test('elsewhere the log stays JSON, one line when it listens, whatever FORCE_COLOR says', async () => {
  const upstream = await startUpstream()
  const program = startProgram({
    environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, FORCE_COLOR: '1' },
  })
  const address = await program.address
  await program.seen(/token obtained/)
  await send(await program.port, { path: '/-/' })
  await send(await program.port, { path: QUEUES })
  await program.seen(/"path"/)
  const lines = program
    .stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    [
      `listening on ${address} for this machine only, forwarding to ${upstream.origin}`,
      lines[1]!.msg,
      'request',
    ],
  )
  assert.match(lines[1]!.msg as string, /^token obtained/)
})
