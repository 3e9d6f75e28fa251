import type { Logger } from 'pino'
import { ConfigError, type Environment } from './config.js'
import { loadConfig } from './load-config.js'
import type { Credentials } from './credentials.js'
import { FILE_SETTINGS } from './settings.js'
import { watchFiles } from './watch-files.js'

export interface SecretFilesOptions {
  readonly environment: Environment
  readonly readFile: (path: string) => string
  readonly credentials: Credentials
  readonly log: Logger
  /** Called when the credentials have changed. */
  readonly changed: () => void
}

/** Credentials that may change while the program runs. */
export interface SecretFiles {
  /** Takes up what the files hold now. What cannot be read leaves the old credentials in force. */
  readonly reload: () => void
  /** Looks at the files no more. */
  readonly unwatch: () => void
}

export function watchSecretFiles(options: SecretFilesOptions): SecretFiles {
  const { environment, readFile, credentials, log, changed } = options
  const reload = (): void => {
    try {
      const { app, work } = loadConfig(environment, readFile).secrets
      if (!credentials.replace(app, work)) return log.info('credentials read again, they are the same')
      log.info('new credentials read')
      changed()
    } catch (error) {
      const errors = error instanceof ConfigError ? error.errors : [(error as Error).message]
      log.error({ errors }, 'the new credentials cannot be read, the old ones stay in force')
    }
  }
  return { reload, unwatch: watchFiles(secretFiles(environment), reload) }
}

/** The files that may bring new credentials. The proxy key's is not among them: callers hold that key too. */
function secretFiles(environment: Environment): string[] {
  return FILE_SETTINGS.filter((name) => name !== 'X8_PROXY_KEY').flatMap(
    (name) => environment[`${name}_FILE`] || [],
  )
}
