import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cacheKey } from '../../../../src/proxy/cache/cache-key.js'

test('the order and the case of header names make no difference, that of values of one name does', () => {
  const key = (...headers: string[]) => cacheKey('app', '/a', headers)
  assert.equal(key('Accept', 'a', 'pbx', 'b'), key('PBX', 'b', 'accept', 'a'))
  assert.notEqual(key('Accept', 'a', 'Accept', 'b'), key('Accept', 'b', 'Accept', 'a'))
  assert.notEqual(key('Accept', 'a'), key('Accept', 'A'))
  assert.notEqual(cacheKey('app', '/a', []), cacheKey('app', '/A', []))
  assert.notEqual(cacheKey('app', '/a', []), cacheKey('app-2', '/a', []))
})

test('no two different requests have the same key', () => {
  const values = ['', 'a', 'b', 'a: b', 'pbx: a']
  const targets = ['/', '/a', '/a?pbx:%20a', '/a?']
  const seen = new Map<string, string>()
  for (const app of ['app', 'app/'])
    for (const target of targets)
      for (const accept of [undefined, ...values])
        for (const pbx of [undefined, ...values]) {
          const headers = Object.entries({ accept, pbx }).flatMap(([name, value]) =>
            value === undefined ? [] : [name, value],
          )
          const lookup = JSON.stringify([app, target, headers])
          const key = cacheKey(app, target, headers)
          assert.equal(seen.get(key), undefined, lookup)
          seen.set(key, lookup)
        }
  assert.equal(seen.size, 2 * 4 * 6 * 6)
})
