#!/usr/bin/env node
import { constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { isatty, WriteStream } from 'node:tty'
import { parseArgs } from 'node:util'
import { createClock } from './clock.js'
import { ConfigError } from './config/config.js'
import { withDotenv } from './config/dotenv.js'
import type { System, Running } from './system.js'

// The only file that says `process`: arguments and environment in, exit code out. The rest takes what it needs.

const HELP = `8x8-auth-proxy: call 8x8's API on this machine without logging in.

Usage: 8x8-auth-proxy [command]

  (no command)   serve on http://127.0.0.1:8808 in front of https://api.8x8.com,
                 with X8_APP_KEY and X8_APP_SECRET from the environment or .env
  sandbox        the same in front of a simulated 8x8, with made-up credentials:
                 no account and no network needed
  doctor         check step by step whether it would work here, and say what to
                 do where it would not; --json for programs
  health         ask the proxy that runs with these settings whether it is alive,
                 or --ready to serve; exit code 0 if it is, else 1 and why
  settings       print every setting with its default, as a .env file to fill in

  -h, --help     this text
  -v, --version  the version

Every setting is an environment variable that starts with X8_; the real
environment wins over .env in the working folder. To begin with all of them:

  8x8-auth-proxy settings > .env && chmod 600 .env

Once it runs, open http://127.0.0.1:8808/-/ in a browser to see what happens.
`

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

// Counted from the start of the machine, as `uptime` counts, which tells how long it slept; performance's own starts with
// the process.
const clockStart = Number(process.hrtime.bigint()) / 1e6 - performance.now()
const now = createClock({
  monotonic: () => clockStart + performance.now(),
  timeOfDay: Date.now,
  uptime: () => uptime() * 1000,
})

async function main(): Promise<void> {
  const parsed = readArguments()
  if (parsed.help) return void process.stdout.write(HELP)
  if (parsed.version) return void process.stdout.write(`${version}\n`)
  switch (parsed.command) {
    case 'settings':
      return void process.stdout.write(readFileSync(new URL('../../.env.example', import.meta.url)))
    case 'health':
      return health(parsed.ready)
    case 'doctor':
      return examine(parsed.json)
    default:
      return run(parsed.command)
  }
}

async function run(command: 'serve' | 'sandbox'): Promise<void> {
  let ending: Promise<never> | undefined
  const end = (): void => {
    ending ??= starting.then(async (running) => {
      const aborted = await running.stop()
      await running.flushLog()
      process.exit(aborted === 0 ? 0 : 1)
    })
  }
  const starting = start(command)
  // From the first moment on: as the first process of a container it has no default signal handlers.
  for (const [signal, number] of [
    ['SIGTERM', 15],
    ['SIGINT', 2],
  ] as const) {
    let firstAt: number | undefined
    process.on(signal, () => {
      // npm sends every Ctrl-C twice: only a second one that is meant ends at once.
      if (firstAt !== undefined && now() - firstAt >= MEANT_AFTER_MS) process.exit(128 + number)
      firstAt ??= now()
      end()
    })
  }
  // A terminal that closes ends what was started on it. A service has none: there it is the signal to read settings again.
  const hasTerminal = [0, 1, 2].some((fd) => isatty(fd))
  process.on('SIGHUP', () => {
    if (hasTerminal) end()
    else void starting.then((running) => running.reload())
  })
  const running = await starting
  // What libraries attach to an error stays out of the output: the logger decides what may be written.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => void crash(running, error))
  }
}

/** The log may be full or unread: that the process ends is told on standard error in any case. */
async function crash(running: Running, error: unknown): Promise<never> {
  running.log.fatal({ err: error }, 'unexpected error: the process ends')
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: '' }
  process.stderr.write(`8x8-auth-proxy: unexpected error, the process ends (${name}: ${message})\n`)
  await running.flushLog()
  process.exit(1)
}

const MEANT_AFTER_MS = 1_000

async function start(command: 'serve' | 'sandbox'): Promise<Running> {
  const system = thisSystem()
  try {
    return command === 'sandbox' ? await serveSandbox(system) : await serveProxy(system)
  } catch (error) {
    if (error instanceof ConfigError) fail(error.errors)
    throw error
  }
}

