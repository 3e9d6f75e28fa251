import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageOnArrivalMs, callersWish, reuseOf } from '../../../../src/proxy/cache/cache-control.js'

test('what a caller asks of the cache is read as it may be written', () => {
  const wish = (cacheControl: string) => callersWish({ 'cache-control': cacheControl })
  const fresh = { reads: false, stores: true, maxAgeMs: Infinity }
  assert.deepEqual(callersWish({}), { reads: true, stores: true, maxAgeMs: Infinity })
  assert.deepEqual(wish('no-cache'), fresh)
  assert.deepEqual(wish('  No-Cache ,, foo="a, no-store"'), fresh)
  assert.deepEqual(callersWish({ pragma: 'no-cache' }), fresh)
  assert.deepEqual(wish('no-store'), { reads: false, stores: false, maxAgeMs: Infinity })
  assert.deepEqual(wish('max-age=0'), { reads: false, stores: true, maxAgeMs: 0 })
  assert.deepEqual(wish('max-age="3"'), { reads: true, stores: true, maxAgeMs: 3000 })
  assert.deepEqual(wish('max-age=-1, max-stale, no-transform'), callersWish({}))
  assert.deepEqual(wish('x-no-store, no-cached'), callersWish({}))
})

test("8x8's word on a response is read as it may be written", () => {
  const reuse = (cacheControl: string | string[]) => {
    const { shared, freshMs } = reuseOf({ 'cache-control': cacheControl as string })
    return [shared, freshMs]
  }
  assert.deepEqual(reuse('public'), [true, Infinity])
  assert.deepEqual(reuse('max-age=5'), [true, 5000])
  assert.deepEqual(reuse(['private', 'Max-Age = 7']), [true, 7000])
  assert.deepEqual(reuse('max-age=9, max-age=1'), [true, 9000])
  assert.deepEqual(reuse('no-cache="Set-Cookie"'), [true, 0])
  assert.deepEqual(reuse('max-age=1.5'), [true, 0])
  assert.deepEqual(reuse('extension="no-store"'), [true, Infinity])
  assert.deepEqual(reuse(['max-age=1', 'no-store']), [false, 1000])
  assert.equal(ageOnArrivalMs({ age: '12' }), 12_000)
  assert.equal(ageOnArrivalMs({ age: 'old' }), 0)
})

test('a response may vary by what the key tells apart, and by what never goes up', () => {
  for (const vary of ['', 'Accept', 'accept-encoding, ACCEPT-LANGUAGE , Origin', 'Authorization, pbx']) {
    assert.equal(reuseOf({ vary }).shared, true, vary)
  }
  for (const vary of ['*', 'Accept, *', 'User-Agent', 'X-Request-Id']) {
    assert.equal(reuseOf({ vary }).shared, false, vary)
  }
})

test('Expires counts from Date, and only where there is no max-age', () => {
  const date = 'Sat, 21 Nov 2026 00:00:00 GMT'
  const expires = 'Sat, 21 Nov 2026 00:00:04 GMT'
  assert.equal(reuseOf({ date, expires }).freshMs, 4000)
  assert.equal(reuseOf({ date: expires, expires: date }).freshMs, 0)
  assert.equal(reuseOf({ date, expires: 'never' }).freshMs, 0)
  assert.equal(reuseOf({ date, expires: '0', 'cache-control': 'max-age=2' }).freshMs, 2000)
})
