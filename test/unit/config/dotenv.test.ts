import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../../../src/config/config.js'
import { withDotenv } from '../../../src/config/dotenv.js'

function failingWith(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: .env of somewhere`), { code })
  }
}

test('a .env file adds what the environment does not have', () => {
  const text = '# the account\nX8_APP_KEY=key\nexport X8_APP_SECRET="a b#c"\n\n'
  assert.deepEqual(
    withDotenv({ HOME: '/home/me' }, () => text),
    { HOME: '/home/me', X8_APP_KEY: 'key', X8_APP_SECRET: 'a b#c' },
  )
})

test('the real environment wins over the .env file, even where it is empty', () => {
  assert.deepEqual(
    withDotenv({ X8_TENANT: 'real', X8_PBX: '' }, () => 'X8_TENANT=file\nX8_PBX=file\nX8_PORT=1'),
    { X8_TENANT: 'real', X8_PBX: '', X8_PORT: '1' },
  )
})

test('a missing .env file is no error and adds nothing', () => {
  assert.deepEqual(withDotenv({ X8_TENANT: 'real' }, failingWith('ENOENT')), { X8_TENANT: 'real' })
})

for (const code of ['EACCES', 'EISDIR']) {
  test(`a .env file that cannot be read is one line that names the code: ${code}`, () => {
    assert.throws(
      () => withDotenv({ X8_TENANT: 'real' }, failingWith(code)),
      (error) => {
        assert.ok(error instanceof ConfigError)
        assert.deepEqual(error.errors, [`.env cannot be read (${code}).`])
        return true
      },
    )
  })
}
