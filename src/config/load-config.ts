import { METHODS } from 'node:http'
import { envSchema } from 'env-schema'
import { closestMatch } from 'leven'
import { FILE_SETTINGS, SETTING_NAMES, SETTINGS, type SettingName, type Settings } from './settings.js'
import { readTarget } from '../http/target.js'

/** The settings in force: checked, typed, read-only. Durations are in milliseconds, sizes in bytes. */
export interface Config {
  readonly app: AppCredentials
  readonly work: WorkCredentials | undefined
  readonly baseUrl: URL
  readonly tokenUrl: URL
  readonly workTokenUrl: URL
  readonly tenant: string | undefined
  readonly pbx: string | undefined
  /** A Unix socket's path, or an address and port. */
  readonly listen: { readonly socket: string } | { readonly host: string; readonly port: number }
  readonly allowedHosts: ReadonlySet<string>
  readonly allowedOrigins: ReadonlySet<string>
  readonly proxyKey: string | undefined
  readonly readOnly: boolean
  readonly allow: readonly Rule[]
  readonly deny: readonly Rule[]
  readonly maxBodyBytes: number
  readonly replayBodyBytes: number
  readonly connectTimeoutMs: number
  readonly responseTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly tokenTimeoutMs: number
  readonly shutdownGraceMs: number
  /** How long answers of the real-time families may be given again; 0: not at all. */
  readonly realtimeCacheMs: number
  /** The Redis or Valkey through which replicas share one token. It may hold a password. */
  readonly tokenStoreUrl: URL | undefined
  readonly logLevel: string
  /** The egress proxy of the environment, as everywhere else: `HTTPS_PROXY` and `NO_PROXY`. */
  readonly egress: { readonly httpsProxy: string; readonly noProxy: string } | undefined
}

/** The key and secret of an app in 8x8 Admin Console. */
export interface AppCredentials {
  readonly key: string
  readonly secret: string
}

/** A user of 8x8 Analytics for Work. */
export interface WorkCredentials {
  readonly username: string
  readonly password: string
}

/** One entry of X8_ALLOW or X8_DENY. */
export interface Rule {
  /** `undefined` stands for every method. */
  readonly method: string | undefined
  /** A canonical path prefix without a trailing slash; the root is the empty string. */
  readonly prefix: string
}

export type Environment = Readonly<Record<string, string | undefined>>

/** All the configuration errors of an environment, one plain sentence each; none holds a value that could be secret. */
export class ConfigError extends Error {
  readonly errors: readonly string[]

  constructor(errors: readonly string[]) {
    super(errors.join('\n'))
    this.name = 'ConfigError'
    this.errors = errors
  }
}

/**
 * Checks an environment and makes it a Config. Empty variables count as unset.
 *
 * @param environment variables by name, those of a `.env` file included
 * @param readFile reads a secret file whole; throws as `fs.readFileSync` does
 * @throws {ConfigError} with all mistakes together
 */
export function loadConfig(environment: Environment, readFile: (path: string) => string): Config {
  const errors: string[] = []
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => name.startsWith('X8_') && value !== undefined && value !== '',
    ),
  ) as Record<string, string>

  rejectUnknownNames(given, errors)
  readSecretFiles(given, readFile, errors)
  const settings = checkSettings(given, errors)
  rejectIdleSettings(given, errors)
  rejectLongSocketPath(given.X8_SOCKET, errors)
  rejectUnverifiedTls(environment, errors)

  const baseUrl = readUrl('X8_BASE_URL', settings.X8_BASE_URL, errors)
  if (baseUrl !== undefined && (baseUrl.pathname !== '/' || baseUrl.search !== '')) {
    errors.push('X8_BASE_URL must be an origin without a path, such as https://api.8x8.com.')
  }
  const base = baseUrl ?? new URL(SETTINGS.X8_BASE_URL.default)
  const tokenUrl = readUrl(
    'X8_TOKEN_URL',
    settings.X8_TOKEN_URL ?? new URL('/oauth/v2/token', base).href,
    errors,
  )
  const config = {
    app: { key: settings.X8_APP_KEY ?? '', secret: settings.X8_APP_SECRET ?? '' },
    work: readWork(settings, errors),
    baseUrl,
    tokenUrl,
    workTokenUrl: new URL('/analytics/work/v1/oauth/token', base),
    tenant: settings.X8_TENANT,
    pbx: settings.X8_PBX,
    listen:
      settings.X8_SOCKET === undefined
        ? { host: settings.X8_HOST, port: settings.X8_PORT }
        : { socket: settings.X8_SOCKET },
    allowedHosts: readHosts(settings.X8_ALLOWED_HOSTS, errors),
    allowedOrigins: readOrigins(settings.X8_ALLOWED_ORIGINS, errors),
    proxyKey: settings.X8_PROXY_KEY,
    readOnly: settings.X8_READ_ONLY,
    allow: readRules('X8_ALLOW', given, settings, errors),
    deny: readRules('X8_DENY', given, settings, errors),
    maxBodyBytes: settings.X8_MAX_BODY_BYTES,
    replayBodyBytes: Math.min(settings.X8_REPLAY_BODY_BYTES, settings.X8_MAX_BODY_BYTES),
    connectTimeoutMs: settings.X8_CONNECT_TIMEOUT_MS,
    responseTimeoutMs: settings.X8_RESPONSE_TIMEOUT_MS,
    idleTimeoutMs: settings.X8_IDLE_TIMEOUT_MS,
    tokenTimeoutMs: settings.X8_TOKEN_TIMEOUT_MS,
    shutdownGraceMs: settings.X8_SHUTDOWN_GRACE_MS,
    realtimeCacheMs: settings.X8_REALTIME_CACHE_MS,
    tokenStoreUrl: readTokenStoreUrl(settings.X8_TOKEN_STORE_URL, errors),
    logLevel: settings.X8_LOG_LEVEL,
    egress: readEgress(environment, errors),
  }
  if (errors.length > 0 || baseUrl === undefined || tokenUrl === undefined) throw new ConfigError(errors)
  return { ...config, baseUrl, tokenUrl }
}

