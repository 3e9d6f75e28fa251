import { METHODS } from 'node:http'
import type { EgressSettings, Environment, Rule, WorkCredentials } from './config.js'
import { isLoopback } from './loopback.js'
import { SETTINGS } from './settings.js'
import { readTarget } from '../http/target.js'

// One reader for each kind of value that a pattern cannot check. Each adds a sentence to `errors` for an invalid value,
// and gives `undefined` or what is left of it, so that the rest is checked too.

/** Reads a URL that credentials may be sent to: https, or plain http to this machine. */
export function readUrl(name: string, value: string, errors: string[]): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    errors.push(`${name} must be an https:// URL.`)
  } else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    errors.push(`${name} must be an https:// URL; plain http:// is for loopback addresses only.`)
  } else if (url.username !== '' || url.password !== '' || url.hash !== '') {
    errors.push(`${name} must be a URL without user name, password and fragment.`)
  } else {
    return url
  }
  return undefined
}

/** Reads X8_BASE_URL or one of a family: the path and query of a request are the caller's. */
export function readOrigin(name: string, value: string, errors: string[]): URL | undefined {
  const url = readUrl(name, value, errors)
  if (url === undefined || (url.pathname === '/' && url.search === '')) return url
  errors.push(`${name} must be an origin without a path, such as https://api.8x8.com.`)
  return undefined
}

/** Reads the URL of a Redis or Valkey. The error does not repeat it: it may hold a password. */
export function readTokenStoreUrl(value: string | undefined, errors: string[]): URL | undefined {
  if (value === undefined) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isRedis = url !== undefined && ['redis:', 'rediss:'].includes(url.protocol)
  if (isRedis && url.hostname !== '' && /^(?:\/\d*)?$/.test(url.pathname)) return url
  errors.push(`X8_TOKEN_STORE_URL must be ${SETTINGS.X8_TOKEN_STORE_URL.description}.`)
  return undefined
}

/** Reads the egress proxy from the variables that curl and most programs know; the lower-case ones win, as with curl. */
export function readEgress(environment: Environment, errors: string[]): EgressSettings | undefined {
  const given = environment.https_proxy || environment.HTTPS_PROXY
  if (given === undefined || given === '') return undefined
  // As curl has it, `proxy.example.com:3128` is an http:// URL.
  const httpsProxy = given.includes('://') ? given : `http://${given}`
  const url = URL.canParse(httpsProxy) ? new URL(httpsProxy) : undefined
  // Where such a character ends the host, it stood in a password most likely, and what follows is the real host.
  if (/^https?:\/\/[^/?#]*[/?#].*@/i.test(httpsProxy)) {
    errors.push('HTTPS_PROXY has a /, ? or # in its user name or password: write it as %2F, %3F or %23.')
  } else if (url === undefined || !/^https?:$/.test(url.protocol)) {
    errors.push('HTTPS_PROXY must be an http:// or https:// URL.')
  }
  return { httpsProxy, noProxy: environment.no_proxy || environment.NO_PROXY || '' }
}

/** Reads the Work Analytics user, of whom name and password are of use together only. */
export function readWorkUser(
  username: string | undefined,
  password: string | undefined,
  errors: string[],
): WorkCredentials | undefined {
  if (username !== undefined && password !== undefined) return { username, password }
  if (username !== undefined)
    errors.push('X8_WORK_USERNAME has no effect without X8_WORK_PASSWORD. Set both.')
  if (password !== undefined)
    errors.push('X8_WORK_PASSWORD has no effect without X8_WORK_USERNAME. Set both.')
  return undefined
}

// 104 bytes on macOS, 108 on Linux, with the zero at the end.
const LONGEST_SOCKET_PATH_BYTES = 103

/** Reads the path of a Unix socket. Node truncates one that is too long, and would listen at what is left of it. */
export function readSocketPath(path: string | undefined, errors: string[]): string | undefined {
  if (path !== undefined && Buffer.byteLength(path) > LONGEST_SOCKET_PATH_BYTES) {
    errors.push(
      `X8_SOCKET must be ${LONGEST_SOCKET_PATH_BYTES} bytes long at most: a system knows no longer one.`,
    )
  }
  return path
}

/** Reads X8_ALLOWED_HOSTS, in lower case: host names are compared without regard to case. */
export function readHosts(entries: readonly string[], errors: string[]): ReadonlySet<string> {
  const hosts = trimmed(entries)
  if (!hosts.every((host) => /^[\w.-]+$/.test(host))) {
    errors.push(
      'X8_ALLOWED_HOSTS must be host names without scheme, port and wildcards, separated by commas.',
    )
  }
  return new Set(hosts.map((host) => host.toLowerCase()))
}

/** Reads X8_ALLOWED_ORIGINS, each as browsers write it, since the `Origin` header is compared as a string. */
export function readOrigins(entries: readonly string[], errors: string[]): ReadonlySet<string> {
  const origins = trimmed(entries)
  if (!origins.every(isOrigin)) {
    errors.push(
      'X8_ALLOWED_ORIGINS must be origins as browsers send them (scheme, host and port; no path, no wildcard), ' +
        'separated by commas, such as https://app.example.com,http://localhost:3000.',
    )
  }
  return new Set(origins)
}

function isOrigin(value: string): boolean {
  return /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value
}

/**
 * Reads X8_ALLOW or X8_DENY. Rules that can match nothing are errors: an X8_DENY that denies nothing looks just like
 * one that works.
 *
 * @param isSet whether the setting is in the environment, where it must hold a rule
 */
export function readRules(
  name: 'X8_ALLOW' | 'X8_DENY',
  value: readonly string[],
  isSet: boolean,
  errors: string[],
): Rule[] {
  const entries = trimmed(value)
  const rules = entries.map(readRule)
  if (rules.includes(undefined) || (entries.length === 0 && isSet)) {
    errors.push(`${name} must be ${SETTINGS[name].description}, such as "GET /storage/us-west".`)
  }
  return rules.filter((rule) => rule !== undefined)
}

function readRule(entry: string): Rule | undefined {
  const match = /^(?:([A-Za-z-]+)\s+)?(\/[^?]*)$/.exec(entry)
  const method = match?.[1]?.toUpperCase()
  if (match === null || (method !== undefined && !METHODS.includes(method))) return undefined
  try {
    return { method, prefix: readTarget(match[2]!, '').path.replace(/\/$/, '') }
  } catch {
    return undefined
  }
}

function trimmed(entries: readonly string[]): string[] {
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '')
}
