/**
 * The plain settings in force: checked, typed, read-only, and fit to be shown. Durations are in milliseconds, sizes in
 * bytes.
 */
export interface Config {
  readonly baseUrl: URL
  /** Where single families live, by their names; all others at `baseUrl`. */
  readonly familyUrls: ReadonlyMap<string, URL>
  readonly tokenUrl: URL
  readonly workTokenUrl: URL
  readonly tenant: string | undefined
  readonly pbx: string | undefined
  /** A Unix socket's path, or an address and port. */
  readonly listen: { readonly socket: string } | { readonly host: string; readonly port: number }
  readonly allowedHosts: ReadonlySet<string>
  readonly allowedOrigins: ReadonlySet<string>
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
  /** How long responses of the real-time families may be served again; 0: not at all. */
  readonly realtimeCacheMs: number
  /** The longest that a call may wait for its turn under 8x8's documented limits; 0: no call is held. */
  readonly rateWaitMs: number
  /** Whether links to 8x8 in JSON lead back to the proxy, in the families that page by them. */
  readonly rewriteBodyLinks: boolean
  readonly logLevel: string
  /** Whether the proxy logs in to Work Analytics itself; else that login is forwarded. */
  readonly handlesWorkLogin: boolean
  /** The names of the families that have a key of their own. */
  readonly familiesWithKey: readonly string[]
  /** Whether the app's secret comes from a command. */
  readonly hasSecretCommand: boolean
  /** Whether callers must send a proxy key. */
  readonly requiresProxyKey: boolean
  /** Whether replicas share tokens through a store. */
  readonly sharesTokens: boolean
}

/** What only those parts get that send it or compare with it. */
export interface Secrets {
  readonly app: AppCredentials
  /** The keys of single families, by their names; all others take the app's. */
  readonly familyKeys: ReadonlyMap<string, string>
  readonly work: WorkCredentials | undefined
  readonly proxyKey: string | undefined
  /** The Redis or Valkey through which replicas share one token. It may hold a password. */
  readonly tokenStoreUrl: URL | undefined
  /** The egress proxy of the environment, as everywhere else: `HTTPS_PROXY` and `NO_PROXY`. It may hold a password. */
  readonly egress: EgressSettings | undefined
}

export interface EgressSettings {
  readonly httpsProxy: string
  readonly noProxy: string
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

/** Environment variables by name. */
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
