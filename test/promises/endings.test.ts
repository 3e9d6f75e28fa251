import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { open, send } from '../support/http-client.js'
import { MADE_UP, MAIN, startProgram, temporaryFolder } from '../support/program.js'
import { until } from '../support/until.js'
import { startUpstream } from '../support/upstream.js'

suite('how it ends', { timeout: 300_000, concurrency: 2 }, () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`one Ctrl-C on npm start, which sends ${signal} twice, aborted requests in flight`, async () => {
      const waiting: ServerResponse[] = []
      const upstream = await startUpstream({ respond: (_, response) => void waiting.push(response) })
      const program = startProgram({ environment: { ...MADE_UP, X8_BASE_URL: upstream.origin } })
      const call = send(await program.port, { path: '/storage/1' })
      await until(() => waiting.length === 1)

      program.kill(signal)
      program.kill(signal)
      await program.seen(/shutting down/)
      program.kill(signal)
      waiting[0]!.end('whole')

      assert.equal((await call).text, 'whole')
      assert.deepEqual(await program.exited, { code: 0, signal: null })
    })
  }

  test('a second signal that is meant, a second later, ends it at once', async () => {
    const upstream = await startUpstream({ respond: () => undefined })
    const program = startProgram({
      environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_SHUTDOWN_GRACE_MS: '600000' },
    })
    const client = open(await program.port, { path: '/storage/1' })
    const aborted = once(client, 'error')
    client.end()
    await until(() => upstream.received.length === 1)

    program.kill('SIGTERM')
    await program.seen(/shutting down/)
    await wait(1_100)
    program.kill('SIGTERM')

    assert.deepEqual(await program.exited, { code: 143, signal: null })
    await aborted
  })

  test('the last line of the log says that it has stopped', async () => {
    const upstream = await startUpstream()
    const program = startProgram({ environment: { ...MADE_UP, X8_BASE_URL: upstream.origin } })
    await program.address
    program.kill('SIGTERM')
    await program.exited
    const last = program.stdout().trimEnd().split('\n').at(-1)!
    assert.deepEqual(
      (({ msg, aborted }: { msg: string; aborted: number }) => [msg, aborted])(JSON.parse(last)),
      ['stopped', 0],
    )
  })

  test('SIGHUP without a terminal reads .env again, and says what needs a restart', async () => {
    const seen: (string | undefined)[] = []
    const upstream = await startUpstream({
      token(response, self) {
        seen.push(response.req.headers.authorization)
        self.tokens.push(`token-${seen.length}`)
        response.end(JSON.stringify({ access_token: `token-${seen.length}`, expires_in: '1799' }))
      },
    })
    const folder = temporaryFolder()
    const dotenv = (secret: string, rest = '') =>
      writeFileSync(join(folder, '.env'), `X8_APP_KEY=key\nX8_APP_SECRET=${secret}\n${rest}`)
    dotenv('old')
    const program = startProgram({ folder, environment: { X8_PORT: '0', X8_BASE_URL: upstream.origin } })
    await program.address
    await until(() => seen.length === 1)
    dotenv('new', 'X8_READ_ONLY=true\n')
    program.kill('SIGHUP')

    await program.seen(/new credentials read/)
    await program.seen(/only a restart takes it up: X8_READ_ONLY/)
    await until(() => seen.length === 2)
    const basic = (secret: string) => `Basic ${Buffer.from(`key:${secret}`).toString('base64')}`
    assert.deepEqual(seen, [basic('old'), basic('new')])

    dotenv('new', 'X8_READ_ONLY=perhaps\n')
    program.kill('SIGHUP')
    await program.seen(/cannot be read, the old ones stay in force/)
    assert.equal((await send(await program.port, { path: '/storage/1' })).status, 200)
    program.kill('SIGTERM')
    assert.equal((await program.exited).code, 0)
  })

  test('a rotated proxy key is taken up without a restart, and the old one opens nothing any more', async () => {
    const upstream = await startUpstream()
    const key = join(temporaryFolder(), 'proxy-key')
    writeFileSync(key, 'old-proxy-key')
    const program = startProgram({
      environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_PROXY_KEY_FILE: key },
    })
    const port = await program.port
    const statusWith = async (value: string) =>
      (await send(port, { path: '/storage/1', headers: { 'X-Proxy-Key': value } })).status
    assert.equal(await statusWith('old-proxy-key'), 200)
    writeFileSync(key, 'new-proxy-key')
    program.kill('SIGHUP')
    await program.seen(/new proxy key read/)

    assert.deepEqual([await statusWith('old-proxy-key'), await statusWith('new-proxy-key')], [401, 200])
    assert.doesNotMatch(program.stdout(), /new-proxy-key/)
  })

  test(
    'closing the terminal left an orphan with the credentials and the port',
    { skip: process.platform !== 'linux' && 'needs script(1) of util-linux' },
    async () => {
      const upstream = await startUpstream()
      const terminal = spawn('script', ['-qfec', `exec '${process.execPath}' '${MAIN}'`, '/dev/null'], {
        cwd: temporaryFolder(),
        env: { PATH: process.env.PATH, SHELL: '/bin/sh', ...MADE_UP, X8_BASE_URL: upstream.origin },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      after(() => terminal.kill('SIGKILL'))
      let text = ''
      terminal.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
      await until(() => /http:\/\/127\.0\.0\.1:\d+ for/.test(text))
      const port = Number(/http:\/\/127\.0\.0\.1:(\d+) for/.exec(text)![1])
      assert.equal((await send(port, { path: '/storage/1' })).status, 200)

      terminal.kill('SIGKILL')
      await until(async () => {
        const gone = await send(port, { path: '/-/live' }).catch((error: unknown) => error)
        return (gone as NodeJS.ErrnoException).code === 'ECONNREFUSED'
      })
    },
  )
})
