import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { KEYED, problemName, send } from '../../support/http-client.js'
import { MADE_UP, startProgram } from '../../support/program.js'
import { startUpstream, type TestUpstreamOptions } from '../../support/upstream.js'
import { until } from '../../support/until.js'

async function startPair(options: TestUpstreamOptions = {}, environment: Record<string, string> = {}) {
  const upstream = await startUpstream(options)
  const program = startProgram({ environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, ...environment } })
  return { upstream, program, port: await program.port }
}

/** Callers who send these bytes, each on a connection of its own, and read nothing. */
async function crowd(port: number, size: number, bytes: (i: number) => string): Promise<Crowd> {
  const sockets = Array.from({ length: size }, () => connect(port, '127.0.0.1').on('error', () => undefined))
  after(() => sockets.forEach((socket) => socket.destroy()))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  await Promise.all(
    sockets.map(
      (socket, i) => new Promise((resolve) => void socket.pause().write(bytes(i), 'latin1', resolve)),
    ),
  )
  return {
    sockets,
    open: () => sockets.filter((socket) => !socket.destroyed && !socket.readableEnded).length,
  }
}

interface Crowd {
  readonly sockets: readonly Socket[]
  /** How many of them the proxy has not ended. */
  readonly open: () => number
}

/** The middle of some calls' durations, in milliseconds. */
async function usualDuration(port: number): Promise<number> {
  const durations: number[] = []
  for (let i = 0; i < 21; i += 1) {
    const startedAt = performance.now()
    assert.equal((await send(port)).status, 200)
    durations.push(performance.now() - startedAt)
  }
  return durations.sort((a, b) => a - b)[10]!
}

async function metric(port: number, name: string): Promise<number> {
  const { text } = await send(port, { path: '/-/metrics' })
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
}

const head = (method: string, length: number) =>
  `${method} ${KEYED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`

for (const [which, sent] of [
  ['small', 10_000],
  ['large', 400_000],
] as const) {
  test(
    `200 slow ${which} uploads and 500 slow headers leave a normal call as quick as before`,
    { timeout: 120_000 },
    async (context) => {
      const { port } = await startPair({
        handle: (request, response) => void request.resume().on('end', () => response.end('ok')),
      })
      const before = await usualDuration(port)

      const uploads = await crowd(port, 200, () => head('POST', 10 * sent) + 'x'.repeat(sent))
      const headers = await crowd(
        port,
        500,
        (i) => `GET ${KEYED} HTTP/1.1\r\nHost: localhost\r\nX-Slow: ${i}`,
      )
      await until(async () => (await metric(port, 'x8_proxy_requests_in_flight')) === 201)
      const during = await usualDuration(port)

      context.diagnostic(`${before.toFixed(1)} ms before, ${during.toFixed(1)} ms during`)
      assert.ok(during < Math.max(100, 10 * before), `${during} ms instead of ${before} ms`)
      assert.equal(uploads.open(), 200)
      assert.equal(headers.open(), 500)
    },
  )
}

test(
  'more slow uploads than there are connections to 8x8 starved every other call',
  { timeout: 60_000 },
  async () => {
    const { port } = await startPair({
      handle: (request, response) => void request.resume().on('end', () => response.end('ok')),
    })
    const uploads = await crowd(port, 400, () => head('POST', 4_000_000) + 'x'.repeat(400_000))
    await until(async () => (await metric(port, 'x8_proxy_requests_in_flight')) === 401)

    for (let i = 0; i < 5; i += 1) assert.equal((await send(port)).status, 200)
    assert.equal(uploads.open(), 400)
  },
)

