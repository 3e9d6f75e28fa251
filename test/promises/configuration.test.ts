import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { MADE_UP, startProgram, temporaryFolder } from '../support/program.js'
import { startUpstream } from '../support/upstream.js'
import { KEYED } from '../support/http-client.js'

const SECRET = 'swordfish-4711'

/** How the program ends that cannot start: one line for each mistake, no stack, no secret. */
async function refusal(options: Parameters<typeof startProgram>[0]): Promise<string> {
  const program = startProgram(options)
  const { code } = await program.exited
  assert.equal(code, 1, program.stdout())
  assert.doesNotMatch(program.stderr(), /\n\s+at |node:internal|\.js:\d|swordfish/)
  return program.stderr().trim()
}

function folderWith(dotenv: string | Buffer): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, '.env'), dotenv, { mode: 0o600 })
  return folder
}

suite('.env', { timeout: 300_000, concurrency: 2 }, () => {
  test('as Notepad writes it was not understood: the key arrives whole', async () => {
    const upstream = await startUpstream()
    const folder = folderWith(
      `\uFEFFX8_APP_KEY=test-key\r\nexport X8_APP_SECRET="${SECRET}#1"\r\nX8_BASE_URL=${upstream.origin}\r\nX8_PORT=0\r\n`,
    )
    const port = await startProgram({ folder }).port

    await (await fetch(`http://127.0.0.1:${port}${KEYED}`)).text()
    assert.equal(upstream.received[0]?.headers['x-api-key'], 'test-key')
  })

  test('in UTF-16 was a key and a secret that are missing', async () => {
    const folder = folderWith(Buffer.from(`\uFEFFX8_APP_KEY=key\r\nX8_APP_SECRET=${SECRET}\r\n`, 'utf16le'))
    assert.equal(await refusal({ folder }), '8x8-auth-proxy: .env is UTF-16: save it as UTF-8.')
  })

  test('with a secret that # truncates is told with every other mistake', async () => {
    const folder = folderWith(`X8_APP_KEY=eght_...\nX8_APP_SECRET=${SECRET}#1\nX8_PORT=eighty\n`)
    assert.deepEqual((await refusal({ folder })).split('\n'), [
      '8x8-auth-proxy: X8_APP_SECRET was truncated at #: put it in quotes in .env.',
      "8x8-auth-proxy: X8_APP_KEY is still a placeholder: put in the app's key from 8x8 Admin Console > API Keys.",
      '8x8-auth-proxy: X8_PORT must be a whole number from 0 (a free port) to 65535.',
    ])
  })

  test('that cannot be used left doctor --json without a document', async () => {
    const folder = folderWith(Buffer.from('X8_APP_KEY=key\n', 'utf16le'))
    const program = startProgram({ folder, arguments: ['doctor', '--json'] })
    assert.equal((await program.exited).code, 1)
    const { checks } = JSON.parse(program.stdout()) as { checks: { name: string; detail: string }[] }
    assert.deepEqual(
      checks.map(({ name, detail }) => ({ name, detail })),
      [
        { name: 'settings', detail: '.env is UTF-16: save it as UTF-8.' },
        { name: 'files', detail: 'no other user of this machine may read or change credentials' },
      ],
    )
  })
})

suite('addresses of servers', { timeout: 300_000, concurrency: 2 }, () => {
  test('X8_BASE_URL was the proxy itself: each call became hundreds, and it was ready', async () => {
    for (const [name, url, host] of [
      ['X8_BASE_URL', 'http://127.0.0.1:8808', undefined],
      ['X8_TOKEN_URL', 'http://localhost:8808/oauth/v2/token', '::'],
    ] as const) {
      const { X8_APP_KEY, X8_APP_SECRET } = MADE_UP
      const line = await refusal({
        environment: { X8_APP_KEY, X8_APP_SECRET, [name]: url, ...(host && { X8_HOST: host }) },
      })
      assert.match(line, new RegExp(`^8x8-auth-proxy: ${name} leads back to this program itself`))
      assert.equal(line.split('\n').length, 1)
    }
  })
})

suite(
  'files with credentials',
  { timeout: 300_000, skip: process.platform === 'win32' && 'no modes' },
  () => {
    test('that every user may read or change are told once it runs, and by the doctor', async () => {
      const upstream = await startUpstream()
      const folder = folderWith(`X8_APP_KEY=test-key\nX8_BASE_URL=${upstream.origin}\nX8_PORT=0\n`)
      const secret = join(folder, 'secret.txt')
      writeFileSync(secret, `\uFEFF${SECRET}\r\n`)
      chmodSync(join(folder, '.env'), 0o644)
      chmodSync(secret, 0o606)
      const environment = { X8_APP_SECRET_FILE: secret }
      const program = startProgram({ folder, environment })
      await program.seen(/"level":40.*every user of this machine may read \.env: chmod 600 \.env/)
      await program.seen(/"level":40.*may read and change the file of X8_APP_SECRET_FILE: chmod 600/)

      const doctor = startProgram({ folder, environment, arguments: ['doctor'] })
      await doctor.exited
      assert.match(doctor.stdout().replace(/\s+/g, ' '), /✔ settings .* may read \.env: chmod 600 \.env/)
    })

    test('that only their owner may read are not worth a word', async () => {
      const upstream = await startUpstream()
      const folder = folderWith(`X8_APP_KEY=test-key\nX8_APP_SECRET=${SECRET}\nX8_PORT=0\n`)
      chmodSync(join(folder, '.env'), 0o640)
      const program = startProgram({ folder, environment: { X8_BASE_URL: upstream.origin } })
      await fetch(`http://127.0.0.1:${await program.port}${KEYED}`)
      await program.seen(new RegExp(KEYED))
      assert.doesNotMatch(program.stdout(), /every user/)
    })
  },
)

