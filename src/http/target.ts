import { ProxyError } from './errors.js'
import { decodeFully } from './percent-encoding.js'

/** Where a request wants to go at 8x8: what is sent, and what is compared. */
export interface Target {
  /** Origin-form, byte for byte as the caller sent it: this is what 8x8 gets. */
  readonly raw: string
  /** The path without query, canonical: for matching families and rules only, never sent. */
  readonly path: string
}

/**
 * Reads the request target of the request line (RFC 9112, section 3.2).
 *
 * It is never resolved with `new URL(target, base)`: there `//host/x` and absolute forms choose the host, so that
 * the token would go to a stranger, and `\`, `/./` and `{}` are rewritten.
 *
 * @param requestTarget as received
 * @param host the request's `Host`; an absolute form must name exactly that
 * @throws {ProxyError} `bad-target`
 */
export function readTarget(requestTarget: string, host: string): Target {
  const raw = originForm(requestTarget, host)
  if (raw.charCodeAt(0) !== SLASH) throw badTarget('The target must be a path that starts with a slash.')
  if (raw.charCodeAt(1) === SLASH) {
    throw badTarget(
      'The path begins with two slashes: the base address in the client probably ends with a slash. Remove that one.',
    )
  }
  if (UNSAFE.test(raw)) {
    throw badTarget('The target holds a backslash, a control character, a space or "#". Percent-encode it.')
  }
  const end = raw.indexOf('?')
  const path = end === -1 ? raw : raw.slice(0, end)
  const decoded = decodeFully(path)
  if (DOT_SEGMENT.test(decoded)) {
    throw badTarget(
      'The path holds a dot segment ("." or ".."), plain or encoded. Send the path it stands for.',
    )
  }
  if (CONTROL.test(decoded)) {
    throw badTarget('The path holds an encoded control character, such as %00 or %0A. Remove it.')
  }
  return { raw, path: canonicalPath(path) }
}

/** The authority of a target that is a full URL; undefined for any other. */
export function authorityOf(requestTarget: string): string | undefined {
  return AUTHORITY.exec(requestTarget)?.[0].replace(/^.*?:\/\//, '')
}

/** What to tell a client that takes this proxy for its forward proxy. */
export const NO_FORWARD_PROXY =
  'This is a reverse proxy: call it directly, such as http://127.0.0.1:8808/storage/us-west/v3/regions, ' +
  'and set no proxy in the client (curl -x, http_proxy).'

/**
 * One spelling for each path: escapes of unreserved characters decoded (RFC 3986, section 6.2.2.2), repeated
 * slashes collapsed. Escaped slashes stay escaped: they are data.
 *
 * @throws {ProxyError} `bad-target` where the escapes are not those of valid UTF-8: overlong forms hide dots and slashes
 */
export function canonicalPath(path: string): string {
  let canonical = path
  if (path.includes('%')) {
    try {
      decodeURIComponent(path)
    } catch {
      throw badTarget('The path holds a malformed percent-encoding.')
    }
    canonical = path.replace(/%[0-9a-f]{2}/gi, (escape) => {
      const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
      return UNRESERVED.test(character) ? character : escape.toUpperCase()
    })
  }
  return canonical.includes('//') ? canonical.replace(/\/{2,}/g, '/') : canonical
}

/**
 * The canonical path of any request target, for the router: so it can never take for its own what the door takes for
 * 8x8's, or the other way round. It never throws: what is malformed is routed anywhere, and rejected by the door.
 */
export function routePath(requestTarget: string): string {
  const target = requestTarget.startsWith('/') ? requestTarget : requestTarget.replace(AUTHORITY, '')
  const end = target.indexOf('?')
  const path = end === -1 ? target : target.slice(0, end)
  try {
    return path.startsWith('/') ? canonicalPath(path) : '/'
  } catch {
    return '/'
  }
}

const SLASH = 0x2f
const AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSAFE = /[\u0000-\u0020\u007f\\#]/
// Servers differ in what ends a segment: besides "/" some decode "%2F" first, take "\" for "/", or drop ";parameters".
// Some decode twice, so this is looked for where nothing is left to decode.
const DOT_SEGMENT = /[/\\]\.{1,2}(?:[/\\;?#]|$)/
// Some end the path there. Nothing at 8x8 has one in its name.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/
const UNRESERVED = /[A-Za-z\d\-._~]/

function originForm(requestTarget: string, host: string): string {
  if (requestTarget.startsWith('/')) return requestTarget
  const authority = AUTHORITY.exec(requestTarget)?.[0]
  if (authority === undefined)
    throw badTarget('The target must be a path, such as /storage/us-west/v3/regions.')
  if (authority.toLowerCase() !== `http://${host.toLowerCase()}`) {
    throw badTarget(`The target is a full URL of another server. ${NO_FORWARD_PROXY}`)
  }
  const rest = requestTarget.slice(authority.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

function badTarget(detail: string): ProxyError {
  return new ProxyError('bad-target', detail)
}
