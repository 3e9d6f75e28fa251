import assert from 'node:assert/strict'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { Snapshot } from '../../src/inspector/wire.js'
import { openPage } from '../support/page.js'
import { startProxy, type TestProxy } from '../support/proxy.js'
import { sendRaw } from '../support/raw-client.js'
import { until } from '../support/until.js'
import { issueToken, startUpstream, type TestUpstream } from '../support/upstream.js'

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
before(() => void process.on('unhandledRejection', note).on('uncaughtExceptionMonitor', note))
after(() => {
  process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note)
  assert.deepEqual(unhandled, [])
})

const fault = (faultstring: string, errorcode: string) =>
  JSON.stringify({ fault: { faultstring, detail: { errorcode } } })

const INVALID = fault('Invalid Access Token', 'keymanagement.service.invalid_access_token')
const UNAUTHORIZED = '{"message":"Unauthorized"}'
const BIG = 'x'.repeat(400_000)

/** A clock that stands still until it is told otherwise. */
function createClock() {
  let time = 1_000
  return { now: () => time, pass: (ms: number) => void (time += ms) }
}

/** An 8x8 that takes the token it gave out last, until that is revoked. */
async function startGateway(options: {
  refusal?: (response: ServerResponse, request: IncomingMessage) => void
  token?: (response: ServerResponse, upstream: TestUpstream) => void
}) {
  const revoked = new Set<string>()
  const upstream = await startUpstream({
    respond(request, response, self) {
      const sent = request.headers.authorization
      const isGood = sent === `Bearer ${self.tokens.at(-1)}` && !revoked.has(self.tokens.at(-1)!)
      response.statusCode = isGood ? 200 : 401
      if (isGood) response.end('fine')
      else if (options.refusal === undefined) response.end(INVALID)
      else options.refusal(response, request)
    },
    ...(options.token === undefined ? {} : { token: options.token }),
  })
  return { upstream, revoke: () => void revoked.add(upstream.tokens.at(-1)!) }
}

/** An 8x8 that refuses every token, in the same words. */
async function startRefusing(refuse: (response: ServerResponse, request: IncomingMessage) => void) {
  return startUpstream({
    respond(request, response) {
      response.statusCode = 401
      refuse(response, request)
    },
  })
}

async function statuses(responses: Promise<Response>[]): Promise<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const response of await Promise.all(responses)) {
    await response.arrayBuffer()
    counts[response.status] = (counts[response.status] ?? 0) + 1
  }
  return counts
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))

/** A body of unknown length, so that it is sent in chunks. */
function chunked(parts: readonly string[]): RequestInit {
  const body = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
      controller.close()
    },
  })
  return { method: 'POST', body, duplex: 'half' }
}

async function ready(proxy: TestProxy): Promise<number> {
  const response = await fetch(`${proxy.origin}/-/ready`)
  await response.arrayBuffer()
  return response.status
}

// Getting a token

test('a caller who leaves while waiting for the token cancels it for no other', async () => {
  let held: ServerResponse | undefined
  const upstream = await startUpstream({ token: (response) => void (held = response) })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
  let arrived = 0
  let left = 0
  proxy.app.fastify.server.on('request', (_request, response: ServerResponse) => {
    arrived += 1
    response.on('close', () => (left += response.writableFinished ? 0 : 1))
  })

  const impatient = times(10, () => new AbortController())
  const leaving = impatient.map(({ signal }) =>
    fetch(`${proxy.origin}/storage/a`, { signal }).catch(() => undefined),
  )
  await until(() => arrived === 10)
  const staying = times(10, () => fetch(`${proxy.origin}/storage/b`))
  await until(() => arrived === 20 && held !== undefined)
  for (const controller of impatient) controller.abort()
  await Promise.all(leaving)
  await until(() => left === 10)
  issueToken(held!, upstream)

  assert.deepEqual(await statuses(staying), { 200: 10 })
  assert.equal(upstream.tokenRequests, 1)
  assert.deepEqual(new Set(upstream.received.map(({ target }) => target)), new Set(['/storage/b']))
})

test('the first token is obtained at start, without a caller', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await until(async () => (await ready(proxy)) === 200)
  assert.equal(upstream.tokenRequests, 1)
  assert.equal(upstream.received.length, 0)
})

