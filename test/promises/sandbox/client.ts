import type { Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.js'
import { startCheckedSandbox } from '../../support/checked-sandbox.js'

export const queuesPath = '/analytics/cc/v5/realtime-metrics/queues'
export const reportsPath = '/analytics/cc/v8/historical-metrics'

/** Runs a test against a sandbox of its own. */
export async function withSandbox(
  test: (sandbox: Sandbox) => Promise<void>,
  options: SandboxOptions = {},
): Promise<void> {
  const sandbox = await startCheckedSandbox(options)
  try {
    await test(sandbox)
  } finally {
    await sandbox.close()
  }
}

/** Asks for an app token the way 8x8 documents it. */
export function requestToken(sandbox: Sandbox, init: RequestInit = {}): Promise<Response> {
  const { key, secret } = sandbox.credentials
  return fetch(`${sandbox.origin}/oauth/v2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${key}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    ...init,
  })
}

export async function tokenOf(sandbox: Sandbox): Promise<string> {
  return String((await jsonOf(await requestToken(sandbox)))['access_token'])
}

/** What `fetch` takes, with plain headers. */
type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }

/** A client with a fresh app token. */
export async function appClient(sandbox: Sandbox) {
  const authorization = `Bearer ${await tokenOf(sandbox)}`
  return (path: string, init: Init = {}) =>
    fetch(new URL(path, sandbox.origin), {
      redirect: 'manual',
      ...init,
      headers: { authorization, ...init.headers },
    })
}

/** A client of the families that take the app's key. */
export function keyClient(sandbox: Sandbox) {
  return (path: string, init: Init = {}) =>
    fetch(sandbox.origin + path, {
      ...init,
      headers: { 'x-api-key': sandbox.credentials.key, ...init.headers },
    })
}

/** A clock that moves only when it is told to. */
export function manualClock() {
  let ms = 1000
  return { now: () => ms, advance: (byMs: number) => void (ms += byMs) }
}

type Json = Readonly<Record<string, unknown>>

export async function jsonOf(response: Response): Promise<Json> {
  return (await response.json()) as Json
}

export async function listOf(response: Response): Promise<readonly Json[]> {
  return (await response.json()) as Json[]
}

/** A page in HAL: its items, whatever their relation is called, its links and its counts. */
export function halOf(page: unknown) {
  const {
    _embedded: embedded,
    _links: links,
    page: counts,
  } = page as {
    readonly _embedded: Readonly<Record<string, readonly Json[]>>
    readonly _links: Readonly<Record<string, { readonly href: string }>>
    readonly page: { readonly totalElements: number }
  }
  return { relation: Object.keys(embedded)[0], items: Object.values(embedded)[0] ?? [], links, ...counts }
}

/** The target of a relation in a `Link` header. */
export function linked(response: Response, relation: string): string | undefined {
  const links = response.headers.get('link') ?? ''
  return new RegExp(`<([^>]+)>; rel="${relation}"`).exec(links)?.[1]
}

export function post(body: unknown, headers: Record<string, string> = {}) {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  }
}
