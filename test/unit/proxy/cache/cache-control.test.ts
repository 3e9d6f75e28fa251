import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageOnArrivalMs, requestDirectives, reuseOf } from '../../../../src/proxy/cache/cache-control.js'

test('what a caller asks of the cache is read as it may be written', () => {
  const directives = (cacheControl: string) => requestDirectives({ 'cache-control': cacheControl })
  const fresh = { reads: false, stores: true, maxAgeMs: Infinity }
  assert.deepEqual(requestDirectives({}), { reads: true, stores: true, maxAgeMs: Infinity })
  assert.deepEqual(directives('no-cache'), fresh)
  assert.deepEqual(directives('  No-Cache ,, foo="a, no-store"'), fresh)
  assert.deepEqual(requestDirectives({ pragma: 'no-cache' }), fresh)
  assert.deepEqual(directives('no-store'), { reads: false, stores: false, maxAgeMs: Infinity })
  assert.deepEqual(directives('max-age=0'), { reads: false, stores: true, maxAgeMs: 0 })
  assert.deepEqual(directives('max-age="3"'), { reads: true, stores: true, maxAgeMs: 3000 })
  assert.deepEqual(directives('max-age=-1, max-stale, no-transform'), requestDirectives({}))
  assert.deepEqual(directives('x-no-store, no-cached'), requestDirectives({}))
})

test("8x8's word on a response is read as it may be written", () => {
  const reuse = (cacheControl: string | string[]) => {
    const { coalescible, freshMs } = reuseOf({ 'cache-control': cacheControl as string })
    return [coalescible, freshMs]
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
  assert.equal(ageOnArrivalMs({ age: '12 , 3' }), 12_000)
  assert.equal(ageOnArrivalMs({ age: ['12', '3'] as unknown as string }), 12_000)
  assert.equal(ageOnArrivalMs({ age: 'old, 3' }), 0)
})

test('a response may vary by what the key tells apart, and by what never goes up', () => {
  for (const vary of ['', 'Accept', 'accept-encoding, ACCEPT-LANGUAGE , Origin', 'Authorization, pbx']) {
    assert.equal(reuseOf({ vary }).coalescible, true, vary)
  }
  for (const vary of ['*', 'Accept, *', 'User-Agent', 'X-Request-Id']) {
    assert.equal(reuseOf({ vary }).coalescible, false, vary)
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

test('an Expires that is no date of HTTP was taken for one, and local time for UTC', () => {
  const date = 'Sat, 21 Nov 2026 00:00:00 GMT'
  for (const expires of [
    '0',
    '-1',
    '2100',
    '2100-01-01T00:00:00Z',
    'Sun, 21 Nov 2100 00:00:00',
    [date, 'Sun, 21 Nov 2100 00:00:00 GMT'] as unknown as string,
  ]) {
    assert.equal(reuseOf({ date, expires }).freshMs, 0, expires)
    assert.equal(reuseOf({ expires }).freshMs, 0, expires)
  }
  assert.equal(reuseOf({ date, expires: 'Sat Nov 21 00:00:04 2026' }).freshMs, 4000)
  assert.equal(reuseOf({ date, expires: 'Saturday, 21-Nov-26 00:00:04 GMT' }).freshMs, 4000)
  const inAMinute = new Date(Date.now() + 60_000).toUTCString()
  assert.ok(reuseOf({ date: 'today', expires: inAMinute }).freshMs > 50_000, 'counts from when it came')
})
