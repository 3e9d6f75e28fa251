import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { skippedWithout } from '../support/required.js'
import { isInstalled } from './programs.js'
import { temporaryFolder } from '../support/program.js'
import { until } from '../support/until.js'

const missing = ['nginx', 'wrk'].filter((program) => !isInstalled(program))
const skip = process.platform === 'linux' ? skippedWithout(missing) : 'the benchmark reads /proc: Linux only'

const BENCH = fileURLToPath(new URL('main.js', import.meta.url))
const LOAD = ['--rounds', '1', '--seconds', '1', '--warm-up', '1', '--connections', '4']
const TINY = [...LOAD, '--mib', '64', '--calls', '1', '--silence', '1']

test('the benchmark prints a row of numbers for each program, over TLS and with bodies', { skip }, () => {
  const { status, stdout, stderr } = runBench([
    ...TINY,
    '--requests',
    '--only',
    'ours,plain,bare,nginx',
    '--tls',
    '--post',
  ])

  assert.equal(status, 0, stderr)
  const rows = rowsOf(stdout)
  const expected = ['this proxy, log at info', '@fastify/http-proxy', 'node:http and undici, bare', 'nginx']
  assert.deepEqual(
    rows.map(([title]) => title),
    [...expected, ...expected, ...expected],
    'numbers, ratios, start and memory',
  )
  assertNumbers(rows)
  const busy = [...rows.slice(0, 4).map(isBusy), ...rows.slice(8).map(hasStarted)]
  assert.ok(
    busy.every((isSo) => isSo),
    `nothing that matters is 0: ${stdout}`,
  )
})

test('the benchmark measures downloads, uploads and the tail', { skip }, () => {
  const args = ['--transfers', '--tail', '--only', 'ours,bare,nginx', '--tls']
  const { status, stdout, stderr } = runBench([...TINY, ...args])

  assert.equal(status, 0, stderr)
  const rows = rowsOf(stdout)
  const expected = ['this proxy, log at info', 'node:http and undici, bare', 'nginx']
  assert.deepEqual(
    rows.map(([title]) => title),
    [...expected, ...expected, ...expected],
    'the tail, downloads, uploads',
  )
  assertNumbers(rows)
  for (const [title, rate] of rows) assert.ok(Number(rate) > 0, title)
})

test('the benchmark plays the scenes and counts what each program opens', { skip }, () => {
  const { status, stdout, stderr } = runBench([...TINY, '--scenes', '--only', 'ours,nginx'])

  assert.equal(status, 0, stderr)
  const rows = rowsOf(stdout)
  assert.deepEqual(
    rows.map(([title]) => title),
    ['this proxy, log at info', 'nginx'],
  )
  assertNumbers(rows)
  for (const [title, first, , , poll, , , post] of rows)
    for (const latency of [first, poll, post]) assert.ok(Number(latency) >= 60, `${title}: a round trip`)
  const opened = ([, , first, , , polls, , , posts]: readonly string[]) => [first, polls, posts]
  assert.deepEqual(opened(rows[1]!), ['1', '0', '0'], 'nginx connects for the first call, and keeps that')
})

// Where it is stopped, which is what it says there.
const MOMENTS: readonly (readonly [part: string, moment: string, ...options: string[]])[] = [
  ['requests', 'warming up ours', '--seconds', '60'],
  ['transfers', 'warming up ours', '--mib', '90000'],
  ['scenes', 'polls and POSTs', '--silence', '600'],
]
for (const [part, moment, ...options] of MOMENTS) {
  test(
    `the benchmark leaves no process and no file behind, interrupted in its ${part}`,
    { skip },
    async () => {
      const folder = temporaryFolder()
      const args = [BENCH, ...TINY, `--${part}`, '--only', 'ours,nginx', ...options]
      const bench = spawn(process.execPath, args, {
        env: { ...process.env, TMPDIR: folder },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const exited = once(bench, 'exit')
      let said = ''
      for await (const text of bench.stderr.setEncoding('utf8')) {
        said += text as string
        if (said.includes(moment)) bench.kill('SIGINT')
      }
      const [code] = (await exited) as [number | null]

      assert.equal(code, 130, said)
      assert.deepEqual(readdirSync(folder), [])
      // A process that was killed takes a moment to go.
      await until(() => processesIn(folder).length === 0)
    },
  )
}

test('the benchmark says which program it does not know', () => {
  const { status, stderr } = runBench(['--only', 'none'])
  assert.equal(status, 1)
  assert.match(stderr, skip === false ? /There is no "none": ours, ours-warn, ours-image, plain/ : /./)
})

function runBench(args: readonly string[]) {
  return spawnSync(process.execPath, [BENCH, ...args], { encoding: 'utf8', timeout: 240_000 })
}

/** The processes that work in a folder, even if it is gone by now. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
    } catch {
      return false
    }
  })
}

/** The cells of every row of the tables, but their heads. */
function rowsOf(report: string): string[][] {
  return report
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:program|-)/.test(line))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
}

function assertNumbers(rows: readonly (readonly string[])[]): void {
  for (const [title, ...cells] of rows) {
    for (const cell of cells.flatMap((text) => text.split(' - ')))
      assert.match(cell, /^\d+(?:\.\d+)?$/, title)
  }
}

/** Whether CPU, throughput and latency were measured. */
function isBusy([, cpu, least, others, rate, p50, p99]: readonly string[]): boolean {
  return [cpu, least, others, rate, p50, p99].every((cell) => Number(cell) > 0)
}

/** Whether start and memory were measured. */
function hasStarted([, start, , idle, , loaded]: readonly string[]): boolean {
  return [start, idle, loaded].every((cell) => Number(cell) > 0)
}
