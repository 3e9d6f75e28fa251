import { request, type Dispatcher } from 'undici'
import type { Config } from '../config/config.js'
import type { Family } from '../api/families.js'
import { networkProblem } from '../proxy/upstream/network-problem.js'
import { parseObject } from '../http/json.js'
import { type Clean, readText } from './foreign-text.js'
import { failed, type Outcome, passed, skipped } from './outcome.js'
import { readAdvice } from './read-advice.js'
import { type Read, readOf } from './reads.js'

export interface FamilyReadOptions {
  readonly dispatcher: Dispatcher
  /** Where the family lives. */
  readonly origin: string
  readonly appKey: string
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
  if (read === undefined)
    return skipped(`no read of ${family.title} is known to be harmless, so none is tried`)
  if (read.needs !== undefined) {
    return skipped(
      `${family.title} cannot be read without ${read.needs}`,
      `Set ${read.needs} to check it. Callers that send their own ${family.tenantHeader ?? 'tenant'} do not need it.`,
    )
  }
  const timeoutMs = Math.min(config.responseTimeoutMs, LONGEST_READ_MS)
  const signal = AbortSignal.timeout(timeoutMs)
  let response: ReadResult | undefined
  for (const path of read.paths) {
    response = await get(path, family, read, config, options, signal)
    if (response.status !== 404) break
  }
  if (response === undefined) throw new Error(`${family.name} has no path to read`)
  if ('failure' in response) return response.failure
  return judge(response, family, read, config, options.clean)
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
  clean: Clean,
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
