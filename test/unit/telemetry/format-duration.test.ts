import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration } from '../../../src/telemetry/format-duration.js'

test('a duration is said in its two largest units', () => {
  const said = (seconds: number) => formatDuration(seconds * 1000)

  assert.equal(said(0), '0 seconds')
  assert.equal(said(1), '1 second')
  assert.equal(said(1799), '29 minutes 59 seconds')
  assert.equal(said(1800), '30 minutes')
  assert.equal(said(3601), '1 hour')
  assert.equal(said(86_400), '1 day')
  assert.equal(said(90_061), '1 day 1 hour')
  assert.equal(said(2 * 86_400 + 59), '2 days')
})