suite('an address that cannot be had', { timeout: 300_000, concurrency: 2 }, () => {
  for (const [host, reason] of [
    ['fe80::1', /X8_HOST is a link-local address.*fe80::1%eth0/],
    ['no-such-host.invalid', /X8_HOST is a name that (?:was not found|cannot be looked up now)/],
    ['ff02::1', /X8_HOST is not an address of this machine/],
    ['192.0.2.1', /X8_HOST is not an address of this machine/],
  ] as const) {
    test(`X8_HOST=${host} ended with a stack trace`, async () => {
      const line = await refusal({ environment: { ...MADE_UP, X8_HOST: host } })
      assert.match(line, reason)
      assert.equal(line.split('\n').length, 1)
    })
  }

  test('a socket where none can be made ended with a stack trace', async () => {
    const { X8_APP_KEY, X8_APP_SECRET } = MADE_UP
    for (const path of ['/proc/self/x.sock', '/sys/x.sock', '/dev/null/x.sock', '/']) {
      const line = await refusal({ environment: { X8_APP_KEY, X8_APP_SECRET, X8_SOCKET: path } })
      assert.match(line, /X8_SOCKET/)
      assert.equal(line.split('\n').length, 1, line)
    }
  })
})

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

suite('X8_HOST=localhost', { timeout: 300_000, skip: !hasIpv6 && 'this machine has no ::1' }, () => {
  test('listened on one of the two loopback addresses only', async () => {
    const upstream = await startUpstream()
    const program = startProgram({
      environment: { ...MADE_UP, X8_HOST: 'localhost', X8_BASE_URL: upstream.origin },
    })
    assert.match(await program.address, /^http:\/\/localhost:\d+$/)
    const port = await program.port

    for (const host of ['127.0.0.1', '[::1]']) {
      const response = await fetch(`http://${host}:${port}${KEYED}`)
      assert.equal(response.status, 200, host)
      await response.text()
    }
    assert.equal(upstream.received.filter(({ target }) => target === KEYED).length, 2)
  })

  test('drains the requests of both', async () => {
    const answers: (() => void)[] = []
    let arrived: () => void
    const both = new Promise<void>((resolve) => (arrived = resolve))
    const upstream = await startUpstream({
      respond(_request, response) {
        answers.push(() => response.end('whole'))
        if (answers.length === 2) arrived()
      },
    })
    const program = startProgram({
      environment: { ...MADE_UP, X8_HOST: 'localhost', X8_BASE_URL: upstream.origin },
    })
    const port = await program.port
    const texts = ['127.0.0.1', '[::1]'].map(async (host) =>
      (await fetch(`http://${host}:${port}${KEYED}`)).text(),
    )
    await both

    program.kill('SIGTERM')
    await program.seen(/shutting down/)
    for (const answer of answers) answer()

    assert.deepEqual(await Promise.all(texts), ['whole', 'whole'])
    assert.equal((await program.exited).code, 0)
  })

  test('answers what is no HTTP in the same words on both', async () => {
    const program = startProgram({
      environment: { ...MADE_UP, X8_HOST: 'localhost', X8_BASE_URL: 'http://127.0.0.1:9' },
    })
    const port = await program.port
    const answers = await Promise.all(
      ['127.0.0.1', '::1'].map(async (host) => {
        const socket = connect(port, host).setEncoding('utf8')
        socket.end('GET / HTTP/1.1\r\nbroken\r\n\r\n')
        let text = ''
        for await (const part of socket) text += part as string
        return /urn:[\w:-]+/.exec(text)?.[0]
      }),
    )
    assert.deepEqual(answers, ['urn:8x8-auth-proxy:bad-request', 'urn:8x8-auth-proxy:bad-request'])
  })

  test('whose port is taken on one of them is said in one line', async () => {
    const taken = await listener('::1')
    const { port } = taken.address() as AddressInfo
    const line = await refusal({ environment: { ...MADE_UP, X8_HOST: 'localhost', X8_PORT: String(port) } })
    assert.match(line, /X8_PORT/)
  })
})

async function listener(host: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy())
  await once(server.listen(0, host), 'listening')
  after(() => void server.close())
  return server
}
