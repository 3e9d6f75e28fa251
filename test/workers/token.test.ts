import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { problemName, send } from '../support/http-client.js'
import { temporaryFolder } from '../support/program.js'
import { issueToken, startUpstream, type TestUpstream } from '../support/upstream.js'
import { BEARER, callers, logged, startWorkers, statuses } from './workers.js'
import { until } from '../support/until.js'

/** An 8x8 that takes its tokens until they expire or are revoked. */
async function startStrict(lifetimeSeconds = '1799') {
  let revoked = 0
  const asked: number[] = []
  const refused: string[] = []
  const upstream: TestUpstream = await startUpstream({
    token(response, self) {
      asked.push(performance.now())
      issueToken(response, self, lifetimeSeconds)
    },
    answer(request, response, self) {
      const n = self.tokens.findIndex((token) => request.headers.authorization === `Bearer ${token}`)
      const ageMs = performance.now() - asked[n]!
      if (n >= revoked && ageMs < Number(lifetimeSeconds) * 1000) return response.end('{"ok":true}')
      refused.push(request.url!)
      return response.writeHead(401).end('{"fault":{"faultstring":"Invalid Access Token"}}')
    },
  })
  return { upstream, asked, refused, revoke: () => void (revoked = upstream.tokens.length) }
}

