import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError, type Environment } from '../../../src/config/config.js'
import { warnOfExposedFiles } from '../../../src/config/exposed-files.js'
import { loadConfig } from '../../../src/config/load-config.js'

const account = { X8_APP_KEY: 'eght_key', X8_APP_SECRET: 'app-secret' }

function errors(environment: Environment, files: Record<string, string> = {}): readonly string[] {
  try {
    loadConfig({ ...account, ...environment }, (path) => files[path]!)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.errors
  }
  return []
}

test('placeholders were sent to 8x8, which refused them without saying why', () => {
  for (const value of [
    'eght_...',
    '...',
    'eght_\u2026',
    'your-app-key',
    'your-app-secret',
    'YOUR_API_KEY',
    '<API Key>',
    '<key>',
    '{{x-api-key}}',
    '${APP_SECRET}',
    '$APP_SECRET',
    'eght_',
    'eght_xxxx',
    'xxx',
    'changeme',
  ]) {
    for (const [name, what] of [
      ['X8_APP_KEY', 'key'],
      ['X8_APP_SECRET', 'secret'],
    ] as const) {
      const error = `${name} is still a placeholder: put in the app's ${what} from 8x8 Admin Console > API Keys.`
      const [first] = errors({ [name]: value })
      assert.equal(first, error, value)
      assert.equal(
        errors({ [name]: undefined, [`${name}_FILE`]: '/file' }, { '/file': `${value}\n` })[0],
        error,
      )
    }
  }
  for (const value of ['eght_key', 'yours', 'a$b', 'x', 'a...b', '<', 'placeholder'])
    assert.deepEqual(errors({ X8_APP_KEY: value, X8_APP_SECRET: value }), [], value)
})

test('quotes around a secret in a file or from docker --env-file were sent with it', () => {
  const error = 'X8_APP_SECRET has quotes around it that are a part of it here: leave them out.'
  for (const value of ['"abc"', "'abc'", '`abc`']) {
    assert.deepEqual(errors({ X8_APP_SECRET: value }), [error])
    assert.deepEqual(errors({ X8_APP_SECRET: undefined, X8_APP_SECRET_FILE: '/s' }, { '/s': value }), [error])
  }
  for (const value of ['"abc', 'a"b"', '"']) assert.deepEqual(errors({ X8_APP_SECRET: value }), [], value)
})

test('a secret file from Windows was refused for its byte order mark', () => {
  const environment = { X8_APP_KEY: 'key', X8_APP_SECRET_FILE: '/s' }
  const { secrets } = loadConfig(environment, () => '\uFEFFsecret\r\n')
  assert.equal(secrets.app.secret, 'secret')
})

test('a secret file in another encoding says so', () => {
  const read = (bytes: Buffer) =>
    errors({ X8_APP_SECRET: undefined, X8_APP_SECRET_FILE: '/s' }, { '/s': bytes.toString('utf8') })
  assert.deepEqual(read(Buffer.from('\uFEFFsecret\r\n', 'utf16le')), [
    'X8_APP_SECRET_FILE names a file that is UTF-16: save it as UTF-8.',
  ])
  assert.deepEqual(read(Buffer.from('gr\u00fcn', 'latin1')), [
    'X8_APP_SECRET_FILE names a file with letters that are not UTF-8: save it as UTF-8.',
  ])
})

test('an address that leads back to the proxy itself was taken', () => {
  for (const [environment, name] of [
    [{ X8_BASE_URL: 'http://127.0.0.1:8808' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'http://localhost:8808' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'http://[::1]:8808' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'http://127.1.2.3:8808' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'https://0.0.0.0:8808' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'https://[::ffff:127.0.0.1]:8808' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'http://127.0.0.1', X8_PORT: '80' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'https://localhost', X8_PORT: '443' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'http://127.0.0.1:1234', X8_PORT: '1234', X8_HOST: '0.0.0.0' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'http://[::1]:8808', X8_HOST: '::' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'http://127.0.0.1:8808', X8_HOST: 'localhost' }, 'X8_BASE_URL'],
    [{ X8_BASE_URL: 'https://192.0.2.7:8808', X8_HOST: '192.0.2.7' }, 'X8_BASE_URL'],
    [{ X8_TOKEN_URL: 'http://127.0.0.1:8808/oauth/v2/token' }, 'X8_TOKEN_URL'],
    [{ X8_TOKEN_STORE_URL: 'redis://:secret@localhost:8808' }, 'X8_TOKEN_STORE_URL'],
    [{ HTTPS_PROXY: 'http://user:secret@127.0.0.1:8808' }, 'HTTPS_PROXY'],
  ] as const) {
    const port = 'X8_PORT' in environment ? environment.X8_PORT : '8808'
    assert.deepEqual(errors(environment), [
      `${name} leads back to this program itself, which listens on port ${port}. Set it to the server that is meant, or X8_PORT to another port.`,
    ])
  }
})

test('another port, another address, a free port and a socket lead elsewhere', () => {
  for (const environment of [
    { X8_BASE_URL: 'http://127.0.0.1:8809' },
    { X8_BASE_URL: 'https://example.com:8808' },
    { X8_BASE_URL: 'http://127.0.0.1:8808', X8_PORT: '0' },
    { X8_BASE_URL: 'http://127.0.0.1:8808', X8_SOCKET: '/tmp/x.sock' },
    { X8_BASE_URL: 'http://127.0.0.1:8808', X8_HOST: '192.0.2.7' },
    { HTTPS_PROXY: 'http://127.0.0.1:3128' },
  ]) {
    assert.deepEqual(errors(environment), [], JSON.stringify(environment))
  }
})

test(
  'mounted secrets are readable by all, and nothing is said of them',
  { skip: process.platform === 'win32' },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'modes-'))
    after(() => rmSync(folder, { recursive: true }))
    const plain = join(folder, 'secret')
    writeFileSync(plain, 'secret')
    chmodSync(plain, 0o444)
    // As the kubelet makes it: secret -> ..data/secret, ..data -> ..2026_11_21.
    mkdirSync(join(folder, 'volume', '..2026_11_21'), { recursive: true })
    writeFileSync(join(folder, 'volume', '..2026_11_21', 'secret'), 'secret', { mode: 0o644 })
    symlinkSync('..2026_11_21', join(folder, 'volume', '..data'))
    symlinkSync('..data/secret', join(folder, 'volume', 'secret'))
    const warnings = (path: string) => warnOfExposedFiles({ X8_APP_SECRET_FILE: path }, undefined)

    assert.deepEqual(warnings(plain), [
      `every user of this machine may read the file of X8_APP_SECRET_FILE: chmod 600 ${plain}`,
    ])
    assert.deepEqual(warnings(join(folder, 'volume', 'secret')), [])
    assert.deepEqual(warnings('/run/secrets/missing'), [])
    assert.deepEqual(warnOfExposedFiles({}, join(folder, 'missing.env')), [])
    chmodSync(plain, 0o660)
    assert.deepEqual(warnings(plain), [])
  },
)

test('a # or / in the password of HTTPS_PROXY made a part of the password the host', () => {
  const error = 'HTTPS_PROXY has a /, ? or # in its user name or password: write it as %2F, %3F or %23.'
  for (const value of ['http://user:50#off@proxy:3128', 'user:a/b@proxy:3128', 'https://user?x@proxy'])
    assert.deepEqual(errors({ HTTPS_PROXY: value }), [error], value)
  for (const value of ['http://user:50%off@proxy:3128', 'http://token@proxy:3128', 'user:a@b@proxy:3128/'])
    assert.deepEqual(errors({ HTTPS_PROXY: value }), [], value)
})
