import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../support/program.js'
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
    ['settings', 'files'],
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

test('a placeholder, a truncated secret and a file that others may read are lines of their own, with what to do', async () => {
  const folder = temporaryFolder()
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'made-up-secret-1f3b', { mode: 0o644 })
  const { checks } = await examine({
    X8_APP_KEY: 'your-app-key',
    X8_APP_SECRET: 'made_up_secr...',
    X8_PROXY_KEY_FILE: secret,
  })
  const lines = checks.settings!.detail.split('\n')
  assert.ok(
    lines.some((line) =>
      line.startsWith("X8_APP_KEY is still a placeholder: put in the app's key from 8x8 "),
    ),
  )
  assert.ok(
    lines.some((line) => /^X8_APP_SECRET ends in dots: .* Copy it whole from 8x8 Admin Console/.test(line)),
  )
  assert.equal(
    checks.files!.detail,
    `every user of this machine may read the file of X8_PROXY_KEY_FILE: chmod 600 ${secret}`,
  )
  assert.match(checks.files!.advice!, /new secret/)

  const { text } = await examineAsText({ X8_PROXY_KEY_FILE: secret })
  assert.match(text, /^! files {10}every user/m)
})