suite('several workers and their token', { timeout: 120_000, concurrency: 1 }, () => {
  test('hundreds of callers of cold workers cost one token request', async () => {
    let answerLater: ServerResponse | undefined
    const upstream = await startUpstream({ token: (response) => void (answerLater = response) })
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })

    const answers = callers(port, 300)
    await until(() => answerLater !== undefined)
    await until(async () => (await inFlight(port)) > 300)
    issueToken(answerLater!, upstream)

    assert.deepEqual(statuses(await answers), { 200: 300 })
    assert.equal(upstream.tokenRequests, 1)
  })

  test('a token that has expired while nobody called is renewed once, whoever calls', async () => {
    const { upstream, asked, refused } = await startStrict('2')
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    await until(() => asked.length === 1)
    const expired = performance.now() + 2_000
    await until(() => performance.now() > expired)

    assert.deepEqual(statuses(await callers(port, 100)), { 200: 100 })
    assert.equal(upstream.tokenRequests, 2)
    assert.deepEqual(refused, [], 'the expired one was not sent')
  })

  test('a token in use is renewed ahead of need, once for all, and nobody waits', async () => {
    const { upstream, asked } = await startStrict('5')
    const { port } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    await until(() => asked.length === 1)
    await callers(port, 4)

    while (asked.length < 3) {
      for (const { status, headers } of await callers(port, 4)) {
        assert.equal(status, 200)
        assert.match(headers['server-timing'] as string, /^token;dur=0,/)
      }
    }

    // 80 % of its life, and 2 % of jitter: no worker of its own has asked in between.
    const pauses = asked.slice(1).map((time, i) => time - asked[i]!)
    assert.ok(
      pauses.every((pause) => pause > 3_700),
      pauses.join(', '),
    )
  })

  test('a token that is used through one worker only is renewed for all', async () => {
    const { upstream, asked } = await startStrict('5')
    const { port, program } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    await until(() => asked.length === 1)

    await send(port, { path: BEARER })
    await program.seen(/"reason":"due"/)

    assert.equal(upstream.tokenRequests, 2)
  })

  test('a revoked token costs one renewal, however many calls on however many workers', async () => {
    const { upstream, revoke } = await startStrict()
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    await callers(port, 6)

    revoke()
    assert.deepEqual(statuses(await callers(port, 200)), { 200: 200 })

    assert.equal(upstream.tokenRequests, 2)
  })

  test('refusals that persist cost one forced renewal, whichever workers meet them', async () => {
    const upstream = await startUpstream({
      answer: (_request, response) => response.writeHead(401).end('{"message":"some unknown refusal"}'),
    })
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })

    for (let i = 0; i < 4; i += 1) assert.deepEqual(statuses(await callers(port, 50)), { 401: 50 })

    assert.ok(upstream.tokenRequests <= 3, `${upstream.tokenRequests} token requests`)
  })

  test('a token endpoint that is down: every worker says so, and when to come back', async () => {
    const upstream = await startUpstream({ token: (response) => response.writeHead(503).end() })
    const { port } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    await until(() => upstream.tokenRequests > 0)

    for (const answer of await callers(port, 12)) {
      assert.equal(problemName(answer), 'token-unavailable')
      assert.match(answer.headers['retry-after']!, /^[1-9]$/)
    }
    for (const answer of await callers(port, 6, { path: '/-/ready' })) assert.equal(answer.status, 503)
    assert.ok(upstream.tokenRequests <= 3, 'callers do not change how often it is asked')
  })

  test('refused credentials: every worker says so', async () => {
    const upstream = await startUpstream({
      token: (response) => response.writeHead(401).end('{"ErrorCode":"invalid_client"}'),
    })
    const { port } = await startWorkers({ X8_WORKERS: '2', X8_BASE_URL: upstream.origin })
    await until(() => upstream.tokenRequests > 0)

    for (const answer of await callers(port, 8)) assert.equal(problemName(answer), 'credentials-refused')
    for (const answer of await callers(port, 4, { path: '/-/ready' })) {
      assert.equal(problemName(answer), 'credentials-refused')
    }
    assert.equal(upstream.tokenRequests, 1)
  })

  test('SIGHUP is heeded once, by whoever keeps the credentials', async () => {
    const upstream = await startUpstream()
    const { program, port } = await startWorkers(
      { X8_WORKERS: '2', X8_BASE_URL: upstream.origin },
      { group: true },
    )
    program.killGroup('SIGHUP')
    await program.seen(/they are the same/)
    assert.deepEqual(statuses(await callers(port, 6)), { 200: 6 })
    assert.equal(program.stdout().match(/they are the same/g)!.length, 1)
  })

  test('new secret files are taken up for all workers, and the old token serves until then', async () => {
    const folder = temporaryFolder()
    const files = { key: join(folder, 'key'), secret: join(folder, 'secret') }
    writeFileSync(files.key, 'old-key')
    writeFileSync(files.secret, 'old-secret')
    const upstream = await startUpstream()
    const { port, program } = await startWorkers({
      X8_APP_KEY: '',
      X8_APP_SECRET: '',
      X8_APP_KEY_FILE: files.key,
      X8_APP_SECRET_FILE: files.secret,
      X8_WORKERS: '3',
      X8_BASE_URL: upstream.origin,
    })
    await callers(port, 6)

    writeFileSync(files.key, 'new-key')
    writeFileSync(files.secret, 'new-secret')

    const keyed = { path: '/chat/api/v1/rooms' }
    await until(async () => {
      assert.deepEqual(statuses(await callers(port, 6)), { 200: 6 })
      const before = upstream.received.length
      await callers(port, 6, keyed)
      return upstream.received.slice(before).every(({ headers }) => headers['x-api-key'] === 'new-key')
    })
    assert.equal(upstream.tokenRequests, 2)
    assert.equal(logged(program).filter(({ msg }) => msg === 'new credentials read').length, 1)
  })

  test('the Work Analytics token is shared in the same way', async () => {
    let logins = 0
    const upstream = await startUpstream({
      handle(request, response) {
        request.resume()
        if (request.url === '/analytics/work/v1/oauth/token') {
          logins += 1
          response.end('{"access_token":"work-token","expires_in":1800}')
        } else response.end(request.headers.authorization)
      },
    })
    const { port } = await startWorkers({
      X8_WORK_USERNAME: 'somebody',
      X8_WORK_PASSWORD: 'something',
      X8_WORKERS: '3',
      X8_BASE_URL: upstream.origin,
    })

    const answers = await callers(port, 60, { path: '/analytics/work/v2/call-records' })

    assert.ok(answers.every(({ text }) => text === 'Bearer work-token'))
    assert.equal(logins, 1)
  })

  test('each token is logged once', async () => {
    const { upstream } = await startStrict()
    const { port, program } = await startWorkers({ X8_WORKERS: '3', X8_BASE_URL: upstream.origin })
    await callers(port, 9)
    await until(() => logged(program).filter(({ msg }) => msg === 'request').length === 9)

    assert.equal(logged(program).filter(({ msg }) => String(msg).startsWith('token obtained')).length, 1)
    assert.doesNotMatch(program.stdout(), /token-1|test-secret/)
  })
})

async function inFlight(port: number): Promise<number> {
  const { text } = await send(port, { path: '/-/metrics' })
  return Number(/^x8_proxy_requests_in_flight (\d+)$/m.exec(text)![1])
}
