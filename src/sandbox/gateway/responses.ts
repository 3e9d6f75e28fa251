import type { Answer } from './handler.js'

type Headers = Readonly<Record<string, string>>

const nothing = new Uint8Array(0)

/** A JSON answer. `headers` may replace the content type: 8x8 uses several. */
export function json(value: unknown, status = 200, headers: Headers = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  }
}

/** An error in the problem+json type that chat and the token endpoint declare. */
export function problem(value: unknown, status: number): Answer {
  return json(value, status, { 'Content-Type': 'application/problem+json' })
}

/** The plain `{"message"}` error of the analytics backends and of the gateway itself. */
export function message(status: number, words: string, headers: Headers = {}): Answer {
  return json({ message: words }, status, headers)
}

export function text(body: string, type: string, status = 200, headers: Headers = {}): Answer {
  return { status, headers: { 'Content-Type': type, ...headers }, body: Buffer.from(body) }
}

export function bytes(body: Answer['body'], type: string, headers: Headers = {}): Answer {
  return { status: 200, headers: { 'Content-Type': type, ...headers }, body }
}

/** An answer without a body, such as 202 and 204. */
export function empty(status: number, headers: Headers = {}): Answer {
  return { status, headers, body: nothing }
}

/** What the gateway says about a path that belongs to no API (Kong's words). */
export function noRoute(): Answer {
  return message(404, 'no Route matched with those values')
}
