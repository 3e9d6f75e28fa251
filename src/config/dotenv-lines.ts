import type { Environment } from './config.js'
import { hasForeignBytes } from './text-file.js'

// A line that sets a variable which the program reads, or is meant to: the name, the `=` and what follows.
const LINE = /^[ \t]*(?:export[ \t]+)?(X8_\w+|https_proxy|no_proxy)[ \t]*(=?)(.*)$/gim

/**
 * Finds what `parseEnv` takes without a word and a person meant otherwise: values that `#` or a quote truncated, and lines
 * that set nothing.
 *
 * @param text the file, with `\n` at the end of lines
 * @param written what `parseEnv` made of it
 * @param environment what wins over the file: of a variable that it has, the file may say anything
 * @returns one sentence for each mistake, without the value
 */
export function checkDotenvLines(
  text: string,
  written: Environment,
  environment: Environment,
): readonly string[] {
  // The last line of a name is the one that counts.
  const errors = new Map<string, string | undefined>()
  // A value of several lines may hold lines that only look like settings.
  const multiline = Object.values(written).filter((value) => value?.includes('\n'))
  for (const [line, name = '', equals, rest = ''] of text.matchAll(LINE)) {
    if (environment[name] !== undefined) continue
    const isInside = multiline.some((value) => value!.split('\n').slice(1).includes(line))
    if (!isInside) errors.set(name, equals === '' ? noEquals(name) : wrongValue(name, rest, written[name]))
  }
  if (written.NODE_EXTRA_CA_CERTS && environment.NODE_EXTRA_CA_CERTS === undefined) {
    errors.set('NODE_EXTRA_CA_CERTS', NO_CA_CERTS)
  }
  return [...errors.values()].filter((error) => error !== undefined)
}

const NO_CA_CERTS =
  'NODE_EXTRA_CA_CERTS has no effect in .env: Node reads it before this program starts. Set it in the environment.'

function noEquals(name: string): string {
  return `${name} has no = behind it in .env: write ${name}=value.`
}

function wrongValue(name: string, rest: string, value: string | undefined): string | undefined {
  if (value !== undefined && hasForeignBytes(value)) {
    return `${name} has letters that are not UTF-8 in .env: save the file as UTF-8.`
  }
  const raw = rest.trim()
  const quote = raw[0] ?? ''
  if ('"\'`'.includes(quote) && quote !== '') {
    const end = raw.indexOf(quote, 1)
    if (end === -1) return `${name} begins with a quote that is not closed in its line of .env.`
    if (/^(?:\s+#.*)?$/.test(raw.slice(end + 1))) return undefined
    return `${name} was truncated at its second quote: put it in quotes of another kind in .env (", ' or \`).`
  }
  return isTruncated(name, rest) ? `${name} was truncated at #: put it in quotes in .env.` : undefined
}

/** Whether `#` ended an unquoted value that it belongs to. Behind a space it begins a comment, but a password may have one. */
function isTruncated(name: string, rest: string): boolean {
  if (name === 'X8_WORK_PASSWORD' && /\S\s*#/.test(rest)) return true
  const [before = '', after] = rest.split(/#(.*)/s)
  if (after === undefined) return false
  return before === '' ? /^\S/.test(after) : /\S$/.test(before)
}
