import { parseEnv } from 'node:util'
import { ConfigError, type Environment } from './config.js'

/**
 * Adds the variables of a `.env` file to an environment. A variable that the environment has already, even an empty
 * one, stays as it is: what is set for one run must win over what is written down for all of them.
 *
 * @param readDotenv reads the file whole; throws as `fs.readFileSync` does. A missing file adds nothing.
 * @throws {ConfigError} when the file is there and cannot be read
 */
export function withDotenv(environment: Environment, readDotenv: () => string): Environment {
  let text: string
  try {
    text = readDotenv()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return environment
    throw new ConfigError([`.env cannot be read (${code}).`])
  }
  return { ...parseEnv(text), ...environment }
}
