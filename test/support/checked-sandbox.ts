import assert from 'node:assert/strict'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Call, ResponseSpec } from '../../src/api/call.js'
import type { Shape } from '../../src/api/shape.js'
import type { SandboxResponse } from '../../src/sandbox/gateway/handler.js'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.js'

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
const compiled = new Map<Shape<unknown>, ValidateFunction>()

/**
 * Starts a sandbox whose responses are held against the descriptions of their calls: the status and the media type, and every
 * field of the JSON, with none that is not described. `close` fails if one of them was not as described.
 */
export async function startCheckedSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const contradictions = new Set<string>()
  const sandbox = await startSandbox({
    ...options,
    observe: (call, response) =>
      contradictionsOf(call, response).forEach((found) => contradictions.add(found)),
  })
  return Object.create(sandbox, {
    close: {
      value: async () => {
        await sandbox.close()
        assert.ok(contradictions.size === 0, `Not as described:\n${[...contradictions].join('\n')}`)
      },
    },
  }) as Sandbox
}

/** Returns what in a response is not as its call describes it. */
export function contradictionsOf(call: Call, { status, headers, body }: SandboxResponse): readonly string[] {
  const type = headers['Content-Type']
  const described = [call.response, ...(call.errors ?? [])].find((one) => one.status === status)
  if (described === undefined) {
    // Parts of a file, and redirections of conditional requests, go for every download.
    return call.response.shape === undefined && (status === 206 || status === 416)
      ? []
      : [`${call.id}: ${status} is not described`]
  }
  if (described.also?.some((other) => type?.startsWith(other)) === true) return []
  if (described.type !== '*/*' && described.type !== type) {
    // An address instead of the bytes.
    return call.response.shape === undefined && type === 'application/json'
      ? []
      : [`${call.id} ${status}: ${type} instead of ${described.type}`]
  }
  if (described.shape === undefined || !(body instanceof Uint8Array)) return []
  return misfits(described, JSON.parse(Buffer.from(body).toString('utf8'))).map(
    (misfit) => `${call.id} ${status}: ${misfit}`,
  )
}

function misfits({ shape }: ResponseSpec, json: unknown): readonly string[] {
  let validate = compiled.get(shape!)
  if (validate === undefined) {
    validate = ajv.compile(closed({ ...shape!.schema, components: { schemas: shape!.components } }) as object)
    compiled.set(shape!, validate)
  }
  validate(json)
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    return `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`
  })
}

/** Forbids what is not described, which a caller's schema allows. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)] as const)
  const isRecord = 'properties' in schema && (schema as { type?: unknown }).type !== undefined
  return { ...(isRecord ? { additionalProperties: false } : {}), ...Object.fromEntries(entries) }
}
