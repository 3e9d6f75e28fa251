import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import dns from 'node:dns'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, mock, suite, test } from 'node:test'
import { type Dispatcher, request } from 'undici'
import { loadConfig } from '../../../../src/config/load-config.js'
import { connectOptions } from '../../../../src/proxy/upstream/connect-options.js'
import { createUpstream } from '../../../../src/proxy/upstream/upstream.js'
import { until } from '../../../support/until.js'

const skip = process.platform !== 'linux' && 'needs SIGSTOP, /proc and 127.0.0.2'
const { config } = loadConfig(
  { X8_APP_KEY: 'k', X8_APP_SECRET: 's', X8_CONNECT_TIMEOUT_MS: '6000' },
  () => '',
)

// Accepts nothing while it is stopped; one connection may wait, and Linux lets in one more than that.
const SERVER = `
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end('HTTP/1.1 299 Arrived\\r\\nContent-Length: 0\\r\\n\\r\\n'))
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))`

/** A server whose first SYN gets no response. The kernel sends it once more after a second, as if that were the round trip. */
async function startSlowServer(): Promise<{ port: number; goOn(): void }> {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
  after(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  child.kill('SIGSTOP')
  for (let i = 0; i < 2; i += 1) {
    const filler = connect(port, '127.0.0.1').on('error', () => undefined)
    after(() => filler.destroy())
    await once(filler, 'connect')
  }
  return { port, goOn: () => void child.kill('SIGCONT') }
}

/** Whether a SYN is on its way to that port. */
function isConnecting(port: number): boolean {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([, , to, state]) => to?.endsWith(remote) === true && state === '02')
}

suite('an address that is slow beside one that is dead', { skip }, () => {
  for (const [way, proxied] of [
    ['8x8', false],
    ['the egress proxy', true],
  ] as const) {
    test(`a round trip of more than 250 ms to ${way} was never waited for`, async (t) => {
      const { port, goOn } = await startSlowServer()
      const addresses = [
        { address: '127.0.0.1', family: 4 },
        // Nothing listens there.
        { address: '127.0.0.2', family: 4 },
      ]
      const lookup = mock.method(
        dns,
        'lookup',
        (_host: string, _options: object, done: (error: null, all: typeof addresses) => void) =>
          done(null, addresses),
      )
      t.after(() => lookup.mock.restore())
      const origin = proxied ? 'https://api.8x8.com' : `http://slow.test:${port}`
      const upstream = createUpstream(
        { ...config, baseUrl: new URL(origin) },
        proxied ? { httpsProxy: `http://slow.test:${port}`, noProxy: '' } : undefined,
      )
      t.after(() => upstream.destroy())

      const outcome = get(origin, upstream.api)
      await until(() => isConnecting(port))
      goOn()
      assert.match(await outcome, /\b299\b/)
      assert.ok(lookup.mock.callCount() >= 1)
    })
  }
})

test('an address gets a third of X8_CONNECT_TIMEOUT_MS, and what Node would give it at least', () => {
  for (const [timeout, attempt] of [
    [5_000, 1_667],
    [30_000, 10_000],
    [300, 250],
    [1, 250],
  ] as const) {
    assert.deepEqual(connectOptions(timeout), {
      timeout,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: attempt,
    })
  }
})

/** The status, or why there is none. */
async function get(origin: string, dispatcher: Dispatcher): Promise<string> {
  try {
    const { statusCode, body } = await request(origin, { dispatcher })
    await body.dump()
    return String(statusCode)
  } catch (error) {
    return String(error)
  }
}
