import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHttpDate } from '../../../src/http/http-date.js'

const IN_2026 = Date.UTC(2026, 10, 21)

test('each of the three forms of a date is read, in UTC', () => {
  const time = Date.UTC(1994, 10, 6, 8, 49, 37)
  for (const text of [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    ' Sun, 06 Nov 1994 08:49:37 GMT ',
  ]) {
    assert.equal(parseHttpDate(text, IN_2026), time, text)
  }
  assert.equal(parseHttpDate('Thu, 29 Feb 2024 23:59:60 GMT'), Date.UTC(2024, 2, 1))
})

test('a year of two digits lies at most 50 years ahead', () => {
  for (const [year, full] of [
    ['26', 2026],
    ['76', 2076],
    ['77', 1977],
    ['00', 2000],
  ] as const) {
    assert.equal(parseHttpDate(`Sunday, 01-Nov-${year} 00:00:00 GMT`, IN_2026), Date.UTC(full, 10, 1), year)
  }
})

test('what is no date of HTTP is none, whatever else takes it for one', () => {
  for (const text of [
    '',
    '0',
    '-1',
    '2100',
    'never',
    '2100-01-01T00:00:00Z',
    'Sun, 06 Nov 2094 08:49:37',
    'Sun, 06 Nov 2094 08:49:37 CET',
    'Sun, 06 Nov 2094 08:49:37 +0100',
    'Sun, 30 Feb 2094 08:49:37 GMT',
    'Sun, 06 Foo 2094 08:49:37 GMT',
    'Sun, 06 Nov 2094 24:00:00 GMT',
    'Sun, 06 Nov 2094 08:49:37 GMT, Sun, 06 Nov 2094 08:49:37 GMT',
  ]) {
    assert.equal(parseHttpDate(text), undefined, text)
  }
})
