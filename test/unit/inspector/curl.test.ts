import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { curlOf, quote } from '../../../src/inspector/page/page-curl.js'
import type { CapturedMessage, Detail } from '../../../src/inspector/wire.js'

const ORIGIN = 'http://127.0.0.1:8808'

function detail(method: string, target: string, request?: CapturedMessage): Detail {
  const summary = {
    n: 1,
    requestId: 'id',
    at: 0,
    method,
    target,
    family: 'other',
    status: 200,
    durationMs: 1,
    tokenWaitMs: 0,
    bytes: 0,
    retries: [],
  }
  return request === undefined ? { summary } : { summary, request }
}

test('any text survives a POSIX shell', () => {
  for (const text of ["it's", '$HOME `id` "x" \\ !', 'a\nb', '-n', "'", '', 'ü € 😀', '%s\t*?[a]{b}']) {
    const printed = execFileSync('/bin/sh', ['-c', `printf '%s' ${quote(text)}`], { encoding: 'utf8' })
    assert.equal(printed, text)
  }
})

test('a plain read is a plain command', () => {
  assert.deepEqual(curlOf(detail('GET', '/storage/us-west/v3/regions'), ORIGIN, false), {
    text: "curl 'http://127.0.0.1:8808/storage/us-west/v3/regions'",
    notes: [],
  })
})

test('method, body and the headers that matter are in the command, credentials are not', () => {
  const { text, notes } = curlOf(
    detail('POST', '/x?a=[1]', {
      headers: [
        ['Content-Type', 'application/json'],
        ['Authorization', 'Bearer [secret]'],
        ['x-api-key', '[secret]'],
        ['X-Session-Token', '[secret]'],
        ['Accept', '*/*'],
        ['User-Agent', 'node'],
        ['Content-Length', '12'],
        ['X-Request-Id', 'abc'],
        ['X-Empty', ''],
      ],
      body: { bytes: 12, truncated: false, text: `{"a":"it's"}` },
    }),
    ORIGIN,
    false,
  )
  assert.equal(
    text,
    `curl \\
  --globoff \\
  -X POST \\
  'http://127.0.0.1:8808/x?a=[1]' \\
  -H 'Content-Type: application/json' \\
  -H 'X-Empty;' \\
  --data-raw '{"a":"it'\\''s"}'`,
  )
  assert.deepEqual(notes, ['The header X-Session-Token is left out.'])
})

test('a proxy that asks for its key gets it from the environment', () => {
  assert.equal(
    curlOf(detail('GET', '/x'), ORIGIN, true).text,
    `curl 'http://127.0.0.1:8808/x' -H "X-Proxy-Key: $X8_PROXY_KEY"`,
  )
})

test('what cannot be repeated as it was is said', () => {
  const truncated = { headers: [], body: { bytes: 99_999, truncated: true, text: 'abc' } }
  assert.match(curlOf(detail('PUT', '/x', truncated), ORIGIN, false).text, /--data-binary @body$/)
  assert.deepEqual(curlOf(detail('PUT', '/x', truncated), ORIGIN, false).notes, [
    'The body was not kept whole: put it into a file named body.',
  ])
  assert.deepEqual(curlOf(detail('POST', '/x'), ORIGIN, false).notes, [
    'A body, if there was one, was not captured.',
  ])
  assert.deepEqual(curlOf(detail('GET', '/x?q=[email]'), ORIGIN, false).notes, ['Fill in what was masked.'])
  assert.match(curlOf(detail('HEAD', '/x'), ORIGIN, false).text, /^curl --head /)
})
