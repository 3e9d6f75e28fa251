import { parseArgs } from 'node:util'
import { Ajv } from 'ajv'
import type { Call, Folder } from '../../src/api/call.js'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js'
import {
  defaultValues,
  folders,
  isUnfinished,
  jsonIn,
  keep,
  requestOf,
  type RequestOptions,
} from '../support/catalogue-run.js'
import { fieldsOf, fieldsOfSchema, type Operation, operationsIn } from './documents.js'

/*
 * How much of 8x8's own OpenAPI files the sandbox has: `npm run fidelity -- <folder> [--family storage] [--verbose]`. The files are
 * 8x8's and not part of the project (https://github.com/8x8Cloud/public-developer-docs, docs_oas).
 */
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { family: { type: 'string' }, verbose: { type: 'boolean', default: false } },
})

interface Known {
  readonly folder: Folder
  readonly call: Call
  readonly operation: Operation
}

interface Result extends Known {
  /** Why the response is not as their schema says; undefined if there is nothing to compare. */
  readonly contradictions: readonly string[] | undefined
  readonly fields: readonly string[]
  readonly fromSchema: boolean
  readonly missing: readonly string[]
  readonly required: readonly string[]
  readonly ignored: readonly string[]
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, logger: false })

await main()

async function main(): Promise<void> {
  const [folder] = positionals
  if (folder === undefined) throw new Error('Usage: npm run fidelity -- <folder> [--family name] [--verbose]')
  const operations = operationsIn(folder)
  const matched = operations.map((operation) => ({ operation, ...callOf(operation) }))
  const known = matched.filter((one): one is Known => one.call !== undefined)
  const wanted = known.filter((one) => (options.family ?? one.folder?.family.name) === one.folder.family.name)
  const results: Result[] = []
  const sandbox = await startSandbox()
  try {
    for (const one of folders) results.push(...(await resultsOf(sandbox, one, wanted)))
  } finally {
    await sandbox.close()
  }
  console.log(`operations known: ${known.length} of ${operations.length}`)
  for (const { operation, call } of matched) {
    if (call === undefined)
      console.log(`  not known: ${operation.method} ${operation.path} (${operation.file})`)
  }
  report('all', results)
  for (const { family } of folders) {
    const own = results.filter(({ folder: { family: other } }) => other === family)
    if (own.length > 0) report(family.name, own)
  }
  for (const result of results) detail(result)
}

/** The call of the catalogue that an operation is, if there is one. */
function callOf({ method, path }: Operation): Partial<Known> {
  const candidates = folders
    .flatMap((folder) => folder.calls.map((call) => ({ folder, call })))
    .filter(({ call }) => call.method === method && patternOf(call.path).test(path.replace(/\/$/, '')))
  const [best] = candidates.sort((one, other) => placeholders(one.call) - placeholders(other.call))
  return best ?? {}
}

function patternOf(path: string): RegExp {
  return new RegExp(
    `^${path
      .replace(/\/$/, '')
      .replaceAll('.', String.raw`\.`)
      .replace(/\{\w+\}/g, '[^/]+')}$`,
  )
}

function placeholders({ path }: Call): number {
  return path.split('{').length
}

/** Runs a family's calls in the order of the catalogue, as ids come from lists and creations, and compares their responses. */
async function resultsOf(sandbox: Sandbox, folder: Folder, wanted: readonly Known[]): Promise<Result[]> {
  if (!wanted.some((one) => one.folder.family === folder.family)) return []
  const values = defaultValues()
  const credentials = await credentialsOf(sandbox, folder, values)
  const send = async (call: Call, more: RequestOptions = {}) => {
    const [url, init] = requestOf(call, sandbox.origin, values, { ...more, regions: folder.regions ?? [''] })
    const headers: Record<string, string> = { ...credentials, ...init.headers }
    if (more.without !== undefined) {
      for (const name of Object.keys(headers)) {
        if (name.toLowerCase() === more.without.toLowerCase()) delete headers[name]
      }
    }
    const response = await fetch(url, { ...init, headers })
    return { response, json: await jsonIn(response) }
  }
  const results: Result[] = []
  for (const call of folder.calls) {
    const mine = wanted.filter((one) => one.call === call)
    const required = mine
      .flatMap(({ operation }) => operation.parameters)
      .filter((one) => one.required === true && (one.in === 'query' || one.in === 'header'))
      .map(({ name }) => name)
    const ignored: string[] = []
    for (const without of required) {
      const { response } = await send(call, { without })
      if (response.status < 400) ignored.push(without)
    }
    let last = await send(call)
    for (let polls = 0; polls < 5 && isUnfinished(call, last.json); polls += 1) last = await send(call)
    const whole = mine.length === 0 || call.method !== 'GET' ? [] : [(await send(call, { all: true })).json]
    keep(call, last.json, values)
    for (const one of mine) {
      const present = new Set([last.json, ...whole].flatMap((json) => fieldsOf(json)))
      const { success, document } = one.operation
      const fromSchema = success.examples.length === 0
      const fields = fromSchema
        ? fieldsOfSchema(document, success.schema ?? {})
        : success.examples.flatMap((json) => fieldsOf(json))
      const named = [...new Set(fields)]
      const missing = named.filter((field) => !present.has(field))
      const contradictions = compare(one.operation, last.response, last.json)
      results.push({ ...one, contradictions, fields: named, fromSchema, missing, required, ignored })
    }
  }
  return results
}

