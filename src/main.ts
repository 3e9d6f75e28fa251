#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs, parseEnv } from 'node:util'
import { ConfigError, loadConfig, type Environment } from './config.js'
import type { Host, Running } from './serve.js'

// The only file that says `process`: arguments and environment in, exit code out. The rest takes what it needs.

const HELP = `8x8-auth-proxy: call 8x8's API on this machine without logging in.

Usage: 8x8-auth-proxy [command]

  (no command)   serve on http://127.0.0.1:8808 in front of https://api.8x8.com,
                 with X8_APP_KEY and X8_APP_SECRET from the environment or .env
  sandbox        the same in front of a simulated 8x8, with made-up credentials:
                 no account and no network needed

  --help         this text
  --version      the version

Every setting is an environment variable that starts with X8_; README.md and
.env.example list them all. Once it runs, see http://127.0.0.1:8808/-/status.
`

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

await main()

async function main(): Promise<void> {
  const parsed = readArguments()
  if (parsed.help) return void process.stdout.write(HELP)
  if (parsed.version) return void process.stdout.write(`${version}\n`)
  try {
    await run(parsed.command)
  } catch (error) {
    if (error instanceof ConfigError) fail(error.mistakes)
    throw error
  }
}

async function run(command: 'serve' | 'sandbox'): Promise<void> {
  const environment = readEnvironment()
  const readFile = (path: string) => readFileSync(path, 'utf8')
  // Loaded only when something is served: `--help` is instant.
  const { serve } = await import('./serve.js')
  const { serveSandbox } = await import('./serve-sandbox.js')
  const host: Host = {
    version,
    environment,
    readFile,
    now: () => performance.now(),
    isTerminal: process.stdout.isTTY,
    umask: (mask) => process.umask(mask),
  }
  let running: Running
  try {
    running =
      command === 'sandbox' ? await serveSandbox(host) : await serve(loadConfig(environment, readFile), host)
  } catch (error) {
    const explained = explainListenError(error)
    if (explained === undefined) throw error
    fail([explained])
  }
  process.on('SIGHUP', () => running.reload())
  for (const [signal, number] of [
    ['SIGTERM', 15],
    ['SIGINT', 2],
  ] as const) {
    let seen = false
    process.on(signal, () => {
      // Once is a request, twice is an order.
      if (seen) process.exit(128 + number)
      seen = true
      void running.stop().then((cut) => process.exit(cut === 0 ? 0 : 1))
    })
  }
}

function readArguments(): { command: 'serve' | 'sandbox'; help: boolean; version: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', default: false },
      },
    })
    const [command = 'serve', ...rest] = positionals
    if ((command === 'serve' || command === 'sandbox') && rest.length === 0) return { ...values, command }
    fail([`There is no command "${positionals.join(' ')}". Try 8x8-auth-proxy --help.`])
  } catch (error) {
    fail([`${(error as Error).message} Try 8x8-auth-proxy --help.`])
  }
}

/** `.env` of the working folder below the real environment, which wins. */
function readEnvironment(): Environment {
  try {
    return { ...parseEnv(readFileSync('.env', 'utf8')), ...process.env }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      fail([`.env cannot be read (${(error as NodeJS.ErrnoException).code}).`])
    return process.env
  }
}

function explainListenError(error: unknown): string | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return 'The address is taken: another program, perhaps another 8x8-auth-proxy, listens there. Set X8_PORT to a free port (0 takes any) or X8_SOCKET to another path.'
    case 'EACCES':
      return 'The address may not be used by this user: set X8_PORT to 1024 or above, or X8_SOCKET to a path in a folder of yours.'
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'X8_HOST is not an address of this machine.'
    case 'ENOENT':
    case 'ENOTDIR':
      return 'The folder of X8_SOCKET does not exist.'
    default:
      return undefined
  }
}

function fail(lines: readonly string[]): never {
  process.stderr.write(lines.map((line) => `8x8-auth-proxy: ${line}\n`).join(''))
  process.exit(1)
}
