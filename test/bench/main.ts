import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Options, type Part, readOptions, USAGE } from './options.js'
import { runPart, USUAL } from './parts.js'
import { killAll } from './processes.js'
import { isInstalled, type Program, programs } from './programs.js'

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
  process.stdout.write(`\n${describe(options)}\n`)
  for (const part of options.parts) {
    const programsOfPart = taking(part)
    if (programsOfPart.length === 0) continue
    process.stdout.write(`\n${await runPart(part, programsOfPart, { options, folder, progress })}`)
  }
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Who takes part: what is wanted and there. @returns those of a part */
function choose({ only, parts }: Options): (part: Part) => Program[] {
  const known = programs()
  const stranger = only.find((name) => known.every((program) => program.name !== name))
  if (stranger !== undefined) {
    throw new Error(`There is no "${stranger}": ${known.map(({ name }) => name).join(', ')}.`)
  }
  const isWanted = (part: Part, name: string) =>
    only.length === 0 ? (USUAL[part]?.includes(name) ?? true) : only.includes(name)
  const missing = new Set(known.filter(({ needs }) => needs !== undefined && !isInstalled(needs)))
  for (const program of missing) {
    if (parts.some((part) => isWanted(part, program.name)))
      progress(`! ${program.name} is left out: ${program.needs} is not there`)
  }
  return (part) => known.filter((program) => isWanted(part, program.name) && !missing.has(program))
}

function describe({ parts, rounds, connections, seconds, tls, post }: Options): string {
  const { version, arch } = process
  const said = [`Node ${version} on ${arch}, ${availableParallelism()} cores: ${parts.join(', ')}`]
  if (parts.some((part) => part !== 'scenes'))
    said.push(`${rounds} rounds, ${tls ? 'TLS' : 'plain HTTP'} to the upstream`)
  if (parts.includes('requests') || parts.includes('tail'))
    said.push(`${post ? 'POST with 2 KB' : 'GET'}, ${seconds} turns of a second a round`)
  if (parts.includes('requests')) said.push(`${connections} callers`)
  return said.join('; ')
}
