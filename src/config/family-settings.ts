import { FAMILIES } from '../api/families.js'
import { isLoopback } from './loopback.js'
import { readOrigin } from './read-values.js'
import { FILE_SETTINGS } from './settings.js'

/** A setting that is there once for each family, such as X8_APP_KEY_JOURNEY. */
export interface FamilySetting {
  readonly name: string
  /** The name of the family, as in `api/families.ts`. */
  readonly family: string
}

/** Keys that 8x8 gives to a product of its own: for the families that take `x-api-key`. */
export const FAMILY_KEYS: readonly FamilySetting[] = FAMILIES.filter(
  ({ credential }) => credential === 'api-key',
).map(({ name }) => ({ name: settingOf('X8_APP_KEY', name), family: name }))

/** Where a single family lives. */
export const FAMILY_URLS: readonly FamilySetting[] = FAMILIES.map(({ name }) => ({
  name: settingOf('X8_BASE_URL', name),
  family: name,
}))

/** All of them, the files of keys included. */
export const FAMILY_SETTING_NAMES: readonly string[] = [
  ...FAMILY_KEYS.flatMap(({ name }) => [name, `${name}_FILE`]),
  ...FAMILY_URLS.map(({ name }) => name),
]

/** All settings that may be read from a file, as `<name>_FILE`. */
export const SECRET_SETTINGS: readonly string[] = [...FILE_SETTINGS, ...FAMILY_KEYS.map(({ name }) => name)]

/** The name of a family's setting: `settingOf('X8_APP_KEY', 'work-chat')` is X8_APP_KEY_WORK_CHAT. */
export function settingOf(prefix: 'X8_APP_KEY' | 'X8_BASE_URL', family: string): string {
  return `${prefix}_${family.toUpperCase().replaceAll('-', '_')}`
}

/** Returns the settings that are not a family's. */
export function withoutFamilySettings(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => !FAMILY_SETTING_NAMES.includes(name)))
}

/** Reads the keys of families, by the name of the family. */
export function readFamilyKeys(
  given: Readonly<Record<string, string>>,
  errors: string[],
): ReadonlyMap<string, string> {
  const keys = new Map<string, string>()
  for (const { name, family } of FAMILY_KEYS) {
    const key = given[name]
    if (key === undefined) continue
    if (/^[\x21-\x7e]+$/.test(key)) keys.set(family, key)
    else errors.push(`${name} must be a key from 8x8 Admin Console > API Keys (visible ASCII, no spaces).`)
  }
  return keys
}

/** Reads where families live, by the name of the family: credentials go there, so it has to be 8x8 or this machine. */
export function readFamilyUrls(
  given: Readonly<Record<string, string>>,
  errors: string[],
): ReadonlyMap<string, URL> {
  const urls = new Map<string, URL>()
  for (const { name, family } of FAMILY_URLS) {
    const url = given[name] === undefined ? undefined : readOrigin(name, given[name], errors)
    if (url === undefined) continue
    if (isLoopback(url.hostname) || /^(?:[a-z0-9-]+\.)+8x8\.com$/.test(url.hostname)) urls.set(family, url)
    else
      errors.push(`${name} must be an origin of 8x8, such as https://api-eu.8x8.com, or a loopback address.`)
  }
  return urls
}
