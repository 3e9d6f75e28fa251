import { parseEnv } from 'node:util'
import type { Environment } from './config.js'
import { checkDotenvLines } from './dotenv-lines.js'
import { isUtf16, withoutMark } from './text-file.js'

export interface Dotenv {
  /** The environment, with the variables of the file below it. */
  readonly environment: Environment
  /** One sentence for each mistake in the file; none holds a value. */
  readonly errors: readonly string[]
}

/**
 * Adds the variables of a `.env` file to an environment. A variable that the environment has already, even an empty
 * one, stays as it is: what is set for one run must win over what is written down for all of them.
 *
 * @param readFile reads the file whole; throws as `fs.readFileSync` does. A missing file adds nothing.
 */
export function withDotenv(environment: Environment, readFile: () => string): Dotenv {
  let text: string
  try {
    text = withoutMark(readFile()).replace(/\r\n?/g, '\n')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT'
      ? { environment, errors: [] }
      : unusable(environment, `.env cannot be read (${code}).`)
  }
  if (isUtf16(text)) return unusable(environment, '.env is UTF-16: save it as UTF-8.')
  const written = Object.fromEntries(
    Object.entries(parseEnv(text))
      .map(([name, value]) => [name.trim().replace(/^export\s+/, ''), value] as const)
      // Of a line without `=` it makes a name, which holds the value.
      .filter(([name]) => /^[\w.-]+$/.test(name)),
  )
  const errors = checkDotenvLines(text, written, environment)
  if (!written.X8_APP_SECRET_COMMAND) return { environment: { ...written, ...environment }, errors }
  const { X8_APP_SECRET_COMMAND: _, ...others } = written
  const hasSecret =
    others.X8_APP_SECRET || environment.X8_APP_SECRET_FILE || environment.X8_APP_SECRET_COMMAND
  const standIn = hasSecret ? {} : { X8_APP_SECRET: UNREADABLE }
  return { environment: { ...standIn, ...others, ...environment }, errors: [...errors, NO_COMMAND] }
}

// A file in a folder that somebody else prepared must not say which program is run.
const NO_COMMAND =
  'X8_APP_SECRET_COMMAND must not stand in .env: a program is run only where the real environment names it.'

// Stand in for what the file would have said, so that it is not reported as missing, too.
const UNREADABLE = '-'
const REQUIRED = ['X8_APP_KEY', 'X8_APP_SECRET']

function unusable(environment: Environment, error: string): Dotenv {
  const missing = REQUIRED.filter((name) => !environment[name] && !environment[`${name}_FILE`])
  const standIns = Object.fromEntries(missing.map((name) => [name, UNREADABLE]))
  return { environment: { ...environment, ...standIns }, errors: [error] }
}
