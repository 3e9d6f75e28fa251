import { envSchema } from 'env-schema'
import { closestMatch } from 'leven'
import { FAMILY_SETTING_NAMES } from './family-settings.js'
import { SETTING_NAMES, SETTINGS, type SettingName, type Settings } from './settings.js'

const OTHER_FORMS = {
  X8_APP_KEY: 'X8_APP_KEY_FILE',
  X8_APP_SECRET: 'X8_APP_SECRET_FILE or X8_APP_SECRET_COMMAND',
} as const

const WORKERS_REMOVED =
  'X8_WORKERS was removed: one process serves some 20,000 requests a second. For more, run replicas that share one token through X8_TOKEN_STORE_URL.'

const ALL_NAMES = [...SETTING_NAMES, ...FAMILY_SETTING_NAMES]

/** Picks the variables that are settings, and reports the others: a misspelt setting would silently have no effect. */
export function checkNames(
  given: Readonly<Record<string, string>>,
  errors: string[],
): Record<string, string> {
  const known: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    if (ALL_NAMES.includes(name)) known[name] = value
    else if (name === 'X8_WORKERS') errors.push(WORKERS_REMOVED)
    else {
      const nearest = closestMatch(name, ALL_NAMES)
      errors.push(`${name} is not a setting of this program. Did you mean ${nearest}?`)
    }
  }
  return known
}

/**
 * Checks types, ranges and patterns by env-schema, and fills in the defaults. An invalid value is replaced by the
 * default, so that the rest is checked too.
 *
 * @param errors receives one sentence for each invalid or missing setting
 */
export function checkTypes(given: Readonly<Record<string, string>>, errors: string[]): Settings {
  const data = { ...given }
  for (const name of ['X8_APP_KEY', 'X8_APP_SECRET'] as const) {
    if (data[name] === undefined) {
      errors.push(
        `${name} is required: it must be ${SETTINGS[name].description}. Or set ${OTHER_FORMS[name]}.`,
      )
    }
  }
  // To env-schema "Infinity", "0x10" and " 1e3" are whole numbers.
  for (const [name, { type }] of Object.entries(SETTINGS)) {
    if (type === 'integer' && data[name] !== undefined && !/^\d+$/.test(data[name])) data[name] = 'no number'
  }
  try {
    return applySchema(data)
  } catch (error) {
    const invalid = new Set(
      ((error as { errors?: { instancePath: string }[] }).errors ?? []).map(({ instancePath }) =>
        instancePath.slice(1),
      ),
    )
    if (invalid.size === 0) throw error
    for (const name of invalid) {
      errors.push(`${name} must be ${SETTINGS[name as SettingName].description}.`)
      delete data[name]
    }
    return applySchema(data)
  }
}

function applySchema(data: Record<string, string>): Settings {
  // A copy: env-schema writes `additionalProperties: false` into the schema that it is given.
  const schema = { type: 'object', properties: { ...SETTINGS } }
  return envSchema<Settings>({ schema, data, env: false })
}
