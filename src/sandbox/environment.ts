import type { Environment } from '../config/config.js'
import { FAMILY_SETTING_NAMES } from '../config/family-settings.js'
import { FILE_SETTINGS } from '../config/settings.js'
import type { Sandbox } from './sandbox.js'

/** What the sandbox replaces or leaves out: an account's credentials and addresses, even if they are in `.env` already. */
const REPLACED = new Set([
  ...FAMILY_SETTING_NAMES,
  ...FILE_SETTINGS.filter((name) => name !== 'X8_PROXY_KEY').flatMap((name) => [name, `${name}_FILE`]),
  'X8_APP_SECRET_COMMAND',
  'X8_BASE_URL',
  'X8_TOKEN_URL',
  'X8_TOKEN_STORE_URL',
])

/** Returns the environment of a proxy in front of the sandbox: all other settings stay as the operator set them. */
export function sandboxEnvironment(environment: Environment, sandbox: Sandbox): Environment {
  const { key, secret, workUsername, workPassword } = sandbox.credentials
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !REPLACED.has(name))),
    X8_APP_KEY: key,
    X8_APP_SECRET: secret,
    X8_WORK_USERNAME: workUsername,
    X8_WORK_PASSWORD: workPassword,
    X8_TENANT: environment.X8_TENANT || 'sandbox-tenant',
    X8_PBX: environment.X8_PBX || 'sandbox-pbx',
    X8_BASE_URL: sandbox.origin,
  }
}