/** Whether an address or name means this machine only. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname)
}

const WORKERS_REMOVED =
  'X8_WORKERS was removed: one process serves some 20,000 requests a second. For more, run replicas that share one token through X8_TOKEN_STORE_URL.'

function rejectUnknownNames(given: Record<string, string>, errors: string[]): void {
  for (const name of Object.keys(given)) {
    if (SETTING_NAMES.includes(name)) continue
    delete given[name]
    if (name === 'X8_WORKERS') {
      errors.push(WORKERS_REMOVED)
      continue
    }
    const nearest = closestMatch(name, SETTING_NAMES)
    errors.push(`${name} is not a setting of this program. Did you mean ${nearest}?`)
  }
}

/**
 * Puts the content of each `<name>_FILE` in the place of `<name>`. A file that gives nothing is stood in for, so that
 * one mistake is not reported as two.
 */
function readSecretFiles(
  given: Record<string, string>,
  readFile: (path: string) => string,
  errors: string[],
): void {
  for (const name of FILE_SETTINGS) {
    const path = given[`${name}_FILE`]
    if (path === undefined) continue
    delete given[`${name}_FILE`]
    if (given[name] !== undefined) {
      errors.push(`${name} and ${name}_FILE are both set. Keep one of them.`)
      continue
    }
    try {
      const content = readFile(path).replace(/\r?\n$/, '')
      if (content === '') errors.push(`${name}_FILE names an empty file.`)
      given[name] = content === '' ? '-' : content
    } catch (error) {
      errors.push(`${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code}).`)
      given[name] = '-'
    }
  }
}

/** Types, ranges and patterns, by env-schema. What it refuses is replaced by the default, so that the rest is checked too. */
function checkSettings(given: Record<string, string>, errors: string[]): Settings {
  const data = { ...given }
  for (const name of ['X8_APP_KEY', 'X8_APP_SECRET'] as const) {
    if (data[name] === undefined) {
      errors.push(`${name} is required: it must be ${SETTINGS[name].description}. Or set ${name}_FILE.`)
    }
  }
  // To the checker "Infinity", "0x10" and " 1e3" are whole numbers.
  for (const [name, { type }] of Object.entries(SETTINGS)) {
    if (type === 'integer' && data[name] !== undefined && !/^\d+$/.test(data[name])) data[name] = 'no number'
  }
  // A copy: env-schema writes `additionalProperties: false` into the schema that it is given.
  const schema = { type: 'object', properties: { ...SETTINGS } }
  try {
    return envSchema<Settings>({ schema, data, env: false })
  } catch (error) {
    const refused = new Set(
      ((error as { errors?: { instancePath: string }[] }).errors ?? []).map(({ instancePath }) =>
        instancePath.slice(1),
      ),
    )
    if (refused.size === 0) throw error
    for (const name of refused) {
      errors.push(`${name} must be ${SETTINGS[name as SettingName].description}.`)
      delete data[name]
    }
    return envSchema<Settings>({ schema: { type: 'object', properties: { ...SETTINGS } }, data, env: false })
  }
}

