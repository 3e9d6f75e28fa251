/** Every environment variable that the program reads, with its default and what it must be. */

interface TextSetting {
  readonly type: 'string'
  /** Completes the sentence "X8_NAME must be ...". */
  readonly description: string
  readonly pattern?: string
  readonly enum?: readonly string[]
}
interface ListSetting extends TextSetting {
  readonly default: string
  readonly separator: ','
}
interface NumberSetting {
  readonly type: 'integer'
  readonly description: string
  readonly default: number
  readonly minimum: number
  readonly maximum: number
}
interface FlagSetting {
  readonly type: 'boolean'
  readonly description: string
  readonly default: boolean
}
type Setting = TextSetting | ListSetting | NumberSetting | FlagSetting

// What may stand in a header: keys and tenants are sent in one.
const VISIBLE = '^[\\x21-\\x7e]+$'
const PRINTABLE = '^[\\x21-\\x7e](?:[\\x20-\\x7e]*[\\x21-\\x7e])?$'
const NO_CONTROLS = '^[^\\x00-\\x1f\\x7f]+$'
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const SETTINGS = {
  X8_APP_KEY: text("the app's key from 8x8 Admin Console > API Keys (visible ASCII, no spaces)", VISIBLE),
  X8_APP_SECRET: text(
    "the app's secret from 8x8 Admin Console > API Keys (visible ASCII, no spaces)",
    VISIBLE,
  ),
  X8_APP_SECRET_COMMAND: text('a program and its arguments, or a JSON list of them', NO_CONTROLS),
  X8_BASE_URL: { ...text('a URL', NO_CONTROLS), default: 'https://api.8x8.com' },
  X8_TOKEN_URL: text('a URL', NO_CONTROLS),
  X8_WORK_USERNAME: text('the name of a Work Analytics user', NO_CONTROLS),
  X8_WORK_PASSWORD: text("the Work Analytics user's password", NO_CONTROLS),
  X8_TENANT: text('the id of a tenant (printable ASCII)', PRINTABLE),
  X8_PBX: text('the name of a PBX (printable ASCII)', PRINTABLE),
  X8_HOST: { ...text('an IP address or a host name', '^[\\w.:%-]+$'), default: '127.0.0.1' },
  X8_PORT: integer(8808, 'a whole number from 0 (a free port) to 65535', 0, 65535),
  X8_SOCKET: text('the path of a Unix socket', NO_CONTROLS),
  X8_ALLOWED_HOSTS: list('a comma-separated list of host names', 'localhost'),
  X8_ALLOWED_ORIGINS: list('a comma-separated list of web origins, such as https://app.example.com'),
  X8_PROXY_KEY: text('visible ASCII without spaces', VISIBLE),
  X8_READ_ONLY: flag(false),
  X8_ALLOW: list('a comma-separated list of "[METHOD ]/path/prefix"'),
  X8_DENY: list('a comma-separated list of "[METHOD ]/path/prefix"'),
  X8_MAX_BODY_BYTES: bytes(104857600),
  X8_REPLAY_BODY_BYTES: bytes(262144),
  X8_CONNECT_TIMEOUT_MS: milliseconds(5000, 1),
  X8_RESPONSE_TIMEOUT_MS: milliseconds(60000, 1),
  X8_IDLE_TIMEOUT_MS: milliseconds(60000, 1),
  X8_TOKEN_TIMEOUT_MS: milliseconds(10000, 1),
  X8_SHUTDOWN_GRACE_MS: milliseconds(25000, 0),
  X8_REALTIME_CACHE_MS: milliseconds(0, 0),
  X8_TOKEN_STORE_URL: text(
    'a redis:// or rediss:// URL with a host, and no path but a database number',
    NO_CONTROLS,
  ),
  X8_RATE_WAIT_MS: milliseconds(0, 0),
  X8_REWRITE_BODY_LINKS: flag(true),
  X8_LOG_LEVEL: {
    ...text('trace, debug, info, warn, error, fatal or silent'),
    default: 'info',
    enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
  },
} satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS

/** The settings as env-schema leaves them: coerced, defaults filled in. */
export type Settings = { [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> }

type ValueOf<S> = S extends { separator: ',' }
  ? string[]
  : S extends NumberSetting
    ? number
    : S extends FlagSetting
      ? boolean
      : S extends { default: string }
        ? string
        : string | undefined

/** Settings that may be read from a file instead, as `<name>_FILE`: Docker and Kubernetes secrets. */
export const FILE_SETTINGS = [
  'X8_APP_KEY',
  'X8_APP_SECRET',
  'X8_WORK_USERNAME',
  'X8_WORK_PASSWORD',
  'X8_PROXY_KEY',
] as const satisfies readonly SettingName[]

/** Every name that may be set, in the order of the documentation. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS).flatMap((name) =>
  (FILE_SETTINGS as readonly string[]).includes(name) ? [name, `${name}_FILE`] : [name],
)

function text(description: string, pattern?: string): TextSetting {
  return pattern === undefined ? { type: 'string', description } : { type: 'string', description, pattern }
}

function list(description: string, fallback = ''): ListSetting {
  return { type: 'string', description, default: fallback, separator: ',' }
}

function integer(fallback: number, description: string, minimum: number, maximum: number): NumberSetting {
  return { type: 'integer', description, default: fallback, minimum, maximum }
}

function flag(fallback: boolean): FlagSetting {
  return { type: 'boolean', description: 'true or false', default: fallback }
}

function bytes(fallback: number): NumberSetting {
  return integer(fallback, 'a whole number of bytes, 0 or more', 0, Number.MAX_SAFE_INTEGER)
}

function milliseconds(fallback: number, minimum: number): NumberSetting {
  const description = `a whole number of milliseconds from ${minimum} to ${LONGEST_TIMER_MS}`
  return integer(fallback, description, minimum, LONGEST_TIMER_MS)
}
