import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { catalogueOf } from '../../../src/api/catalogue.js'
import { openApiDocument } from '../../../src/api/openapi.js'
import { FAMILIES } from '../../../src/api/families.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'

const ORIGIN = 'http://127.0.0.1:8808'
const catalogue = catalogueOf(FAMILIES)
const document = JSON.parse(JSON.stringify(openApiDocument(catalogue, ORIGIN, '1.2.3'))) as Document

test('the OpenAPI document is valid under the schema of OpenAPI 3.1', async () => {
  const validator = new Validator()
  const specification = structuredClone(document) as unknown as Parameters<typeof validator.validate>[0]
  const result = await validator.validate(specification)
  assert.deepEqual(result.errors ?? [], [])
  assert.equal(result.valid, true)
  assert.equal(document.openapi, '3.1.0')
  assert.equal(validator.version, '3.1')
})

test('the OpenAPI document has every call once, under the tag of its family', () => {
  const operations = operationsOf(document)
  assert.deepEqual(
    operations.map(({ operationId }) => operationId).sort(),
    catalogue.folders.flatMap(({ calls }) => calls.map(({ id }) => id)).sort(),
  )
  assert.deepEqual(
    new Set(operations.flatMap(({ tags }) => tags)),
    new Set(FAMILIES.map(({ title }) => title)),
  )
})

test('every parameter of a path is declared, and every parameter has an example without a variable in it', () => {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of operationEntries(item)) {
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path')
      assert.deepEqual(
        declared.map(({ name }) => `{${name}}`),
        path.match(/\{\w+\}/g) ?? [],
        `${method} ${path}`,
      )
      assert.ok(operation.parameters.every(({ example, schema }) => example !== undefined && schema.type))
    }
  }
  assert.doesNotMatch(JSON.stringify(document), /\{\{/)
})

test('the OpenAPI document asks for no credential, and names the errors of the proxy', () => {
  const { security, ...others } = document
  assert.deepEqual(security, [])
  assert.doesNotMatch(JSON.stringify(others), /"security|eght_|"(?:authorization|x-api-key|8x8-apikey)"/i)
  assert.ok(operationsOf(document).every(({ responses }) => 'default' in responses))
})

test('the proxy serves the OpenAPI document with itself as the server and with its own version', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })

  const response = await fetch(`${proxy.origin.replace('127.0.0.1', 'localhost')}/-/openapi.json`)

  assert.equal(response.status, 200)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  const served = (await response.json()) as Document
  assert.equal(served.servers[0]?.url, `http://localhost:${proxy.port}`)
  assert.equal(served.info.version, '0.0.0-test')
  const realtime = served.paths['/analytics/cc/v5/realtime-metrics/queues'] as PathItem
  assert.deepEqual(
    realtime.servers?.map(({ url }) => url),
    ['', '/eu', '/au', '/ca'].map((region) => `http://localhost:${proxy.port}${region}`),
  )
})

interface Parameter {
  readonly name: string
  readonly in: string
  readonly example: unknown
  readonly schema: { readonly type: string }
}

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly responses: object
}

interface PathItem extends Readonly<Record<string, unknown>> {
  readonly servers?: readonly { readonly url: string }[]
}

interface Document {
  readonly openapi: string
  readonly info: { readonly version: string }
  readonly servers: readonly { readonly url: string }[]
  readonly security: readonly unknown[]
  readonly paths: Readonly<Record<string, PathItem>>
}

function operationEntries({ servers: _servers, ...methods }: PathItem) {
  return Object.entries(methods) as [string, Operation][]
}

function operationsOf({ paths }: Document): readonly Operation[] {
  return Object.values(paths).flatMap((item) => operationEntries(item).map(([, operation]) => operation))
}
