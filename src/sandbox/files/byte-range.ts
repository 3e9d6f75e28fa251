import { empty } from '../gateway/responses.js'
import type { SandboxResponse, ByteSource } from '../gateway/handler.js'

/**
 * Serves a body whole, or the one part that a `Range` header asks for (RFC 9110, section 14). Several ranges
 * and unknown units are ignored, as the RFC allows.
 */
export function inRange(range: string | undefined, whole: SandboxResponse): SandboxResponse {
  const { length } = whole.body
  const headers = { ...whole.headers, 'Accept-Ranges': 'bytes' }
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? '') ?? []
  if (first === '' && last === '') return { ...whole, headers }

  const start = first === '' ? Math.max(0, length - Number(last)) : Number(first)
  const end = first === '' || last === '' ? length : Math.min(length, Number(last) + 1)
  if (start >= end) return empty(416, { 'Content-Range': `bytes */${length}` })
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${length}` },
    body: part(whole.body, start, end),
  }
}

function part(body: SandboxResponse['body'], start: number, end: number): SandboxResponse['body'] {
  if (body instanceof Uint8Array) return body.subarray(start, end)
  const source: ByteSource = body
  return { length: end - start, read: (from, to) => source.read(start + from, start + to) }
}