test(
  'callers who read nothing kept every connection to 8x8 from the others',
  { timeout: 120_000 },
  async () => {
    const piece = Buffer.alloc(64 * 1024)
    let flowing = true
    const { upstream, port } = await startPair(
      {
        handle(request, response) {
          if (request.url!.endsWith('/small')) return void response.end('ok')
          // Endless, at the reader's speed.
          const more = () => {
            if (flowing) while (response.write(piece));
          }
          response.on('drain', more)
          more()
        },
      },
      // Longer than a busy machine takes from one piece of 300 endless responses to the next: that is silence, too.
      { X8_IDLE_TIMEOUT_MS: '15000' },
    )
    const readers = await crowd(port, 300, () => head('GET', 0))

    assert.equal((await send(port, { path: `${KEYED}/small` })).status, 200)
    await until(async () => (await metric(port, 'x8_proxy_requests_in_flight')) <= 257)
    assert.ok(upstream.connections > 256)
    // Only as many were aborted as connections were needed.
    assert.ok((await metric(port, 'x8_proxy_requests_in_flight')) > 200)
    // Those that were aborted see it when they have read what is on its way to them; 256 endless responses would leave no time.
    flowing = false
    for (const socket of readers.sockets) socket.resume()
    await until(() => readers.open() <= 256)
    assert.ok(readers.open() > 200)
  },
)

test(
  'with 4,096 requests in flight the next are told when to come again, and later calls pass',
  { timeout: 60_000 },
  async () => {
    const waiting: { end(text: string): void }[] = []
    let holding = true
    const { upstream, port } = await startPair({
      handle: (_request, response) => void (holding ? waiting.push(response) : response.end('ok')),
    })
    const { sockets } = await crowd(port, 64, () => head('GET', 0).repeat(64))
    await until(async () => (await metric(port, 'x8_proxy_requests_in_flight')) === 4097)

    const refused = await Promise.all(Array.from({ length: 20 }, () => send(port)))
    for (const rawResponse of refused) {
      assert.equal(rawResponse.status, 503)
      assert.equal(problemName(rawResponse), 'overloaded')
      assert.ok(Number(rawResponse.headers['retry-after']) >= 1)
    }
    assert.equal(upstream.connections, 257)
    assert.equal(await metric(port, 'x8_proxy_errors_total\\{name="overloaded"\\}'), 20)

    holding = false
    for (const socket of sockets) socket.resume()
    for (const response of waiting) response.end('ok')
    await until(async () => (await metric(port, 'x8_proxy_requests_in_flight')) === 1)
    assert.equal((await send(port)).status, 200)
  },
)

test(
  'of more callers at once than Node keeps waiting by default some were reset by the system',
  { timeout: 60_000 },
  async () => {
    const { program, port } = await startPair({ handle: (_request, response) => void response.end('ok') })
    // However busy it is, connections are made: the system does that.
    program.kill('SIGSTOP')
    try {
      await crowd(port, 1500, () => head('GET', 0))
    } finally {
      program.kill('SIGCONT')
    }
    await until(
      async () => (await metric(port, 'x8_proxy_requests_total\\{family="work-chat".*\\}')) === 1500,
    )
  },
)

test(
  'bodies that wait for an 8x8 that does not respond took a gigabyte',
  {
    timeout: 120_000,
    skip: !existsSync('/proc/self/status') && 'memory is read in /proc, which is not here',
  },
  async (context) => {
    let holding = true
    const { program, port } = await startPair({
      handle: (request, response) =>
        void request.resume().on('end', () => {
          if (!holding) response.end('ok')
        }),
    })
    const residentMebibytes = () =>
      Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))![1]) / 1024
    const before = residentMebibytes()
    const { sockets } = await crowd(port, 2000, () => head('POST', 250_000) + 'x'.repeat(250_000))
    await until(async () => {
      const overloaded = await metric(port, 'x8_proxy_errors_total\\{name="overloaded"\\}')
      return overloaded + (await metric(port, 'x8_proxy_requests_in_flight')) >= 2001
    })
    const grown = residentMebibytes() - before
    context.diagnostic(`it grew by ${grown.toFixed(0)} MiB`)
    assert.ok(grown < 450, `it grew by ${grown.toFixed(0)} MiB`)
    assert.ok((await metric(port, 'x8_proxy_errors_total\\{name="overloaded"\\}')) > 0)

    // What is given back may be taken again.
    holding = false
    for (const socket of sockets) socket.destroy()
    await until(async () => (await metric(port, 'x8_proxy_requests_in_flight')) === 1)
    const body = 'x'.repeat(250_000)
    for (let i = 0; i < 5; i += 1) assert.equal((await send(port, { method: 'POST', body })).status, 200)
  },
)
