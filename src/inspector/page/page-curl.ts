import type { Detail } from '../wire.js'
import { replayOf, type Snippet } from './page-replay.js'

/**
 * The request as a curl command against the proxy, for a POSIX shell, without credentials.
 *
 * @param origin the proxy's own
 * @param keyRequired the proxy asks for its key: it is taken from the environment
 */
export function curlOf(detail: Detail, origin: string, keyRequired: boolean): Snippet {
  const { method, target, headers, body, bodyIs, notes } = replayOf(detail)
  const hasBody = bodyIs === 'whole' || bodyIs === 'partial'
  const parts: string[] = ['curl']
  // Else curl would read brackets and braces as a pattern.
  if (/[[\]{}]/.test(target)) parts.push('--globoff')
  // Else it would resolve them, and ask for something else.
  if (/\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(target)) parts.push('--path-as-is')
  // POST is what curl sends with a body.
  if (method === 'HEAD') parts.push('--head')
  else if (method !== 'GET' || hasBody) parts.push(`-X ${quote(method)}`)
  parts.push(quote(origin + target))
  if (keyRequired) parts.push('-H "X-Proxy-Key: $X8_PROXY_KEY"')
  for (const [name, value] of headers) {
    // curl writes an empty value with a semicolon.
    parts.push(`-H ${quote(value === '' ? `${name};` : `${name}: ${asShellText(value)}`)}`)
  }
  if (!hasBody) return { text: join(parts), notes }

  if (!headers.some(([name]) => name.toLowerCase() === 'content-type')) parts.push(`-H 'Content-Type:'`)
  if (bodyIs === 'partial' || body === undefined) {
    parts.push('--data-binary @body')
    return {
      text: join(parts),
      notes: ['The body was not kept whole: put it into a file named body.', ...notes],
    }
  }
  // A terminal would act on control characters that are pasted, and no argument can hold a zero.
  if (CONTROL.test(body)) {
    parts.push('--data-binary @-')
    return { text: `printf ${quote(escapeForPrintf(body))} | ${join(parts)}`, notes }
  }
  parts.push(`--data-raw ${quote(body)}`)
  return { text: join(parts), notes }
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g

function escapeForPrintf(text: string): string {
  return text
    .replace(/[\\%]/g, '$&$&')
    .replace(/^-/, '\\055')
    .replace(CONTROLS, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/** Between single quotes a POSIX shell leaves everything alone but the quote itself. */
export function quote(text: string): string {
  return /^[A-Z]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** The bytes of a header come with one character each; a shell writes characters as UTF-8. */
function asShellText(value: string): string {
  try {
    const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return value
  }
}

function join(parts: readonly string[]): string {
  return parts.join(parts.length > 4 ? ' \\\n  ' : ' ')
}
