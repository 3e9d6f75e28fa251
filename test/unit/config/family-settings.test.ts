import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, type Environment } from '../../../src/config/config.js'
import { FAMILY_KEYS, FAMILY_SETTING_NAMES, FAMILY_URLS } from '../../../src/config/family-settings.js'
import { loadConfig } from '../../../src/config/load-config.js'

const account = { X8_APP_KEY: 'key', X8_APP_SECRET: 'secret' }
const load = (environment: Environment, content = 'from-file\n') =>
  loadConfig({ ...account, ...environment }, () => content)

function errors(environment: Environment, content?: string): readonly string[] {
  try {
    load(environment, content)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.errors
  }
}

test('a key for each family that takes x-api-key, and a base URL for each family', () => {
  assert.deepEqual(
    FAMILY_KEYS.map(({ name }) => name).toSorted(),
    [
      'ADMINISTRATION',
      'AUDIT',
      'CAMPAIGNS',
      'CHAT_GATEWAY',
      'CONTACTS',
      'CUSTOMER_360',
      'FAX',
      'JOURNEY',
      'WORK_CHAT',
    ].map((family) => `X8_APP_KEY_${family}`),
  )
  assert.equal(FAMILY_URLS.length, 16)
  assert.ok(FAMILY_SETTING_NAMES.includes('X8_APP_KEY_CUSTOMER_360_FILE'))
  assert.ok(FAMILY_SETTING_NAMES.includes('X8_BASE_URL_CC_REALTIME'))
})

test('keys come from the environment or from files, base URLs from the environment', () => {
  const { config, secrets } = load({
    X8_APP_KEY_JOURNEY: 'journey-key',
    X8_APP_KEY_WORK_CHAT_FILE: '/chat',
    X8_BASE_URL_JOURNEY: 'https://api-eu.8x8.com',
    X8_BASE_URL_WORK_ANALYTICS: 'http://127.0.0.1:9000',
  })
  assert.deepEqual(Object.fromEntries(secrets.familyKeys), {
    'work-chat': 'from-file',
    journey: 'journey-key',
  })
  assert.deepEqual(
    [...config.familyUrls].map(([family, { origin }]) => [family, origin]),
    [
      ['work-analytics', 'http://127.0.0.1:9000'],
      ['journey', 'https://api-eu.8x8.com'],
    ],
  )
  assert.equal(config.workTokenUrl.href, 'http://127.0.0.1:9000/analytics/work/v1/oauth/token')
})

test('a family lives at 8x8 over https or on this machine, and nowhere else', () => {
  const allowed = [
    'https://api-eu.8x8.com',
    'https://API.8x8.com:443/',
    'http://localhost:9',
    'https://127.0.0.1:9',
  ]
  for (const url of allowed) assert.deepEqual(errors({ X8_BASE_URL_JOURNEY: url }), [], url)
  const refused = [
    'http://api-eu.8x8.com', 'https://8x8.com.evil.example', 'https://evil8x8.com', 'https://api.8x8.com.', 'https://8x8.com@evil.example',
    'https://api-eu.8x8.com/path', 'https://10.0.0.1', 'ftp://api.8x8.com', 'api-eu.8x8.com',
  ] // prettier-ignore
  for (const url of refused) {
    const found = errors({ X8_BASE_URL_JOURNEY: url })
    assert.equal(found.length, 1, url)
    assert.match(found[0]!, /^X8_BASE_URL_JOURNEY must be /, url)
  }
})

test('a family that there is not is answered with the nearest', () => {
  for (const [name, nearest] of [
    ['X8_APP_KEY_JURNEY', 'X8_APP_KEY_JOURNEY'],
    ['X8_APP_KEY_JOURNEY_FIEL', 'X8_APP_KEY_JOURNEY_FILE'],
    ['X8_BASE_URL_CONTACT', 'X8_BASE_URL_CONTACTS'],
    ['X8_BASE_URL_WORKCHAT', 'X8_BASE_URL_WORK_CHAT'],
  ] as const) {
    assert.deepEqual(errors({ [name]: 'x' }), [
      `${name} is not a setting of this program. Did you mean ${nearest}?`,
    ])
  }
})

test('a key that is none is a configuration error, and is not shown', () => {
  assert.deepEqual(errors({ X8_APP_KEY_JOURNEY: 'not a key' }), [
    'X8_APP_KEY_JOURNEY must be a key from 8x8 Admin Console > API Keys (visible ASCII, no spaces).',
  ])
  assert.match(errors({ X8_APP_KEY_JOURNEY: 'eght_...' })[0]!, /^X8_APP_KEY_JOURNEY is still a placeholder/)
  assert.deepEqual(errors({ X8_APP_KEY_FAX: 'a', X8_APP_KEY_FAX_FILE: '/fax' }), [
    'X8_APP_KEY_FAX and X8_APP_KEY_FAX_FILE are both set. Keep one of them.',
  ])
  assert.deepEqual(errors({ X8_APP_KEY_FAX_FILE: '/fax' }, ''), ['X8_APP_KEY_FAX_FILE names an empty file.'])
  assert.match(
    errors({ X8_BASE_URL_FAX: 'http://127.0.0.1:8808' })[0]!,
    /^X8_BASE_URL_FAX leads back to this program itself/,
  )
})
