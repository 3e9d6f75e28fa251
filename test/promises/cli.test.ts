import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { responseTo, KEYED, open, readResponse, send } from '../support/http-client.js'
import { MADE_UP, MAIN, startProgram, temporaryFolder } from '../support/program.js'
import { startRawUpstream } from '../support/raw-upstream.js'
import { startUpstream } from '../support/upstream.js'

const SECRET = 'swordfish-4711'

/** What the program says and how it ends, for what ends at once. */
async function run(options: Parameters<typeof startProgram>[0]) {
  const program = startProgram(options)
  const { code } = await program.exited
  return { code, stdout: program.stdout(), stderr: program.stderr() }
}

/** Whatever goes wrong: one line each, no stack, no secret. */
function assertPlain(text: string): void {
  assert.doesNotMatch(text, /\n\s+at |node:internal|\.js:\d|swordfish/)
}

suite('arguments', { timeout: 60_000, concurrency: 2 }, () => {
  test('--help explains the commands', async () => {
    for (const argument of ['--help', '-h']) {
      const { code, stdout, stderr } = await run({ arguments: [argument] })
      assert.equal(code, 0)
      assert.equal(stderr, '')
      for (const word of ['sandbox', 'doctor', 'health', 'settings', '--version', 'X8_APP_KEY'])
        assert.ok(stdout.includes(word), word)
    }
  })

  test('settings prints .env.example, which --help names instead of a file that is not installed', async () => {
    const { code, stdout, stderr } = await run({ arguments: ['settings'] })
    assert.deepEqual([code, stderr], [0, ''])
    assert.equal(stdout, readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8'))
    assert.match((await run({ arguments: ['--help'] })).stdout, /8x8-auth-proxy settings > \.env/)
  })

  test('--version says the version of package.json', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as {
      version: string
    }
    for (const argument of ['--version', '-v']) {
      const { code, stdout } = await run({ arguments: [argument] })
      assert.equal(code, 0)
      assert.equal(stdout, `${version}\n`)
    }
  })

  for (const words of [['serf'], ['sandbox', 'again'], ['--port', '80'], ['--help=yes'], ['']]) {
    test(`"${words.join(' ')}" is not understood, and points to --help`, async () => {
      const { code, stdout, stderr } = await run({ arguments: words, environment: MADE_UP })
      assert.equal(code, 1)
      assert.equal(stdout, '')
      assert.match(stderr, /--help/)
      assertPlain(stderr)
    })
  }
})

test('doctor | head ended with a stack trace', () => {
  const upstream = 'http://127.0.0.1:9'
  const { stdout, stderr } = spawnSync('sh', ['-c', '"$0" "$1" doctor | head -n 1', process.execPath, MAIN], {
    env: { PATH: process.env.PATH, ...MADE_UP, X8_BASE_URL: upstream },
    cwd: temporaryFolder(),
    encoding: 'utf8',
  })
  assert.match(stdout, /^8x8-auth-proxy .*doctor\n$/)
  assert.equal(stderr, '')
})

