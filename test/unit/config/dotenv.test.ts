import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from '../../../src/config/config.js'
import { withDotenv } from '../../../src/config/dotenv.js'

function failingWith(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: .env of somewhere`), { code })
  }
}

test('a .env file adds what the environment does not have', () => {
  const text = '# the account\nX8_APP_KEY=key\nexport X8_APP_SECRET="a b#c"\n\n'
  assert.deepEqual(withDotenv({ HOME: '/home/me' }, () => text).environment, {
    HOME: '/home/me',
    X8_APP_KEY: 'key',
    X8_APP_SECRET: 'a b#c',
  })
})

test('the real environment wins over the .env file, even where it is empty', () => {
  assert.deepEqual(
    withDotenv({ X8_TENANT: 'real', X8_PBX: '' }, () => 'X8_TENANT=file\nX8_PBX=file\nX8_PORT=1').environment,
    { X8_TENANT: 'real', X8_PBX: '', X8_PORT: '1' },
  )
})

test('a missing .env file is no error and adds nothing', () => {
  assert.deepEqual(withDotenv({ X8_TENANT: 'real' }, failingWith('ENOENT')), {
    environment: { X8_TENANT: 'real' },
    errors: [],
  })
})

for (const code of ['EACCES', 'EISDIR']) {
  test(`a .env file that cannot be read is one line that names the code: ${code}`, () => {
    assert.deepEqual(withDotenv({ X8_TENANT: 'real' }, failingWith(code)).errors, [
      `.env cannot be read (${code}).`,
    ])
  })
}

/** What a file of these bytes adds to an empty environment. */
function written(bytes: string | Buffer, environment: Environment = {}) {
  return withDotenv(environment, () => Buffer.from(bytes as string).toString('utf8'))
}

test('a byte order mark hid the first variable', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    assert.deepEqual(written(`\uFEFFX8_APP_KEY=key${end}X8_APP_SECRET=secret${end}`), {
      environment: { X8_APP_KEY: 'key', X8_APP_SECRET: 'secret' },
      errors: [],
    })
  }
})

test('"export" with more than one space hid the variable', () => {
  const { environment } = written('export  X8_APP_KEY=key\n export\tX8_APP_SECRET = "a b"  # comment\n')
  assert.deepEqual(environment, { X8_APP_KEY: 'key', X8_APP_SECRET: 'a b' })
})

test('UTF-16 was reported as a key and a secret that are missing', () => {
  const little = Buffer.from('X8_APP_KEY=key\r\nX8_APP_SECRET=secret\r\n', 'utf16le')
  const big = Buffer.from(little).swap16()
  for (const bytes of [
    little,
    big,
    Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
  ]) {
    const { environment, errors } = written(bytes)
    assert.deepEqual(errors, ['.env is UTF-16: save it as UTF-8.'])
    assert.deepEqual(environment, { X8_APP_KEY: '-', X8_APP_SECRET: '-' })
  }
  const { environment } = written(little, { X8_APP_KEY_FILE: '/key', X8_APP_SECRET: 'real' })
  assert.deepEqual(environment, { X8_APP_KEY_FILE: '/key', X8_APP_SECRET: 'real' })
})

test('a value that # truncated was taken as it was left', () => {
  for (const line of [
    'X8_APP_SECRET=abc#def',
    'export X8_APP_SECRET = abc#def',
    'X8_APP_SECRET=#abcdef',
    'X8_APP_SECRET=abc"#"def',
    'X8_APP_SECRET=abc#def # a comment',
    'X8_APP_SECRET=first\nX8_APP_SECRET=abc#def',
  ]) {
    assert.deepEqual(
      written(`${line}\n`).errors,
      ['X8_APP_SECRET was truncated at #: put it in quotes in .env.'],
      line,
    )
  }
  assert.deepEqual(written('HTTPS_PROXY=http://u:50#off@proxy\nX8_WORK_PASSWORD=pass #word').errors, [
    'HTTPS_PROXY was truncated at #: put it in quotes in .env.',
    'X8_WORK_PASSWORD was truncated at #: put it in quotes in .env.',
  ])
})

test('a comment, a quoted # and what the environment has anyway truncate nothing', () => {
  for (const line of [
    'X8_APP_SECRET=abc # def',
    'X8_APP_SECRET=abc\t#def',
    'X8_APP_SECRET= # def',
    'X8_APP_SECRET=# def',
    'X8_APP_SECRET=',
    'X8_APP_SECRET="abc#def"',
    "X8_APP_SECRET='abc#def' # ghi",
    'X8_APP_SECRET=`abc#def`',
    '# X8_APP_SECRET=abc#def',
    'X8_APP_SECRET=abc#def\nX8_APP_SECRET=def',
    'OTHER=abc#def',
    'OTHER="one\nX8_APP_SECRET=abc#def\ntwo"',
  ]) {
    assert.deepEqual(written(`${line}\n`).errors, [], line)
  }
  assert.deepEqual(written('X8_APP_SECRET=abc#def', { X8_APP_SECRET: 'real' }).errors, [])
})

test('a quote inside of quotes truncated a value, and one that is not closed hid it and what follows', () => {
  assert.deepEqual(written('X8_APP_SECRET="abc"def"\nX8_APP_KEY="key').errors, [
    `X8_APP_SECRET was truncated at its second quote: put it in quotes of another kind in .env (", ' or \`).`,
    'X8_APP_KEY begins with a quote that is not closed in its line of .env.',
  ])
  assert.equal(
    written('X8_APP_SECRET="abc\nX8_READ_ONLY=true\nX8_APP_KEY="key"\n').errors[0],
    'X8_APP_SECRET begins with a quote that is not closed in its line of .env.',
  )
})

test('a line without = was ignored, with the next one', () => {
  const { environment, errors } = written('X8_READ_ONLY true\nX8_APP_KEY: key\nX8_PORT=1\nX8_TENANT=acme\n')
  // Node 20 drops the line after such a one, too; later versions do not. It ends the program either way.
  assert.equal(environment.X8_TENANT, 'acme')
  assert.deepEqual(errors, [
    'X8_READ_ONLY has no = behind it in .env: write X8_READ_ONLY=value.',
    'X8_APP_KEY has no = behind it in .env: write X8_APP_KEY=value.',
  ])
})

test('a password in Latin-1 was sent with other letters', () => {
  const bytes = Buffer.from('# f\u00fcr Work Analytics\nX8_WORK_PASSWORD=gr\u00fcn\n', 'latin1')
  assert.deepEqual(written(bytes).errors, [
    'X8_WORK_PASSWORD has letters that are not UTF-8 in .env: save the file as UTF-8.',
  ])
})

test('NODE_EXTRA_CA_CERTS in .env had no effect, without a word', () => {
  assert.match(
    written('NODE_EXTRA_CA_CERTS=/ca.pem').errors[0]!,
    /^NODE_EXTRA_CA_CERTS has no effect in \.env/,
  )
  assert.deepEqual(written('NODE_EXTRA_CA_CERTS=/ca.pem', { NODE_EXTRA_CA_CERTS: '/ca.pem' }).errors, [])
})
