import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseObject } from '../../../src/http/json.js'

test('a JSON object is parsed; everything else is none', () => {
  assert.deepEqual(parseObject(' {"a": [1]} '), { a: [1] })
  for (const text of ['', '{', 'null', '[]', '[{}]', '1', '"{}"', 'true', '{} {}']) {
    assert.equal(parseObject(text), undefined, text)
  }
})