suite('settings', { timeout: 60_000, concurrency: 2 }, () => {
  test('every invalid setting is named at once, one line each, without a stack and without a secret', async () => {
    const { code, stdout, stderr } = await run({
      environment: {
        X8_APP_SECRET: `${SECRET} with spaces`,
        X8_PORT: 'eighty',
        X8_BASE_URL: `http://user:${SECRET}@example.com`,
        X8_READ_ONLY: 'perhaps',
        X8_PROXY_KEY: `${SECRET}\u00e9`,
        X8_IDLE_TIMOUT_MS: '5',
        X8_WORK_PASSWORD: SECRET,
        X8_LOG_LEVEL: 'loud',
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      },
    })
    assert.equal(code, 1)
    assert.equal(stdout, '')
    for (const name of [
      'X8_APP_KEY',
      'X8_APP_SECRET',
      'X8_PORT',
      'X8_BASE_URL',
      'X8_READ_ONLY',
      'X8_PROXY_KEY',
      'X8_IDLE_TIMEOUT_MS',
      'X8_WORK_USERNAME',
      'X8_LOG_LEVEL',
      'NODE_TLS_REJECT_UNAUTHORIZED',
    ]) {
      assert.equal(
        stderr.split('\n').filter((line) => line.includes(name)).length,
        1,
        `${name} in:\n${stderr}`,
      )
    }
    assertPlain(stderr.replace(/^\(node:\d+\) Warning: Setting the NODE_TLS.*\n.*\n/m, ''))
  })

  test('NODE_TLS_REJECT_UNAUTHORIZED=0 alone is reason enough not to start', async () => {
    const { code, stderr } = await run({ environment: { ...MADE_UP, NODE_TLS_REJECT_UNAUTHORIZED: '0' } })
    assert.equal(code, 1)
    assert.match(stderr, /NODE_EXTRA_CA_CERTS/)
  })

  test('.env of the working folder is read, and the real environment wins', async () => {
    const upstream = await startUpstream()
    const folder = temporaryFolder()
    writeFileSync(
      join(folder, '.env'),
      `# credentials\nX8_APP_KEY=from-file\nX8_APP_SECRET="${SECRET}"\nX8_BASE_URL=${upstream.origin}\nX8_PORT=1\n`,
    )
    const program = startProgram({ folder, environment: { X8_PORT: '0', X8_APP_KEY: 'from-environment' } })

    await send(await program.port)

    assert.equal(upstream.received[0]?.headers['x-api-key'], 'from-environment')
    assertPlain(program.stdout())
  })

  test('a .env that cannot be read is said, not ignored', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, '.env'))
    const { code, stderr } = await run({ folder, environment: MADE_UP })
    assert.equal(code, 1)
    assert.match(stderr, /\.env cannot be read/)
    assertPlain(stderr)
  })

  test('X8_PORT=0 takes a free port and prints it', async () => {
    const program = startProgram({ environment: { ...MADE_UP, X8_BASE_URL: 'http://127.0.0.1:9' } })
    const port = await program.port
    assert.ok(port > 0)
    assert.equal((await send(port, { path: '/-/live' })).status, 200)
  })

  test('a port that is taken is said in one line', async () => {
    const server = createServer()
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const { code, stderr } = await run({ environment: { ...MADE_UP, X8_PORT: String(port) } })
    server.close()
    assert.equal(code, 1)
    assert.match(stderr, /X8_PORT/)
    assert.equal(stderr.trim().split('\n').length, 1)
    assertPlain(stderr)
  })

  test('an address of another machine is said in one line', async () => {
    const { code, stderr } = await run({ environment: { ...MADE_UP, X8_HOST: '192.0.2.1' } })
    assert.equal(code, 1)
    assert.match(stderr, /X8_HOST/)
    assertPlain(stderr)
  })
})

suite('signals', { timeout: 60_000, concurrency: 2 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`${signal} lets requests in flight end, drops none and exits with 0`, async () => {
      const waiting: ServerResponse[] = []
      let all: () => void
      const arrived = new Promise<void>((resolve) => (all = resolve))
      const upstream = await startUpstream({
        respond(_request, response) {
          waiting.push(response)
          if (waiting.length === 20) all()
        },
      })
      const program = startProgram({ environment: { ...MADE_UP, X8_BASE_URL: upstream.origin } })
      const port = await program.port
      const calls = Array.from({ length: 20 }, (_, i) => send(port, { method: 'POST', body: String(i) }))
      await arrived

      program.kill(signal)
      await program.seen(/shutting down/)
      for (const response of waiting) response.end('whole')

      assert.deepEqual(new Set((await Promise.all(calls)).map(({ text }) => text)), new Set(['whole']))
      assert.deepEqual(await program.exited, { code: 0, signal: null })
    })
  }

  test('what outlasts the grace time is aborted, and the exit code says so', async () => {
    const upstream = await startUpstream({ respond: () => undefined })
    const program = startProgram({
      environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_SHUTDOWN_GRACE_MS: '100' },
    })
    const client = open(await program.port, {})
    const cut = once(client, 'error')
    client.end()
    await upstreamHas(upstream.received)

    program.kill('SIGTERM')

    assert.deepEqual(await program.exited, { code: 1, signal: null })
    await cut
  })
})

