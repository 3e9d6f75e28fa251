import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Config, Secrets } from '../config/config.js'
import { settingOf } from '../config/family-settings.js'
import { FAMILIES, type Family } from '../api/families.js'
import { proxyAuthorization } from '../proxy/upstream/egress.js'
import { createHosts, type Hosts } from '../proxy/upstream/hosts.js'
import { createUpstream } from '../proxy/upstream/upstream.js'
import type { System } from '../system.js'
import { checkCertificate } from './check-certificate.js'
import { checkClock } from './check-clock.js'
import { checkConnection } from './check-connection.js'
import { checkDns } from './check-dns.js'
import { checkFamily } from './check-families.js'
import { type Clean, cleaner } from './foreign-text.js'
import { checkListen } from './check-listen.js'
import { failed, type Finding, notChecked, type Outcome, skipped } from './outcome.js'
import { checkProducts } from './check-products.js'
import { isHealthy, renderFinding, renderJson, renderSummary } from './report.js'
import { type Route, routeTo } from './route.js'
import { checkFiles, checkSettings } from './check-settings.js'
import { checkToken, type Grant } from './check-token.js'
import { checkTokenStore } from './check-token-store.js'
import { checkWorkLogin } from './check-work-login.js'

export interface DoctorOptions {
  /** One JSON document at the end instead of text as it comes. */
  readonly json: boolean
  readonly write: (text: string) => void
  /** Epoch milliseconds; the machine's clock unless a test has another. */
  readonly wallClock?: () => number
}

/**
 * Checks step by step whether the proxy would work here, and says what to do where not. At 8x8 it changes nothing: one token
 * request and one GET a family (one a region after a 404), never repeated, each with a deadline. No secret and no token is
 * printed.
 *
 * @returns the exit code: 0 when everything that is configured works
 */
export async function doctor(system: System, { json, write, wallClock }: DoctorOptions): Promise<0 | 1> {
  const findings: Finding[] = []
  const report: Report = (finding) => {
    findings.push(finding)
    if (!json) write(renderFinding(finding, system.hasColours))
  }

  if (!json) write(`8x8-auth-proxy ${system.version} doctor\n\n`)
  await examine({ system, report, wallClock: wallClock ?? Date.now })
  write(json ? renderJson(system.version, findings) : renderSummary(findings))
  return isHealthy(findings) ? 0 : 1
}

type Report = (finding: Finding) => void

interface Examination {
  readonly system: System
  readonly report: Report
  readonly wallClock: () => number
}

/** Makes the checks in order. Each names those that have to pass first. */
async function examine({ system, report, wallClock }: Examination): Promise<void> {
  const { now } = system
  const check = async <T>(name: string, needs: readonly Finding[], work: Work<T>): Promise<Finding<T>> => {
    const finding = await perform(name, needs, work, now)
    report(finding)
    return finding
  }

  const settings = await check('settings', [], () =>
    checkSettings(system.environment, system.readFile, system.dotenv),
  )
  await check('files', [], () => checkFiles(system.environment, system.dotenv))
  if (settings.value === undefined) return
  const { config, secrets } = settings.value

  const secretValues = valuesOf(secrets)
  const clean = cleaner(secretValues)
  const reach = { check, system, clean, wallClock, timeoutMs: config.connectTimeoutMs }
  const base = await reachServer('', routeTo(config.baseUrl, 'X8_BASE_URL', secrets.egress), reach)
  const tokens =
    config.tokenUrl.origin === config.baseUrl.origin
      ? base
      : await reachServer('token-', routeTo(config.tokenUrl, 'X8_TOKEN_URL', secrets.egress), reach)

  const upstream = createUpstream(config, secrets.egress)
  const hosts = createHosts({ config, egress: secrets.egress, upstream, now })
  try {
    const bases = new Map([[config.baseUrl.origin, base]])
    for (const [family, url] of config.familyUrls) {
      if (bases.has(url.origin)) continue
      const route = routeTo(url, settingOf('X8_BASE_URL', family), secrets.egress)
      bases.set(url.origin, await reachServer(`${family}-`, route, reach))
    }
    const token = await check('token', [tokens], () =>
      checkToken(config, secrets.app, { dispatcher: upstream.token, now, wallClock, clean }),
    )
    if (token.value !== undefined) secretValues.add(token.value.value)
    await check('clock', [token], () => checkClock(token.value!))
    const products = await check('products', [token], () => checkProducts(token.value!.products, clean))
    for (const finding of await readFamilies({
      config,
      secrets,
      hosts,
      dispatcher: upstream.token,
      now,
      clean,
      bases,
      token,
      products,
    }))
      report(finding)
  } finally {
    await hosts.destroy()
  }
  const { tokenStoreUrl: store } = secrets
  const { connectTimeoutMs: timeoutMs } = config
  if (store !== undefined) await check('token-store', [], () => checkTokenStore(store, { now, timeoutMs }))
  await check('listen', [], () => checkListen(config.listen, system.umask))
}

interface Reach {
  readonly check: <T>(name: string, needs: readonly Finding[], work: Work<T>) => Promise<Finding<T>>
  readonly system: System
  readonly clean: Clean
  readonly wallClock: () => number
  readonly timeoutMs: number
}

