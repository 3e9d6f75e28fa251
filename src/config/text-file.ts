// What editors put into a file besides the text, seen in a file that was decoded as UTF-8: bytes that are none have
// become U+FFFD.

/** Takes off the byte order mark that Windows editors put in front of UTF-8. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** Whether the file is UTF-16, as PowerShell's `>` writes it: by the mark FF FE or FE FF, or the zero in each letter. */
export function isUtf16(text: string): boolean {
  return text.startsWith('\uFFFD\uFFFD') || text.includes('\0')
}

/** Whether the file has letters in another encoding than UTF-8, such as Latin-1. */
export function hasForeignBytes(text: string): boolean {
  return text.includes('\uFFFD')
}
