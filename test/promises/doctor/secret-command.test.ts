import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examine, sandboxWith, SECRET } from './examine.js'

const printing = (text: string) =>
  JSON.stringify([process.execPath, '-e', `console.log(${JSON.stringify(text)}); console.error('noise')`])

test('the doctor runs the command and asks 8x8 with what it prints', async () => {
  const { environment } = await sandboxWith()
  const { checks } = await examine({
    ...environment,
    X8_APP_SECRET: '',
    X8_APP_SECRET_COMMAND: printing(SECRET),
  })
  assert.equal(checks.settings?.ok, true)
  assert.match(checks.settings.detail, /the secret by X8_APP_SECRET_COMMAND/)
  assert.equal(checks.token?.ok, true)
})

test('the doctor says what is wrong with a command, and shows nothing that it printed', async () => {
  const { checks, json } = await examine({ X8_APP_SECRET: '', X8_APP_SECRET_COMMAND: printing('two\nlines') })
  assert.equal(checks.settings?.ok, false)
  assert.match(checks.settings.detail, /X8_APP_SECRET_COMMAND prints several lines/)
  assert.doesNotMatch(JSON.stringify(json), /noise|two/)
})
