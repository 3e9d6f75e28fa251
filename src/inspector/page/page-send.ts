/** A call as it is to be sent. */
export interface Outgoing {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | undefined
}

export interface Prepared {
  readonly request: Request
  /** What the browser sends in another way than it is written. */
  readonly notes: readonly string[]
}

/** Whether it can be sent without asking: reading changes nothing (RFC 9110, section 9.2.1). */
export function onlyReads(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/**
 * Makes a request to this proxy, and to no other server, of a call.
 *
 * @param id its request id, by which the list of requests is going to know it
 * @throws {Error} why a page cannot send it, fit to be shown
 */
export function prepare({ method, target, headers, body }: Outgoing, id: string): Prepared {
  if (!target.startsWith('/')) throw new Error('The path has to begin with a slash.')
  if (target.includes('#')) throw new Error('A browser ends the path at “#”: write %23.')
  // With the origin in front, `//host` and `/\host` stay paths of this proxy.
  const url = new URL(location.origin + target)
  // As the proxy reads it: its own addresses are no calls of 8x8's.
  if (/^\/+(?:-|%2d)(?:\/|$)/i.test(url.pathname))
    throw new Error('Paths that begin with /-/ are the proxy’s own.')

  const own = headers.filter(([name]) => name.toLowerCase() !== 'x-request-id')
  const request = new Request(url, {
    method,
    headers: [...own.map(([name, value]): [string, string] => [name, value]), ['X-Request-Id', id]],
    // Bytes, because a string would get a content type.
    ...(body === undefined ? {} : { body: new TextEncoder().encode(body) }),
    mode: 'same-origin',
    redirect: 'manual',
    credentials: 'omit',
    cache: 'no-store',
  })
  const notes: string[] = []
  if (own.length < headers.length) notes.push('The page gives it an X-Request-Id of its own.')
  const dropped = own.map(([name]) => name).filter((name) => !request.headers.has(name))
  if (dropped.length > 0) notes.push(`A browser lets no page send: ${dropped.join(', ')}.`)
  const written = url.pathname + url.search
  if (written !== target) notes.push(`The browser writes the path as ${written}`)
  return { request, notes }
}

/** Sends it. @returns how that went, for the reader; the response itself is among the requests when it is over */
export async function send(request: Request): Promise<string> {
  try {
    const response = await fetch(request)
    // Read to its end, since a caller who leaves would abort it, but not kept.
    response.body?.pipeTo(new WritableStream()).catch(() => undefined)
    if (response.type === 'opaqueredirect') return 'Sent. The response is a redirect, which is not followed.'
    const isOwn = response.headers.get('Proxy-Status')?.includes('8x8-auth-proxy') === true
    return `Sent. ${response.status}${isOwn ? ', by the proxy itself' : ''}.`
  } catch {
    return 'The proxy gave no response. Is it running?'
  }
}

/** A version 4 UUID (RFC 9562). `crypto.randomUUID` is only there on https and loopback addresses. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
