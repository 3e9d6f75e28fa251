import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { Call } from '../../api/call.js'
import type { Schema } from '../../api/shape.js'
import { list } from './parameters.js'
import type { SandboxCall } from './handler.js'

/** What a described call was given: its parameters and headers by name, of their own types, and its JSON. */
export interface CheckedRequest {
  readonly given: Readonly<Record<string, unknown>>
  readonly sent: unknown
}

const options = { strict: false, validateFormats: false } as const
/** Parameters are text: numbers and booleans are read from it. */
const parameters = new Ajv({ ...options, coerceTypes: true, useDefaults: true })
const bodies = new Ajv(options)

/**
 * Makes the check of a call's parameters, headers and JSON body against its description. It returns what is wrong in the
 * words of JSON Schema, with the name of the parameter, or what the handler is given.
 */
export function requestCheck(
  call: Call,
): (request: SandboxCall) => CheckedRequest | { readonly wrong: string } {
  const { query = [], headers = [], body } = call
  const demanded = headers.filter(({ schema }) => schema !== undefined)
  // Compiled with the first request: a sandbox has many calls, and most runs need few of them.
  let checkParameters: ValidateFunction | undefined
  let checkBody: ValidateFunction | undefined
  return (request) => {
    checkParameters ??= parameters.compile({
      type: 'object',
      properties: Object.fromEntries([...query, ...demanded].map(({ name, schema }) => [name, schema])),
      required: [...query, ...demanded].filter(({ required }) => required).map(({ name }) => name),
    })
    const given: Record<string, unknown> = {}
    for (const { name, schema } of query) {
      const values = request.query.getAll(name).filter((value) => value !== '')
      if (values.length > 0) given[name] = schema['type'] === 'array' ? list(request.query, name) : values[0]
    }
    for (const { name } of demanded) {
      const value = request.headers[name.toLowerCase()]
      if (value !== undefined) given[name] = value
    }
    if (!checkParameters(given)) return { wrong: inWords(checkParameters.errors) }
    if (body === undefined || 'parts' in body) return { given, sent: undefined }
    if (body.optional === true && request.body.length === 0) return { given, sent: undefined }
    if (!body.type.includes('json')) return { given, sent: request.body.toString('utf8') }

    const json = parse(request.body)
    checkBody ??= bodies.compile(schemaOf(body.shape))
    return checkBody(json)
      ? { given, sent: json }
      : { wrong: inWords(checkBody.errors) || 'The body must be JSON' }
  }
}

/** Returns a schema that holds what it refers to. */
export function schemaOf(shape: { readonly schema: Schema; readonly components: Schema }): Schema {
  return { ...shape.schema, components: { schemas: shape.components } }
}

function inWords(errors: readonly ErrorObject[] | null | undefined): string {
  const { instancePath = '', keyword, params, message = 'is invalid' } = errors?.[0] ?? {}
  const where = instancePath.slice(1).replaceAll('/', '.')
  if (keyword === 'required') {
    const { missingProperty } = params as { missingProperty: string }
    return `${where === '' ? '' : `${where}.`}${missingProperty} is required`
  }
  const choices =
    keyword === 'enum' ? `: ${(params as { allowedValues: unknown[] }).allowedValues.join(', ')}` : ''
  return `${where || 'The body'} ${message}${choices}`
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
