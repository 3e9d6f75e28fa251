import { decompressed } from '../http/content-coding.js'
import type { Capture } from '../http/exchange.js'
import { forEachHeader } from '../http/raw-headers.js'
import { isSecretHeader, maskHeader, maskText } from './mask.js'
import type { Captured, CapturedBody, CapturedMessage } from './wire.js'

/** Records the headers and bodies of one request while it passes, or the body of an error alone. */
export interface MaskedCapture extends Capture {
  /** A page has asked for all of it; else only the response's body is of interest, because it is an error's. */
  readonly asked: boolean
  /** What is recorded of it: the secrets are masked here, before anything is stored. */
  captured(): Captured
}

/** As many bytes of each body are recorded. */
export const KEPT_BODY_BYTES = 10 * 1024

/** As many bytes of an error's body are recorded even where no page has asked for it. */
export const KEPT_ERROR_BYTES = 2 * 1024

// What a small compressed body may become.
const MOST_DECOMPRESSED_BYTES = 64 * 1024

/** For a request that begins while a page has asked for headers and bodies. */
export function createCapture(): MaskedCapture {
  return captureOf(createMessage(KEPT_BODY_BYTES), createMessage(KEPT_BODY_BYTES), true)
}

/**
 * For a response that begins and is an error of 8x8's.
 *
 * @param sent the request's headers as they were sent to 8x8, name and value in turn: secrets that may come back
 */
export function createErrorCapture(sent: readonly string[]): MaskedCapture {
  const capture = captureOf(createMessage(0), createMessage(KEPT_ERROR_BYTES), false)
  capture.requestHeaders(sent)
  return capture
}

function captureOf(request: Message, response: Message, asked: boolean): MaskedCapture {
  return {
    asked,
    requestHeaders: (raw) => void (request.headers = raw),
    requestBody: (chunk) => request.keep(chunk),
    responseHead: (_status, raw) => void (response.headers = raw),
    responseBody: (chunk) => response.keep(chunk),

    captured() {
      // An opaque token has no shape to be recognised by, but here it is known: it must not show up in an echo either.
      const known = [...secretValues(request.headers), ...secretValues(response.headers)]
      return {
        ...(request.headers === undefined ? {} : { request: request.masked(known, false) }),
        ...(response.headers === undefined ? {} : { response: response.masked(known, true) }),
      }
    },
  }
}

type Message = ReturnType<typeof createMessage>

function createMessage(mostBytes: number) {
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
      if (keptBytes === mostBytes) return
      // A copy: a slice would hold the whole chunk, and undici's chunks may be parts of larger ones.
      const part = Buffer.from(chunk.subarray(0, mostBytes - keptBytes))
      keptBytes += part.length
      kept.push(part)
    },

    /** @param decodes whether a compressed body is shown decompressed; what is to be sent again must stay as it was */
    masked(known: readonly string[], decodes: boolean): CapturedMessage {
      const pairs = inPairs(headers ?? [])
      return {
        headers: pairs.map(([name, value]) => [name, maskHeader(name, value, known)]),
        body: maskedBody(
          { content: Buffer.concat(kept, keptBytes), bytes, mostBytes, decodes },
          pairs,
          known,
        ),
      }
    },
  }
}

interface SeenBody {
  /** The beginning. */
  readonly content: Buffer
  readonly bytes: number
  readonly mostBytes: number
  readonly decodes: boolean
}

function maskedBody(
  { content, bytes, mostBytes, decodes }: SeenBody,
  headers: readonly (readonly [string, string])[],
  known: readonly string[],
): CapturedBody {
  let kept = content
  let truncated = bytes > kept.length
  if (bytes === 0) return { bytes, truncated }
  const type = valueOf(headers, 'content-type') ?? ''
  const encoding = valueOf(headers, 'content-encoding') ?? 'identity'
  if (encoding !== 'identity') {
    const whole = decodes && !truncated ? decompressed(content, encoding, MOST_DECOMPRESSED_BYTES) : undefined
    if (whole === undefined)
      return { bytes, truncated, hidden: `encoded: ${maskText(encoding.slice(0, 64))}` }
    kept = whole.subarray(0, mostBytes)
    truncated = whole.length > mostBytes
  }
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
