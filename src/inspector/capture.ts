import type { Capture } from '../http/exchange.js'
import { forEachHeader } from '../http/raw-headers.js'
import { isSecretHeader, maskHeader, maskText } from './mask.js'
import type { Captured, CapturedBody, CapturedMessage } from './wire.js'

/** Records the headers and bodies of one request while it passes. There is one only while a page has asked for it. */
export interface MaskedCapture extends Capture {
  /** What is recorded of it: the secrets are masked here, before anything is stored. */
  captured(): Captured
}

/** As many bytes of each body are recorded. */
export const KEPT_BODY_BYTES = 10 * 1024

export function createCapture(): MaskedCapture {
  const request = createMessage()
  const response = createMessage()
  return {
    requestHeaders: (raw) => void (request.headers = raw),
    requestBody: (chunk) => request.keep(chunk),
    responseHead: (_status, raw) => void (response.headers = raw),
    responseBody: (chunk) => response.keep(chunk),

    captured() {
      // An opaque token has no shape to be recognised by, but here it is known: it must not show up in an echo either.
      const known = [...secretValues(request.headers), ...secretValues(response.headers)]
      return {
        ...(request.headers === undefined ? {} : { request: request.masked(known) }),
        ...(response.headers === undefined ? {} : { response: response.masked(known) }),
      }
    },
  }
}

function createMessage() {
  let headers: readonly string[] | undefined
  const kept: Buffer[] = []
  let keptBytes = 0
  let bytes = 0
  return {
    get headers() {
      return headers
    },
    set headers(raw) {
      headers = raw
    },

    keep(chunk: Buffer): void {
      bytes += chunk.length
      if (keptBytes === KEPT_BODY_BYTES) return
      // A copy: a slice would hold the whole chunk, and undici's chunks may be parts of larger ones.
      const part = Buffer.from(chunk.subarray(0, KEPT_BODY_BYTES - keptBytes))
      keptBytes += part.length
      kept.push(part)
    },

    masked(known: readonly string[]): CapturedMessage {
      const pairs = inPairs(headers ?? [])
      return {
        headers: pairs.map(([name, value]) => [name, maskHeader(name, value, known)]),
        body: maskedBody(Buffer.concat(kept, keptBytes), bytes, pairs, known),
      }
    },
  }
}

function maskedBody(
  kept: Buffer,
  bytes: number,
  headers: readonly (readonly [string, string])[],
  known: readonly string[],
): CapturedBody {
  const truncated = bytes > kept.length
  if (bytes === 0) return { bytes, truncated }
  const type = valueOf(headers, 'content-type') ?? ''
  const encoding = valueOf(headers, 'content-encoding') ?? 'identity'
  if (encoding !== 'identity')
    return { bytes, truncated, hidden: `encoded: ${maskText(encoding.slice(0, 64))}` }
  if (!isText(type)) {
    return {
      bytes,
      truncated,
      hidden: type === '' ? 'no content type' : `binary: ${maskText(type.slice(0, 128))}`,
    }
  }
  const text = decode(kept, /charset="?([\w.:-]+)/i.exec(type)?.[1])
  // Half a word where the body was truncated may be half a secret, which no pattern recognises.
  const whole = truncated ? text.replace(/[^\s"',&<>{}[\]()=;]{1,256}$/, '') : text
  return { bytes, truncated, text: maskText(whole, known) }
}

// What people read. multipart/form-data is left out: its parts are files.
function isText(contentType: string): boolean {
  return /^\s*(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml)\b|application\/(?:x-www-form-urlencoded|x-ndjson|javascript|graphql|yaml)\b)/i.test(
    contentType,
  )
}

function decode(bytes: Buffer, charset = 'utf-8'): string {
  // `stream` drops a character that was truncated.
  try {
    return new TextDecoder(charset).decode(bytes, { stream: true })
  } catch {
    return new TextDecoder().decode(bytes, { stream: true })
  }
}

// Shorter values, and plain words, would be found by chance.
const SECRET_VALUE = /^(?![A-Za-z]+$).{8,}$/s

function secretValues(raw: readonly string[] = []): string[] {
  return inPairs(raw)
    .filter(([name]) => isSecretHeader(name))
    .map(([, value]) => value.replace(/^\w+ +/, ''))
    .filter((value) => SECRET_VALUE.test(value))
}

function valueOf(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1]
}

function inPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  forEachHeader(raw, (name, value) => pairs.push([name, value]))
  return pairs
}
