import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { Environment } from '../../../src/config/config.js'
import { doctor } from '../../../src/doctor/doctor.js'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.js'

/** A check as `--json` has it. */
export interface Check {
  readonly name: string
  readonly ok?: boolean
  readonly skipped?: true
  readonly detail: string
  readonly advice?: string
  readonly durationMs: number
}

export interface Examined {
  readonly code: 0 | 1
  /** The checks by name. */
  readonly checks: Readonly<Record<string, Check>>
  /** The names of the checks that failed. */
  readonly failed: readonly string[]
  readonly json: {
    readonly version: string
    readonly ok: boolean
    readonly notChecked: readonly string[]
    readonly checks: readonly Check[]
  }
}

export interface ExamineOptions {
  /** Epoch milliseconds. */
  readonly wallClock?: () => number
  readonly isTerminal?: boolean
  /** What must not be shown, besides the secrets of the environment. */
  readonly secrets?: readonly string[]
}

// Long enough to stand out in any text.
export const KEY = 'eght_made_up_key'
export const SECRET = 'made-up-secret-1f3b'
const SECRET_NAMES = ['X8_APP_KEY', 'X8_APP_SECRET', 'X8_WORK_PASSWORD', 'X8_PROXY_KEY']

/** Runs the doctor in this process with `--json`, with made-up credentials unless the environment has others. */
export async function examine(environment: Environment, options: ExamineOptions = {}): Promise<Examined> {
  const { code, text } = await run(environment, options, true)
  const json = JSON.parse(text) as Examined['json']
  const checks = Object.fromEntries(json.checks.map((check) => [check.name, check]))
  assert.equal(Object.keys(checks).length, json.checks.length, 'names are unique')
  assert.equal(json.ok, code === 0)
  return { code, checks, json, failed: json.checks.filter(({ ok }) => ok === false).map(({ name }) => name) }
}

/** The same without `--json`. */
export async function examineAsText(
  environment: Environment,
  options: ExamineOptions = {},
): Promise<{ code: 0 | 1; text: string }> {
  return run(environment, options, false)
}

async function run(given: Environment, options: ExamineOptions, json: boolean) {
  const environment = { X8_APP_KEY: KEY, X8_APP_SECRET: SECRET, X8_PORT: '0', ...given }
  let text = ''
  const system = {
    version: '0.0.0-test',
    node: process.versions.node,
    environment,
    readFile: () => '',
    now: () => performance.now(),
    isTerminal: options.isTerminal ?? false,
    hasColours: options.isTerminal ?? false,
    umask: (mask: number) => process.umask(mask),
    readEnvironment: () => ({ environment: {}, errors: [] }),
    logOutput: () => 1,
  }
  const { wallClock } = options
  const write = (part: string) => void (text += part)
  const code = await doctor(system, { json, write, ...(wallClock === undefined ? {} : { wallClock }) })
  assertNoSecret(text, [
    ...SECRET_NAMES.map((name) => (environment as Environment)[name] ?? ''),
    ...(options.secrets ?? []),
  ])
  return { code, text }
}

/** No secret, plain or as Basic credentials. */
export function assertNoSecret(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    if (secret !== '') assert.ok(!text.includes(secret), `${secret} is shown in:\n${text}`)
  }
  const [key = '', secret = ''] = secrets
  assert.ok(!text.includes(Buffer.from(`${key}:${secret}`).toString('base64')), 'Basic credentials are shown')
}

/** A simulated 8x8 that closes with the test, and the settings for it. */
export async function sandboxWith(
  options: SandboxOptions = {},
): Promise<{ sandbox: Sandbox; environment: Environment }> {
  const sandbox = await startSandbox({ key: KEY, secret: SECRET, ...options })
  after(() => sandbox.close())
  return { sandbox, environment: { X8_BASE_URL: sandbox.origin } }
}

/** What stands in the settings of a user who set everything. */
export function everythingSet(sandbox: Sandbox): Environment {
  const { key, secret, workUsername, workPassword } = sandbox.credentials
  return {
    X8_BASE_URL: sandbox.origin,
    X8_APP_KEY: key,
    X8_APP_SECRET: secret,
    X8_WORK_USERNAME: workUsername,
    X8_WORK_PASSWORD: workPassword,
    X8_TENANT: 'acme',
    X8_PBX: 'acmepbx',
  }
}
