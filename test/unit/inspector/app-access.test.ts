import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAMILIES } from '../../../src/api/families.js'
import { accessOf } from '../../../src/inspector/app-access.js'

const lineOf = (name: string, products: readonly string[]) =>
  accessOf(FAMILIES, products).find((line) => line.name === name)!

test('what the app may call is named by the product that opens it, however it is spelled', () => {
  for (const product of ['storage', 'Call Recording & Storage', 'CALL-RECORDING  storage']) {
    const { granted, openedBy } = lineOf('storage', [product])
    assert.deepEqual([granted, openedBy], ['yes', 'Call Recording & Storage'])
  }
  const { granted, openedBy } = lineOf('customer-experience', ['CE-RCS-Product'])
  assert.deepEqual([granted, openedBy], ['yes', 'CE-RCS-Product'])
})

test('what it may not call says which product to tick, by the name in Admin Console', () => {
  const { granted, next } = lineOf('storage', ['vcc'])
  assert.equal(granted, 'no')
  assert.match(next!, /Admin Console > API Keys > your app tick .*"Call Recording & Storage"/)
})

test('what no list of products tells is decided by 8x8, and not said to be missing', () => {
  for (const products of [[], ['storage']]) assert.equal(lineOf('audit', products).granted, 'decided')
  assert.match(lineOf('contacts', ['storage']).openedBy, /Contact Search/)
})

test('without a token it is not known what the app may call', () => {
  const granted = new Set(accessOf(FAMILIES, []).map((line) => line.granted))
  assert.deepEqual([...granted].sort(), ['decided', 'unknown'])
})

test('every family has one line, and a product of none of them opens other paths', () => {
  const lines = accessOf(FAMILIES, ['storage', 'a new product'])
  assert.deepEqual(
    lines.slice(0, -1).map(({ name }) => name),
    FAMILIES.map(({ name }) => name),
  )
  assert.deepEqual(lines.at(-1), {
    title: 'Other paths',
    name: '',
    granted: 'yes',
    openedBy: 'a new product',
  })
})
