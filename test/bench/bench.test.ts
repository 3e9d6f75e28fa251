import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { skippedWithout } from '../support/required.js'
import { isInstalled } from './programs.js'
import { temporaryFolder } from '../support/program.js'

const missing = ['nginx', 'wrk'].filter((program) => !isInstalled(program))
const skip = process.platform === 'linux' ? skippedWithout(missing) : 'the benchmark reads /proc: Linux only'

const BENCH = fileURLToPath(new URL('main.js', import.meta.url))
const TINY = ['--rounds', '1', '--seconds', '1', '--warm-up', '1', '--connections', '4']

test('the benchmark prints a row of numbers for each program, over TLS and with bodies', { skip }, () => {
  const { status, stdout, stderr } = runBench([...TINY, '--only', 'ours,plain,bare,nginx', '--tls', '--post'])

  assert.equal(status, 0, stderr)
  const rows = rowsOf(stdout)
  const expected = ['this proxy, log at info', '@fastify/http-proxy', 'node:http and undici, bare', 'nginx']
  assert.deepEqual(
    rows.map(([title]) => title),
    [...expected, ...expected],
    'once with numbers, once with ratios',
  )
  for (const [title, ...cells] of rows) {
    for (const cell of cells.flatMap((text) => text.split(' - ')))
      assert.match(cell, /^\d+(?:\.\d+)?$/, title)
  }
  assert.deepEqual(rows.slice(0, 4).map(isBusy), [true, true, true, true], 'nothing that matters is 0')
})

test('the benchmark leaves no process and no file behind, interrupted in the middle', { skip }, async () => {
  const folder = temporaryFolder()
  const bench = spawn(process.execPath, [BENCH, ...TINY, '--seconds', '60', '--only', 'ours,nginx'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(bench, 'exit')
  let said = ''
  for await (const text of bench.stderr.setEncoding('utf8')) {
    said += text as string
    if (said.includes('warming up nginx')) break
    if (said.includes('warming up ours')) bench.kill('SIGINT')
  }
  const [code] = (await exited) as [number | null]

  assert.equal(code, 130, said)
  assert.deepEqual(readdirSync(folder), [])
  // A process that was killed takes a moment to go.
  for (let tries = 0; processesIn(folder).length > 0 && tries < 200; tries += 1) await sleep(50)
  assert.deepEqual(processesIn(folder), [])
})

test('the benchmark says which program it does not know', () => {
  const { status, stderr } = runBench(['--only', 'none'])
  assert.equal(status, 1)
  assert.match(stderr, skip === false ? /There is no "none": ours, ours-warn, plain/ : /./)
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

/** Whether CPU, throughput, memory and start were measured. */
function isBusy([, cpu, least, others, rate, , , idle, loaded, start]: readonly string[]): boolean {
  return [cpu, least, others, rate, idle, loaded, start].every((cell) => Number(cell) > 0)
}
