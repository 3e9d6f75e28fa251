import { spawn } from 'node:child_process'
import type { Environment } from './config.js'

/** What X8_APP_SECRET_COMMAND gave: the secret, or one sentence on why there is none. Neither holds what it printed else. */
export type CommandSecret = { readonly secret: string } | { readonly error: string }

/** Runs a command of X8_APP_SECRET_COMMAND. Never rejects. */
export type RunSecretCommand = (command: string) => Promise<CommandSecret>

const NAME = 'X8_APP_SECRET_COMMAND'
const LONGEST_RUN_MS = 10_000
const MOST_OUTPUT_BYTES = 16 * 1024

/**
 * Reads a command: a JSON list of texts, or a program and its arguments with spaces between them.
 *
 * @example
 * readCommand('op read op://vault/8x8/secret') // ['op', 'read', 'op://vault/8x8/secret']
 * readCommand('["/opt/my vault/get", "8x8"]') // ['/opt/my vault/get', '8x8']
 * @returns undefined for a list that is none
 */
export function readCommand(value: string): readonly [string, ...string[]] | undefined {
  const text = value.trim()
  if (!text.startsWith('[')) return text === '' ? undefined : (text.split(/\s+/) as [string, ...string[]])
  try {
    const list = JSON.parse(text) as unknown[]
    const isList = list.length > 0 && list.every((part) => typeof part === 'string') && list[0] !== ''
    return isList ? (list as [string, ...string[]]) : undefined
  } catch {
    return undefined
  }
}

/**
 * Runs a program that prints the secret: without a shell, so that nothing in the value is expanded, and with the environment
 * of this process. Its error output is not read. It has ten seconds; then it is killed.
 */
export function runSecretCommand(value: string, longestMs = LONGEST_RUN_MS): Promise<CommandSecret> {
  const command = readCommand(value)
  if (command === undefined) {
    return Promise.resolve({ error: `${NAME} must be a program and its arguments, or a JSON list of them.` })
  }
  const [program, ...args] = command
  return new Promise((resolve) => {
    const failed = (what: string) => resolve({ error: `${NAME} ${what}.` })
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true })
    const chunks: Buffer[] = []
    let size = 0
    const kill = () => {
      child.kill('SIGKILL')
      // What it has started may hold the pipe open.
      child.stdout.destroy()
    }
    const timer = setTimeout(() => {
      kill()
      failed(`did not end within ${longestMs / 1000} s`)
    }, longestMs)
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size <= MOST_OUTPUT_BYTES) return
      kill()
      failed('prints much more than a secret')
    })
    child.on('error', ({ code }: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      failed(`cannot be run (${code})`)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (code !== 0)
        return failed(code === null ? `was ended by ${signal}` : `failed with exit code ${code}`)
      resolve(judge(Buffer.concat(chunks).toString()))
    })
  })
}

function judge(output: string): CommandSecret {
  const text = output.replace(/\r?\n$/, '')
  if (text.trim() === '') return { error: `${NAME} prints nothing.` }
  if (/[\r\n]/.test(text)) return { error: `${NAME} prints several lines: it must print the secret alone.` }
  if (/^[\x21-\x7e]+$/.test(text)) return { secret: text }
  return { error: `${NAME} prints more than visible ASCII without spaces: it must print the secret alone.` }
}

/** Runs the command of an environment, if it has one and no other secret beside it. */
export async function secretOf(
  environment: Environment,
  run: RunSecretCommand = runSecretCommand,
): Promise<CommandSecret | undefined> {
  const command = environment[NAME]
  return command && !environment.X8_APP_SECRET && !environment.X8_APP_SECRET_FILE ? run(command) : undefined
}

// Stands in for a secret that there is none of, so that it is not reported as missing, too.
const NO_SECRET = '-'

/**
 * Puts what the command gave in the place of the command.
 *
 * @param errors receives a sentence where it gave none, or is set beside another form of the secret
 */
export function withCommandSecret(
  given: Readonly<Record<string, string>>,
  result: CommandSecret | undefined,
  errors: string[],
): Record<string, string> {
  const { [NAME]: command, ...rest } = given
  if (command === undefined) return rest
  const other = ['X8_APP_SECRET', 'X8_APP_SECRET_FILE'].find((name) => given[name] !== undefined)
  if (other !== undefined) {
    errors.push(`${NAME} and ${other} are both set. Keep one of them.`)
    return rest
  }
  const { secret, error } = {
    secret: NO_SECRET,
    error: undefined,
    ...(result ?? { error: `${NAME} was not run.` }),
  }
  if (error !== undefined) errors.push(error)
  return { ...rest, X8_APP_SECRET: secret }
}
