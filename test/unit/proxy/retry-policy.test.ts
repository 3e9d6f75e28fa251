import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  acceptsToken,
  afterRejection,
  type BodyState,
  type FailedAttempt,
  mayRetry,
  type RejectionStep,
} from '../../../src/proxy/retry-policy.js'

const neverOpened: FailedAttempt = {
  method: 'POST',
  sent: false,
  reused: false,
  begun: false,
  mayOpenNextTime: true,
  connectionLost: false,
  body: 'repeatable',
  retried: false,
}
const diedIdle: FailedAttempt = {
  ...neverOpened,
  method: 'GET',
  sent: true,
  reused: true,
  mayOpenNextTime: false,
  connectionLost: true,
}

const RETRIES: readonly [sentence: string, attempt: FailedAttempt, again: boolean][] = [
  ['a request whose connection could not be opened is sent again', neverOpened, true],
  [
    'but not where another attempt cannot do better, as with a certificate',
    { ...neverOpened, mayOpenNextTime: false },
    false,
  ],
  ['an upload of which nothing has been read is sent again', { ...neverOpened, body: 'unread' }, true],
  ['an upload that has been read from is not', { ...neverOpened, body: 'read' }, false],
  ['a GET on a reused connection that closed before a byte is sent again', diedIdle, true],
  ['so is a HEAD', { ...diedIdle, method: 'HEAD' }, true],
  ['so is an OPTIONS', { ...diedIdle, method: 'OPTIONS' }, true],
  ['a POST never is', { ...diedIdle, method: 'POST' }, false],
  ['a DELETE never is', { ...diedIdle, method: 'DELETE' }, false],
  ['an unknown method never is', { ...diedIdle, method: 'FETCH' }, false],
  ['a GET on a connection that was opened for it is not', { ...diedIdle, reused: false }, false],
  ['a GET whose response had begun is not', { ...diedIdle, begun: true }, false],
  ['a GET that ran into its time-out is not', { ...diedIdle, connectionLost: false }, false],
  ['a GET with a streamed body is not', { ...diedIdle, body: 'unread' }, false],
  ['no request is sent a third time for its connection', { ...diedIdle, retried: true }, false],
  ['nor if that one could not be opened either', { ...neverOpened, retried: true }, false],
]

for (const [sentence, attempt, again] of RETRIES) {
  test(sentence, () => assert.equal(mayRetry(attempt), again))
}

const REJECTIONS: readonly [
  sentence: string,
  lacksProduct: boolean,
  retried: boolean,
  body: BodyState,
  RejectionStep,
][] = [
  ['a rejected token is replaced and the request sent again', false, false, 'repeatable', 'replace-token'],
  ['after an upload it is replaced for later requests', false, false, 'read', 'replace-token-and-pass-on'],
  ['an upload that was not read is passed on too', false, false, 'unread', 'replace-token-and-pass-on'],
  ['a rejected replacement holds renewals back', false, true, 'repeatable', 'pass-on-and-hold-renewals'],
  ['a missing product renews nothing', true, false, 'repeatable', 'pass-on'],
  ['a missing product on the second attempt holds nothing back', true, true, 'repeatable', 'pass-on'],
]

for (const [sentence, lacksProduct, retried, body, step] of REJECTIONS) {
  test(sentence, () => assert.equal(afterRejection({ lacksProduct, retried, body }), step))
}

test('a status that says nothing of the token leaves it unproven', () => {
  const accepted = [200, 204, 302, 400, 403, 404, 429, 401, 500, 503].filter(acceptsToken)
  assert.deepEqual(accepted, [200, 204, 302, 400, 403, 404])
})