/** Checks name, connection and certificate of one server. */
async function reachServer(
  prefix: string,
  route: Route,
  { check, system, clean, wallClock, timeoutMs }: Reach,
): Promise<Finding<true>> {
  const dns = await check(`${prefix}dns`, [], () => checkDns(route, timeoutMs))
  const connection = await check<Duplex>(`${prefix}connection`, [dns], () =>
    checkConnection(route, { timeoutMs, now: system.now }),
  )
  return check(`${prefix}certificate`, [connection], () =>
    checkCertificate(route, {
      connection: connection.value!,
      timeoutMs,
      wallClock,
      hasExtraAuthorities: (system.environment.NODE_EXTRA_CA_CERTS ?? '') !== '',
      clean,
    }),
  )
}

interface FamilyReads {
  readonly config: Config
  readonly secrets: Secrets
  readonly hosts: Hosts
  /** The way to token endpoints. */
  readonly dispatcher: Dispatcher
  readonly now: () => number
  readonly clean: Clean
  /** How each host was reached, by its origin. */
  readonly bases: ReadonlyMap<string, Finding>
  readonly token: Finding<Grant>
  readonly products: Finding<readonly Family[]>
}

/** Makes all reads at once, which takes as long as the slowest, and returns them in the order of the table. */
async function readFamilies({
  config,
  secrets,
  hosts,
  dispatcher,
  now,
  clean,
  bases,
  token,
  products,
}: FamilyReads): Promise<Finding[]> {
  const baseOf = (family: Pick<Family, 'name'>) => bases.get(hosts.of(family).origin)!
  const granted = products.value ?? []
  // A key of its own is of another app, whose products this app's token does not list.
  const isSetUp = ({ name, credential }: Family) =>
    credential === 'api-key' && (config.familyUrls.has(name) || secrets.familyKeys.has(name))
  const isExpected = (family: Family) => granted.includes(family) || isSetUp(family)
  // 8x8 documents no product names for these: only a read shows whether the key opens them.
  const isUnlisted = ({ product, credential }: Family) =>
    products.value !== undefined && product === undefined && credential === 'api-key'
  const perFamily = FAMILIES.filter((family) => isExpected(family) || isUnlisted(family))
    .filter(({ credential }) => credential !== 'work')
    .map((family) =>
      perform(
        family.name,
        family.credential === 'bearer' ? [baseOf(family), token] : [baseOf(family)],
        () =>
          checkFamily(family, config, {
            dispatcher: hosts.of(family).upstream.api,
            origin: hosts.of(family).origin,
            appKey: secrets.familyKeys.get(family.name) ?? secrets.app.key,
            token: token.value?.value ?? '',
            isExpected: isExpected(family),
            now,
            clean,
          }),
        now,
      ),
    )
  const noFamily = products.value === undefined ? [perform('reads', [products], notMade, now)] : []
  return Promise.all([...noFamily, ...perFamily, ...workLogin()])

  function workLogin(): Promise<Finding>[] {
    const { app, work } = secrets
    if (work !== undefined) {
      const login = () => checkWorkLogin(config, { app, work }, { dispatcher, now, clean })
      return [perform('work-analytics', [baseOf({ name: 'work-analytics' })], login, now)]
    }
    return products.value?.some(({ credential }) => credential === 'work') === true
      ? [perform('work-analytics', [], workUserMissing, now)]
      : []
  }
}

const notMade = () => skipped('no family to read')

const workUserMissing = () =>
  notChecked(
    'callers of Work Analytics log in themselves',
    'Set X8_WORK_USERNAME and X8_WORK_PASSWORD, and the proxy does it for them.',
  )

type Work<T> = () => Outcome<T> | Promise<Outcome<T>>

/** Makes one check, unless one that it needs failed. An exception is reported as a failure of the check. */
async function perform<T>(
  name: string,
  needs: readonly Finding[],
  work: Work<T>,
  now: () => number,
): Promise<Finding<T>> {
  const broken = needs.find(({ value }) => value === undefined)
  if (broken !== undefined) {
    const blockedBy = broken.blockedBy ?? broken.name
    return { name, ...skipped(`not tried: ${blockedBy} has to work first`), durationMs: 0, blockedBy }
  }
  const startedMs = now()
  let outcome: Outcome<T>
  try {
    outcome = await work()
  } catch (error) {
    const { code, name: type } = error as NodeJS.ErrnoException
    outcome = failed(
      `the check itself failed (${code ?? type})`,
      'This is a bug in this program: please report it.',
    )
  }
  return { name, ...outcome, durationMs: Math.round(now() - startedMs) }
}

/** Returns every secret that must not be printed if a server sends it back. */
function valuesOf({ app, familyKeys, work, proxyKey, egress, tokenStoreUrl }: Secrets): Set<string> {
  const proxy = egress === undefined ? undefined : new URL(egress.httpsProxy)
  const authorization = (proxy && proxyAuthorization(proxy))?.replace('Basic ', '') ?? ''
  const [user = '', ...rest] = Buffer.from(authorization, 'base64').toString().split(':')
  const password = rest.join(':')
  // A user name alone is a token.
  const login = [authorization, proxy?.password ?? '', password, ...(password === '' ? [user] : [])]
  const basic = Buffer.from(`${app.key}:${app.secret}`).toString('base64')
  const storePassword = tokenStoreUrl?.password ?? ''
  return new Set([
    basic,
    app.key,
    ...familyKeys.values(),
    app.secret,
    work?.password ?? '',
    proxyKey ?? '',
    ...login,
    storePassword,
  ])
}
