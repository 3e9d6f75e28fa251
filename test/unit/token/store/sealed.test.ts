import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSeal } from '../../../../src/token/store/sealed.js'

const CONTEXT = ['app', 'https://api.example.com', 'https://api.example.com/token', 'key']

test('what is sealed is opened with the same secret and context', () => {
  const sealed = createSeal('secret', CONTEXT).seal('täxt')
  assert.equal(createSeal('secret', CONTEXT).open(sealed), 'täxt')
})

test('every other secret and every other context has another name, and cannot open it', () => {
  const { name, seal } = createSeal('secret', CONTEXT)
  const sealed = seal('text')
  const others = [
    createSeal('secret2', CONTEXT),
    ...CONTEXT.map((part, i) => createSeal('secret', CONTEXT.with(i, `${part}2`))),
    // The same characters, divided otherwise.
    createSeal('secret', [CONTEXT.slice(0, 2).join(''), ...CONTEXT.slice(2)]),
    createSeal('secret', [...CONTEXT, '']),
  ]
  for (const other of others) {
    assert.notEqual(other.name, name)
    assert.equal(other.open(sealed), undefined)
  }
  assert.equal(new Set(others.map((other) => other.name)).size, others.length)
})

test('a sealed text with any bit changed, removed or added is not opened', () => {
  const { seal, open } = createSeal('secret', CONTEXT)
  const bytes = Buffer.from(seal('text'), 'base64')
  for (let i = 0; i < bytes.length * 8; i += 1) {
    const changed = Buffer.from(bytes)
    changed[i >> 3]! ^= 1 << (i & 7)
    assert.equal(open(changed.toString('base64')), undefined)
  }
  for (let length = 0; length < bytes.length; length += 1) {
    assert.equal(open(bytes.subarray(0, length).toString('base64')), undefined)
  }
  assert.equal(open(Buffer.concat([bytes, Buffer.of(0)]).toString('base64')), undefined)
  for (const garbage of ['', 'null', '{}', '\0', '🔑'.repeat(40)]) assert.equal(open(garbage), undefined)
})

test('the same text is never sealed the same way twice', () => {
  const { seal } = createSeal('secret', CONTEXT)
  assert.equal(new Set(Array.from({ length: 1000 }, () => seal('text'))).size, 1000)
})

test('a name tells nothing of secret and context', () => {
  const { name } = createSeal('secret', CONTEXT)
  assert.match(name, /^[0-9a-f]{32}$/)
})
