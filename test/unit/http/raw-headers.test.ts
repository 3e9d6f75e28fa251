import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionOptions, forEachHeader, latin1, valuesOf } from '../../../src/http/raw-headers.js'

test('headers are visited in their order, repeated ones each time, with the case that they have', () => {
  const seen: string[] = []
  forEachHeader(['B', '1', 'a', '2', 'b', '3'], (name, value) => seen.push(`${name}=${value}`))
  assert.deepEqual(seen, ['B=1', 'a=2', 'b=3'])
})

test('a name without a value at the end is no header', () => {
  forEachHeader(['only-a-name'], () => assert.fail('visited'))
})

test('the values of one header are found whatever its case', () => {
  const raw = ['Host', 'a', 'X', 'host', 'HOST', 'b']
  assert.deepEqual(valuesOf(raw, 'host'), ['a', 'b'])
  assert.deepEqual(valuesOf([Buffer.from('Host'), Buffer.from('a')], 'host').map(String), ['a'])
  assert.deepEqual(valuesOf(raw, 'cookie'), [])
})

test('Connection names hop-by-hop headers, in any case, in several lines and with spaces', () => {
  for (const [raw, names] of [
    [['Connection', 'keep-alive'], undefined],
    [['Connection', 'Close', 'connection', ''], undefined],
    [[], undefined],
    [
      ['Connection', 'keep-alive, X-Mine'],
      ['keep-alive', 'x-mine'],
    ],
    [
      ['Connection', 'A', 'CONNECTION', ' B ,c'],
      ['a', 'b', 'c'],
    ],
  ] as const) {
    const found = connectionOptions(raw)
    assert.deepEqual(found && [...found], names)
  }
  assert.deepEqual([...connectionOptions([Buffer.from('connection'), Buffer.from('X')])!], ['x'])
})

test('bytes beyond ASCII survive', () => {
  assert.equal(latin1(Buffer.from([0x7a, 0xfc])), 'zü')
  assert.equal(latin1('zü'), 'zü')
})
