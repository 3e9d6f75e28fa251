import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { Agent, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startSandbox } from '../../src/sandbox/sandbox.js'
import { KEYED, open, send } from '../support/http-client.js'
import { MADE_UP, type Program, startProgram } from '../support/program.js'
import { startUpstream } from '../support/upstream.js'

/**
 * What only time shows: `npm run test:soak` runs mixed load against the built program for five minutes, or for as many as
 * the argument says (`npm run test:soak -- 1`), and compares what is open and in memory with the start. Linux only: it
 * looks in /proc.
 */

const MINUTES = Number(process.argv[2] ?? 5)
const MEBIBYTE = 1024 * 1024
const ABORTED_CALLERS = 10_000

interface Sample {
  readonly residentMebibytes: number
  readonly heapMebibytes: number
  readonly descriptors: number
  readonly sockets: number
  readonly delayMs: number
}

async function metrics(port: number): Promise<Record<string, number>> {
  const { text } = await send(port, { path: '/-/metrics' })
  return Object.fromEntries(
    [...text.matchAll(/^(\w+(?:\{[^}]*\})?) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  )
}

async function sample({ pid }: Program, port: number): Promise<Sample> {
  const values = await metrics(port)
  const descriptors = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`)
    } catch {
      // Closed in between.
      return ''
    }
  })
  return {
    residentMebibytes:
      Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024,
    heapMebibytes: values['nodejs_heap_size_used_bytes']! / MEBIBYTE,
    descriptors: descriptors.length,
    sockets: descriptors.filter((target) => target.startsWith('socket:')).length,
    // prom-client starts this measurement anew at each look.
    delayMs: values['nodejs_eventloop_lag_p99_seconds']! * 1000,
  }
}

/**
 * Waits until nothing is open that was not open before, and says what is if that never comes. Connections to 8x8 stay
 * open until 8x8 closes them, also those that nobody used because their callers left too early. Node, as the sandbox,
 * closes unused ones after 60 to 90 s.
 */
async function assertNothingOpen(
  program: Program,
  port: number,
  before: Sample,
  closeIdleConnections: () => void,
): Promise<void> {
  const giveUpAt = performance.now() + 120_000
  for (;;) {
    closeIdleConnections()
    const { descriptors, sockets } = await sample(program, port)
    const inFlight = (await metrics(port))['x8_proxy_requests_in_flight']
    if (descriptors <= before.descriptors && sockets <= before.sockets && inFlight === 1) return
    assert.ok(
      performance.now() < giveUpAt,
      `open: ${descriptors} descriptors instead of ${before.descriptors}, ${sockets} sockets instead of ${before.sockets}, ` +
        `${inFlight} requests in flight, this one included`,
    )
    await wait(250)
  }
}

/** Makes a program that collects its garbage when it is told to: else it is chance how much of it a sample meets. */
const COLLECTING = ['--expose-gc', '--import', 'data:text/javascript,process.on("SIGUSR2", () => gc())']

/** The memory that stays. */
async function settledMemory(program: Program, port: number): Promise<{ heap: number; resident: number }> {
  const samples: Sample[] = []
  for (let i = 0; i < 5; i += 1) {
    program.kill('SIGUSR2')
    samples.push(await sample(program, port))
  }
  return {
    heap: Math.min(...samples.map(({ heapMebibytes }) => heapMebibytes)),
    resident: Math.min(...samples.map(({ residentMebibytes }) => residentMebibytes)),
  }
}

const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!
const middle = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!

/** How a caller may leave, each a moment of a request's life. */
const WAYS_TO_LEAVE: readonly ((port: number) => Promise<unknown>)[] = [
  // In the middle of its headers, and of a small body.
  (port) => leaveRaw(port, `GET ${KEYED} HTTP/1.1\r\nHost: local`),
  (port) => leaveRaw(port, `POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nhalf`),
  // With the response on its way, and with more than one asked for.
  (port) => leaveRaw(port, `GET ${KEYED}/never HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  (port) => leaveRaw(port, `GET ${KEYED}/never HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(3)),
  // In the middle of an upload.
  (port) =>
    leaveRaw(
      port,
      `POST ${KEYED}/never HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n${'x'.repeat(400_000)}`,
    ),
  // In the middle of a download, after its first bytes.
  async (port) => {
    const call = open(port, { path: `${KEYED}/download` }).on('error', () => undefined)
    call.end()
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    response.on('error', () => undefined)
    await once(response, 'data')
    call.destroy()
  },
]

async function leaveRaw(port: number, bytes: string): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  await new Promise((resolve) => socket.write(bytes, 'latin1', resolve))
  await wait(Math.random() * 20)
  if (Math.random() < 0.5) socket.resetAndDestroy()
  else socket.destroy()
}

test('10,000 aborted callers leave nothing behind', { timeout: 600_000 }, async (context) => {
  let openAtUpstream = 0
  const upstream = await startUpstream({
    handle(request, response) {
      openAtUpstream += 1
      request.resume().on('error', () => undefined)
      response.on('error', () => undefined).on('close', () => (openAtUpstream -= 1))
      if (request.url!.endsWith('/download')) return void response.write(Buffer.alloc(MEBIBYTE))
      if (!request.url!.endsWith('/never')) request.on('end', () => response.end('ok'))
    },
  })
  const program = startProgram({
    environment: { ...MADE_UP, X8_BASE_URL: upstream.origin },
    execArgv: COLLECTING,
  })
  const port = await program.port
  await metrics(port)
  const before = await sample(program, port)

  const leave = async (callers: number) => {
    let left = callers
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        while ((left -= 1) >= 0) await WAYS_TO_LEAVE[left % WAYS_TO_LEAVE.length]!(port)
      }),
    )
    await assertNothingOpen(program, port, before, upstream.closeIdleConnections)
    return settledMemory(program, port)
  }
  // What a process takes once, for buffers and compiled code, it takes in the first thousands.
  const first = await leave(ABORTED_CALLERS / 2)
  const last = await leave(ABORTED_CALLERS / 2)

  context.diagnostic(
    `heap ${first.heap.toFixed(1)} -> ${last.heap.toFixed(1)} MiB, resident ${first.resident.toFixed(0)} -> ${last.resident.toFixed(0)} MiB, ` +
      `${before.descriptors} descriptors as before`,
  )
  assert.equal(openAtUpstream, 0)
  assert.ok(last.heap < first.heap + 2, 'the heap grew')
  assert.ok(last.resident < first.resident + 48, 'the resident memory grew')
  assert.equal((await send(port)).status, 200)
  program.kill('SIGTERM')
  assert.equal((await program.exited).code, 0)
  assert.equal(program.stderr(), '')
})

const KEYED_READ = '/chat/api/chat/v1/messages'
const BEARER = '/analytics/cc/v5/realtime-metrics/queues'
const DOWNLOAD_BYTES = 2 * MEBIBYTE
const DOWNLOAD = `/storage/us-west/v3/objects/bytes-${DOWNLOAD_BYTES}/content`

/** One thing that callers do. Resolves to the status, or to how it failed. */
type Deed = (port: number, agent: Agent) => Promise<string>

const fault = (spec: string) => ({ 'X-Sandbox-Fault': spec })

async function ask(...[port, options]: Parameters<typeof send>): Promise<string> {
  try {
    const { status, body } = await send(port, options)
    return options?.path === DOWNLOAD && status === 200 && body.length !== DOWNLOAD_BYTES
      ? 'short'
      : String(status)
  } catch {
    return 'cut'
  }
}

const DEEDS: Readonly<Record<string, Deed>> = {
  get: (port, agent) => ask(port, { path: BEARER, agent }),
  'get again': (port, agent) => ask(port, { path: BEARER, agent }),
  keyed: (port, agent) => ask(port, { path: KEYED_READ, agent }),
  post: (port, agent) => ask(port, { method: 'POST', path: BEARER, body: 'x'.repeat(5000), agent }),
  download: (port, agent) => ask(port, { path: DOWNLOAD, agent }),
  upload: (port, agent) => ask(port, { method: 'POST', path: DOWNLOAD, body: Buffer.alloc(MEBIBYTE), agent }),
  'rejected token': (port, agent) =>
    ask(port, { path: BEARER, agent, headers: fault('status=401;kind=expired') }),
  'missing product': (port, agent) =>
    ask(port, { path: BEARER, agent, headers: fault('status=401;kind=product') }),
  unavailable: (port, agent) =>
    ask(port, { path: BEARER, agent, headers: fault('status=503;retry-after=1') }),
  slow: (port, agent) => ask(port, { path: BEARER, agent, headers: fault('slow=200') }),
  drip: (port, agent) => ask(port, { path: BEARER, agent, headers: fault('drip=10') }),
  cut: (port) => ask(port, { path: BEARER, headers: fault('cut=50') }),
  status: (port, agent) => ask(port, { path: '/-/status', agent }),
  'leave before the response': async (port) => {
    const client = open(port, { path: BEARER, headers: fault('slow=500') }).on('error', () => undefined)
    client.end()
    await wait(20)
    client.destroy()
    return 'left'
  },
  'leave a stalled response': async (port) => {
    const client = open(port, { path: BEARER, headers: fault('stall') }).on('error', () => undefined)
    client.end()
    await once(client, 'response').catch(() => undefined)
    client.destroy()
    return 'left'
  },
  'leave a download': async (port) => {
    const client = open(port, { path: `/storage/us-west/v3/objects/bytes-${50 * MEBIBYTE}/content` })
    client.on('error', () => undefined).end()
    const [response] = (await once(client, 'response').catch(() => [])) as [IncomingMessage?]
    if (response?.statusCode === 200) await once(response, 'data').catch(() => undefined)
    client.destroy()
    return 'left'
  },
  'leave an upload': async (port) => {
    const client = open(port, {
      method: 'POST',
      path: DOWNLOAD,
      headers: { 'Content-Length': 10 * MEBIBYTE },
    })
    client.on('error', () => undefined).write(Buffer.alloc(MEBIBYTE))
    await wait(20)
    client.destroy()
    return 'left'
  },
}

/** What may come of each deed; a 401 that is truncated before it is understood is a broken response. */
const EXPECTED = (name: string): RegExp =>
  name === 'cut' ? /^(?:cut|502)$/ : /^(?:2\d\d|404|405|401|503|cut|left)$/

test(
  `${MINUTES} minutes of mixed load leave everything as it was`,
  { timeout: (MINUTES + 5) * 60_000 },
  async (context) => {
    const sandbox = await startSandbox({ tokenLifetimeSeconds: 2 })
    const program = startProgram({
      environment: {
        ...MADE_UP,
        X8_APP_KEY: sandbox.credentials.key,
        X8_APP_SECRET: sandbox.credentials.secret,
        X8_BASE_URL: sandbox.origin,
      },
    })
    const port = await program.port
    await metrics(port)
    const before = await sample(program, port)

    const startedAt = performance.now()
    const endsAt = startedAt + MINUTES * 60_000
    const going = () => performance.now() < endsAt
    const agent = new Agent({ keepAlive: true, maxSockets: 20 })
    const outcomes: Record<string, Record<string, number>> = {}
    let calls = 0
    const callers = Array.from({ length: 20 }, async () => {
      while (going()) {
        const name = pick(Object.keys(DEEDS))
        const outcome = await DEEDS[name]!(port, agent)
        const counts = (outcomes[name] ??= {})
        counts[outcome] = (counts[outcome] ?? 0) + 1
        calls += 1
        await wait(Math.random() * 20)
      }
    })
    let revocations = 0
    const revoking = (async () => {
      while (going()) {
        await wait(Math.min(5_000, Math.max(1, endsAt - performance.now())))
        sandbox.revokeTokens()
        revocations += 1
      }
    })()
    const samples: Sample[] = []
    while (going()) {
      await wait(1_000)
      samples.push(await sample(program, port))
    }
    await Promise.all([...callers, revoking])
    agent.destroy()
    const seconds = (performance.now() - startedAt) / 1000

    // The first third is for warming up; then what comes later is compared with what came before.
    const third = Math.floor(samples.length / 3)
    const [early, late] = [samples.slice(third, 2 * third), samples.slice(-third)]
    const summary = Object.fromEntries(
      Object.keys(before).map((key) => {
        const values = (list: readonly Sample[]) => list.map((one) => one[key as keyof Sample])
        const floor = key === 'heapMebibytes' ? (list: number[]) => Math.min(...list) : middle
        return [
          key,
          { before: before[key as keyof Sample], early: floor(values(early)), late: floor(values(late)) },
        ]
      }),
    ) as Record<keyof Sample, { before: number; early: number; late: number }>
    console.table(summary)
    console.table(outcomes)
    context.diagnostic(
      `${calls} calls, ${sandbox.tokenRequests} token requests, ${revocations} revocations in ${seconds.toFixed(0)} s`,
    )

    await assertNothingOpen(program, port, before, () => sandbox.closeIdleConnections())
    const after = await metrics(port)
    assert.equal(after['x8_proxy_errors_total{name="internal"}'] ?? 0, 0)
    for (const [name, counts] of Object.entries(outcomes)) {
      for (const outcome of Object.keys(counts))
        assert.match(outcome, EXPECTED(name), `${name} came to ${outcome}`)
    }
    for (const name of ['get', 'keyed', 'download'])
      assert.ok(outcomes[name]!['200']! > 0, `no ${name} succeeded`)
    // One at 80 % of each token's life at most, one for each revocation, and two forced ones a minute.
    const bound = seconds / (2 * 0.78) + revocations + 2 * Math.ceil(seconds / 60) + 3
    assert.ok(sandbox.tokenRequests <= bound, `${sandbox.tokenRequests} token requests, ${bound} at most`)

    const { heapMebibytes: heap, residentMebibytes: resident, delayMs: delay, descriptors } = summary
    assert.ok(heap.late < 1.2 * heap.early + 4, `the heap grew from ${heap.early} to ${heap.late} MiB`)
    assert.ok(
      resident.late < 1.2 * resident.early + 16,
      `resident memory grew from ${resident.early} to ${resident.late} MiB`,
    )
    assert.ok(
      delay.late < 3 * delay.early + 30,
      `the event loop's delay grew from ${delay.early} to ${delay.late} ms`,
    )
    assert.ok(
      descriptors.late < 2 * descriptors.early + 20,
      `descriptors grew from ${descriptors.early} to ${descriptors.late}`,
    )
    program.kill('SIGTERM')
    assert.equal((await program.exited).code, 0)
    assert.equal(program.stderr(), '')
    assert.doesNotMatch(program.stdout(), /"level":60|unexpected error/)
    await sandbox.close()
  },
)
