import { SECRET_SETTINGS } from './family-settings.js'
import { hasForeignBytes, isUtf16, withoutMark } from './text-file.js'

// Stands in for a secret that could not be read, so that it is not reported as missing, too.
const UNREADABLE = '-'

/**
 * Replaces each `<name>_FILE` by `<name>` with the content of the file, without the byte order mark and the newline
 * that editors leave at its ends.
 *
 * @param readFile reads a file whole; throws as `fs.readFileSync` does
 * @param errors receives one sentence for each file that gives no secret
 */
export function readSecretFiles(
  given: Readonly<Record<string, string>>,
  readFile: (path: string) => string,
  errors: string[],
): Record<string, string> {
  const complete = { ...given }
  for (const name of SECRET_SETTINGS) {
    const path = given[`${name}_FILE`]
    if (path === undefined) continue
    delete complete[`${name}_FILE`]
    if (given[name] === undefined) complete[name] = readSecret(name, path, readFile, errors)
    else errors.push(`${name} and ${name}_FILE are both set. Keep one of them.`)
  }
  return complete
}

function readSecret(
  name: string,
  path: string,
  readFile: (path: string) => string,
  errors: string[],
): string {
  try {
    const content = withoutMark(readFile(path)).replace(/\r?\n$/, '')
    if (isUtf16(content)) errors.push(`${name}_FILE names a file that is UTF-16: save it as UTF-8.`)
    else if (hasForeignBytes(content))
      errors.push(`${name}_FILE names a file with letters that are not UTF-8: save it as UTF-8.`)
    else if (content === '') errors.push(`${name}_FILE names an empty file.`)
    else return content
  } catch (error) {
    errors.push(`${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
  return UNREADABLE
}
