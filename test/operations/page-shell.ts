import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { projectFolder } from '../support/project.js'
import { temporaryFolder } from '../support/program.js'
import { until } from '../support/until.js'
import { writeStandIns } from './stand-ins.js'

/** Where a reader of a page types: a copy of the project, and the proxy that was started last. */
export interface PageShell {
  readonly folder: string
  /** Runs a text by a program that reads it from a file. A server that it starts stays until the next one. */
  run(text: string, options?: RunOptions): Promise<PageOutput>
  /** Puts the port of the proxy that was started last into the addresses of a text; starts a sandbox if there is none. */
  addressed(text: string): Promise<string>
  /** What stand-ins were called for, one a line. */
  standInCalls(): readonly string[]
  close(): Promise<void>
}

export interface PageOutput {
  /** undefined: it serves. */
  readonly code: number | null | undefined
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** `sh -e` unless given. */
  readonly program?: readonly string[]
  /** Of the file's name, where the program asks for one. */
  readonly ending?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Whether curl fails where the response is an error. True unless given. */
  readonly curlFails?: boolean
}

const LISTENING = /"address":"http:\/\/127\.0\.0\.1:(\d+)"/
/** Stays out of the copy: what belongs to the machine, not to the project. */
const LEFT_OUT = new Set(['.git', '.env', 'node_modules', 'secrets', 'coverage'])

/**
 * @param environment what the reader has set beside `X8_PORT=0`
 * @param secret what vaults print
 */
export function openPageShell(environment: Readonly<Record<string, string>>, secret: string): PageShell {
  const folder = temporaryFolder()
  const home = temporaryFolder()
  const calls = join(home, 'calls')
  const PATH = writeStandIns(join(home, 'bin'), calls)
  copyProject(folder)
  for (const [name, options] of [
    ['fails', 'silent\nshow-error\nfail-with-body\n'],
    ['shows', 'silent\nshow-error\n'],
  ] as const) {
    mkdirSync(join(home, name))
    writeFileSync(join(home, name, '.curlrc'), options)
  }
  let server: { port: string; stop: () => Promise<unknown> } | undefined
  const stop = async () => {
    await server?.stop()
    server = undefined
  }

  async function run(text: string, options: RunOptions = {}): Promise<PageOutput> {
    const { program = ['sh', '-e'], ending = '', curlFails = true } = options
    const file = join(home, `block${ending}`)
    // While coverage is counted, the bundle must not be: its lines are those of the sources.
    const prelude = program[0] === 'sh' ? 'unset NODE_V8_COVERAGE\n' : ''
    writeFileSync(file, prelude + (await here(text)))
    const child = spawn(program[0]!, [...program.slice(1), file], {
      cwd: folder,
      env: {
        PATH,
        HOME: home,
        CURL_HOME: join(home, curlFails ? 'fails' : 'shows'),
        REAL_NPM: realNpm(),
        SANDBOX_SECRET: secret,
        PAGE_PORT: server?.port,
        X8_PORT: '0',
        ...environment,
        ...options.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: npm, its shell and the program end together.
      detached: true,
    })
    let stdout = ''
    let stderr = ''
    let code: number | null | undefined
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    child.on('error', (error) => (stderr += error.message))
    const exited = new Promise<void>((resolve) => {
      child.on('close', (status) => {
        code = status
        resolve()
      })
    })
    await until(() => code !== undefined || LISTENING.test(stdout))
    if (code === undefined) {
      await stop()
      server = {
        port: LISTENING.exec(stdout)![1]!,
        stop: () => {
          process.kill(-child.pid!, 'SIGKILL')
          return exited
        },
      }
      const ready = `http://127.0.0.1:${server.port}/-/ready`
      await until(async () => code !== undefined || (await fetch(ready)).ok)
    }
    return { code, stdout, stderr }
  }

  async function here(text: string): Promise<string> {
    const needsProxy = ADDRESS.test(text) || /\b8x8-auth-proxy health\b/.test(text)
    return server === undefined && !needsProxy ? text : addressed(text)
  }
  async function addressed(text: string): Promise<string> {
    if (server === undefined) await run('8x8-auth-proxy sandbox')
    return text.replaceAll(new RegExp(ADDRESS, 'g'), `$1${server!.port}`)
  }
  after(stop)
  return {
    folder,
    run,
    addressed,
    standInCalls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : []),
    close: stop,
  }
}

// The default port may be in use where tests run.
const ADDRESS = /((?:127\.0\.0\.1|localhost):)8808\b/

/** Files at the top as copies, which a command may change; folders as links. */
function copyProject(folder: string): void {
  for (const entry of readdirSync(projectFolder, { withFileTypes: true })) {
    const from = join(projectFolder, entry.name)
    if (LEFT_OUT.has(entry.name)) continue
    if (entry.isDirectory()) symlinkSync(from, join(folder, entry.name))
    else copyFileSync(from, join(folder, entry.name))
  }
  // Of a reader who has begun.
  copyFileSync(join(folder, '.env.example'), join(folder, '.env'))
}

function realNpm(): string {
  const found = process.env['PATH']!.split(':').find((place) => existsSync(join(place, 'npm')))
  return join(found ?? '', 'npm')
}
