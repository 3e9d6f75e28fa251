import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeTokenResponse, TokenError } from '../../../src/token/token-response.js'

const GOOD = {
  access_token: 'Zk3mQ0aYh2LrT9vWc5xB1nJd7PsE',
  token_type: 'BearerToken',
  api_product_list: '[analytics realtime-api, storage]',
  status: 'approved',
  scope: '',
  refresh_token_expires_in: '0',
  expires_in: '1799',
  refresh_count: '0',
  'developer.email': 'deprecated',
  issued_at: '1750000000123',
  client_id: 'deprecated',
  api_product_list_json: ['analytics realtime-api', 'storage'],
}

const NOW = Date.UTC(2026, 9, 21, 7, 27, 53)

const judge = (fields: object) => judgeTokenResponse(200, undefined, JSON.stringify({ ...GOOD, ...fields }))

function failure(status: number, body: string | object, retryAfter?: string): TokenError {
  try {
    judgeTokenResponse(status, retryAfter, typeof body === 'string' ? body : JSON.stringify(body), NOW)
  } catch (error) {
    assert.ok(error instanceof TokenError)
    return error
  }
  return assert.fail('it was taken for a token')
}

test("8x8's documented response is a token", () => {
  assert.deepEqual(judge({}), {
    value: 'Zk3mQ0aYh2LrT9vWc5xB1nJd7PsE',
    lifetimeMs: 1_799_000,
    products: ['analytics realtime-api', 'storage'],
  })
})

test('a Work Analytics response, whose lifetime is a number, is a token', () => {
  const body = '{"access_token":"eyJhbGciOiJSUzI1NiJ9.e30.c2ln","token_type":"bearer","expires_in":1800}'
  assert.deepEqual(judgeTokenResponse(200, undefined, body), {
    value: 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
    lifetimeMs: 1_800_000,
    products: [],
  })
})

test('the lifetime may be a string or a number of seconds', () => {
  for (const [expiresIn, lifetimeMs] of [
    ['1799', 1_799_000],
    [1799, 1_799_000],
    ['3600', 3_600_000],
    [' 60 ', 60_000],
    ['1.5', 1_500],
    [2, 2_000],
  ]) {
    assert.equal(judge({ expires_in: expiresIn }).lifetimeMs, lifetimeMs, JSON.stringify(expiresIn))
  }
})

test('a lifetime that makes no sense becomes five minutes', () => {
  for (const expiresIn of [
    undefined,
    null,
    '',
    ' ',
    'soon',
    '0',
    0,
    -1,
    '-1799',
    'NaN',
    'Infinity',
    true,
    false,
    [],
    ['1799'],
    {},
    '1799s',
    '30 minutes',
  ]) {
    assert.equal(judge({ expires_in: expiresIn }).lifetimeMs, 300_000, JSON.stringify(expiresIn))
  }
  const beyondNumbers = '{"access_token":"abc","expires_in":1e999}'
  assert.equal(judgeTokenResponse(200, undefined, beyondNumbers).lifetimeMs, 300_000)
})

test('no token is kept for longer than a day, whatever it says', () => {
  for (const expiresIn of ['86401', 1e12, '1750000000123', Number.MAX_VALUE]) {
    assert.equal(judge({ expires_in: expiresIn }).lifetimeMs, 86_400_000, String(expiresIn))
  }
})

test('a token that may not stand in a header is refused', () => {
  for (const value of [
    undefined,
    null,
    '',
    ' ',
    'two words',
    ' leading',
    'trailing ',
    'a\r\nX-Evil: 1',
    'a\nb',
    'a\rb',
    'tab\tbed',
    'nul\0',
    'del\x7f',
    'smörgås',
    '令牌',
    'non\u00a0breaking',
    42,
    true,
    ['abc'],
    { value: 'abc' },
  ]) {
    assert.throws(() => judge({ access_token: value }), {
      name: 'TokenError',
      kind: 'unavailable',
      message: 'The token endpoint responded 200 without a usable access_token.',
    })
  }
})

test('a token may have any length and any visible characters', () => {
  for (const value of ['x', 'A-._~+/=', '!"#$%&\'()*,:;<>?@[\\]^`{|}', 'x'.repeat(8_000)]) {
    assert.equal(judge({ access_token: value }).value, value)
  }
})

test('the products come from the list, or from its text where there is no list', () => {
  const text = '[storage, vcc, QM - API]'
  assert.deepEqual(judge({ api_product_list_json: ['QM - API'], api_product_list: text }).products, [
    'QM - API',
  ])
  for (const [list, products] of [
    [text, ['storage', 'vcc', 'QM - API']],
    ['storage, vcc', ['storage', 'vcc']],
    ['[storage]', ['storage']],
    ['[]', []],
    ['', []],
    [undefined, []],
    [7, []],
    [['storage'], []],
  ]) {
    assert.deepEqual(judge({ api_product_list_json: undefined, api_product_list: list }).products, products)
  }
  assert.deepEqual(judge({ api_product_list_json: ['storage', 7, null, {}] }).products, ['storage'])
})

