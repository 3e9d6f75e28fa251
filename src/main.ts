#!/usr/bin/env node
import { constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { isatty } from 'node:tty'
import { parseArgs } from 'node:util'
import { createClock } from './clock.js'
import { ConfigError } from './config/config.js'
import { withDotenv } from './config/dotenv.js'
import { loadConfig } from './config/load-config.js'
import { secretOf } from './config/secret-command.js'
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

  -h, --help     this text
  -v, --version  the version

Every setting is an environment variable that starts with X8_; README.md and
.env.example list them all. Once it runs, open http://127.0.0.1:8808/-/ in a
browser to see what happens.
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

await main()

async function main(): Promise<void> {
  const parsed = readArguments()
  if (parsed.help) return void process.stdout.write(HELP)
  if (parsed.version) return void process.stdout.write(`${version}\n`)
  if (parsed.command === 'doctor') await examine(parsed.json)
  else await run(parsed.command)
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
      sandbox: true,
      environment: sandboxEnvironment(system.environment, sandbox),
      readEnvironment() {
        const { environment, errors } = system.readEnvironment()
        return { environment: sandboxEnvironment(environment, sandbox), errors }
      },
    })
    const { address, log } = running
    log.info('this is the sandbox: a simulated 8x8, nothing leaves this machine')
    if (address.startsWith('http:')) {
      log.info(`try: curl ${address}/analytics/cc/v5/realtime-metrics/queues`)
    }
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

function thisSystem(): System {
  const readFile = (path: string) => readFileSync(path, 'utf8')
  // Of the working folder, below the real environment, which wins.
  const readEnvironment = () => withDotenv(process.env, () => readFile('.env'))
  const { environment, errors } = readEnvironment()
  return {
    version,
    environment,
    dotenv: { path: '.env', errors },
    readEnvironment,
    readFile,
    now,
    isTerminal: isatty(1),
    logOutput: nonBlockingOutput,
    umask: (mask) => process.umask(mask),
  }
}

interface Arguments {
  readonly command: 'serve' | 'sandbox' | 'doctor'
  readonly help: boolean
  readonly version: boolean
  readonly json: boolean
}

function readArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const [command = 'serve', ...rest] = positionals
    if (values.json && command !== 'doctor') fail(['--json is for doctor only. Try 8x8-auth-proxy --help.'])
    if ((command === 'serve' || command === 'sandbox' || command === 'doctor') && rest.length === 0) {
      return { ...values, command }
    }
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
