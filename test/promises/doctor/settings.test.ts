import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examine, examineAsText } from './examine.js'

test('all configuration errors are shown at once, and nothing else is tried', async () => {
  const { code, json, checks } = await examine({
    X8_APP_KEY: '',
    X8_PORT: 'eighty',
    X8_BASE_ULR: 'https://api.8x8.com',
  })

  assert.equal(code, 1)
  assert.deepEqual(
    json.checks.map(({ name }) => name),
    ['settings'],
  )
  assert.equal(checks.settings?.ok, false)
  assert.match(checks.settings.detail, /X8_APP_KEY is required/)
  assert.match(checks.settings.detail, /X8_PORT must be a whole number/)
  assert.match(checks.settings.detail, /X8_BASE_ULR is not a setting .* X8_BASE_URL\?/)
  assert.match(checks.settings.advice!, /\.env/)
})

test('an invalid setting is shown without the value, which may be a secret', async () => {
  const { text } = await examineAsText({ X8_APP_SECRET: 'has a space in it' })

  assert.match(text, /^✘ settings {7}X8_APP_SECRET must be/m)
  assert.ok(!text.includes('has a space'))
})