function compare({ success, document }: Operation, response: Response, json: unknown): string[] | undefined {
  if (!response.ok && response.status >= 400) return [`status ${response.status}: ${JSON.stringify(json)}`]
  if (success.schema === undefined) return undefined
  if (json === undefined) {
    const type = response.headers.get('content-type')
    return /json/.test(success.type ?? '') ? [`${type ?? 'no body'} instead of ${success.type}`] : []
  }
  const validate = ajv.compile({
    ...modern(success.schema),
    components: modern(document['components'] ?? {}),
  } as object)
  if (validate(json)) return []
  const found = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath.replace(/\/\d+/g, '[]') || 'the body'} ${message} ${JSON.stringify(params)}`
  })
  return [...new Set(found)]
}

/** Turns a schema of OpenAPI 3.0 into one of JSON Schema. */
function modern(schema: unknown): object {
  if (Array.isArray(schema))
    return schema.map((item) => (typeof item === 'object' ? modern(item) : (item as unknown)))
  if (typeof schema !== 'object' || schema === null) return schema as object
  const { nullable, example: _example, ...rest } = schema as Record<string, unknown>
  const entries = Object.entries(rest).map(([key, value]) => [key, modern(value)] as const)
  const own = Object.fromEntries(entries) as Record<string, unknown>
  if (nullable !== true || typeof own['type'] !== 'string') return own
  const { enum: values } = own
  return {
    ...own,
    type: [own['type'], 'null'],
    ...(Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}),
  }
}

async function credentialsOf(sandbox: Sandbox, { family }: Folder, values: ReadonlyMap<string, string>) {
  const { key, secret, workUsername, workPassword } = sandbox.credentials
  const isWork = family.credential === 'work'
  const response = await fetch(
    sandbox.origin + (isWork ? '/analytics/work/v1/oauth/token' : '/oauth/v2/token'),
    {
      method: 'POST',
      headers: isWork ? { '8x8-apikey': key } : { authorization: `Basic ${btoa(`${key}:${secret}`)}` },
      body: new URLSearchParams(
        isWork ? { username: workUsername, password: workPassword } : { grant_type: 'client_credentials' },
      ),
    },
  )
  const { access_token: token } = (await response.json()) as { access_token: string }
  const { tenantHeader } = family
  const tenant = values.get(tenantHeader === 'pbx' ? 'pbxName' : 'tenantId')!
  return {
    authorization: `Bearer ${token}`,
    'x-api-key': key,
    '8x8-apikey': key,
    ...(tenantHeader === undefined ? {} : { [tenantHeader]: tenant }),
  }
}

function report(name: string, results: readonly Result[]): void {
  const compared = results.filter(({ contradictions }) => contradictions !== undefined)
  const valid = compared.filter(({ contradictions }) => contradictions!.length === 0)
  const deviating = compared.filter((one) => !valid.includes(one) && one.call.deviates !== undefined).length
  const [examples, schemas] = [false, true].map((fromSchema) => {
    const of = results.filter((result) => result.fromSchema === fromSchema)
    const all = of.flatMap(({ fields }) => fields).length
    return `${all - of.flatMap(({ missing }) => missing).length}/${all}`
  })
  const required = results.flatMap((result) => result.required).length
  const enforced = required - results.flatMap(({ ignored }) => ignored).length
  console.log(
    `${name.padEnd(20)} operations ${String(results.length).padStart(3)}  schema-valid ${valid.length}+${deviating} on purpose/${compared.length}  ` +
      `example fields ${examples}  (without example, of the schema: ${schemas})  required enforced ${enforced}/${required}`,
  )
}

function detail({ call, operation, contradictions = [], missing, ignored }: Result): void {
  if (contradictions.length + missing.length + ignored.length === 0) return
  console.log(`\n${call.id}: ${operation.method} ${operation.path} (${operation.file})`)
  const most = options.verbose ? Number.POSITIVE_INFINITY : 4
  const why = call.deviates === undefined ? '' : ' (on purpose)'
  for (const one of contradictions.slice(0, most)) console.log(`  contradicts${why}: ${one}`)
  if (contradictions.length > most) console.log(`  and ${contradictions.length - most} more, see --verbose`)
  if (ignored.length > 0) console.log(`  not required here: ${ignored.join(', ')}`)
  const shown = missing.slice(0, options.verbose ? missing.length : 12)
  if (missing.length > 0)
    console.log(
      `  missing ${missing.length}: ${shown.join(' ')}${shown.length < missing.length ? ' ...' : ''}`,
    )
}
