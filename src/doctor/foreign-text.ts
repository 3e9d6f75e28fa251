/** Makes text of another computer fit to be shown. */
export type Clean = (text: string) => string

const LONGEST_TEXT = 160
// Shorter ones would turn up in ordinary words.
const SHORTEST_SECRET = 4

/**
 * Text of another computer may hold escape sequences for the terminal, or repeat what it was sent, a secret for
 * instance. So nothing but printable text comes through, not too much of it, and no secret.
 *
 * @param secrets read at each call: the token joins them once there is one
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

/** At most so many bytes of a body, as text. What comes after them is not waited for. */
export async function readText(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > maxBytes) break
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxBytes)
}
