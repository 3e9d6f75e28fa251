import { ConfigError, type Environment } from '../config/config.js'
import { type LoadedConfig, loadConfig } from '../config/load-config.js'
import { failed, type Outcome, passed } from './outcome.js'

/** Checks the settings: all configuration errors together, one line each. */
export function checkSettings(
  environment: Environment,
  readFile: (path: string) => string,
): Outcome<LoadedConfig> {
  try {
    const loaded = loadConfig(environment, readFile)
    const { baseUrl, tokenUrl } = loaded.config
    const elsewhere = tokenUrl.origin === baseUrl.origin ? '' : `, tokens from ${tokenUrl.origin}`
    return passed(`key and secret are set, requests go to ${baseUrl.origin}${elsewhere}`, loaded)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return failed(
      error.errors.join('\n'),
      'Correct these in the environment or in .env of this folder. .env.example lists every setting.',
    )
  }
}
