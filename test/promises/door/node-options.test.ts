import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MADE_UP, startProgram } from '../../support/program.js'
import { startUpstream } from '../../support/upstream.js'
import { assertProblem, rawCaller } from '../../support/raw-request.js'

test('options for Node made the proxy take requests that are no HTTP, and headers of any size', async () => {
  const upstream = await startUpstream()
  const program = startProgram({
    environment: {
      ...MADE_UP,
      X8_BASE_URL: upstream.origin,
      NODE_OPTIONS: '--insecure-http-parser --max-http-header-size=65536',
    },
  })
  const caller = rawCaller(await program.port)
  for (const header of [
    'Transfer-Encoding: chunked\r\nContent-Length: 5',
    'X-Control: a\x01b',
    'Content-Length : 5',
    'X: y\rTransfer-Encoding: chunked',
  ]) {
    const response = await caller.send(
      'POST /chat/api/v1/rooms HTTP/1.1',
      ['Host: localhost', header],
      '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n',
    )
    assertProblem(response, 'bad-request', header)
  }
  const long = await caller.get('/chat/api/v1/rooms', [`X-Long: ${'x'.repeat(17_000)}`])
  assertProblem(long, 'headers-too-large')
  const many = await caller.get('/chat/api/v1/rooms', Array<string>(2_800).fill('X: y'))
  assertProblem(many, 'headers-too-large')
  assert.deepEqual(upstream.received, [])
  assert.equal((await caller.get('/chat/api/v1/rooms')).status, 200)
})
