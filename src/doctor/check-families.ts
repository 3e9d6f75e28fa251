import { request, type Dispatcher } from 'undici'
import type { Config } from '../config/config.js'
import { type Family, productHint } from '../api/families.js'
import { networkProblem } from '../proxy/upstream/network-problem.js'
import { parseObject } from '../http/json.js'
import { type Clean, readText } from './foreign-text.js'
import { failed, notChecked, type Outcome, passed, skipped } from './outcome.js'
import { readAdvice } from './read-advice.js'
import { type Read, readOf, whyNoRead } from './reads.js'

export interface FamilyReadOptions {
  readonly dispatcher: Dispatcher
  /** Where the family lives. */
  readonly origin: string
  readonly appKey: string
  /** Whether token or settings name the family; else only a read shows whether the app key opens it. */
  readonly isExpected: boolean
  readonly token: string
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number
  readonly clean: Clean
}

// Reports may take minutes, these reads do not: caps X8_RESPONSE_TIMEOUT_MS, for all regions together.
const LONGEST_READ_MS = 30_000
// Enough to tell JSON from a page and to read a fault.
const LOOKED_AT_BYTES = 16 * 1024

/** Checks that the family responds: one GET that changes nothing, with the credential and headers that the proxy would add. */
export async function checkFamily(
  family: Family,
  config: Config,
  options: FamilyReadOptions,
): Promise<Outcome<true>> {
  const read = readOf(family.name, config)
  const { isExpected } = options
  if (read === undefined) {
    const reason = `${family.title}: not read, because ${whyNoRead(family.name)}`
    return isExpected
      ? notChecked(reason, 'To check it make a call of your own through the proxy: /-/calls lists them.')
      : skipped(reason)
  }
  if (read.needs !== undefined) {
    const reason = `${family.title} cannot be read without ${read.needs}`
    const advice = `Set ${read.needs} to check it. Callers that send their own ${family.tenantHeader ?? 'tenant'} do not need it.`
    return isExpected ? notChecked(reason, advice) : skipped(reason, advice)
  }
  const timeoutMs = Math.min(config.responseTimeoutMs, LONGEST_READ_MS)
  const signal = AbortSignal.timeout(timeoutMs)
  let response: ReadResult | undefined
  for (const path of read.paths) {
    response = await get(path, family, read, config, options, signal)
    if (response.status !== 404) break
  }
  if (response === undefined) throw new Error(`${family.name} has no path to read`)
  const outcome = 'failure' in response ? response.failure : judge(response, family, read, config, options)
  // What nobody has set up cannot be out of order.
  return outcome.status === 'failed' && !isExpected ? skipped(outcome.detail, outcome.advice) : outcome
}

interface FamilyResponse {
  readonly status: number
  readonly path: string
  readonly body: string
  readonly tookMs: number
}
type ReadResult = FamilyResponse | { readonly status: undefined; readonly failure: Outcome<never> }

async function get(
  path: string,
  family: Family,
  read: Read,
  config: Config,
  { dispatcher, origin, appKey, token, now }: FamilyReadOptions,
  signal: AbortSignal,
): Promise<ReadResult> {
  const startedMs = now()
  try {
    const response = await request(new URL(path, origin), {
      dispatcher,
      method: 'GET',
      headers: {
        accept: 'application/json',
        ...read.headers,
        ...credential(family, appKey, token),
        ...tenant(family, config),
      },
      signal,
    })
    const body = await readText(response.body, LOOKED_AT_BYTES)
    return { status: response.statusCode, path, body, tookMs: Math.round(now() - startedMs) }
  } catch (error) {
    const detail = signal.aborted
      ? `no response within ${Math.round(now() - startedMs)} ms: ${shown(path)}`
      : `${shown(path)}: ${networkProblem(error, true).detail}`
    const advice =
      'Try again. If it stays so, this family has a problem at 8x8, or the network breaks the connection.'
    return { status: undefined, failure: failed(detail, advice) }
  }
}

function credential(family: Family, appKey: string, token: string): Record<string, string> {
  return family.credential === 'bearer' ? { authorization: `Bearer ${token}` } : { 'x-api-key': appKey }
}

function tenant({ tenantHeader }: Family, config: Config): Record<string, string> {
  const value = tenantHeader === 'pbx' ? config.pbx : config.tenant
  return tenantHeader === undefined || value === undefined ? {} : { [tenantHeader]: value }
}

function judge(
  { status, path, body, tookMs }: FamilyResponse,
  family: Family,
  read: Read,
  config: Config,
  { clean, isExpected }: Pick<FamilyReadOptions, 'clean' | 'isExpected'>,
): Outcome<true> {
  const asked = `${status} in ${tookMs} ms: ${shown(path)}`
  if (status === 200 && !isJson(body)) {
    return failed(
      `${asked}, but not JSON`,
      'Something on the way responds in place of 8x8, such as a login page of the network. Check X8_BASE_URL and the egress proxy.',
    )
  }
  if (status >= 200 && status < 300) return passed(asked, true)
  if (status === 400 && read.toleratesBadRequest === true) {
    return passed(`${asked} wants parameters, but accepted the key`, true)
  }
  if (!isExpected && [401, 403, 404].includes(status)) {
    return skipped(
      `${asked}: the app key does not open ${family.title}`,
      `If you need it: ${productHint(family)}`,
    )
  }
  const message = clean(messageOf(body))
  return failed(
    message === '' ? asked : `${asked} says "${message}"`,
    readAdvice(status, body, family, config),
  )
}

/** A larger response is looked at in part, so its start decides. */
function isJson(body: string): boolean {
  return /^\s*(?:[[{"\d-]|true|false|null)/.test(body)
}

/** The error text in any of the shapes in use: a plain message, Apigee's fault, problem details. */
function messageOf(body: string): string {
  const response = parseObject(body)
  const fault = response?.fault as { faultstring?: unknown } | undefined
  const texts = [fault?.faultstring, response?.message, response?.detail, response?.title]
  return texts.find((text) => typeof text === 'string') ?? ''
}

/** The path without its query. */
function shown(path: string): string {
  return path.replace(/\?.*$/, '')
}
