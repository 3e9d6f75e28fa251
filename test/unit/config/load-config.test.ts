import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, type Config, type Environment, type Secrets } from '../../../src/config/config.js'
import { loadConfig } from '../../../src/config/load-config.js'
import { isLoopback } from '../../../src/config/loopback.js'
import { SETTING_NAMES } from '../../../src/config/settings.js'

const account = { X8_APP_KEY: 'eght_key', X8_APP_SECRET: 'app-secret' }

function load(environment: Environment, files: Record<string, string> = {}): Config & Secrets {
  const { config, secrets } = loadConfig({ ...account, ...environment }, (path) => {
    const content = files[path]
    if (content === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
    return content
  })
  return { ...config, ...secrets }
}

/** The configuration errors of an environment. */
function errors(environment: Environment, files: Record<string, string> = {}): readonly string[] {
  try {
    load(environment, files)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    assert.equal(error.message, error.errors.join('\n'))
    return error.errors
  }
  return []
}

test('a key and a secret are enough, and the rest has its defaults', () => {
  assert.deepEqual(load({}), {
    app: { key: 'eght_key', secret: 'app-secret' },
    familyUrls: new Map(),
    familyKeys: new Map(),
    familiesWithKey: [],
    work: undefined,
    baseUrl: new URL('https://api.8x8.com'),
    tokenUrl: new URL('https://api.8x8.com/oauth/v2/token'),
    workTokenUrl: new URL('https://api.8x8.com/analytics/work/v1/oauth/token'),
    tenant: undefined,
    pbx: undefined,
    listen: { host: '127.0.0.1', port: 8808 },
    allowedHosts: new Set(['localhost']),
    allowedOrigins: new Set(),
    proxyKey: undefined,
    readOnly: false,
    allow: [],
    deny: [],
    maxBodyBytes: 104857600,
    replayBodyBytes: 262144,
    connectTimeoutMs: 5000,
    responseTimeoutMs: 60000,
    idleTimeoutMs: 60000,
    tokenTimeoutMs: 10000,
    shutdownGraceMs: 25000,
    realtimeCacheMs: 0,
    rateWaitMs: 0,
    rewriteBodyLinks: true,
    tokenStoreUrl: undefined,
    logLevel: 'info',
    egress: undefined,
    handlesWorkLogin: false,
    hasSecretCommand: false,
    requiresProxyKey: false,
    sharesTokens: false,
  })
})

test('every setting is taken', () => {
  const config = load({
    X8_BASE_URL: 'http://127.0.0.1:9000/',
    X8_TOKEN_URL: 'http://localhost:9001/token?x=y',
    X8_WORK_USERNAME: 'jürgen smith',
    X8_WORK_PASSWORD: 'pass word',
    X8_TENANT: 'tenant one',
    X8_PBX: 'pbx',
    X8_HOST: '::',
    X8_PORT: '0',
    X8_ALLOWED_HOSTS: ' localhost , Proxy.Internal,',
    X8_ALLOWED_ORIGINS: 'https://app.example.com, http://localhost:3000',
    X8_PROXY_KEY: 'proxy-key',
    X8_READ_ONLY: 'true',
    X8_ALLOW: 'get /storage/%75s-west/ , /qm',
    X8_DENY: 'DELETE /',
    X8_MAX_BODY_BYTES: '1000',
    X8_REPLAY_BODY_BYTES: '500',
    X8_CONNECT_TIMEOUT_MS: '1',
    X8_RESPONSE_TIMEOUT_MS: '2',
    X8_IDLE_TIMEOUT_MS: '3',
    X8_TOKEN_TIMEOUT_MS: '4',
    X8_SHUTDOWN_GRACE_MS: '0',
    X8_REALTIME_CACHE_MS: '5000',
    X8_RATE_WAIT_MS: '30000',
    X8_REWRITE_BODY_LINKS: 'false',
    X8_TOKEN_STORE_URL: 'rediss://user:password@redis.internal:6380/2',
    X8_LOG_LEVEL: 'trace',
  })
  assert.deepEqual(config, {
    app: { key: 'eght_key', secret: 'app-secret' },
    familyUrls: new Map(),
    familyKeys: new Map(),
    familiesWithKey: [],
    work: { username: 'jürgen smith', password: 'pass word' },
    baseUrl: new URL('http://127.0.0.1:9000'),
    tokenUrl: new URL('http://localhost:9001/token?x=y'),
    workTokenUrl: new URL('http://127.0.0.1:9000/analytics/work/v1/oauth/token'),
    tenant: 'tenant one',
    pbx: 'pbx',
    listen: { host: '::', port: 0 },
    allowedHosts: new Set(['localhost', 'proxy.internal']),
    allowedOrigins: new Set(['https://app.example.com', 'http://localhost:3000']),
    proxyKey: 'proxy-key',
    readOnly: true,
    allow: [
      { method: 'GET', prefix: '/storage/us-west' },
      { method: undefined, prefix: '/qm' },
    ],
    deny: [{ method: 'DELETE', prefix: '' }],
    maxBodyBytes: 1000,
    replayBodyBytes: 500,
    connectTimeoutMs: 1,
    responseTimeoutMs: 2,
    idleTimeoutMs: 3,
    tokenTimeoutMs: 4,
    shutdownGraceMs: 0,
    realtimeCacheMs: 5000,
    rateWaitMs: 30000,
    rewriteBodyLinks: false,
    tokenStoreUrl: new URL('rediss://user:password@redis.internal:6380/2'),
    logLevel: 'trace',
    egress: undefined,
    handlesWorkLogin: true,
    hasSecretCommand: false,
    requiresProxyKey: true,
    sharesTokens: true,
  })
  assert.deepEqual(load({ X8_SOCKET: '/run/x8.sock' }).listen, { socket: '/run/x8.sock' })
})

test('an empty variable is an unset one', () => {
  const empty = Object.fromEntries(SETTING_NAMES.map((name) => [name, '']))
  assert.deepEqual(load({ ...empty, X8_TYPO: '', HTTPS_PROXY: '', ...account }), load({}))
})

test('without a key and a secret nothing starts', () => {
  assert.deepEqual(errors({ X8_APP_KEY: undefined, X8_APP_SECRET: '' }), [
    "X8_APP_KEY is required: it must be the app's key from 8x8 Admin Console > API Keys (visible ASCII, no spaces). Or set X8_APP_KEY_FILE.",
    "X8_APP_SECRET is required: it must be the app's secret from 8x8 Admin Console > API Keys (visible ASCII, no spaces). Or set X8_APP_SECRET_FILE or X8_APP_SECRET_COMMAND.",
  ])
})

test('each error names its variable and what it should be', () => {
  const rules = 'must be a comma-separated list of "[METHOD ]/path/prefix", such as "GET /storage/us-west".'
  const hosts = 'X8_ALLOWED_HOSTS must be host names without scheme, port and wildcards, separated by commas.'
  const origins =
    'X8_ALLOWED_ORIGINS must be origins as browsers send them (scheme, host and port; no path, no wildcard), separated by commas, such as https://app.example.com,http://localhost:3000.'
  const duration = 'must be a whole number of milliseconds from 1 to 2147483647.'
  for (const [name, values, error] of [
    [
      'X8_APP_KEY',
      ['a b', 'ü', 'a\n'],
      "X8_APP_KEY must be the app's key from 8x8 Admin Console > API Keys (visible ASCII, no spaces).",
    ],
    [
      'X8_APP_SECRET',
      [' a', '\ta'],
      "X8_APP_SECRET must be the app's secret from 8x8 Admin Console > API Keys (visible ASCII, no spaces).",
    ],
    [
      'X8_BASE_URL',
      ['api.8x8.com', 'x', '//api.8x8.com', 'ftp://api.8x8.com', 'file:///x'],
      'X8_BASE_URL must be an https:// URL.',
    ],
    [
      'X8_BASE_URL',
      [
        'http://api.8x8.com',
        'http://10.0.0.1',
        'http://localhost.example.com',
        'http://127.0.0.1.example.com',
      ],
      'X8_BASE_URL must be an https:// URL; plain http:// is for loopback addresses only.',
    ],
    [
      'X8_BASE_URL',
      ['https://u:p@api.8x8.com', 'https://u@api.8x8.com', 'https://:p@api.8x8.com', 'https://api.8x8.com#x'],
      'X8_BASE_URL must be a URL without user name, password and fragment.',
    ],
    [
      'X8_BASE_URL',
      ['https://api.8x8.com/x', 'https://api.8x8.com?x'],
      'X8_BASE_URL must be an origin without a path, such as https://api.8x8.com.',
    ],
    [
      'X8_TOKEN_URL',
      ['http://api.8x8.com/token'],
      'X8_TOKEN_URL must be an https:// URL; plain http:// is for loopback addresses only.',
    ],
    ['X8_TENANT', ['a\nb', 'ü', ' x'], 'X8_TENANT must be the id of a tenant (printable ASCII).'],
    ['X8_PBX', ['a\rb'], 'X8_PBX must be the name of a PBX (printable ASCII).'],
    ['X8_HOST', ['a b', 'http://x', '[::1]'], 'X8_HOST must be an IP address or a host name.'],
    [
      'X8_PORT',
      ['-1', '65536', '80.5', 'http', '1e9', '0x50', ' 80', '+80', 'Infinity', '-Infinity', '1e400'],
      'X8_PORT must be a whole number from 0 (a free port) to 65535.',
    ],
    ['X8_ALLOWED_HOSTS', ['*', '*.example.com', 'a:80', 'http://a', 'a/b', 'a b', '::1'], hosts],
    [
      'X8_ALLOWED_ORIGINS',
      [
        '*',
        'null',
        'app.example.com',
        'https://app.example.com/',
        'https://APP.example.com',
        'https://app.example.com:443',
        'https://app.example.com/x',
        'https://*.example.com/',
        'ftp://x',
      ],
      origins,
    ],
    ['X8_PROXY_KEY', ['a b', 'ü'], 'X8_PROXY_KEY must be visible ASCII without spaces.'],
    ['X8_READ_ONLY', ['1', 'yes', 'TRUE', 'on'], 'X8_READ_ONLY must be true or false.'],
    [
      'X8_ALLOW',
      [
        'storage',
        'GETT /x',
        'GET',
        'GET  POST /x',
        '/a b',
        '/a?b',
        '/a#b',
        '/a\\b',
        '/%zz',
        '/a/../b',
        '//a',
        '/a/%2e',
        ',',
        ' ',
      ],
      `X8_ALLOW ${rules}`,
    ],
    ['X8_DENY', ['/a,storage', 'GET:/a', 'https://api.8x8.com/a', ', ,'], `X8_DENY ${rules}`],
    [
      'X8_MAX_BODY_BYTES',
      ['-1', '1.5', '10MB'],
      'X8_MAX_BODY_BYTES must be a whole number of bytes, 0 or more.',
    ],
    ['X8_REPLAY_BODY_BYTES', ['x'], 'X8_REPLAY_BODY_BYTES must be a whole number of bytes, 0 or more.'],
    ['X8_CONNECT_TIMEOUT_MS', ['0', '5s', '2147483648'], `X8_CONNECT_TIMEOUT_MS ${duration}`],
    ['X8_RESPONSE_TIMEOUT_MS', ['0', 'Infinity'], `X8_RESPONSE_TIMEOUT_MS ${duration}`],
    ['X8_IDLE_TIMEOUT_MS', ['-1'], `X8_IDLE_TIMEOUT_MS ${duration}`],
    ['X8_TOKEN_TIMEOUT_MS', ['0'], `X8_TOKEN_TIMEOUT_MS ${duration}`],
    [
      'X8_SHUTDOWN_GRACE_MS',
      ['-1'],
      'X8_SHUTDOWN_GRACE_MS must be a whole number of milliseconds from 0 to 2147483647.',
    ],
    [
      'X8_REALTIME_CACHE_MS',
      ['-1', '5s'],
      'X8_REALTIME_CACHE_MS must be a whole number of milliseconds from 0 to 2147483647.',
    ],
    [
      'X8_TOKEN_STORE_URL',
      [
        'redis.internal',
        'redis.internal:6379',
        'https://:secret@redis.internal',
        'redis:secret',
        'redis://',
        'redis://redis.internal/secret',
      ],
      'X8_TOKEN_STORE_URL must be a redis:// or rediss:// URL with a host, and no path but a database number.',
    ],
    [
      'X8_LOG_LEVEL',
      ['verbose', 'INFO'],
      'X8_LOG_LEVEL must be trace, debug, info, warn, error, fatal or silent.',
    ],
    ['X8_WORK_USERNAME', ['me'], 'X8_WORK_USERNAME has no effect without X8_WORK_PASSWORD. Set both.'],
    ['X8_WORK_PASSWORD', ['secret'], 'X8_WORK_PASSWORD has no effect without X8_WORK_USERNAME. Set both.'],
    ['HTTPS_PROXY', ['socks5://x', 'ftp://x', 'http://'], 'HTTPS_PROXY must be an http:// or https:// URL.'],
    [
      'NODE_TLS_REJECT_UNAUTHORIZED',
      ['0'],
      'NODE_TLS_REJECT_UNAUTHORIZED must not be 0: the token could go to any server that answers the call. Trust a private certificate authority with NODE_EXTRA_CA_CERTS instead.',
    ],
  ] as const) {
    for (const value of values) assert.deepEqual(errors({ [name]: value }), [error], `${name}=${value}`)
  }
})

test('all errors are reported together, a line each', () => {
  assert.deepEqual(
    errors({
      X8_APP_KEY: undefined,
      X8_TYPO: 'x',
      X8_PORT: 'x',
      X8_READ_ONLY: 'maybe',
      X8_BASE_URL: 'http://x',
      X8_ALLOW: 'x',
      X8_ALLOWED_HOSTS: '*',
      X8_PROXY_KEY_FILE: '/missing',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    }).map((error) => /^\w+/.exec(error)?.[0]),
    [
      'X8_TYPO',
      'X8_PROXY_KEY_FILE',
      'X8_APP_KEY',
      'X8_PORT',
      'X8_READ_ONLY',
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'X8_BASE_URL',
      'X8_ALLOWED_HOSTS',
      'X8_ALLOW',
    ],
  )
})

test('an unknown name gets the nearest one', () => {
  for (const [name, nearest] of [
    ['X8_APPKEY', 'X8_APP_KEY'],
    ['X8_KEY', 'X8_PBX'],
    ['X8_app_key', 'X8_APP_KEY'],
    ['X8_APP_SECRETS', 'X8_APP_SECRET'],
    ['X8_APP_SECRET_FLIE', 'X8_APP_SECRET_FILE'],
    ['X8_ALLOWED_HOST', 'X8_ALLOWED_HOSTS'],
    ['X8_READONLY', 'X8_READ_ONLY'],
    ['X8_PORT_', 'X8_PORT'],
    ['X8_LOGLEVEL', 'X8_LOG_LEVEL'],
    ['X8_TENANT_FILE', 'X8_TENANT'],
  ] as const) {
    const [error, ...rest] = errors({ [name]: 'value' })
    assert.deepEqual(rest, [])
    if (name === 'X8_KEY')
      assert.match(error!, /^X8_KEY is not a setting of this program\. Did you mean X8_\w+\?$/)
    else assert.equal(error, `${name} is not a setting of this program. Did you mean ${nearest}?`)
  }
})

test('X8_WORKERS, which is gone, gets the way to more', () => {
  assert.deepEqual(errors({ X8_WORKERS: '2' }), [
    'X8_WORKERS was removed: one process serves some 20,000 requests a second. For more, run replicas that share one token through X8_TOKEN_STORE_URL.',
  ])
})

test('other variables are never read', () => {
  assert.deepEqual(
    load({ PATH: 'x', PORT: '1', HTTP_PROXY: 'nonsense', X8: 'x', APP_KEY: 'x', XX8_PORT: 'x' }),
    load({}),
  )
})

test('a key, a secret, a password or a proxy key may come from a file', () => {
  const files = {
    '/key': 'file-key\n',
    '/secret': 'file-secret\r\n',
    '/user': 'me\n',
    '/password': ' p \n\n',
    '/proxy': 'pk',
  }
  const { app, work, proxyKey } = loadConfig(
    {
      X8_APP_KEY_FILE: '/key',
      X8_APP_SECRET_FILE: '/secret',
      X8_WORK_USERNAME_FILE: '/user',
      X8_WORK_PASSWORD: 'plain',
      X8_PROXY_KEY_FILE: '/proxy',
    },
    (path) => files[path as keyof typeof files],
  ).secrets
  assert.deepEqual(app, { key: 'file-key', secret: 'file-secret' })
  assert.deepEqual(work, { username: 'me', password: 'plain' })
  assert.equal(proxyKey, 'pk')
})

test('one trailing newline is left out, not two', () => {
  assert.deepEqual(errors({ X8_PROXY_KEY_FILE: '/proxy' }, { '/proxy': 'pk\n\n' }), [
    'X8_PROXY_KEY must be visible ASCII without spaces.',
  ])
})

test('a file that gives nothing is one error', () => {
  assert.deepEqual(
    errors(
      {
        X8_APP_KEY: undefined,
        X8_APP_KEY_FILE: '/missing',
        X8_APP_SECRET: undefined,
        X8_APP_SECRET_FILE: '/empty',
      },
      { '/empty': '\n' },
    ),
    ['X8_APP_KEY_FILE names a file that cannot be read (ENOENT).', 'X8_APP_SECRET_FILE names an empty file.'],
  )
})

test('a variable and its file are not set both', () => {
  for (const name of ['X8_APP_KEY', 'X8_APP_SECRET', 'X8_PROXY_KEY']) {
    assert.deepEqual(errors({ [name]: 'x', [`${name}_FILE`]: '/x' }, { '/x': 'y' }), [
      `${name} and ${name}_FILE are both set. Keep one of them.`,
    ])
  }
})

test('a setting that has no effect beside another is an error', () => {
  assert.deepEqual(errors({ X8_SOCKET: '/run/x8.sock', X8_HOST: '127.0.0.1', X8_PORT: '8808' }), [
    'X8_HOST has no effect beside X8_SOCKET. Keep one of them.',
    'X8_PORT has no effect beside X8_SOCKET. Keep one of them.',
  ])
})

test('a long X8_SOCKET was truncated, and the proxy listened elsewhere', () => {
  const longest = `/${'x'.repeat(102)}`
  assert.deepEqual(load({ X8_SOCKET: longest }).listen, { socket: longest })
  const error = 'X8_SOCKET must be 103 bytes long at most: a system knows no longer one.'
  assert.deepEqual(errors({ X8_SOCKET: `${longest}x` }), [error])
  assert.deepEqual(errors({ X8_SOCKET: `/${'\u00fc'.repeat(52)}` }), [error])
})

test('no message holds a value', () => {
  const secret = 'hush hush-5f2c'
  const environment = Object.fromEntries(
    [...SETTING_NAMES, 'X8_TYPO', 'HTTPS_PROXY'].map((name) => [name, `${secret}://${secret}@x`]),
  )
  const told = errors(environment, {}).join('\n')
  assert.ok(told.split('\n').length > 15)
  assert.equal(/hush|5f2c/.test(told), false, told)
  const file = errors({ X8_APP_KEY: undefined, X8_APP_KEY_FILE: '/key' }, { '/key': secret })
  assert.equal(file.length, 1)
  assert.equal(/hush|5f2c/.test(file.join()), false)
})

test('plain http is for loopback addresses only', () => {
  for (const origin of [
    'http://127.0.0.1:1',
    'http://127.9.9.9',
    'http://[::1]:1',
    'http://localhost:1',
    'HTTP://LOCALHOST',
    'http://127.1',
  ]) {
    assert.deepEqual(errors({ X8_BASE_URL: origin }), [], origin)
  }
  for (const name of ['127.0.0.1', '127.255.0.1', '::1', '[::1]', 'localhost', 'LocalHost'])
    assert.ok(isLoopback(name), name)
  for (const name of [
    '0.0.0.0',
    '::',
    '128.0.0.1',
    '1127.0.0.1',
    '127.0.0.1.example',
    'localhost.example',
    '',
  ]) {
    assert.equal(isLoopback(name), false, name)
  }
})

test('the egress proxy of the environment is taken as everywhere else', () => {
  for (const [environment, httpsProxy, noProxy] of [
    [{ HTTPS_PROXY: 'http://u:p@egress:3128' }, 'http://u:p@egress:3128', ''],
    [{ HTTPS_PROXY: 'https://egress', NO_PROXY: 'a,b' }, 'https://egress', 'a,b'],
    [
      { https_proxy: 'http://lower', HTTPS_PROXY: 'http://upper', no_proxy: 'c', NO_PROXY: 'd' },
      'http://lower',
      'c',
    ],
    [{ HTTPS_PROXY: 'egress.example.com:3128' }, 'http://egress.example.com:3128', ''],
  ] as const) {
    assert.deepEqual(load(environment).egress, { httpsProxy, noProxy })
  }
  assert.equal(load({ NO_PROXY: '*', HTTP_PROXY: 'http://x' }).egress, undefined)
})

test('no more is kept for a replay than may come in', () => {
  assert.equal(load({ X8_MAX_BODY_BYTES: '1000' }).replayBodyBytes, 1000)
})
