import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writePostScript } from './load.js'
import { measure } from './measure.js'
import { type Options, readOptions, USAGE } from './options.js'
import { killAll } from './processes.js'
import { BASELINE, isInstalled, type Program, programs } from './programs.js'
import { report } from './report.js'
import { freePort, startServer } from './start.js'
import { configureUpstream } from './upstream.js'

// This proxy beside others, on this machine: `npm run bench`. Linux only (/proc). Everything listens on free ports of
// loopback and lives in one temporary folder; both are gone at the end, after Ctrl-C too.

const folder = mkdtempSync(join(tmpdir(), '8x8-bench-'))
process.on('exit', () => {
  killAll()
  rmSync(folder, { recursive: true, force: true })
})
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))

try {
  await run(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`)
  process.exit(1)
}

async function run(options: Options): Promise<void> {
  if (process.platform !== 'linux') throw new Error('The benchmark reads /proc and runs on Linux only.')
  const missing = ['wrk', 'nginx'].filter((program) => !isInstalled(program))
  if (missing.length > 0) {
    const packages = missing.join(' ').replace('nginx', 'nginx-light')
    throw new Error(`The benchmark needs ${missing.join(' and ')}. Debian: apt-get install ${packages}`)
  }
  const taking = choose(options)
  const [upstream, command] = configureUpstream(folder, await freePort(), options.tls)
  const upstreamServer = await startServer(command, upstream.origin)
  const all = await measure(taking, {
    folder,
    upstream,
    upstreamPid: upstreamServer.pid,
    options,
    script: options.post ? writePostScript(folder) : undefined,
    progress: (text) => void process.stderr.write(`${text}\n`),
  })
  await upstreamServer.stop()
  process.stdout.write(`\n${describe(options)}\n${report(all, all.find(isBaseline) ?? all[0]!)}`)
}

/** Who takes part: what is wanted and installed. */
function choose({ only }: Options): Program[] {
  const known = programs()
  const stranger = only.find((name) => known.every((program) => program.name !== name))
  if (stranger !== undefined) {
    throw new Error(`There is no "${stranger}": ${known.map(({ name }) => name).join(', ')}.`)
  }
  const wanted = only.length === 0 ? known : known.filter(({ name }) => only.includes(name))
  return wanted.filter(({ name, needs }) => {
    if (needs === undefined || isInstalled(needs)) return true
    process.stderr.write(`${name} is not installed: left out\n`)
    return false
  })
}

function isBaseline({ program }: { readonly program: Program }): boolean {
  return program.name === BASELINE
}

function describe({ connections, seconds, tls, post }: Options): string {
  const what = post ? 'POST with 2 KB' : 'GET'
  const { version, arch } = process
  return `Node ${version} on ${arch}, ${what}, ${connections} callers, ${seconds} turns of a second a round, ${tls ? 'TLS' : 'plain HTTP'} to the upstream`
}
