import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

export interface Program {
  readonly pid: number
  /** Standard output so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** Where it listens, once it does. Rejects if it ends before. */
  readonly address: Promise<string>
  /** The port of that address. */
  readonly port: Promise<number>
  /** Resolves when a line of standard output matches. */
  seen(pattern: RegExp): Promise<void>
  kill(signal: NodeJS.Signals): void
  /** The same to all its processes, as Ctrl-C does; for a program that was started as a group. */
  killGroup(signal: NodeJS.Signals): void
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface ProgramOptions {
  readonly arguments?: readonly string[]
  readonly environment?: Record<string, string>
  /** The working folder; one of its own unless given. */
  readonly folder?: string
  /** Whether it becomes a process group of its own. */
  readonly group?: boolean
  /** Options for Node itself. */
  readonly execArgv?: readonly string[]
  /** How many files and connections it may have open (`ulimit -n`). */
  readonly descriptors?: number
}

/** Starts the built program as a user does. It is killed when the test is over. */
export function startProgram(options: ProgramOptions = {}): Program {
  const folder = options.folder ?? temporaryFolder()
  const command = [process.execPath, ...(options.execArgv ?? []), MAIN, ...(options.arguments ?? [])]
  if (options.descriptors !== undefined)
    command.unshift('sh', '-c', `unset NODE_V8_COVERAGE; ulimit -n ${options.descriptors}; exec "$0" "$@"`)
  const child = spawn(command[0]!, command.slice(1), {
    cwd: folder,
    // Nothing of the environment that the tests run in, but what Node needs to start.
    env: { PATH: process.env.PATH, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.group ?? false,
  })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const watcher of watchers) watcher()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  const seen = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const watcher = () => {
        if (!pattern.test(stdout)) return
        watchers.delete(watcher)
        resolve()
      }
      watchers.add(watcher)
      watcher()
      void exited.then(({ code, signal }) =>
        reject(new Error(`it ended with ${code ?? signal}: ${stderr}${stdout}`)),
      )
    })
  const address = seen(LISTENING).then(() => LISTENING.exec(stdout)![1]!)
  const port = address.then((origin) => Number(new URL(origin).port))
  // Those who do not ask need no response.
  address.catch(() => undefined)
  port.catch(() => undefined)
  after(() => child.kill('SIGKILL'))
  return {
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    address,
    port,
    seen,
    kill: (signal) => void child.kill(signal),
    killGroup: (signal) => void process.kill(-child.pid!, signal),
    exited,
  }
}

/** A folder that is removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), '8x8-auth-proxy-test-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Credentials that no account has. */
export const MADE_UP = { X8_APP_KEY: 'test-key', X8_APP_SECRET: 'test-secret', X8_PORT: '0' }

/** The program as it is shipped; while coverage is counted, the files that the bundle is made of, whose lines count one by one. */
export const MAIN = fileURLToPath(
  new URL(
    process.env.NODE_V8_COVERAGE === undefined ? '../../bundle/main.js' : '../../src/main.js',
    import.meta.url,
  ),
)
const LISTENING = /"address":"([^"]+)"/
