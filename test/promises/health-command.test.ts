import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { MADE_UP, startProgram, temporaryFolder } from '../support/program.js'
import { until } from '../support/until.js'
import { send } from '../support/http-client.js'
import { startUpstream } from '../support/upstream.js'

async function health(
  environment: Record<string, string>,
  args: readonly string[] = [],
  folder = temporaryFolder(),
) {
  const program = startProgram({ arguments: ['health', ...args], environment, folder })
  const { code } = await program.exited
  const stderr = program.stderr()
  assert.equal(program.stdout(), '')
  assert.equal(stderr.split('\n').length, code === 0 ? 1 : 2, `one line of reason: ${stderr}`)
  return { code, stderr }
}

const HEALTHY = { code: 0, stderr: '' }

/** A server that is no proxy of this program. */
async function startOther(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => server.close())
  return String((server.address() as AddressInfo).port)
}

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1')

suite('health, for probes', { timeout: 120_000, concurrency: 2 }, () => {
  test('asks the proxy of these settings, whose port may stand in .env, and ready means that it has a token', async () => {
    const upstream = await startUpstream()
    const program = startProgram({ environment: { ...MADE_UP, X8_BASE_URL: upstream.origin } })
    const port = await program.port
    await until(async () => (await send(port, { path: '/-/ready' })).status === 200)
    const folder = temporaryFolder()
    writeFileSync(join(folder, '.env'), `X8_PORT=${port}\n`)

    assert.deepEqual(await health({ X8_PORT: String(port) }), HEALTHY)
    assert.deepEqual(await health({}, [], folder), HEALTHY)
    assert.deepEqual(await health({ X8_PORT: String(port) }, ['--ready']), HEALTHY)
    // The real environment wins.
    assert.equal((await health({ X8_PORT: '1' }, [], folder)).code, 1)
  })

  test('a proxy without a token is alive, but not ready, and the reason is its own', async () => {
    const upstream = await startUpstream({
      token: (response) => void response.writeHead(401).end('{"ErrorCode":"invalid_client"}'),
    })
    const program = startProgram({
      environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_PROXY_KEY: 'made-up-proxy-key' },
    })
    const environment = { X8_PORT: String(await program.port) }
    await program.seen(/token refused/)
    assert.deepEqual(await health(environment), HEALTHY)
    const { code, stderr } = await health(environment, ['--ready'])
    assert.equal(code, 1)
    assert.match(
      stderr,
      /responded 503 to \/-\/ready: The token endpoint responded 401 \(invalid_client\)\.\n$/,
    )
  })

  for (const [listen, ask] of [
    ['0.0.0.0', '0.0.0.0'],
    ['localhost', 'localhost'],
    ...(hasIpv6 ? [['::1', '::1'] as const, ['::', '::'] as const] : []),
  ] as const) {
    test(`finds a proxy that listens on ${listen}`, async () => {
      const program = startProgram({
        environment: { ...MADE_UP, X8_HOST: listen, X8_BASE_URL: 'http://127.0.0.1:9' },
      })
      const port = String(await program.port)
      assert.deepEqual(await health({ X8_HOST: ask, X8_PORT: port }), HEALTHY)
    })
  }

  test('finds a proxy that listens on a socket', { skip: process.platform === 'win32' }, async () => {
    const path = join(temporaryFolder(), 'proxy.sock')
    assert.match((await health({ X8_SOCKET: path })).stderr, /nothing listens on .*proxy\.sock \(ENOENT\)/)
    const { X8_APP_KEY, X8_APP_SECRET } = MADE_UP
    const program = startProgram({
      environment: { X8_APP_KEY, X8_APP_SECRET, X8_SOCKET: path, X8_BASE_URL: 'http://127.0.0.1:9' },
    })
    await program.address
    assert.deepEqual(await health({ X8_SOCKET: path }), HEALTHY)
  })

  test('another program is not healthy, whatever it does', async () => {
    const missing = await startOther(createServer((_, response) => response.writeHead(404).end('\x1b[2Jno')))
    const silent = await startOther(createTcpServer())
    const other = await startOther(createTcpServer((socket) => socket.end('220 mail\r\n')))
    const closing = await startOther(createTcpServer((socket) => socket.resetAndDestroy()))
    const reasons = await Promise.all(
      [missing, silent, other, closing].map(async (port) => {
        const { code, stderr } = await health({ X8_PORT: port })
        assert.equal(code, 1)
        return stderr.replaceAll(port, '<port>').replace('8x8-auth-proxy: ', '').trimEnd()
      }),
    )
    assert.deepEqual(reasons, [
      '127.0.0.1:<port> responded 404 to /-/live: it is another program',
      'no response from 127.0.0.1:<port> within 2 s',
      '127.0.0.1:<port> does not speak HTTP: it is another program',
      'no response from 127.0.0.1:<port> (ECONNRESET)',
    ])
  })

  test('where nothing can be asked, that is the reason', async () => {
    for (const [environment, reason] of [
      [{ X8_PORT: '0' }, /X8_PORT=0 takes any free port/],
      [{ X8_PORT: 'eighty' }, /X8_PORT must be a whole number/],
      [{ X8_PORT: '1' }, /nothing listens on 127\.0\.0\.1:1 \(ECONNREFUSED\)/],
    ] as const) {
      const { code, stderr } = await health(environment)
      assert.equal(code, 1)
      assert.match(stderr, reason)
    }
    assert.equal((await health({}, ['--json'])).code, 1)
  })
})

test('--ready is for health only', async () => {
  const program = startProgram({ arguments: ['--ready'], environment: MADE_UP })
  assert.equal((await program.exited).code, 1)
  assert.match(program.stderr(), /--ready is for health only/)
})
