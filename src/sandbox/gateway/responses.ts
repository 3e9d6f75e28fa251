import type { SandboxResponse } from './handler.js'

type Headers = Readonly<Record<string, string>>

const nothing = new Uint8Array(0)

/** Makes a JSON response. `headers` may replace the content type: 8x8 uses several. */
export function json(value: unknown, status = 200, headers: Headers = {}): SandboxResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  }
}

/** Makes an error in the problem+json type that chat and the token endpoint declare. */
export function problem(value: unknown, status: number): SandboxResponse {
  return json(value, status, { 'Content-Type': 'application/problem+json' })
}

/** Makes the plain `{"message"}` error of the analytics backends and of the gateway itself. */
export function message(status: number, detail: string, headers: Headers = {}): SandboxResponse {
  return json({ message: detail }, status, headers)
}

/** Makes a response of text in the given media type. */
export function text(body: string, type: string, status = 200, headers: Headers = {}): SandboxResponse {
  return { status, headers: { 'Content-Type': type, ...headers }, body: Buffer.from(body) }
}

/** Makes a 200 of bytes in the given media type. */
export function bytes(body: SandboxResponse['body'], type: string, headers: Headers = {}): SandboxResponse {
  return { status: 200, headers: { 'Content-Type': type, ...headers }, body }
}

/** Makes a response without a body, such as 202 and 204. */
export function empty(status: number, headers: Headers = {}): SandboxResponse {
  return { status, headers, body: nothing }
}

/** Makes the gateway's 404 for a path that belongs to no API (Kong's text). */
export function noRoute(): SandboxResponse {
  return message(404, 'no Route matched with those values')
}
