import { readBounded } from '../http/body.js'

/** Makes text from a server safe to print. */
export type Clean = (text: string) => string

const LONGEST_TEXT = 160
// Shorter ones would turn up in ordinary words.
const SHORTEST_SECRET = 4

/**
 * Creates a `Clean` that replaces secrets and control characters and truncates to 160 characters: text from a server may
 * hold escape sequences for the terminal, or repeat a secret that it was sent.
 *
 * @param secrets read at each call: the token is added once there is one
 */
export function cleaner(secrets: ReadonlySet<string>): Clean {
  return (text) => {
    let clean = text
    for (const secret of secrets) {
      if (secret.length < SHORTEST_SECRET) continue
      for (const form of [secret, encodeURIComponent(secret)]) clean = clean.replaceAll(form, '[hidden]')
    }
    clean = clean.replace(/\p{C}/gu, ' ').trim()
    return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT)}…` : clean
  }
}

/** Reads at most `maxBytes` of a body as UTF-8 and destroys the rest unread. */
export async function readText(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const { bytes } = await readBounded(body, maxBytes, 'destroy')
  return bytes.toString()
}
