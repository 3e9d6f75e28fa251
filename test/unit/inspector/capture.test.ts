import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createCapture, KEPT_BODY_BYTES } from '../../../src/inspector/capture.js'

const JSON_HEADERS = ['Content-Type', 'application/json']

function responseBody(headers: readonly string[], ...chunks: (Buffer | string)[]) {
  const capture = createCapture()
  capture.responseHead(200, headers)
  for (const chunk of chunks) capture.responseBody(Buffer.from(chunk as string))
  return capture.captured().response!.body
}

test('of each body the first 10 KB are recorded, however it is divided into chunks', () => {
  for (const chunk of [1, 1000, 16_384, 100_000]) {
    const chunks = Array.from({ length: Math.ceil(100_000 / chunk) }, () =>
      'a b '.repeat(chunk).slice(0, chunk),
    )
    const body = responseBody(JSON_HEADERS, ...chunks)
    assert.equal(body.bytes, chunks.length * chunk)
    assert.equal(body.truncated, true)
    assert.ok(body.text!.length <= KEPT_BODY_BYTES && body.text!.length > KEPT_BODY_BYTES - 300)
  }
})

test('what is kept of a chunk does not keep the chunk in memory', () => {
  const chunk = Buffer.alloc(1024, 'a ')
  const capture = createCapture()
  capture.responseHead(200, ['Content-Type', 'text/plain'])
  capture.responseBody(chunk)
  chunk.fill('z')
  assert.equal(capture.captured().response!.body.text, 'a '.repeat(512))
})

test('a secret that truncation leaves in halves does not show', () => {
  const padding = ' '.repeat(KEPT_BODY_BYTES - 40)
  const open = responseBody(JSON_HEADERS, `{"a":"${padding}","access_token":"q2w3e4r5t6z7u8i9o0p1"}`)
  assert.equal(open.truncated, true)
  assert.doesNotMatch(open.text!, /q2w3/)
  const jwt = responseBody(
    JSON_HEADERS,
    `${' '.repeat(KEPT_BODY_BYTES - 8)}eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx`,
  )
  assert.doesNotMatch(jwt.text!, /eyJ/)
})

test('the token that was sent does not show in a response that echoes it', () => {
  const capture = createCapture()
  capture.requestHeaders(['Authorization', 'Bearer q2w3e4r5t6z7', 'x-api-key', 'plainwords', 'Accept', '*/*'])
  capture.responseHead(200, [...JSON_HEADERS, 'X-Echo', 'saw q2w3e4r5t6z7'])
  capture.responseBody(Buffer.from('{"saw":"q2w3e4r5t6z7","id":"0f8fad5b"}'))

  assert.deepEqual(capture.captured(), {
    request: {
      headers: [
        ['Authorization', 'Bearer [secret]'],
        ['x-api-key', '[secret]'],
        ['Accept', '*/*'],
      ],
      body: { bytes: 0, truncated: false },
    },
    response: {
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Echo', 'saw [secret]'],
      ],
      body: { bytes: 38, truncated: false, text: '{"saw":"[secret]","id":"0f8fad5b"}' },
    },
  })
})

test('only text is kept: recordings, pictures and uploads are a number of bytes', () => {
  for (const type of [
    'audio/mpeg',
    'image/png',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    '',
  ]) {
    const body = responseBody(type === '' ? [] : ['Content-Type', type], 'secret')
    assert.deepEqual([body.text, body.bytes, typeof body.hidden], [undefined, 6, 'string'], type)
  }
  for (const type of [
    'text/csv',
    'application/json; charset=utf-8',
    'application/problem+json',
    'application/xml',
  ]) {
    assert.equal(responseBody(['Content-Type', type], 'words').text, 'words', type)
  }
})

test('a small compressed response can be read; a long one, a bomb and a request are a number of bytes', () => {
  const GZIP = [...JSON_HEADERS, 'Content-Encoding', 'gzip']
  const zipped = gzipSync('{"a":1,"password":"p4ssw0rd"}')
  assert.deepEqual(responseBody(GZIP, zipped), {
    bytes: zipped.length,
    truncated: false,
    text: '{"a":1,"password":"[secret]"}',
  })
  const larger = responseBody(GZIP, gzipSync('a b '.repeat(10_000)))
  assert.ok(larger.truncated && larger.text!.length <= KEPT_BODY_BYTES)
  const hidden = (body: Buffer) => responseBody(GZIP, body).hidden
  assert.equal(hidden(gzipSync(Buffer.alloc(1_000_000))), 'encoded: gzip')
  assert.equal(hidden(zipped.subarray(0, -9)), 'encoded: gzip')
  assert.equal(hidden(gzipSync(randomBytes(20_000))), 'encoded: gzip')
  // What is copied to be sent again has to be what was sent.
  const capture = createCapture()
  capture.requestHeaders(GZIP)
  capture.requestBody(zipped)
  assert.equal(capture.captured().request!.body.hidden, 'encoded: gzip')
})

test('text is read in its own character set, and a character in halves is left out', () => {
  assert.equal(
    responseBody(['Content-Type', 'text/plain; charset=ISO-8859-1'], Buffer.of(0x47, 0xfc)).text,
    'Gü',
  )
  assert.equal(responseBody(['Content-Type', 'text/plain; charset=nonsense'], 'Gü').text, 'Gü')
  const truncated = responseBody(['Content-Type', 'text/plain'], `${' '.repeat(KEPT_BODY_BYTES - 1)}ü`)
  assert.equal(truncated.text!.trim(), '')
})

test('of a request that is sent again the last headers count', () => {
  const capture = createCapture()
  capture.requestHeaders(['X-Try', '1'])
  capture.requestHeaders(['X-Try', '2'])
  assert.deepEqual(capture.captured().request?.headers, [['X-Try', '2']])
})
