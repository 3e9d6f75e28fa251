import { ConfigError, type Environment } from '../config/config.js'
import { warnOfExposedFiles } from '../config/exposed-files.js'
import { type LoadedConfig, loadConfig } from '../config/load-config.js'
import { secretOf } from '../config/secret-command.js'
import type { System } from '../system.js'
import { failed, type Outcome, passed } from './outcome.js'

/** Checks the settings: all configuration errors together, one line each. */
export async function checkSettings(
  environment: Environment,
  readFile: (path: string) => string,
  dotenv: System['dotenv'],
): Promise<Outcome<LoadedConfig>> {
  try {
    const fromCommand = await secretOf(environment)
    const loaded = loadConfig(environment, readFile, dotenv?.errors, fromCommand)
    const { baseUrl, familyUrls, tokenUrl } = loaded.config
    const elsewhere = tokenUrl.origin === baseUrl.origin ? '' : `, tokens from ${tokenUrl.origin}`
    const families = [...familyUrls].map(([family, url]) => `, ${family} to ${url.origin}`).join('')
    return passed(
      [
        `key and secret are set${fromCommand === undefined ? '' : ' (the secret by X8_APP_SECRET_COMMAND)'}, requests go to ${baseUrl.origin}${families}${elsewhere}`,
      ].join('\n'),
      loaded,
    )
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return failed(
      error.errors.join('\n'),
      'Correct these in the environment or in .env of this folder. `8x8-auth-proxy settings` prints every setting.',
    )
  }
}

/** Checks that only this user may read the files with credentials. Exposed ones are a warning: all works with them. */
export function checkFiles(environment: Environment, dotenv: System['dotenv']): Outcome<true> {
  const exposed = warnOfExposedFiles(environment, dotenv?.path)
  return exposed.length === 0
    ? passed('no other user of this machine may read or change credentials', true)
    : passed(exposed.join('\n'), true, 'Then consider a new secret: others may have read this one.')
}
