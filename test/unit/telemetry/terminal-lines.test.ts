import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger } from '../../../src/telemetry/logger.js'
import { shortDuration } from '../../../src/telemetry/request-row.js'
import { terminalLines } from '../../../src/telemetry/terminal-lines.js'

/** What a terminal gets of a log, without the time of day. */
function screen(hasColours = false) {
  let text = ''
  const destination = { write: (part: string) => void (text += part) }
  const log = createLogger({ level: 'trace', destination: terminalLines(destination, hasColours) })
  return {
    log,
    lines: () =>
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => line.replace(/^\d\d:\d\d:\d\d /, '')),
  }
}

const REQUEST = {
  id: 'mine',
  method: 'GET',
  path: '/storage/1',
  family: 'storage',
  status: 200,
  durationMs: 12.3,
  bytes: 812,
}

test('requests stand in columns, and each has only the remarks that it is worth', () => {
  const { log, lines } = screen()
  log.info(REQUEST, 'request')
  log.info(
    {
      ...REQUEST,
      method: 'DELETE',
      family: 'customer-experience',
      durationMs: 61_234,
      bytes: 1_340_000,
      cache: 'miss',
    },
    'request',
  )
  log.info({ ...REQUEST, family: undefined, status: 304, durationMs: 0.4, bytes: 0, cache: 'hit' }, 'request')
  log.info({ ...REQUEST, tokenWaitMs: 250, rateWaitMs: 1234, retries: ['token', 'connection'] }, 'request')
  log.info({ ...REQUEST, status: 0, incomplete: true }, 'request without a complete response')
  log.warn(
    { ...REQUEST, status: 200, incomplete: true, cause: 'UND_ERR_SOCKET' },
    'request without a complete response',
  )
  log.info({ ...REQUEST, status: 401, upstreamId: 'of-8x8' }, 'request')
  log.warn(
    {
      ...REQUEST,
      status: 502,
      problem: 'upstream-unreachable',
      detail: 'No connection.',
      cause: 'ECONNREFUSED',
    },
    'request',
  )
  log.warn(
    { id: 'x', status: 400, problem: 'bad-request', detail: 'No HTTP.', cause: 'HPE_INVALID' },
    'rejected before it was a request',
  )
  assert.deepEqual(lines(), [
    'GET    200   12 ms   812 B storage             /storage/1',
    'DELETE 200    61 s  1.3 MB customer-experience /storage/1',
    'GET    304  0.4 ms     0 B -                   /storage/1 cache hit',
    'GET    200   12 ms   812 B storage             /storage/1 sent again (token, connection) waited 250 ms for a token waited 1.23 s for its turn',
    'GET      -   12 ms   812 B storage             /storage/1 caller left',
    'GET    200   12 ms   812 B storage             /storage/1 UND_ERR_SOCKET aborted id=mine',
    'GET    401   12 ms   812 B storage             /storage/1 id=mine 8x8-id=of-8x8',
    'GET    502   12 ms   812 B storage             /storage/1 upstream-unreachable: No connection. ECONNREFUSED id=mine',
    '-      400                 -                    bad-request: No HTTP. HPE_INVALID id=x',
  ])
})

test('the status has the colour of its class', () => {
  const { log, lines } = screen(true)
  for (const status of [200, 302, 404, 503]) log.info({ ...REQUEST, status }, 'request')
  assert.deepEqual(
    // oxlint-disable-next-line no-control-regex
    lines().map((line) => /\x1b\[(3\d)m\d{3}/.exec(line)?.[1]),
    ['32', '36', '33', '31'],
  )
})

test('other lines are their message and what is worth knowing beside it', () => {
  const { log, lines } = screen()
  const token = {
    credential: 'app',
    reason: 'start',
    lifetimeSeconds: 1799,
    products: ['storage', 'QM - API'],
    opens: ['x'],
  }
  log.info({ ...token, durationMs: 312 }, 'token obtained, it lives 29 minutes 59 seconds')
  log.info({ ...token, credential: 'work', products: [] }, 'token obtained, it lives 30 minutes')
  log.info({ ...token, reason: 'due' }, 'token obtained, it lives 29 minutes 59 seconds')
  log.info({ ...token, reason: 'due', products: [] }, 'token obtained, it lives 29 minutes 59 seconds')
  log.error({ credential: 'work', reason: 'The user is unknown.', retryInMs: 5000 }, 'token refused')
  log.warn('every user of this machine may read .env: chmod 600 .env')
  log.debug({ inFlight: 2, graceMs: 25_000, names: ['a'] }, 'shutting down')
  log.error({ errors: ['One.', 'Two.'] }, 'the new settings cannot be read')
  assert.deepEqual(lines(), [
    'granted: storage, QM - API',
    'token obtained, it lives 29 minutes 59 seconds duration=312 ms',
    'token obtained, it lives 29 minutes 59 seconds (due)',
    'granted: no API product',
    'token obtained, it lives 29 minutes 59 seconds (due)',
    'ERROR token refused (of the Work Analytics user): The user is unknown. retryIn=5.00 s',
    'WARN every user of this machine may read .env: chmod 600 .env',
    'DEBUG shutting down inFlight=2 grace=25 s names=["a"]',
    'ERROR the new settings cannot be read: One. Two.',
  ])
})

test('an error of the program itself has its stack, and that of its cause', () => {
  const { log, lines } = screen()
  log.fatal({ err: new TypeError('boom', { cause: new Error('fuse') }) }, 'unexpected error')
  const shown = lines()
  assert.equal(shown[0], 'FATAL unexpected error TypeError: boom')
  assert.match(shown[1]!, /^ +at /)
  assert.ok(shown.some((line) => line.includes('caused by Error: fuse')))
})

test('nothing in any field is obeyed by a terminal', () => {
  const nasty = '\x1b[2J\x07\r\n\x9b31m\u202e\u2028\u200b'
  const { log, lines } = screen()
  log.warn(
    {
      id: nasty,
      method: nasty,
      path: nasty,
      family: nasty,
      status: 200,
      durationMs: 1,
      problem: nasty,
      detail: nasty,
      cause: nasty,
      upstreamId: nasty,
      cache: nasty,
      retries: [nasty],
    },
    nasty,
  )
  log.warn(
    {
      more: nasty,
      list: [nasty],
      reason: nasty,
      products: [nasty],
      credential: 'app',
      err: new Error(nasty),
    },
    nasty,
  )
  const text = lines().join('\n')
  assert.match(text, /\\u001b\[2J/)
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{C}\p{Zl}\p{Zp}]/u)
})

test('a duration takes at most seven characters', () => {
  const shown = [0, 0.04, 9.96, 10, 999.4, 999.5, 1234, 9994, 9999, 61_000, 86_400_000].map(shortDuration)
  assert.deepEqual(shown, [
    '0 ms',
    '0 ms',
    '10 ms',
    '10 ms',
    '999 ms',
    '1.00 s',
    '1.23 s',
    '9.99 s',
    '10.00 s',
    '61 s',
    '86400 s',
  ])
  assert.deepEqual(
    shown.filter((text) => text.length > 7),
    [],
  )
})