/** A setting that changes nothing beside another is a misunderstanding: better said than found out. */
function rejectIdleSettings(given: Record<string, string>, errors: string[]): void {
  for (const name of ['X8_HOST', 'X8_PORT']) {
    if (given[name] !== undefined && given.X8_SOCKET !== undefined) {
      errors.push(`${name} has no effect beside X8_SOCKET. Keep one of them.`)
    }
  }
}

// 104 bytes on macOS, 108 on Linux, with the zero at the end.
const LONGEST_SOCKET_PATH_BYTES = 103

/** Of a path that is too long Node takes the beginning, and would listen there. */
function rejectLongSocketPath(path: string | undefined, errors: string[]): void {
  if (path !== undefined && Buffer.byteLength(path) > LONGEST_SOCKET_PATH_BYTES) {
    errors.push(
      `X8_SOCKET must be ${LONGEST_SOCKET_PATH_BYTES} bytes long at most: a system knows no longer one.`,
    )
  }
}

function rejectUnverifiedTls(environment: Environment, errors: string[]): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    errors.push(
      'NODE_TLS_REJECT_UNAUTHORIZED must not be 0: the token would go to whoever answers. ' +
        'Trust a private certificate authority with NODE_EXTRA_CA_CERTS instead.',
    )
  }
}

/** What is in the URL beside the host may be a password: it is not repeated. */
function readTokenStoreUrl(value: string | undefined, errors: string[]): URL | undefined {
  if (value === undefined) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isRedis = url !== undefined && ['redis:', 'rediss:'].includes(url.protocol)
  if (isRedis && url.hostname !== '' && /^(?:\/\d*)?$/.test(url.pathname)) return url
  errors.push(`X8_TOKEN_STORE_URL must be ${SETTINGS.X8_TOKEN_STORE_URL.description}.`)
  return undefined
}

function readWork(settings: Settings, errors: string[]): WorkCredentials | undefined {
  const { X8_WORK_USERNAME: username, X8_WORK_PASSWORD: password } = settings
  if (username !== undefined && password !== undefined) return { username, password }
  if (username !== undefined)
    errors.push('X8_WORK_USERNAME has no effect without X8_WORK_PASSWORD. Set both.')
  if (password !== undefined)
    errors.push('X8_WORK_PASSWORD has no effect without X8_WORK_USERNAME. Set both.')
  return undefined
}

function readUrl(name: string, value: string, errors: string[]): URL | undefined {
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

function readHosts(entries: string[], errors: string[]): ReadonlySet<string> {
  const hosts = trimmed(entries)
  if (!hosts.every((host) => /^[\w.-]+$/.test(host))) {
    errors.push(
      'X8_ALLOWED_HOSTS must be host names without scheme, port and wildcards, separated by commas.',
    )
  }
  return new Set(hosts.map((host) => host.toLowerCase()))
}

function readOrigins(entries: string[], errors: string[]): ReadonlySet<string> {
  const origins = trimmed(entries)
  if (
    !origins.every(
      (origin) => /^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin,
    )
  ) {
    errors.push(
      'X8_ALLOWED_ORIGINS must be origins as browsers send them (scheme, host and port; no path, no wildcard), ' +
        'separated by commas, such as https://app.example.com,http://localhost:3000.',
    )
  }
  return new Set(origins)
}

/** Rules that can match nothing are mistakes: an X8_DENY that denies nothing looks just like one that works. */
function readRules(
  name: 'X8_ALLOW' | 'X8_DENY',
  given: Record<string, string>,
  settings: Settings,
  errors: string[],
): Rule[] {
  const entries = trimmed(settings[name])
  const rules = entries.map(readRule)
  if (rules.includes(undefined) || (entries.length === 0 && given[name] !== undefined)) {
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

function readEgress(environment: Environment, errors: string[]): Config['egress'] {
  const given = environment.https_proxy || environment.HTTPS_PROXY
  if (given === undefined || given === '') return undefined
  // As curl has it, `proxy.example.com:3128` is an http:// URL.
  const httpsProxy = given.includes('://') ? given : `http://${given}`
  if (!URL.canParse(httpsProxy) || !/^https?:$/.test(new URL(httpsProxy).protocol)) {
    errors.push('HTTPS_PROXY must be an http:// or https:// URL.')
  }
  return { httpsProxy, noProxy: environment.no_proxy || environment.NO_PROXY || '' }
}

function trimmed(entries: string[]): string[] {
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '')
}