/** Each command loads what it needs: `--help` is instant, and serving does not wait for the sandbox. */
async function serveProxy(system: System): Promise<Running> {
  const { environment, readFile, dotenv } = system
  const { loadConfig } = await import('./config/load-config.js')
  const { secretOf } = await import('./config/secret-command.js')
  const loaded = loadConfig(environment, readFile, dotenv?.errors, await secretOf(environment))
  const { serve } = await import('./serve.js')
  return serve(loaded, system)
}

/** The same proxy in front of a simulated 8x8 on a loopback port, with made-up credentials. */
async function serveSandbox(system: System): Promise<Running> {
  const { startSandbox } = await import('./sandbox/sandbox.js')
  const { sandboxEnvironment } = await import('./sandbox/environment.js')
  const sandbox = await startSandbox()
  try {
    const running = await serveProxy({
      ...system,
      isSandbox: true,
      environment: sandboxEnvironment(system.environment, sandbox),
      readEnvironment() {
        const { environment, errors } = system.readEnvironment()
        return { environment: sandboxEnvironment(environment, sandbox), errors }
      },
    })
    return { ...running, stop: () => running.stop().finally(() => sandbox.close()) }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

async function examine(json: boolean): Promise<void> {
  // `doctor | head` has read enough.
  process.stdout.on('error', () => process.exit(1))
  const { doctor } = await import('./doctor/doctor.js')
  const code = await doctor(thisSystem(), { json, write: (text) => void process.stdout.write(text) })
  // A name lookup cannot be cancelled: what is written goes out, what is still pending is not waited for.
  process.stdout.write('', () => process.exit(code))
}

async function health(ready: boolean): Promise<void> {
  const { probe } = await import('./doctor/probe.js')
  const reason = await probe(readEnvironment().environment, ready ? '/-/ready' : '/-/live')
  if (reason !== undefined) fail([reason])
}

const readFile = (path: string) => readFileSync(path, 'utf8')

/** `.env` of the working folder lies below the real environment, which wins. */
function readEnvironment() {
  return withDotenv(process.env, () => readFile('.env'))
}

function thisSystem(): System {
  const { environment, errors } = readEnvironment()
  return {
    version,
    node: process.versions.node,
    environment,
    dotenv: { path: '.env', errors },
    readEnvironment,
    readFile,
    now,
    isTerminal: isatty(1),
    hasColours: hasColours(),
    logOutput: nonBlockingOutput,
    umask: (mask) => process.umask(mask),
  }
}

/** By the rules of Node itself: NO_COLOR, FORCE_COLOR, TERM=dumb. */
function hasColours(): boolean {
  const isMeant = isatty(1) || process.env.FORCE_COLOR !== undefined
  return isMeant && WriteStream.prototype.getColorDepth(process.env) > 1
}

const COMMANDS = ['serve', 'sandbox', 'doctor', 'health', 'settings'] as const

interface Arguments {
  readonly command: (typeof COMMANDS)[number]
  readonly help: boolean
  readonly version: boolean
  readonly json: boolean
  readonly ready: boolean
}

function readArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
        json: { type: 'boolean', default: false },
        ready: { type: 'boolean', default: false },
      },
    })
    const [name = 'serve', ...rest] = positionals
    if (values.json && name !== 'doctor') fail(['--json is for doctor only. Try 8x8-auth-proxy --help.'])
    if (values.ready && name !== 'health') fail(['--ready is for health only. Try 8x8-auth-proxy --help.'])
    const command = COMMANDS.find((known) => known === name)
    if (command !== undefined && rest.length === 0) return { ...values, command }
    fail([`There is no command "${positionals.join(' ')}". Try 8x8-auth-proxy --help.`])
  } catch (error) {
    fail([`${(error as Error).message} Try 8x8-auth-proxy --help.`])
  }
}

/**
 * Standard output for the log. A write to a pipe that is full or to a terminal that is stopped (Ctrl-S) would hold a thread,
 * and with it the end of the process: so it is opened again without blocking. A file never blocks, and would be written
 * from its start; a socket cannot be opened, there Node's own stream does the same.
 */
function nonBlockingOutput(): number {
  try {
    if (fstatSync(1).isFile()) return 1
    return openSync('/dev/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    // Made by looking at it.
    void process.stdout
    return 1
  }
}

function fail(lines: readonly string[]): never {
  process.stderr.write(lines.map((line) => `8x8-auth-proxy: ${line}\n`).join(''))
  process.exit(1)
}

await main()
