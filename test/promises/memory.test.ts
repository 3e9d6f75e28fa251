import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Agent, type IncomingMessage } from 'node:http'
import { suite, test } from 'node:test'
import { responseTo, KEYED, open, send } from '../support/http-client.js'
import { MADE_UP, startProgram } from '../support/program.js'
import { startUpstream, type TestUpstreamOptions } from '../support/upstream.js'

const MEBIBYTE = 1024 * 1024
const piece = Buffer.alloc(64 * 1024, 'x')

/** The built program in a process of its own, in front of an 8x8 in this one, warmed up by some traffic. */
async function startPair(options: TestUpstreamOptions) {
  const upstream = await startUpstream(options)
  const program = startProgram({
    environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_LOG_LEVEL: 'info' },
  })
  const port = await program.port
  for (let i = 0; i < 50; i += 1) await send(port, { path: `${KEYED}/warm-up` })
  return { upstream, program, port }
}

/** The resident memory of a process, in MiB. */
function residentMebibytes(pid: number): number {
  const status = `/proc/${pid}/status`
  const kibibytes = existsSync(status)
    ? /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))![1]
    : spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  return Number(kibibytes) / 1024
}

/** How far the memory of a process rises at most while something happens, in MiB. */
async function growth(pid: number, happening: () => Promise<void>): Promise<number> {
  const before = residentMebibytes(pid)
  let most = before
  const timer = setInterval(() => (most = Math.max(most, residentMebibytes(pid))), 20)
  await happening()
  clearInterval(timer)
  return Math.max(most, residentMebibytes(pid)) - before
}

/**
 * The first large transfer may also take what V8 grows its young generation to, once: on Node 24 and 26 that alone is more
 * than on Node 20 and 22. Every further one has to do with what is there.
 */
const FIRST_MEBIBYTES = Number(process.versions.node.split('.')[0]) < 24 ? 64 : 128
const MEBIBYTES = 64

function assertFlat(first: number, second: number): void {
  assert.ok(first < FIRST_MEBIBYTES, `it grew by ${first.toFixed(1)} MiB`)
  assert.ok(second < MEBIBYTES, `the second time it grew by ${second.toFixed(1)} MiB more`)
}

suite('memory', { timeout: 120_000 }, () => {
  for (const [who, pauses] of [
    ['a quick reader', false],
    ['a slow reader', true],
  ] as const) {
    test(`300 MiB to ${who} take less than 64 MiB`, async () => {
      const { program, port } = await startPair({
        respond(request, response) {
          if (request.url!.endsWith('/warm-up')) return void response.end()
          let left = (300 * MEBIBYTE) / piece.length
          const more = () => {
            while (left > 0) {
              left -= 1
              if (!response.write(piece)) return void response.once('drain', more)
            }
            response.end()
          }
          more()
        },
      })
      let received = 0

      const transfer = async () => {
        const client = open(port, {})
        client.end()
        const [response] = (await once(client, 'response')) as [IncomingMessage]
        // Everything that buffers has time to fill up.
        if (pauses) await new Promise((resolve) => setTimeout(resolve, 1000))
        let count = 0
        for await (const chunk of response) {
          received += (chunk as Buffer).length
          if (pauses && (count += 1) % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }

      assertFlat(await growth(program.pid, transfer), await growth(program.pid, transfer))
      assert.equal(received, 2 * 300 * MEBIBYTE)
    })
  }

  test('90 MiB up to a slow 8x8 take less than 64 MiB', async () => {
    const { upstream, program, port } = await startPair({
      handle(request, response) {
        let received = 0
        request.on('data', (chunk: Buffer) => {
          received += chunk.length
          if (received % (4 * MEBIBYTE) >= chunk.length) return
          request.pause()
          setTimeout(() => request.resume(), 20)
        })
        request.on('end', () => response.end(String(received)))
      },
    })

    const transfer = async (headers: Record<string, string | number>) => {
      const client = open(port, { method: 'POST', headers })
      const response = responseTo(client)
      let left = (90 * MEBIBYTE) / piece.length
      const more = () => {
        while (left > 0) {
          left -= 1
          if (!client.write(piece)) return void client.once('drain', more)
        }
        client.end()
      }
      more()
      assert.equal((await response).text, String(90 * MEBIBYTE))
    }

    assertFlat(
      await growth(program.pid, () => transfer({ 'Content-Length': 90 * MEBIBYTE })),
      await growth(program.pid, () => transfer({ 'Transfer-Encoding': 'chunked' })),
    )
    assert.ok(upstream.connections > 0)
  })

  test(
    '10,000 quick requests leave no sockets and no files open',
    { skip: !existsSync('/proc/self/fd') && 'open files are counted in /proc, which is not here' },
    async () => {
      const { program, port } = await startPair({
        // A server that grants idle connections 3 s: they are closed after one, and the test need not wait for more.
        respond: (_request, response) =>
          response.setHeader('Connection', 'keep-alive').setHeader('Keep-Alive', 'timeout=3').end('ok'),
      })
      const openFiles = () => readdirSync(`/proc/${program.pid}/fd`).length
      // What the first requests opened is open already: log, caches, one connection to 8x8.
      const before = openFiles()
      const agent = new Agent({ keepAlive: true, maxSockets: 50 })

      let left = 10_000
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          while ((left -= 1) >= 0) {
            const method = left % 5 === 0 ? 'POST' : 'GET'
            const { status } = await send(port, {
              agent,
              method,
              ...(method === 'POST' ? { body: 'x' } : {}),
            })
            assert.equal(status, 200)
          }
        }),
      )
      agent.destroy()

      // The time limit of the suite is what ends this.
      while (openFiles() > before) await new Promise((resolve) => setTimeout(resolve, 100))
    },
  )
})