test('200 with something else than a JSON object is a failure that passes', () => {
  for (const body of [
    '',
    ' ',
    'null',
    '[]',
    '"abc"',
    '7',
    '{',
    '<!doctype html><title>Welcome</title>',
    'access_token=abc',
    JSON.stringify(GOOD).slice(0, -10),
    `${JSON.stringify(GOOD)}x`,
  ]) {
    const { kind, message } = failure(200, body)
    assert.equal(kind, 'unavailable', body)
    assert.equal(message, 'The token endpoint responded 200 without a JSON object.')
  }
})

test('200 with an error in it is a failure', () => {
  assert.equal(failure(200, { ErrorCode: 'invalid_client', Error: 'no' }).kind, 'unavailable')
})

test('a refused key or secret is told from a bad day, in each of the shapes in use', () => {
  for (const [status, body, kind] of [
    [401, { ErrorCode: 'invalid_client', Error: 'Client credentials are invalid' }, 'refused'],
    [401, { ErrorCode: 'invalid_client', Error: 'ClientId is Invalid' }, 'refused'],
    [400, { ErrorCode: 'invalid_request', Error: 'Unsupported grant type : <x>' }, 'refused'],
    [
      401,
      {
        fault: {
          faultstring: 'Invalid client identifier x',
          detail: { errorcode: 'oauth.v2.InvalidClientIdentifier' },
        },
      },
      'refused',
    ],
    [401, { error: 'invalid_client', error_description: 'no' }, 'refused'],
    [400, { error: 'invalid_client', error_description: 'no' }, 'refused'],
    [401, { message: 'Unauthorized' }, 'refused'],
    [401, '', 'refused'],
    [401, '<html>no</html>', 'refused'],
    [403, { error: 'unauthorized_client' }, 'refused'],
    [400, { status: 400, message: 'Invalid 8x8-apikey', code: 'SHA001', details: [] }, 'refused'],
    [400, { error_description: 'USER_NOTFOUND_ERROR', error: 'invalid_grant' }, 'refused'],
    [400, '<html>Bad Request</html>', 'unavailable'],
    [400, { message: 'Bad Request' }, 'unavailable'],
    [403, '<html>Blocked</html>', 'unavailable'],
    [404, { message: 'no Route matched with those values' }, 'unavailable'],
    [429, { message: 'API rate limit exceeded' }, 'unavailable'],
    [500, { message: 'm', errors: ['e'], referenceId: 'r' }, 'unavailable'],
    [500, { ErrorCode: 'invalid_client' }, 'unavailable'],
    [503, '', 'unavailable'],
    [201, GOOD, 'unavailable'],
    [204, '', 'unavailable'],
    [206, GOOD, 'unavailable'],
  ] as const) {
    assert.equal(failure(status, body).kind, kind, `${status} ${JSON.stringify(body)}`)
  }
})

test('odd shapes of errors do no harm', () => {
  for (const body of [
    '[]',
    'null',
    '"x"',
    '{"fault":null}',
    '{"fault":"x"}',
    '{"fault":{"detail":null}}',
    '{"fault":{"detail":7}}',
    '{"fault":{"detail":{"errorcode":{}}}}',
    '{"ErrorCode":7,"error":null,"code":[]}',
    '{"__proto__":{"error":"x"}}',
  ]) {
    assert.equal(failure(401, body).message, 'The token endpoint responded 401.', body)
  }
})

test('a redirect is a failure that says so', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const { kind, message } = failure(status, '')
    assert.equal(kind, 'unavailable')
    assert.equal(message, `The token endpoint responded with a redirect (${status}), which is not followed.`)
  }
})

test('a reason names known error codes and repeats nothing else of the response', () => {
  assert.equal(
    failure(401, { ErrorCode: 'invalid_client', Error: 'my-secret is wrong' }).message,
    'The token endpoint responded 401 (invalid_client).',
  )
  assert.equal(
    failure(401, { fault: { detail: { errorcode: 'oauth.v2.InvalidClientIdentifier' } } }).message,
    'The token endpoint responded 401 (oauth.v2.InvalidClientIdentifier).',
  )
  assert.equal(failure(400, { code: 'SHA001' }).message, 'The token endpoint responded 400 (SHA001).')
  for (const echoed of [
    'my-secret',
    'eght_0123456789',
    'invalid_client my-secret',
    'a\r\nb',
    'x'.repeat(200),
  ]) {
    assert.equal(failure(401, { error: echoed }).message, 'The token endpoint responded 401.')
    assert.equal(failure(500, { code: echoed }).message, 'The token endpoint responded 500.')
  }
})

test('the endpoint may ask for patience, within reason', () => {
  for (const [retryAfter, retryAfterMs] of [
    ['7', 7_000],
    ['0', 0],
    ['-7', 0],
    ['', 0],
    ['soon', 0],
    ['Infinity', 0],
    ['NaN', 0],
    [undefined, 0],
    ['7.5', 0],
    ['0x10', 0],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 7_000],
    ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
    ['Wed, 21 Oct 2026 17:28:00 GMT', 300_000],
    ['99999999999', 300_000],
    ['86400', 300_000],
  ] as const) {
    assert.equal(failure(503, '', retryAfter).retryAfterMs, retryAfterMs, retryAfter)
  }
})