suite('a Unix socket', { timeout: 60_000, skip: process.platform === 'win32' && 'Windows has none' }, () => {
  test('is open to its owner only, and is removed at the end', async () => {
    const upstream = await startUpstream()
    const path = join(temporaryFolder(), 'proxy.sock')
    const program = startProgram({ environment: socketEnvironment(path, upstream.origin) })
    assert.equal(await program.address, path)

    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal((await sendOver(path)).status, 200)

    program.kill('SIGTERM')
    assert.equal((await program.exited).code, 0)
    assert.equal(statSync(path, { throwIfNoEntry: false }), undefined)
  })

  test('that a crash left behind is taken over; one that is in use is not', async () => {
    const upstream = await startUpstream()
    const path = join(temporaryFolder(), 'proxy.sock')
    const environment = socketEnvironment(path, upstream.origin)
    const crashed = startProgram({ environment })
    await crashed.address
    crashed.kill('SIGKILL')
    await crashed.exited
    assert.ok(statSync(path).isSocket())

    const second = startProgram({ environment })
    await second.address
    const { code, stderr } = await run({ environment })

    assert.equal(code, 1)
    assert.match(stderr, /taken/)
    assertPlain(stderr)
    assert.equal((await sendOver(path)).status, 200)
  })

  test('never replaces a file', async () => {
    const path = join(temporaryFolder(), 'precious.txt')
    writeFileSync(path, 'precious')
    const { code, stderr } = await run({ environment: socketEnvironment(path, 'http://127.0.0.1:9') })
    assert.equal(code, 1)
    assertPlain(stderr)
    assert.equal(readFileSync(path, 'utf8'), 'precious')
  })

  test('in a folder that does not exist is said in one line', async () => {
    const path = join(temporaryFolder(), 'missing', 'proxy.sock')
    const { code, stderr } = await run({ environment: socketEnvironment(path, 'http://127.0.0.1:9') })
    assert.equal(code, 1)
    assert.match(stderr, /X8_SOCKET/)
    assertPlain(stderr)
  })

  test('serves on after a response to a caller of HTTP/1.0 was aborted', async () => {
    let cut: () => void
    const upstream = await startRawUpstream((socket, head) => {
      if (!head.includes('/cut')) return void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')
      cut = () => socket.destroy()
    })
    const path = join(temporaryFolder(), 'proxy.sock')
    await startProgram({ environment: socketEnvironment(path, upstream.origin) }).address
    const socket = connect(path)
    socket.write(`GET ${KEYED}/cut HTTP/1.0\r\nHost: localhost\r\n\r\n`)
    await once(socket, 'data')
    cut!()
    await once(socket, 'close')

    assert.equal((await sendOver(path)).status, 200)
  })
})

function socketEnvironment(path: string, origin: string): Record<string, string> {
  const { X8_APP_KEY, X8_APP_SECRET } = MADE_UP
  return { X8_APP_KEY, X8_APP_SECRET, X8_SOCKET: path, X8_BASE_URL: origin }
}

async function sendOver(socketPath: string) {
  const client = request({ socketPath, path: KEYED, agent: false, headers: { Host: 'localhost' } })
  client.end()
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  return readResponse(response)
}

/** Resolves when something has arrived. */
async function upstreamHas(received: readonly unknown[]): Promise<void> {
  while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('a caller who leaves does not keep the program from ending', { timeout: 30_000 }, async () => {
  const upstream = await startUpstream({ respond: (_request, response) => void response.write('begun') })
  const program = startProgram({
    environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_SHUTDOWN_GRACE_MS: '600000' },
  })
  const client = open(await program.port, {})
  client.on('error', () => undefined)
  client.end()
  await once(client, 'response')
  program.kill('SIGTERM')
  await program.seen(/shutting down/)
  client.destroy()

  assert.equal((await program.exited).code, 0)
  await assert.rejects(responseTo(open(await program.port, {}).end()), { code: 'ECONNREFUSED' })
})
