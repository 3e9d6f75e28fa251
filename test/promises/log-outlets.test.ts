import assert from 'node:assert/strict'
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { after, suite, test } from 'node:test'
import { send } from '../support/http-client.js'
import { MADE_UP, MAIN, temporaryFolder } from '../support/program.js'
import { until } from '../support/until.js'
import { startUpstream, type TestUpstream } from '../support/upstream.js'

interface Outlet {
  readonly child: ChildProcess
  readonly port: number
  readonly upstream: TestUpstream
  readonly stderr: () => string
  /** Calls 8x8 so often, ten at a time. @returns the statuses that were not 200 */
  call(times: number): Promise<number[]>
  dropped(): Promise<number>
  /** @returns the exit code */
  end(): Promise<number | null>
}

/** The program with its standard output as the test wants it: nothing can be read from there, so the port is known before. */
async function startWith(stdout: StdioOptions[number], execArgv: readonly string[] = []): Promise<Outlet> {
  const upstream = await startUpstream()
  const port = await freePort()
  const child = spawn(process.execPath, [...execArgv, MAIN], {
    cwd: temporaryFolder(),
    env: { PATH: process.env.PATH, ...MADE_UP, X8_PORT: String(port), X8_BASE_URL: upstream.origin },
    stdio: ['ignore', stdout as 'pipe', 'pipe'],
  })
  after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exited = once(child, 'exit') as Promise<[number | null]>
  await until(async () => {
    assert.equal(child.exitCode, null, stderr)
    return (await send(port, { path: '/-/live' }).catch(() => undefined))?.status === 200
  })
  return {
    child,
    port,
    upstream,
    stderr: () => stderr,
    async call(times) {
      const failed: number[] = []
      for (let i = 0; i < times; i += 10) {
        const responses = await Promise.all(
          Array.from({ length: 10 }, (_, j) => send(port, { path: `/storage/${i + j}` })),
        )
        for (const { status } of responses) if (status !== 200) failed.push(status)
      }
      return failed
    },
    async dropped() {
      const { text } = await send(port, { path: '/-/metrics' })
      return Number(/^x8_proxy_log_lines_dropped_total (\d+)$/m.exec(text)![1])
    },
    async end() {
      child.kill('SIGTERM')
      return (await exited)[0]
    },
  }
}

/** A port that no other test is given: systems take those for `listen(0)` from above. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(10_000 + Math.floor(Math.random() * 20_000), '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    const port = isFree ? (server.address() as AddressInfo).port : undefined
    server.close()
    if (port === undefined) continue
    await once(server, 'close')
    return port
  }
}

const skip = process.platform === 'linux' ? false : 'needs /dev/full of Linux'

suite('the log is never in the way', { timeout: 300_000, skip }, () => {
  test('a full disk under the log killed the proxy', async () => {
    const full = openSync('/dev/full', 'w')
    const outlet = await startWith(full)
    closeSync(full)
    assert.deepEqual(await outlet.call(300), [])
    assert.equal(outlet.upstream.received.length, 300)
    await until(async () => (await outlet.dropped()) >= 300)
    assert.equal(outlet.stderr(), '')
    assert.equal(await outlet.end(), 0)
  })

  test('a pipe that is not read froze the proxy after 240 calls, and now only loses lines, which it tells later', async () => {
    const outlet = await startWith('pipe')
    assert.deepEqual(await outlet.call(2_000), [])
    assert.ok((await outlet.dropped()) > 0, 'lines were dropped')
    assert.equal((await send(outlet.port, { path: '/-/live' })).status, 200)

    let text = ''
    outlet.child.stdout!.setEncoding('utf8').on('data', (part: string) => (text += part))
    await until(() => text.includes('log lines were dropped'))
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; lines?: number })
    const told = lines.filter(({ msg }) => msg.includes('log lines were dropped'))
    const dropped = await outlet.dropped()
    assert.equal(
      told.reduce((sum, line) => sum + line.lines!, 0),
      dropped,
    )
    // What was called is there or counted: nothing is lost in silence.
    const requests = lines.filter(({ msg }) => msg === 'request').length
    assert.ok(requests >= 2_000 - dropped, `${requests} lines and ${dropped} dropped`)
    assert.equal(await outlet.end(), 0)
    await until(() => text.includes('"msg":"stopped"'))
  })

  test('a pipe that is not read does not keep the proxy from ending', async () => {
    const outlet = await startWith('pipe')
    assert.deepEqual(await outlet.call(2_000), [])
    assert.equal(await outlet.end(), 0)
  })

  test('a pipe whose reader is gone costs no caller anything', async () => {
    const outlet = await startWith('pipe')
    assert.deepEqual(await outlet.call(10), [])
    outlet.child.stdout!.destroy()
    assert.deepEqual(await outlet.call(100), [])
    await until(async () => (await outlet.dropped()) > 0)
    assert.equal(await outlet.end(), 0)
  })

  test('an unexpected error is told on standard error even if the log is full', async () => {
    const full = openSync('/dev/full', 'w')
    const boom =
      'data:text/javascript,process.on("SIGUSR2",()=>setImmediate(()=>{throw new RangeError("boom")}))'
    const outlet = await startWith(full, ['--import', boom])
    closeSync(full)
    outlet.child.kill('SIGUSR2')
    const [code] = (await once(outlet.child, 'exit')) as [number]
    assert.equal(code, 1)
    assert.match(
      outlet.stderr(),
      /^8x8-auth-proxy: unexpected error, the process ends \(RangeError: boom\)\n$/,
    )
  })
})
