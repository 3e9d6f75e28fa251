import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { issueToken, startUpstream } from '../support/upstream.js'
import { assertProblem, rawCaller } from '../support/raw-request.js'

test('alive while it runs, ready with a token', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await fetch(`${proxy.origin}/storage/warm`)
  for (const [path, body] of [
    ['/-/live', { live: true }],
    ['/-/ready', { ready: true }],
  ] as const) {
    const response = await fetch(`${proxy.origin}${path}`)
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), body)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.ok(response.headers.get('x-request-id'))
  }
})

test('alive but not ready before the first token, with a reason and when to ask again', async () => {
  let issue = () => {}
  const upstream = await startUpstream({
    token: (response, eightByEight) => void (issue = () => issueToken(response, eightByEight)),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
  const caller = rawCaller(proxy.port)

  const response = await caller.get('/-/ready')
  assertProblem(response, 'token-unavailable')
  assert.match(response.headers['retry-after'] ?? '', /^[1-9]\d*$/)
  assert.equal((await caller.get('/-/live')).status, 200)

  const first = fetch(`${proxy.origin}/storage/x`)
  while (upstream.tokenRequests === 0) await new Promise((resolve) => setImmediate(resolve))
  assertProblem(await caller.get('/-/ready'), 'token-unavailable')
  issue()
  assert.equal((await first).status, 200)
  assert.equal((await caller.get('/-/ready')).status, 200)
})

test('alive but not ready while the credentials are refused', async () => {
  const upstream = await startUpstream({
    token: (response) =>
      response.writeHead(401).end('{"ErrorCode":"invalid_client","Error":"ClientId is Invalid"}'),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const refused = await fetch(`${proxy.origin}/storage/x`)
  assert.equal(refused.status, 502)

  const response = await fetch(`${proxy.origin}/-/ready`)
  const problem = (await response.json()) as { type: string; status: number; detail: string }
  assert.equal(response.status, 503)
  assert.ok(response.headers.get('retry-after'))
  assert.equal(problem.type, 'urn:8x8-auth-proxy:credentials-refused')
  assert.equal(problem.status, 503)
  assert.equal(/test-key|test-secret|127\.0\.0\.1/.test(problem.detail), false)
  assert.equal((await fetch(`${proxy.origin}/-/live`)).status, 200)
})

test('probes take GET and HEAD and nothing else', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const caller = rawCaller(proxy.port)
  assert.equal((await caller.send('HEAD /-/live HTTP/1.1', ['Host: localhost'])).body.length, 0)
  for (const method of ['POST', 'PUT', 'DELETE', 'TRACE', 'PROPFIND']) {
    const response = await caller.send(`${method} /-/live HTTP/1.1`, ['Host: localhost', 'Content-Length: 0'])
    assertProblem(response, 'not-found', method)
  }
  assert.equal(upstream.received.length, 0)
})
