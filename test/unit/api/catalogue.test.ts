import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeholdersOf } from '../../../src/api/call.js'
import { catalogueOf } from '../../../src/api/catalogue.js'
import { FAMILIES, familyOf } from '../../../src/api/families.js'

const { folders, variables } = catalogueOf(FAMILIES)
const calls = folders.flatMap((folder) => folder.calls.map((call) => ({ folder, call })))

test('every family has calls in the catalogue, once', () => {
  assert.deepEqual(folders.map(({ family }) => family.name).sort(), FAMILIES.map(({ name }) => name).sort())
  assert.ok(folders.every((folder) => folder.calls.length > 0))
})

test("every call is the family's that it stands under, in every region", () => {
  const strangers = calls.filter(({ folder, call }) =>
    (folder.regions ?? ['']).some(
      (region) => familyOf(region + filled(call.path)).name !== folder.family.name,
    ),
  )
  assert.deepEqual(strangers, [])
})

test('every variable that a call names has a value, and every variable is used', () => {
  const used = new Set(['analyticsRegion', 'pbxName', 'tenantId'])
  for (const { call } of calls) {
    placeholdersOf(call.path).forEach((name) => used.add(name))
    for (const [, name] of JSON.stringify(call).matchAll(/\{\{(\w+)\}\}/g)) used.add(name!)
    Object.keys(call.keeps ?? {}).forEach((name) => used.add(name))
  }
  assert.deepEqual([...used].sort(), Object.keys(variables).sort())
})

test('no call names another by accident: ids are unique, and so are method and path', () => {
  const ids = calls.map(({ call }) => call.id)
  const addresses = calls.map(({ call }) => `${call.method} ${call.path}`)
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(new Set(addresses).size, addresses.length)
})

test('no call changes or deletes what a list returned: only what was created, or set by hand', () => {
  const reads = calls.filter(({ call }) => call.method === 'GET')
  const listed = new Set(reads.flatMap(({ call }) => Object.keys(call.keeps ?? {})))
  // A card is of a conversation that was created.
  const harmless = ['restoreStorageObject', 'submitGatewayCard', 'executeGatewayCard']
  const takers = calls.filter(({ call: { id, method, path, body, reads: isRead } }) => {
    const inBody = method === 'DELETE' || id.startsWith('delete') ? JSON.stringify(body ?? '') : ''
    const named = [
      ...placeholdersOf(path),
      ...[...inBody.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!),
    ]
    return method !== 'GET' && !isRead && !harmless.includes(id) && named.some((name) => listed.has(name))
  })
  assert.deepEqual(
    takers.map(({ call }) => call.id),
    [],
  )
  assert.ok(listed.size > 8)
})

test('a call that 8x8 still documents says on which page', () => {
  const without = calls.filter(({ call }) => call.docs === undefined && !call.deprecated)
  assert.deepEqual(without, [])
})

function filled(path: string): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => variables[name]?.value ?? '')
}
