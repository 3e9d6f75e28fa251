import { randomBytes } from 'node:crypto'

/** The secrets of a run, and the search for them. */
export interface Leaks {
  /** A new secret, random and with every character that some encoding changes. */
  make(): string
  /** Adds one that was made elsewhere. */
  hold(secret: string): string
  readonly count: () => number
  /** Where in the text pieces of a secret stand, in whatever form; each with what surrounds it. */
  find(text: string): string[]
}

// Long enough that chance makes none, short enough that half a secret, or one that is shortened, is found.
const PIECE = 12

/**
 * Searches for every run of twelve characters of every form that a secret takes on its way into a log or a page. A search
 * for whole secrets would miss those that were truncated.
 */
export function createLeaks(): Leaks {
  const pieces = new Set<string>()
  const secrets = new Set<string>()
  const leaks: Leaks = {
    make: () => leaks.hold(`${random()}"\\%/+=${random()}`),
    hold(secret) {
      if (secrets.has(secret)) return secret
      secrets.add(secret)
      for (const form of formsOf(secret)) {
        for (let at = 0; at + PIECE <= form.length; at += 1) pieces.add(form.slice(at, at + PIECE))
      }
      return secret
    },
    count: () => secrets.size,
    find(text) {
      const found: string[] = []
      for (let at = 0; at + PIECE <= text.length; at += 1) {
        if (!pieces.has(text.slice(at, at + PIECE))) continue
        found.push(text.slice(Math.max(0, at - 60), at + PIECE + 60))
        // The rest of the same secret is no news.
        at += 60
      }
      return found
    },
  }
  return leaks
}

/** How a secret may be written: plain, in base64 (alone or in the middle of something), in URLs, in JSON, in hex. */
export function formsOf(secret: string): string[] {
  const json = inJson(secret)
  const percent = encodeURIComponent(secret)
  const base64 = [0, 1, 2].map((offset) => base64At(secret, offset))
  return [
    secret,
    ...base64,
    ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
    percent,
    percent.replace(/%../g, (escape) => escape.toLowerCase()),
    encodeURIComponent(percent),
    json,
    inJson(json),
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('hex').toUpperCase(),
  ]
}

/** Base64 of the secret behind so many other bytes: the characters that are its alone. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6))
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function random(): string {
  return randomBytes(12).toString('base64url')
}