test('the scheme is Bearer, whatever the response calls the type', async () => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await fetch(`${proxy.origin}/storage/a`, { headers: { Authorization: 'BearerToken mine' } })
  assert.equal(upstream.received[0]!.headers.authorization, 'Bearer token-1')
  assert.equal(upstream.received[0]!.rawHeaders.filter((name) => /^authorization$/i.test(name)).length, 1)
})

// Renewing

test('30 minutes of traffic on tokens of 60 s never send an expired token and never wait for one', async () => {
  const clock = createClock()
  const expiry = new Map<string, number>()
  const slow: ServerResponse[] = []
  let expired = 0
  const issue = (response: ServerResponse) => {
    issueToken(response, upstream, '60')
    expiry.set(`Bearer ${upstream.tokens.at(-1)}`, clock.now() + 60_000)
  }
  const upstream = await startUpstream({
    // From the second on a token takes its time: until some more requests have been answered.
    token: (response) => void (upstream.tokens.length === 0 ? issue(response) : slow.push(response)),
    respond(request, response) {
      if (!(clock.now() < expiry.get(request.headers.authorization!)!)) expired += 1
      response.end('fine')
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { now: clock.now })
  await until(async () => (await ready(proxy)) === 200)

  let sinceAsked = 0
  for (let second = 0; second < 1_800; second += 1) {
    const response = await fetch(`${proxy.origin}/storage/${second}`)
    assert.equal(await response.text(), 'fine')
    if (slow.length > 0 && ++sinceAsked === 5) {
      issue(slow.pop()!)
      sinceAsked = 0
    }
    clock.pass(1_000)
  }

  assert.equal(expired, 0)
  assert.equal(upstream.received.length, 1_800)
  // 1,800 s at 80 % of 60 s each, and what the wait for the next second adds.
  assert.ok(upstream.tokenRequests >= 36 && upstream.tokenRequests <= 39, `${upstream.tokenRequests}`)
  const waited = proxy.log.filter((line) => 'tokenWaitMs' in line || 'retries' in line)
  assert.deepEqual(waited, [])
})

test('a token endpoint that is down while the token is valid disturbs no one else', async () => {
  const clock = createClock()
  let down = false
  const upstream = await startUpstream({
    token(response, self) {
      if (down) response.writeHead(503).end('down')
      else issueToken(response, self, '1000')
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { now: clock.now })
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  down = true
  clock.pass(830_000)
  const attempts = () => upstream.tokenRequests - 1
  assert.deepEqual(await statuses(times(20, () => fetch(`${proxy.origin}/storage/a`))), { 200: 20 })
  await until(() => proxy.log.some(({ msg }) => msg === 'token unavailable'))
  assert.equal(attempts(), 1)

  // 130 s, a call each second: waits of 1, 2, 4, 8, 16, 32 and 60 s, less up to 20 %.
  for (let second = 0; second < 130; second += 1) {
    clock.pass(1_000)
    const logged = proxy.log.filter(({ msg }) => msg === 'token unavailable').length
    assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
    await until(
      () =>
        proxy.log.filter(({ msg }) => msg === 'token unavailable').length === attempts() ||
        attempts() === logged,
    )
  }
  assert.ok(attempts() >= 7 && attempts() <= 9, `${attempts()} attempts`)
  assert.equal(await ready(proxy), 200)

  clock.pass(20_000)
  const response = await fetch(`${proxy.origin}/storage/a`)
  assert.equal(response.status, 503)
  const sent = upstream.received.length
  assert.equal(sent, 151)
})

// Replacing

test('500 chunked uploads on a revoked token cost one renewal and all succeed with whole bodies', async () => {
  const { upstream, revoke } = await startGateway({})
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  revoke()

  const parts = ['a'.repeat(7), 'b'.repeat(9_000), 'c'.repeat(60_000)]
  const whole = await sha256(parts.join(''))
  assert.deepEqual(await statuses(times(500, () => fetch(`${proxy.origin}/storage/a`, chunked(parts)))), {
    200: 500,
  })

  assert.equal(upstream.tokenRequests, 2)
  const accepted = upstream.received.filter(({ headers }) => headers.authorization === 'Bearer token-2')
  assert.equal(accepted.length, 500)
  assert.deepEqual(new Set(accepted.map(({ bodySha256 }) => bodySha256)), new Set([whole]))
})

test('refusals of the old token that arrive after the renewal cause no second one', async () => {
  const late: ServerResponse[] = []
  const { upstream, revoke } = await startGateway({
    refusal: (response, { url }) =>
      void (url === '/storage/late' ? late.push(response) : response.end(INVALID)),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  revoke()
  const waiting = times(20, () => fetch(`${proxy.origin}/storage/late`))
  await until(() => late.length === 20)
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  assert.equal(upstream.tokenRequests, 2)

  for (const response of late) response.end(INVALID)

  assert.deepEqual(await statuses(waiting), { 200: 20 })
  assert.equal(upstream.tokenRequests, 2)
})

test('a token that is revoked again within the minute is replaced each time', async () => {
  const { upstream, revoke } = await startGateway({})
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  for (let round = 1; round <= 5; round += 1) {
    assert.deepEqual(await statuses(times(50, () => fetch(`${proxy.origin}/storage/a`))), { 200: 50 })
    assert.equal(upstream.tokenRequests, round)
    revoke()
  }
})

test('a revoked token is replaced whatever 8x8 says of it', async () => {
  const refusals: ((response: ServerResponse) => void)[] = [
    (response) => response.end(fault('Access Token expired', 'keymanagement.service.access_token_expired')),
    (response) => response.end(fault('Invalid access token', 'oauth.v2.InvalidAccessToken')),
    (response) => response.end(fault('x', 'keymanagement.service.access_token_not_approved')),
    (response) => response.end(UNAUTHORIZED),
    (response) => response.end('{"error":"invalid_token","error_description":"expired"}'),
    (response) => response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end(),
    (response) => response.end('<html>401</html>'),
    (response) => response.writeHead(401, { 'Content-Encoding': 'gzip' }).end(gzipSync(INVALID)),
    (response) => response.writeHead(401, { 'Content-Encoding': 'gzip' }).end('this is not gzip'),
    (response) => response.end('{"fault":null}'),
    (response) => response.end('x'.repeat(17_000)),
    (response) => response.end('x'.repeat(3_000_000)),
    (response) => {
      response.write('{"fault":')
      setTimeout(() => response.end('{}}'), 20)
    },
  ]
  for (const refusal of refusals) {
    const { upstream, revoke } = await startGateway({ refusal })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
    await fetch(`${proxy.origin}/storage/a`)
    revoke()
    const response = await fetch(`${proxy.origin}/storage/a`, { method: 'PUT', body: 'all of it' })
    assert.equal(await response.text(), 'fine', String(refusal))
    assert.equal(upstream.tokenRequests, 2)
    assert.equal(upstream.received.length, 3)
    assert.equal((await fetch(`${proxy.origin}/storage/a`, { method: 'HEAD' })).status, 200)
    await Promise.all([proxy.close(), upstream.close()])
  }
})

test('a refusal of the new token too comes through as it came, byte for byte', async () => {
  const body = gzipSync('{"message":"no, and no again"}')
  const upstream = await startRefusing((response, request) => {
    response.writeHead(
      401,
      'Not Like This',
      [
        ['Content-Type', 'application/problem+json'],
        ['Content-Encoding', 'gzip'],
        ['WWW-Authenticate', 'Bearer realm="8x8", error="invalid_token"'],
        ['X-Response-Id', `for ${request.headers.authorization}`],
        ['X-Twice', '1'],
        ['X-Twice', '2'],
      ].flat() as never,
    )
    response.write(body.subarray(0, 5))
    response.end(body.subarray(5))
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const bytes = `GET /storage/a HTTP/1.1\r\nHost: localhost:${proxy.port}\r\nConnection: close\r\n\r\n`

  const response = await sendRaw(proxy.port, bytes)

  assert.equal(response.statusLine, 'HTTP/1.1 401 Not Like This')
  assert.equal(response.headers['content-type'], 'application/problem+json')
  assert.equal(response.headers['content-encoding'], 'gzip')
  assert.equal(response.headers['www-authenticate'], 'Bearer realm="8x8", error="invalid_token"')
  assert.equal(response.headers['x-response-id'], 'for Bearer token-2')
  assert.equal(response.headers['x-twice'], '1\n2')
  assert.equal(response.headers['proxy-status'], undefined)
  assert.ok(response.body.includes(body.subarray(0, 5)) && response.body.includes(body.subarray(5)))
  assert.equal(upstream.tokenRequests, 2)
  assert.equal(upstream.received.length, 2)
})

test('a long refusal comes through whole', async () => {
  const long = 'refused '.repeat(500_000)
  const upstream = await startRefusing((response) => response.end(long))
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const response = await fetch(`${proxy.origin}/storage/a`)
  assert.equal(response.status, 401)
  assert.ok((await response.text()) === long)
  assert.equal(upstream.tokenRequests, 2)
})

test('a body too large to keep: its refusal comes through, and the next call has a new token', async () => {
  const { upstream, revoke } = await startGateway({})
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_REPLAY_BODY_BYTES: '1000' })
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  for (let round = 2; round <= 4; round += 1) {
    revoke()
    const init = round === 2 ? { method: 'POST', body: 'x'.repeat(1_001) } : chunked(['x'.repeat(900), BIG])
    const response = await fetch(`${proxy.origin}/storage/a`, init)
    assert.equal(response.status, 401)
    assert.equal(await response.text(), INVALID)
    assert.equal(
      (await fetch(`${proxy.origin}/storage/b`, { method: 'POST', body: 'x'.repeat(1_000) })).status,
      200,
    )
    assert.equal(upstream.tokenRequests, round)
    // A request that was refused and then succeeded shows that replacing helps.
    revoke()
    assert.equal((await fetch(`${proxy.origin}/storage/b`)).status, 200)
    upstream.tokenRequests -= 1
  }
})

test('a refusal while the token endpoint is down comes through as it came', async () => {
  let down = false
  const { upstream, revoke } = await startGateway({
    token: (response, self) => void (down ? response.writeHead(500).end() : issueToken(response, self)),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  down = true
  revoke()
  for (let i = 0; i < 20; i += 1) {
    const response = await fetch(`${proxy.origin}/storage/a`)
    assert.equal(response.status, 401)
    assert.equal(await response.text(), INVALID)
  }
  assert.equal(upstream.tokenRequests, 2)
  down = false
  await until(async () => (await fetch(`${proxy.origin}/storage/a`)).status === 200)
})

test('a caller who leaves while its refused token is replaced disturbs no one else', async () => {
  const held: ServerResponse[] = []
  const { upstream, revoke } = await startGateway({
    token: (response, self) =>
      void (self.tokens.length === 0 ? issueToken(response, self) : held.push(response)),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  revoke()
  const leaver = new AbortController()
  const leaving = fetch(`${proxy.origin}/storage/left`, { signal: leaver.signal }).catch(() => 'left')
  await until(() => held.length === 1)
  const staying = times(5, () => fetch(`${proxy.origin}/storage/a`))
  await until(() => upstream.received.length === 7)
  leaver.abort()
  assert.equal(await leaving, 'left')
  await until(() => proxy.log.some(({ path }) => path === '/storage/left'))
  issueToken(held[0]!, upstream)
  assert.deepEqual(await statuses(staying), { 200: 5 })
  assert.equal(upstream.tokenRequests, 2)
  assert.equal(upstream.received.filter(({ target }) => target === '/storage/left').length, 1)
})

test('a long refusal that breaks off while the token is replaced gets a response once', async () => {
  for (const endpointIsDown of [false, true]) {
    const held: ServerResponse[] = []
    const cut: ServerResponse[] = []
    const { upstream, revoke } = await startGateway({
      token: (response, self) =>
        void (self.tokens.length === 0 ? issueToken(response, self) : held.push(response)),
      refusal(response) {
        response.setHeader('Content-Length', 1_000_000)
        response.write('x'.repeat(20_000))
        cut.push(response)
      },
    })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
    assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
    revoke()
    const refused = fetch(`${proxy.origin}/storage/a`, { method: 'POST' }).then(
      async (response) => `${response.status} ${await response.text().catch(() => 'cut')}`,
      () => 'cut',
    )
    await until(() => held.length === 1)
    const cutIsSeen = new Promise((resolve) => subscribe('undici:request:error', resolve))
    cut[0]!.socket!.resetAndDestroy()
    await cutIsSeen
    if (endpointIsDown) held[0]!.writeHead(503).end()
    else issueToken(held[0]!, upstream)

    if (endpointIsDown) assert.match(await refused, /cut$/)
    else assert.equal(await refused, '200 fine')
    const posts = upstream.received.filter(({ method }) => method === 'POST')
    assert.equal(posts.length, endpointIsDown ? 1 : 2)
  }
})

test('a refused request is sent once more and no oftener, even if others succeed with the new token', async () => {
  let second: ServerResponse | undefined
  const upstream = await startUpstream({
    respond(request, response, self) {
      response.statusCode = 401
      if (request.url === '/storage/a') response.writeHead(200).end('fine')
      else if (self.tokens.length === 2) second = response
      else response.end(UNAUTHORIZED)
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const refused = fetch(`${proxy.origin}/qm/a`)
  await until(() => second !== undefined)
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  second!.end(UNAUTHORIZED)
  assert.equal((await refused).status, 401)
  assert.equal(upstream.tokenRequests, 2)
  assert.equal(upstream.received.filter(({ target }) => target === '/qm/a').length, 2)
})

// Refusals that a new token does not help

const PRODUCT_REFUSALS: readonly [string, Record<string, string>, Buffer | string][] = [
  ['code', {}, fault('x', 'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound')],
  ['wording', {}, fault('Invalid API call as no apiproduct match found', 'some.other.code')],
  ['path', {}, fault('API resource does not exist', 'keymanagement.service.apiresource_doesnot_exist')],
  ['scope', {}, fault('Required scope(s): READ', 'steps.oauth.v2.InsufficientScope')],
  ...(
    [
      ['gzip', gzipSync],
      ['x-gzip', gzipSync],
      ['GZIP', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ] as const
  ).map(
    ([encoding, compress]) =>
      [
        encoding,
        { 'Content-Encoding': encoding },
        compress(fault('x', 'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound')),
      ] as [string, Record<string, string>, Buffer],
  ),
]

test('an app that lacks the product is told so, and 40 such refusals cost no token', async () => {
  for (const [name, headers, body] of PRODUCT_REFUSALS) {
    const upstream = await startRefusing((response) =>
      response.writeHead(401, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(body),
    )
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
    const bytes = `GET /storage/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
    const responses = await Promise.all(times(20, () => sendRaw(proxy.port, bytes)))
    for (let i = 0; i < 20; i += 1) responses.push(await sendRaw(proxy.port, bytes))
    for (const response of responses) {
      assert.equal(response.status, 401, name)
      assert.ok(response.body.equals(Buffer.from(body)), name)
    }
    assert.equal(upstream.tokenRequests, 1, name)
    assert.equal(upstream.received.length, 40, name)
    await Promise.all([proxy.close(), upstream.close()])
  }
})

test('refusals of unknown wording that persist cost one forced renewal a minute, however many callers', async () => {
  const clock = createClock()
  const upstream = await startRefusing((response) => response.end(UNAUTHORIZED))
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { now: clock.now })
  for (let minute = 1; minute <= 4; minute += 1) {
    for (let second = 0; second < 60; second += 6) {
      const callers = times(20, () => fetch(`${proxy.origin}/storage/a`, { method: 'POST', body: 'x' }))
      assert.deepEqual(await statuses(callers), { 401: 20 })
      clock.pass(6_000)
    }
    assert.ok(upstream.tokenRequests <= 1 + minute, `${upstream.tokenRequests} after ${minute} minutes`)
  }
})

test('refusals of bodies too large to keep are bounded just the same', async () => {
  const clock = createClock()
  const upstream = await startRefusing((response) => response.end(UNAUTHORIZED))
  const proxy = await startProxy(
    { X8_BASE_URL: upstream.origin, X8_REPLAY_BODY_BYTES: '10' },
    { now: clock.now },
  )
  for (let i = 0; i < 30; i += 1) {
    const response = await fetch(`${proxy.origin}/storage/a`, { method: 'POST', body: 'more than ten bytes' })
    assert.equal(await response.text(), UNAUTHORIZED)
    clock.pass(1_000)
  }
  assert.equal(upstream.tokenRequests, 2)
})

test('a response that says nothing about the token is no sign that replacing it helped', async () => {
  for (const status of [429, 500, 503]) {
    let requests = 0
    const upstream = await startUpstream({
      respond(_request, response) {
        requests += 1
        response.writeHead(requests % 2 === 1 ? 401 : status).end(UNAUTHORIZED)
      },
    })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
    for (let i = 0; i < 20; i += 1) await (await fetch(`${proxy.origin}/storage/a`)).arrayBuffer()
    assert.equal(upstream.tokenRequests, 2)
  }
})

test('one family that refuses every token does not cost more because another takes them', async () => {
  const upstream = await startUpstream({
    respond(request, response) {
      if (request.url === '/storage/a') response.end('fine')
      else response.writeHead(401).end(UNAUTHORIZED)
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_REPLAY_BODY_BYTES: '10' })
  for (let i = 0; i < 20; i += 1) {
    await statuses([
      fetch(`${proxy.origin}/storage/a`),
      fetch(`${proxy.origin}/qm/a`),
      fetch(`${proxy.origin}/qm/a`, { method: 'POST', body: 'more than ten bytes' }),
    ])
  }
  assert.ok(upstream.tokenRequests <= 3, `${upstream.tokenRequests} token requests`)
})

test('a token endpoint that gives out the same token again is not asked at every refusal', async () => {
  const upstream = await startUpstream({
    token: (response) => response.end('{"access_token":"the-same","expires_in":"1799"}'),
    respond: (_request, response) => response.writeHead(401).end(UNAUTHORIZED),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  for (let i = 0; i < 20; i += 1) assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 401)
  assert.equal(upstream.tokenRequests, 2)
  assert.equal(upstream.received.length, 20)
})

test('no other status renews a token or is sent twice', async () => {
  const expired = fault('Access Token expired', 'keymanagement.service.access_token_expired')
  for (const status of [400, 403, 404, 429, 500, 502, 503]) {
    const upstream = await startUpstream({
      respond: (_request, response) => response.writeHead(status, { 'Retry-After': '1' }).end(expired),
    })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
    for (const method of ['GET', 'POST']) {
      const response = await fetch(`${proxy.origin}/storage/a`, { method })
      assert.equal(response.status, status)
      assert.equal(await response.text(), expired)
    }
    assert.equal(upstream.tokenRequests, 1)
    assert.equal(upstream.received.length, 2)
    await Promise.all([proxy.close(), upstream.close()])
  }
})

// No token at all

test('a token endpoint that is down at start: callers hear so at once, and it comes back by itself', async () => {
  let down = true
  const upstream = await startUpstream({
    token: (response, self) =>
      void (down ? response.writeHead(500).end('my-secret') : issueToken(response, self)),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await until(() => proxy.log.some(({ msg }) => msg === 'token unavailable'))
  assert.equal(await ready(proxy), 503)
  assert.equal((await fetch(`${proxy.origin}/-/live`)).status, 200)

  const responses = await Promise.all(
    times(50, () => fetch(`${proxy.origin}/storage/a`, { method: 'POST', body: 'x' })),
  )
  for (const response of responses) {
    assert.equal(response.status, 503)
    assert.match(response.headers.get('retry-after')!, /^[1-9]\d*$/)
    assert.match(response.headers.get('proxy-status')!, /^"8x8-auth-proxy"; error=/)
    assert.equal(response.headers.get('content-type'), 'application/problem+json')
    const problem = (await response.json()) as Record<string, string>
    assert.equal(problem.type, 'urn:8x8-auth-proxy:token-unavailable')
    assert.doesNotMatch(JSON.stringify(problem), /my-secret|127\.0\.0\.1/)
  }
  // A second attempt may have fallen due meanwhile; 50 callers may not have made 50.
  assert.ok(upstream.tokenRequests <= 2)
  assert.equal(upstream.received.length, 0)

  down = false
  await until(async () => (await ready(proxy)) === 200)
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
})

test('refused credentials are told to callers, remembered, and taken back by new ones at once', async () => {
  let good = false
  const upstream = await startUpstream({
    token(response, self) {
      if (good) issueToken(response, self)
      else response.writeHead(401).end('{"ErrorCode":"invalid_client","Error":"ClientId is Invalid"}')
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await until(() => proxy.log.some(({ msg }) => msg === 'token refused'))
  for (const response of await Promise.all(times(50, () => fetch(`${proxy.origin}/storage/a`)))) {
    assert.equal(response.status, 502)
    assert.equal(((await response.json()) as { type: string }).type, 'urn:8x8-auth-proxy:credentials-refused')
  }
  assert.equal(await ready(proxy), 503)
  assert.equal(upstream.tokenRequests, 1)
  assert.equal(upstream.received.length, 0)

  good = true
  proxy.app.credentialsChanged()
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  assert.equal(await ready(proxy), 200)
})

test('families that take the app key work without any token', async () => {
  const upstream = await startUpstream({ token: (response) => response.writeHead(503).end() })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await until(() => proxy.log.some(({ msg }) => msg === 'token unavailable'))
  for (const path of [
    '/admin-provisioning/users',
    '/cc/v1/campaigns',
    '/customerexperience/v1/x',
    '/faxapi/x',
  ]) {
    assert.equal((await fetch(proxy.origin + path)).status, 200, path)
  }
  assert.deepEqual(
    upstream.received.map(({ headers }) => headers.authorization),
    [undefined, undefined, undefined, undefined],
  )
})

test('a 401 of a family that takes the app key renews nothing and comes once', async () => {
  const upstream = await startRefusing((response) => response.end(UNAUTHORIZED))
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await until(async () => (await ready(proxy)) === 200)
  assert.equal((await fetch(`${proxy.origin}/admin-provisioning/users`)).status, 401)
  assert.equal(upstream.tokenRequests, 1)
  assert.equal(upstream.received.length, 1)
})

test('while new credentials are tried the old token serves', async () => {
  const held: ServerResponse[] = []
  const upstream = await startUpstream({
    token: (response, self) =>
      void (self.tokens.length === 0 ? issueToken(response, self) : held.push(response)),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  assert.equal((await fetch(`${proxy.origin}/storage/a`)).status, 200)
  proxy.app.credentialsChanged()
  await until(() => held.length === 1)
  assert.deepEqual(await statuses(times(20, () => fetch(`${proxy.origin}/storage/a`))), { 200: 20 })
  assert.equal(upstream.received.at(-1)!.headers.authorization, 'Bearer token-1')
  issueToken(held[0]!, upstream)
  await until(async () => {
    await fetch(`${proxy.origin}/storage/a`)
    return upstream.received.at(-1)!.headers.authorization === 'Bearer token-2'
  })
})

// Work Analytics

test("the proxy logs in to Work Analytics itself, and puts its own token in the place of the caller's", async () => {
  const logins: { form: string; headers: IncomingMessage['headers'] }[] = []
  const sent: IncomingMessage['headers'][] = []
  const revoked = new Set<string>()
  const upstream = await startUpstream({
    handle(request, response) {
      if (request.url === '/analytics/work/v1/oauth/token') {
        void text(request).then((form) => {
          logins.push({ form, headers: request.headers })
          response.end(`{"access_token":"jwt-${logins.length}","token_type":"bearer","expires_in":1800}`)
        })
        return
      }
      sent.push(request.headers)
      if (revoked.has(request.headers.authorization!))
        response.writeHead(401).end('{"error":"invalid_token"}')
      else response.end('fine')
    },
  })
  const proxy = await startProxy({
    X8_BASE_URL: upstream.origin,
    X8_WORK_USERNAME: 'jane@example.com',
    X8_WORK_PASSWORD: 'p&ss word',
  })
  const call = () =>
    fetch(`${proxy.origin}/analytics/work/v2/call-records`, { headers: { Authorization: 'Bearer mine' } })

  assert.equal((await call()).status, 200)
  assert.equal(sent[0]!.authorization, 'Bearer jwt-1')
  assert.equal(sent[0]!['8x8-apikey'], 'test-key')
  assert.deepEqual(Object.fromEntries(new URLSearchParams(logins[0]!.form)), {
    username: 'jane@example.com',
    password: 'p&ss word',
  })
  assert.equal(logins[0]!.headers['8x8-apikey'], 'test-key')
  assert.equal(logins[0]!.headers.authorization, undefined)

  revoked.add('Bearer jwt-1')
  assert.equal((await call()).status, 200)
  assert.equal(sent.at(-1)!.authorization, 'Bearer jwt-2')
  assert.equal(logins.length, 2)
  assert.equal(upstream.tokenRequests, 1)
  assert.doesNotMatch(JSON.stringify(proxy.log), /jwt-\d|p&ss/)
})

test("without a Work Analytics user the caller's own Bearer stays, and its 401 renews nothing", async () => {
  const upstream = await startRefusing((response) => response.end('{"error":"invalid_token"}'))
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await until(async () => (await ready(proxy)) === 200)
  const response = await fetch(`${proxy.origin}/analytics/work/v2/call-records`, {
    headers: { Authorization: 'Bearer mine' },
  })
  assert.equal(response.status, 401)
  assert.equal(await response.text(), '{"error":"invalid_token"}')
  assert.equal(upstream.received.length, 1)
  assert.equal(upstream.received[0]!.headers.authorization, 'Bearer mine')
  assert.equal(upstream.received[0]!.headers['8x8-apikey'], 'test-key')
  assert.equal(upstream.tokenRequests, 1)
})

test('no token, key or secret is in the log, whatever happens', async () => {
  const { upstream, revoke } = await startGateway({})
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_LOG_LEVEL: 'trace' })
  await fetch(`${proxy.origin}/storage/a`)
  revoke()
  await fetch(`${proxy.origin}/storage/a`)
  assert.ok(proxy.log.length >= 4)
  assert.doesNotMatch(JSON.stringify(proxy.log), /token-\d|test-key|test-secret|Bearer|Basic/)
})

async function sha256(body: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(body))).toString('hex')
}

test('one call that 8x8 rejected with both tokens disarmed recovery: 60 s of 401 for everyone', async (t) => {
  const revoked = new Set<string>()
  const upstream = await startUpstream({
    respond(request, response, self) {
      const current = `Bearer ${self.tokens.at(-1)}`
      const isGood =
        request.headers.authorization === current &&
        !revoked.has(current) &&
        request.url !== '/storage/forbidden'
      response.statusCode = isGood ? 200 : 401
      response.end(isGood ? 'fine' : INVALID)
    },
  })
  const { now } = createClock()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false, now })
  let hint: string | null = null
  const call = async (path: string) => {
    const { status, headers } = await fetch(proxy.origin + path)
    hint = headers.get('x-proxy-hint')
    return status
  }
  const heldBack = async () => {
    const status = (await (await fetch(`${proxy.origin}/-/status`)).json()) as {
      token: { renewalsHeldBackSeconds: number | null }
    }
    return status.token.renewalsHeldBackSeconds
  }

  assert.equal(await call('/storage/fine'), 200)
  assert.equal(await call('/storage/forbidden'), 401)
  assert.equal(upstream.tokenRequests, 2)
  assert.match(hint!, /rejected a new token, too: no other is asked for in the next 60 s/)
  assert.equal(await heldBack(), 60)
  const { status } = await (await openPage(proxy, t)).next<Snapshot>('snapshot')
  assert.equal(status.token.renewalsHeldBackSeconds, 60)
  assert.equal(await call('/storage/fine'), 200)
  assert.equal(await heldBack(), null)
  // However often that call is made, it costs no more tokens.
  for (let i = 0; i < 5; i += 1) assert.equal(await call('/storage/forbidden'), 401)
  assert.equal(await call('/storage/fine'), 200)
  assert.equal(upstream.tokenRequests, 2)

  revoked.add(`Bearer ${upstream.tokens.at(-1)}`)
  assert.equal(await call('/storage/fine'), 200)
  assert.equal(upstream.tokenRequests, 3)
  const said = proxy.log.map(({ msg }) => msg)
  assert.ok(said.includes('a new token was rejected too: renewals are held back'))
  assert.ok(said.includes('the new token was accepted: renewals are not held back any more'))
})
