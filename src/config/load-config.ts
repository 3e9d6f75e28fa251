import { type CommandSecret, withCommandSecret } from './secret-command.js'
import { checkNames, checkTypes } from './check-schema.js'
import { checkCredentials } from './check-credentials.js'
import { type Config, ConfigError, type Environment, type Secrets } from './config.js'
import { FAMILY_URLS, readFamilyKeys, readFamilyUrls, withoutFamilySettings } from './family-settings.js'
import { rejectOwnAddress } from './own-address.js'
import { readSecretFiles } from './read-secret-files.js'
import {
  readEgress,
  readHosts,
  readOrigin,
  readOrigins,
  readRules,
  readSocketPath,
  readTokenStoreUrl,
  readUrl,
  readWorkUser,
} from './read-values.js'
import { SETTINGS } from './settings.js'

/** What an environment says: plain settings and secrets, in two objects so that only a few parts ever hold a secret. */
export interface LoadedConfig {
  readonly config: Config
  readonly secrets: Secrets
}

/**
 * Checks an environment and makes it a Config and its Secrets. Empty variables count as unset.
 *
 * @param environment variables by name, those of a `.env` file included
 * @param readFile reads a secret file whole; throws as `fs.readFileSync` does
 * @param dotenvErrors what is wrong in that file, to be reported with the rest
 * @param commandSecret what X8_APP_SECRET_COMMAND gave, where it is set
 * @throws {ConfigError} with all configuration errors together
 */
export function loadConfig(
  environment: Environment,
  readFile: (path: string) => string,
  dotenvErrors: readonly string[] = [],
  commandSecret?: CommandSecret,
): LoadedConfig {
  const errors = [...dotenvErrors]
  const named = withCommandSecret(checkNames(setByOperator(environment), errors), commandSecret, errors)
  const given = checkCredentials(readSecretFiles(named, readFile, errors), errors)
  const settings = checkTypes(withoutFamilySettings(given), errors)
  const familyUrls = readFamilyUrls(given, errors)
  rejectIneffective(given, errors)
  const socket = readSocketPath(given.X8_SOCKET, errors)
  rejectUnverifiedTls(environment, errors)

  const baseUrl = readOrigin('X8_BASE_URL', settings.X8_BASE_URL, errors)
  // Behind an invalid base URL the other values are checked against the default.
  const base = baseUrl ?? new URL(SETTINGS.X8_BASE_URL.default)
  const tokenUrl = readUrl(
    'X8_TOKEN_URL',
    settings.X8_TOKEN_URL ?? new URL('/oauth/v2/token', base).href,
    errors,
  )
  const secrets = {
    app: { key: settings.X8_APP_KEY ?? '', secret: settings.X8_APP_SECRET ?? '' },
    work: readWorkUser(settings.X8_WORK_USERNAME, settings.X8_WORK_PASSWORD, errors),
    familyKeys: readFamilyKeys(given, errors),
    proxyKey: settings.X8_PROXY_KEY,
    tokenStoreUrl: readTokenStoreUrl(settings.X8_TOKEN_STORE_URL, errors),
    egress: readEgress(environment, errors),
  }
  const config = {
    familyUrls,
    workTokenUrl: new URL('/analytics/work/v1/oauth/token', familyUrls.get('work-analytics') ?? base),
    tenant: settings.X8_TENANT,
    pbx: settings.X8_PBX,
    listen: socket === undefined ? { host: settings.X8_HOST, port: settings.X8_PORT } : { socket },
    allowedHosts: readHosts(settings.X8_ALLOWED_HOSTS, errors),
    allowedOrigins: readOrigins(settings.X8_ALLOWED_ORIGINS, errors),
    readOnly: settings.X8_READ_ONLY,
    allow: readRules('X8_ALLOW', settings.X8_ALLOW, given.X8_ALLOW !== undefined, errors),
    deny: readRules('X8_DENY', settings.X8_DENY, given.X8_DENY !== undefined, errors),
    maxBodyBytes: settings.X8_MAX_BODY_BYTES,
    replayBodyBytes: Math.min(settings.X8_REPLAY_BODY_BYTES, settings.X8_MAX_BODY_BYTES),
    connectTimeoutMs: settings.X8_CONNECT_TIMEOUT_MS,
    responseTimeoutMs: settings.X8_RESPONSE_TIMEOUT_MS,
    idleTimeoutMs: settings.X8_IDLE_TIMEOUT_MS,
    tokenTimeoutMs: settings.X8_TOKEN_TIMEOUT_MS,
    shutdownGraceMs: settings.X8_SHUTDOWN_GRACE_MS,
    realtimeCacheMs: settings.X8_REALTIME_CACHE_MS,
    rateWaitMs: settings.X8_RATE_WAIT_MS,
    rewriteBodyLinks: settings.X8_REWRITE_BODY_LINKS,
    logLevel: settings.X8_LOG_LEVEL,
    handlesWorkLogin: secrets.work !== undefined,
    familiesWithKey: [...secrets.familyKeys.keys()],
    hasSecretCommand: commandSecret !== undefined,
    requiresProxyKey: secrets.proxyKey !== undefined,
    sharesTokens: secrets.tokenStoreUrl !== undefined,
  }
  rejectOwnAddress(
    config.listen,
    {
      X8_BASE_URL: baseUrl,
      ...Object.fromEntries(FAMILY_URLS.map(({ name, family }) => [name, familyUrls.get(family)])),
      X8_TOKEN_URL: settings.X8_TOKEN_URL === undefined ? undefined : tokenUrl,
      X8_TOKEN_STORE_URL: secrets.tokenStoreUrl,
      HTTPS_PROXY: secrets.egress === undefined ? undefined : parsed(secrets.egress.httpsProxy),
    },
    errors,
  )
  if (errors.length > 0 || baseUrl === undefined || tokenUrl === undefined) throw new ConfigError(errors)
  return { config: { ...config, baseUrl, tokenUrl }, secrets }
}

/** Picks the variables that are meant for this program and are not empty. */
function setByOperator(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[0].startsWith('X8_') && !!entry[1],
    ),
  )
}

function parsed(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}

/** Rejects settings that have no effect beside another: the operator expects one. */
function rejectIneffective(given: Readonly<Record<string, string>>, errors: string[]): void {
  for (const name of ['X8_HOST', 'X8_PORT']) {
    if (given[name] !== undefined && given.X8_SOCKET !== undefined) {
      errors.push(`${name} has no effect beside X8_SOCKET. Keep one of them.`)
    }
  }
}

function rejectUnverifiedTls(environment: Environment, errors: string[]): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    errors.push(
      'NODE_TLS_REJECT_UNAUTHORIZED must not be 0: the token could go to any server that answers the call. ' +
        'Trust a private certificate authority with NODE_EXTRA_CA_CERTS instead.',
    )
  }
}
