/**
 * Decodes until nothing is left to decode, in one pass: an escape that is complete becomes its byte at once, and that may
 * complete the escape before it. Bytes and not characters, since half a character must not keep its neighbours escaped.
 *
 * @example
 * decodeFully('/%2573torage/%zz') // '/storage/%zz'
 */
export function decodeFully(path: string): string {
  if (!path.includes('%')) return path
  const bytes = Buffer.from(path)
  let end = 0
  for (const byte of bytes) {
    bytes[end++] = byte
    while (end >= 3 && bytes[end - 3] === PERCENT) {
      const high = hexDigit(bytes[end - 2]!)
      const low = hexDigit(bytes[end - 1]!)
      if (high === undefined || low === undefined) break
      end -= 2
      bytes[end - 1] = high * 16 + low
    }
  }
  return bytes.toString('utf8', 0, end)
}

const PERCENT = 0x25

function hexDigit(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  // Bit 0x20 is what tells small letters from capital ones.
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}
