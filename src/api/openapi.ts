import {
  type Body,
  type Call,
  type Catalogue,
  docsAddress,
  filled,
  type Folder,
  type HeaderField,
  placeholdersOf,
  type QueryParameter,
  type ResponseSpec,
} from './call.js'
import type { Schema } from './shape.js'

/** OpenAPI does not allow these headers as parameters: content types and credentials are described elsewhere. */
const NO_PARAMETERS = ['accept', 'authorization', 'content-type']

/**
 * Renders the catalogue as an OpenAPI document of version 3.1.0. It has no security scheme: the proxy adds the credential.
 * @param origin the proxy as the caller addressed it.
 * @param version the proxy's own.
 */
export function openApiDocument(catalogue: Catalogue, origin: string, version: string) {
  const fill = filler(catalogue)
  const paths: Record<string, Record<string, unknown>> = {}
  for (const folder of catalogue.folders) {
    for (const call of folder.calls) {
      const path = (paths[call.path] ??= pathItem(folder, origin))
      path[call.method.toLowerCase()] = operation(call, folder, catalogue, fill)
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: '8x8 API through 8x8-auth-proxy',
      version,
      description: "8x8's documented calls. The proxy adds the credential: send none.",
    },
    servers: [{ url: origin, description: 'The proxy.' }],
    security: [],
    tags: catalogue.folders.map(({ family, description }) => ({ name: family.title, description })),
    paths,
    components: { schemas: { ...namedShapes(catalogue), Problem: PROBLEM }, responses: { Error: ERROR } },
  }
}

/** The named shapes of all bodies, by name. */
function namedShapes({ folders }: Catalogue): Readonly<Record<string, Schema>> {
  const calls = folders.flatMap((folder) => folder.calls)
  const shapes = calls.flatMap(({ body, response, errors = [] }) => [
    ...(body === undefined || 'parts' in body ? [] : [body.shape]),
    ...[response, ...errors].map(({ shape }) => shape),
  ])
  return Object.assign({}, ...shapes.map((shape) => shape?.components)) as Record<string, Schema>
}

/** Contact Center analytics have the region before the path: in OpenAPI each region is a server. */
function pathItem({ regions }: Folder, origin: string): Record<string, unknown> {
  if (regions === undefined) return {}
  return {
    servers: regions.map((region) => ({
      url: origin + region,
      description: region === '' ? 'United States' : `Region ${region.slice(1)}`,
    })),
  }
}

function operation(call: Call, folder: Folder, catalogue: Catalogue, fill: Fill) {
  const docs = docsAddress(call)
  const parameters = [
    ...placeholdersOf(call.path).map((name) => ({
      name,
      in: 'path',
      required: true,
      description: catalogue.variables[name]?.description,
      schema: { type: 'string', ...(call.choices?.[name] === undefined ? {} : { enum: call.choices[name] }) },
      example: catalogue.variables[name]?.value,
    })),
    ...(call.query ?? []).map((parameter) => queryParameter(parameter, fill)),
    ...headerParameters(call, folder, fill),
  ]
  return {
    operationId: call.id,
    tags: [folder.family.title],
    summary: call.title,
    ...describe(call),
    ...(docs === undefined ? {} : { externalDocs: { url: docs, description: "8x8's documentation" } }),
    ...(call.deprecated ? { deprecated: true } : {}),
    parameters,
    ...(call.body === undefined ? {} : { requestBody: requestBody(call.body, fill) }),
    responses: {
      ...Object.fromEntries((call.errors ?? []).map((error) => [error.status, responseOf(error)])),
      [call.response.status]: responseOf(call.response),
      default: { $ref: '#/components/responses/Error' },
    },
  }
}

function describe({ description, deviates }: Call) {
  const sentences = [description, deviates].filter((sentence) => sentence !== undefined)
  return sentences.length === 0 ? {} : { description: sentences.join('\n\n') }
}

function responseOf({ status, type, shape, also = [] }: ResponseSpec) {
  const description = status < 400 ? 'What 8x8 documents.' : "8x8's own error."
  if (type === undefined) return { description }
  return {
    description,
    content: {
      [type]: shape === undefined ? {} : { schema: shape.schema, example: shape.example },
      ...Object.fromEntries(also.map((other) => [other, {}])),
    },
  }
}

function queryParameter(parameter: QueryParameter, fill: Fill) {
  const { name, example, description, required, schema, joined } = parameter
  const style = joined === true ? { style: 'form', explode: false } : {}
  return { name, in: 'query', required, description, ...style, schema, example: fill(example) }
}

function headerParameters({ headers = [] }: Call, { family: { tenantHeader } }: Folder, fill: Fill) {
  const tenant =
    tenantHeader === undefined
      ? []
      : [
          {
            name: tenantHeader,
            example: tenantHeader === 'pbx' ? '{{pbxName}}' : '{{tenantId}}',
            description: `The proxy sends ${tenantHeader === 'pbx' ? 'X8_PBX' : 'X8_TENANT'} without it.`,
          },
        ]
  return [...headers.filter(({ name }) => !NO_PARAMETERS.includes(name.toLowerCase())), ...tenant].map(
    ({ name, example, description, required = false, schema = { type: 'string' } }: HeaderField) => ({
      name,
      in: 'header',
      required,
      description,
      schema,
      example: fill(example),
    }),
  )
}

function requestBody(body: Body, fill: Fill) {
  if (!('parts' in body)) {
    return {
      required: body.optional !== true,
      content: {
        [body.type]: { schema: body.shape.schema, example: fill(body.example) },
      },
    }
  }
  const properties = body.parts.map(({ name, description, fileType }) => {
    return [name, fileType === undefined ? { type: 'string', description } : { description }] as const
  })
  const example = Object.fromEntries(body.parts.map(({ name, example: value }) => [name, value]))
  const schema = { type: 'object', properties: Object.fromEntries(properties) }
  return { required: true, content: { [body.type]: { schema, example } } }
}

type Fill = (example: unknown) => unknown

/** Puts the variables' values into an example. */
function filler({ variables }: Catalogue): Fill {
  const fill: Fill = (example) => {
    if (typeof example === 'string') {
      return filled(example, (name) => variables[name]?.value)
    }
    if (Array.isArray(example)) return example.map((item: unknown) => fill(item))
    if (typeof example !== 'object' || example === null) return example
    return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, fill(value)]))
  }
  return fill
}

/** The proxy's own errors (RFC 9457). */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: { type: 'string', example: 'urn:8x8-auth-proxy:token-unavailable' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened and what to do.' },
    instance: { type: 'string', description: 'The id of the request.' },
  },
}

const ERROR = {
  description:
    "With the header `Proxy-Status` an error of the proxy. Without it an error of 8x8, unchanged, in 8x8's own format " +
    'and media type.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}
