import { FAMILY_KEYS } from './family-settings.js'

// What examples have in the place of a value: eght_..., your-app-secret, <API Key>, {{x-api-key}}, ${X8_APP_KEY}, xxxx.
const PLACEHOLDER =
  /(?:\.\.\.|\u2026)$|^your[-_ ]|^<.*>$|^\{\{.*\}\}$|^\$\{?\w+\}?$|^(?:eght_)?(?:x{3,}|\*+)$|^eght_?$|^change[-_]?me$/i

const REJECTED = '-'

/**
 * Rejects a key and a secret that 8x8 never gave to anyone, and quotes that came along: 8x8 would refuse them without
 * saying why.
 *
 * @returns the same, with a stand-in for each that is rejected, so that it is reported once
 */
export function checkCredentials(
  given: Readonly<Record<string, string>>,
  errors: string[],
): Record<string, string> {
  const checked = { ...given }
  for (const [name, what] of [
    ['X8_APP_KEY', "the app's key"],
    ['X8_APP_SECRET', "the app's secret"],
    ...FAMILY_KEYS.map((setting) => [setting.name, 'the key'] as const),
  ] as const) {
    const value = given[name]?.trim() ?? ''
    const isPlaceholder = PLACEHOLDER.test(value)
    const isQuoted = /^(["'`]).*\1$/.test(value)
    if (/^(?!eght_\W*$)\w{6,}(?:\.\.\.|\u2026)$/.test(value)) {
      errors.push(
        `${name} ends in dots: it was truncated where it was copied from. Copy it whole from 8x8 Admin Console > API Keys.`,
      )
    } else if (isPlaceholder) {
      errors.push(`${name} is still a placeholder: put in ${what} from 8x8 Admin Console > API Keys.`)
    } else if (isQuoted) {
      errors.push(`${name} has quotes around it that are a part of it here: leave them out.`)
    }
    if (isPlaceholder || isQuoted) checked[name] = REJECTED
  }
  return checked
}
