import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NoticeFacts, noticesOf } from '../../../src/inspector/notices.js'
import { createRecent } from '../../../src/inspector/recent.js'
import type { TokenStatus } from '../../../src/token/token-status.js'

const VALID: TokenStatus = {
  state: 'valid',
  expiresInSeconds: 1700,
  obtainedAt: '2026-01-05T09:00:00.000Z',
  products: ['storage'],
  renewals: 0,
  renewalsHeldBackSeconds: null,
  lastError: null,
  lastErrorKind: null,
  retryInSeconds: null,
}
const REFUSED: TokenStatus = {
  ...VALID,
  state: 'refused',
  expiresInSeconds: null,
  lastError: 'The token endpoint responded 401 (invalid_client).',
  lastErrorKind: 'refused',
  retryInSeconds: 12,
}
const UNAVAILABLE: TokenStatus = {
  ...REFUSED,
  state: 'unavailable',
  lastError: 'The token endpoint responded 503.',
  lastErrorKind: 'unavailable',
}
const FINE: NoticeFacts = {
  token: VALID,
  workToken: undefined,
  hosts: [{ origin: 'https://api.8x8.com', state: 'closed', failures: 0, retryInSeconds: null }],
  usedUp: [],
  logLinesDropped: 0,
}

function only(facts: Partial<NoticeFacts>) {
  const notices = noticesOf({ ...FINE, ...facts })
  assert.equal(notices.length, 1)
  return notices[0]!
}

test('while nothing is wrong nothing is said, before the first token and without use too', () => {
  assert.deepEqual(noticesOf(FINE), [])
  const none: TokenStatus = { ...VALID, state: 'none', expiresInSeconds: null }
  assert.deepEqual(noticesOf({ ...FINE, token: none, workToken: none }), [])
  assert.deepEqual(noticesOf({ ...FINE, token: { ...none, state: 'renewing' } }), [])
})

test('refused credentials: which, where to compare them, what takes them up, when they are tried again', () => {
  const { tone, title, text, changing } = only({ token: REFUSED })
  assert.equal(tone, 'bad')
  assert.equal(title, "8x8 refuses the app's key or secret")
  for (const part of [
    'responded 401 (invalid_client)',
    '502 credentials-refused',
    '`X8_APP_KEY` and `X8_APP_SECRET`',
    'Admin Console > API Keys',
    'taken up by themselves',
    '`8x8-auth-proxy doctor`',
  ]) {
    assert.ok(text.includes(part), `${part} in: ${text}`)
  }
  assert.equal(changing, 'Next attempt in 12 s')
})

test('a refused Work Analytics user names its own settings', () => {
  const { tone, title, text } = only({ workToken: REFUSED })
  assert.equal(tone, 'bad')
  assert.match(title, /Work Analytics user/)
  assert.match(text, /`X8_WORK_USERNAME` and `X8_WORK_PASSWORD`/)
})

test('what is refused or unavailable stays so while it is tried again', () => {
  for (const token of [REFUSED, UNAVAILABLE]) {
    const before = only({ token })
    const during = only({ token: { ...token, state: 'renewing', retryInSeconds: 0 } })
    assert.equal(during.changing, 'Trying again now')
    // Only what changes has changed: nothing blinks, and a screen reader says nothing again.
    assert.deepEqual({ ...during, changing: '' }, { ...before, changing: '' })
  }
})

test('no token: what the log would say, what callers get, and no advice about credentials', () => {
  const { tone, title, text, changing } = only({ token: UNAVAILABLE })
  assert.deepEqual([tone, title, changing], ['bad', 'There is no token', 'Next attempt in 12 s'])
  assert.match(text, /^The token endpoint responded 503\. .*503 token-unavailable.*doctor/)
  assert.doesNotMatch(text, /X8_APP_SECRET/)
})

test('a token that still serves is no alarm, though it cannot be renewed', () => {
  const { tone, title, text } = only({ token: { ...UNAVAILABLE, state: 'valid', expiresInSeconds: 300 } })
  assert.deepEqual([tone, title], ['warn', 'The token cannot be renewed'])
  assert.match(text, /serves until it expires/)
})

test('renewals that are held back say why and how long', () => {
  const { tone, text, changing } = only({ token: { ...VALID, renewalsHeldBackSeconds: 42 } })
  assert.equal(tone, 'warn')
  assert.match(text, /lacks the product/)
  assert.match(changing!, /42 s/)
})

test('8x8 out of reach: which server, and that the next call tries it again', () => {
  const host = {
    origin: 'https://api-eu.8x8.com',
    state: 'open',
    failures: 7,
    retryInSeconds: 3,
  } as const
  const { tone, title, text, changing } = only({ hosts: [...FINE.hosts, host] })
  assert.deepEqual([tone, title], ['bad', '8x8 cannot be reached'])
  assert.match(text, /https:\/\/api-eu\.8x8\.com/)
  assert.match(changing!, /in 3 s/)
  assert.equal(only({ hosts: [{ ...host, retryInSeconds: 0 }] }).changing, 'The next call tries it again')
})

test('a shared budget that is used up names the families, the calls that wait, and the setting', () => {
  const usedUp = [
    { title: 'Journey', waiting: 2, pausedForSeconds: 0 },
    { title: 'Contacts', waiting: 1, pausedForSeconds: 7 },
  ]
  const { title, text, changing } = only({ usedUp })
  assert.equal(title, 'The shared budget is used up: Journey, Contacts')
  assert.match(text, /429 rate-budget.*`X8_RATE_WAIT_MS`/)
  assert.equal(changing, '3 calls wait, 8x8 wants none for 7 s')
  assert.equal(only({ usedUp: [{ ...usedUp[1]!, pausedForSeconds: 0 }] }).changing, '1 call waits')
})

test('dropped log lines are counted', () => {
  const { tone, changing } = only({ logLinesDropped: 340 })
  assert.deepEqual([tone, changing], ['warn', '340 since the start'])
})

test('the worst comes first, and each has a name of its own', () => {
  const notices = noticesOf({
    ...FINE,
    token: { ...VALID, renewalsHeldBackSeconds: 1 },
    workToken: { ...REFUSED, renewalsHeldBackSeconds: 1 },
    logLinesDropped: 1,
  })
  assert.deepEqual(
    notices.map(({ tone }) => tone),
    ['bad', 'warn', 'warn', 'warn'],
  )
  assert.equal(new Set(notices.map(({ name }) => name)).size, 4)
})

test('what was true a moment ago is recent, each by its own name', () => {
  let now = 0
  const recent = createRecent(() => now)
  assert.equal(recent('a', false, 10), false)
  assert.equal(recent('a', true, 10), true)
  now = 9
  assert.equal(recent('a', false, 10), true)
  assert.equal(recent('b', false, 10), false)
  now = 10
  assert.equal(recent('a', false, 10), false)
})
