import type { Logger } from 'pino'
import { ConfigError, type Environment } from './config.js'
import type { Credentials } from './credentials.js'
import type { CommandSecret } from './secret-command.js'
import { loadConfig } from './load-config.js'
import { SECRET_SETTINGS } from './family-settings.js'
import { watchFiles } from './watch-files.js'

export interface ReloadOptions {
  /** The environment that the program was started with. */
  readonly environment: Environment
  /** The environment as it is now, and what is wrong in its `.env`. */
  readonly readEnvironment: () => { readonly environment: Environment; readonly errors: readonly string[] }
  readonly readFile: (path: string) => string
  readonly credentials: Credentials
  /** Runs X8_APP_SECRET_COMMAND; undefined where it is not set. */
  readonly runCommand: (() => Promise<CommandSecret>) | undefined
  readonly log: Logger
  /** Called when the credentials for 8x8 have changed. */
  readonly changed: () => void
}

/** Settings that may change while the program runs. */
export interface Reload {
  /** Takes up what `.env`, the secret files and the secret's command say now. What cannot be read leaves the old values in force. */
  readonly reload: () => void
  /** Looks at the secret files no more. */
  readonly unwatch: () => void
}

/** Secrets are taken up by a reload and, where they are in files, whenever a file changes. All else needs a restart. */
export function createReload(options: ReloadOptions): Reload {
  const { readEnvironment, readFile, credentials, runCommand, log, changed } = options

  const takeUp = (commandSecret: CommandSecret | undefined): void => {
    try {
      const { environment, errors } = readEnvironment()
      const { secrets } = loadConfig(environment, readFile, errors, commandSecret)
      const restart = changedNames(options.environment, environment).filter((name) => !RELOADED.has(name))
      const { forUpstream, familyKeys, proxyKey } = credentials.replace(secrets)
      if (proxyKey) log.info('new proxy key read, the old one is not accepted any more')
      if (familyKeys) log.info('new keys of families read')
      if (forUpstream) log.info('new credentials read')
      else if (!proxyKey && !familyKeys) log.info('credentials read again, they are the same')
      if (restart.length > 0) {
        log.warn({ settings: restart }, `changed, but only a restart takes it up: ${restart.join(', ')}`)
      }
      if (forUpstream) changed()
    } catch (error) {
      const errors = error instanceof ConfigError ? error.errors : [(error as Error).message]
      log.error({ errors }, 'the new settings cannot be read, the old ones stay in force')
    }
  }
  return {
    reload: () => (runCommand === undefined ? takeUp(undefined) : void runCommand().then(takeUp)),
    // A file that has changed says nothing about a secret that a command printed.
    unwatch: watchFiles(secretFiles(options.environment), () =>
      takeUp(runCommand && { secret: credentials.newest().secret }),
    ),
  }
}

const RELOADED: ReadonlySet<string> = new Set(SECRET_SETTINGS)

/** The settings that differ, by name. */
function changedNames(before: Environment, after: Environment): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => name.startsWith('X8_') && (before[name] || '') !== (after[name] || ''))
}

/** The files that may bring new secrets. */
function secretFiles(environment: Environment): string[] {
  return SECRET_SETTINGS.flatMap((name) => environment[`${name}_FILE`] || [])
}
