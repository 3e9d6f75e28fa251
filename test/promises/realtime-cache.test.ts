import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import type { AppCredentials } from '../../src/config/config.js'
import { createCredentials } from '../../src/config/credentials.js'
import { type TestResponse, problemName, send } from '../support/http-client.js'
import { startProxy } from '../support/proxy.js'
import { until } from '../support/until.js'
import { startUpstream } from '../support/upstream.js'
import {
  allWait,
  cacheOf,
  cacheStatus,
  gate,
  metric,
  QUEUES,
  startWorld,
} from '../support/realtime-cache-world.js'

test('fifty pollers that ask once a second for ten seconds cost two calls', async () => {
  let time = 1_000_000
  const world = await startWorld({}, {}, { now: () => time })
  const responses: TestResponse[] = []
  for (let second = 0; second <= 10; second += 1) {
    responses.push(...(await Promise.all(Array.from({ length: 50 }, () => world.get()))))
    time += 1000
  }

  assert.equal(world.upstream.received.length, 2, 'at 0 s and at 6 s; 5 s is still fresh')
  assert.equal(responses.length, 550)
  assert.ok(responses.every(({ status, text }) => status === 200 && text === '{"ok":true}'))
  const ages = responses.flatMap(({ headers }) => headers.age ?? [])
  assert.deepEqual([...new Set(ages)].sort(), ['0', '1', '2', '3', '4', '5'])
  const { hits, misses, collapsed } = (await cacheOf(world)) as Record<string, number>
  assert.deepEqual([misses, hits! + collapsed!], [2, 548])
})

test('a burst of two hundred that ask the same at once costs one call', async () => {
  const { respond, waiting, open } = gate((_request, response) => void response.end('[1,2,3]'))
  const world = await startWorld({ respond })
  const burst = Array.from({ length: 200 }, () => world.get())
  await allWait(world.proxy, 200, waiting)
  open()
  const responses = await Promise.all(burst)

  assert.equal(world.upstream.received.length, 1)
  assert.ok(responses.every(({ status, text }) => status === 200 && text === '[1,2,3]'))
  const statuses = responses.map(cacheStatus)
  assert.equal(statuses.filter((status) => status?.stored === 'true').length, 1)
  assert.equal(statuses.filter((status) => status?.collapsed === 'true').length, 199)
  assert.equal(
    new Set(responses.map(({ headers }) => headers['x-request-id'])).size,
    200,
    'each has its own id',
  )
  assert.equal(await metric(world.proxy, 'x8_proxy_cache_total{result="collapsed"}'), '199')
  assert.equal(await metric(world.proxy, 'x8_proxy_cache_total{result="miss"}'), '1')
})

test('what was kept is given with its age and the way it came', async () => {
  let time = 5_000_000
  const world = await startWorld(
    {
      respond: (_request, response) =>
        void response
          .writeHead(200, { Age: '2', 'Cache-Status': 'edge; hit', 'X-Page': '0', 'Content-Length': 2 })
          .end('[]'),
    },
    {},
    { now: () => time },
  )
  const first = await world.get()
  time += 1900
  const second = await world.get()

  assert.deepEqual(cacheStatus(first), { fwd: 'uri-miss', stored: 'true' })
  assert.equal(first.headers.age, '2')
  assert.deepEqual(cacheStatus(second), { hit: 'true' })
  assert.equal(second.headers.age, '3', 'the 2 s of the cache before, and 1.9 s here')
  assert.match(second.headers['cache-status'] as string, /^edge; hit, "8x8-auth-proxy"; hit$/)
  assert.equal(second.headers['x-page'], '0')
  assert.equal(world.proxy.log.findLast(({ method }) => method === 'GET')?.cache, 'hit')
  time += 3200
  assert.deepEqual(cacheStatus(await world.get()), { fwd: 'uri-miss', stored: 'true' }, 'after 5.1 s')
})

test('another target, tenant or form is never responded with what was kept for the first', async () => {
  const world = await startWorld({
    respond: ({ url, headers }, response) =>
      void response.end(JSON.stringify([url, headers['x-tenant-info'], headers.accept])),
  })
  const different: [Record<string, string>, string][] = [
    [{}, QUEUES],
    [{}, `${QUEUES}?`],
    [{}, `${QUEUES}?page=0`],
    [{}, `${QUEUES}?page=0&size=1`],
    [{}, `${QUEUES}?size=1&page=0`],
    [{}, `${QUEUES}/`],
    [{}, `/eu${QUEUES}`],
    [{}, QUEUES.replace('queues', '%71ueues')],
    [{ 'X-Tenant-Info': 'one' }, QUEUES],
    [{ 'X-Tenant-Info': 'two' }, QUEUES],
    [{ 'X-8x8-Tenant': 'one' }, QUEUES],
    [{ pbx: 'one' }, QUEUES],
    [{ Accept: 'application/xml' }, QUEUES],
    [{ Accept: 'application/json' }, QUEUES],
    [{ 'Accept-Encoding': 'gzip' }, QUEUES],
    [{ 'Accept-Language': 'de' }, QUEUES],
    [{ 'x-api-key': 'mine' }, QUEUES],
    [{ 'X-Unheard-Of': '1' }, QUEUES],
  ]
  for (const round of [1, 2]) {
    const responses = await Promise.all(different.map(([headers, path]) => world.get(headers, path)))
    assert.equal(world.upstream.received.length, different.length, `round ${round}`)
    for (const [i, { text }] of responses.entries()) {
      const [headers, path] = different[i]!
      assert.deepEqual(JSON.parse(text), [path, headers['X-Tenant-Info'] ?? null, headers.Accept ?? null])
    }
  }
})

test('a tenant from the settings and the same one from the caller are the same', async () => {
  const world = await startWorld({}, { X8_TENANT: 'acme' })
  await world.get()
  assert.deepEqual(cacheStatus(await world.get({ 'x-tenant-info': 'acme' })), { hit: 'true' })
  assert.deepEqual(cacheStatus(await world.get({ 'x-tenant-info': '' })), { hit: 'true' })
  await world.get({ 'X-Tenant-Info': 'other' })
  assert.deepEqual(
    world.upstream.received.map(({ headers }) => headers['x-tenant-info']),
    ['acme', 'other'],
  )
})

test('who asks, and with which ids, makes no difference', async () => {
  const world = await startWorld()
  await world.get({ 'User-Agent': 'curl', 'X-Request-Id': 'a', Accept: '*/*', 'Accept-Language': 'en' })
  const other = await world.get({
    'accept-language': 'en',
    accept: '*/*',
    'User-Agent': 'Mozilla',
    'X-Request-Id': 'b',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    Cookie: 'a=1',
    Authorization: 'Bearer mine',
  })

  assert.deepEqual(cacheStatus(other), { hit: 'true' })
  assert.equal(other.headers['x-request-id'], 'b')
  assert.equal(world.upstream.received.length, 1)
})

test('other families, other methods, parts, conditions and bodies always go to 8x8', async () => {
  const world = await startWorld()
  const calls: [Record<string, string>, string, string][] = [
    [{}, '/analytics/cc/v8/historical-metrics', 'GET'],
    [{}, '/storage/us-west/v3/regions', 'GET'],
    [{}, '/analytics/work/v1/extsum', 'GET'],
    [{}, '/chat/api/v1/rooms', 'GET'],
    [{}, `${QUEUES}?other`, 'POST'],
    [{}, QUEUES, 'HEAD'],
    [{ Range: 'bytes=0-1' }, QUEUES, 'GET'],
    [{ 'If-None-Match': '"a"' }, QUEUES, 'GET'],
    [{ 'If-Modified-Since': 'Sat, 21 Nov 2026 00:00:00 GMT' }, QUEUES, 'GET'],
  ]
  await world.get()
  let expected = 1
  for (const [headers, path, method] of calls) {
    for (let i = 0; i < 2; i += 1) {
      const response = await world.get(headers, path, method)
      expected += 1
      assert.equal(world.upstream.received.length, expected, `${method} ${path}`)
      const applies = path === QUEUES && method === 'GET'
      assert.deepEqual(cacheStatus(response), applies ? { fwd: 'bypass' } : undefined)
    }
  }
  await send(world.proxy.port, { path: QUEUES, body: 'x', headers: { 'Content-Length': 1 } })
  assert.equal(world.upstream.received.at(-1)!.bodyBytes, 1)
  assert.deepEqual(cacheStatus(await world.get()), { hit: 'true' }, 'none of them touched what was kept')
})

test('a caller that wants it fresh gets it fresh, and refreshes it for the others unless it says no-store', async () => {
  let calls = 0
  const world = await startWorld({ respond: (_request, response) => void response.end(String((calls += 1))) })
  const ask = async (headers: Record<string, string> = {}) => {
    const response = await world.get(headers)
    return [response.text, cacheStatus(response)]
  }

  assert.deepEqual(await ask({ 'Cache-Control': 'no-store' }), ['1', { fwd: 'request' }])
  assert.deepEqual(await ask(), ['2', { fwd: 'uri-miss', stored: 'true' }])
  assert.deepEqual(await ask({ 'Cache-Control': 'no-cache' }), ['3', { fwd: 'request', stored: 'true' }])
  assert.deepEqual(await ask(), ['3', { hit: 'true' }])
  assert.deepEqual(await ask({ 'Cache-Control': 'Max-Age=0' }), ['4', { fwd: 'request', stored: 'true' }])
  assert.deepEqual(await ask({ Pragma: 'no-cache' }), ['5', { fwd: 'request', stored: 'true' }])
  assert.deepEqual(await ask({ 'Cache-Control': 'no-cache, no-store' }), ['6', { fwd: 'request' }])
  assert.deepEqual(await ask({ 'Cache-Control': 'max-age=60' }), ['5', { hit: 'true' }])
  assert.equal(world.upstream.received[2]!.headers['cache-control'], 'no-cache', 'it is sent on')
})

test('a response that 8x8 does not want kept, or that varies by what is not told apart, is for one caller', async () => {
  for (const headers of [
    { 'Cache-Control': 'no-store' },
    { 'Cache-Control': 'private, NO-STORE, max-age=60' },
    { Vary: '*' },
    { Vary: 'Accept, User-Agent' },
  ]) {
    const { respond, waiting, open } = gate(
      (_request, response) => void response.writeHead(200, headers).end('{}'),
    )
    const world = await startWorld({ respond })
    const all = Promise.all(Array.from({ length: 5 }, () => world.get()))
    await allWait(world.proxy, 5, waiting)
    open()
    await until(() => waiting() === 4)
    open()
    assert.ok((await all).every(({ status, text }) => status === 200 && text === '{}'))
    const later = world.get()
    await until(() => waiting() === 1)
    open()
    assert.deepEqual(cacheStatus(await later), { fwd: 'bypass' })
    assert.equal(world.upstream.received.length, 6)
  }
})

test('what 8x8 says about freshness shortens the time, private responses and harmless variation are stored', async () => {
  const kept: Record<string, string>[] = [
    { 'Cache-Control': 'private' },
    { 'Cache-Control': 's-maxage=0' },
    { 'Cache-Control': 'max-age=3' },
    { Vary: 'Accept, Accept-Encoding, Origin, Authorization' },
    { Expires: 'Sat, 21 Nov 2026 00:00:03 GMT', Date: 'Sat, 21 Nov 2026 00:00:00 GMT' },
  ]
  const notKept: Record<string, string>[] = [
    { 'Cache-Control': 'no-cache' },
    { 'Cache-Control': 'max-age=0, must-revalidate' },
    { 'Cache-Control': 'max-age=soon' },
    { 'Cache-Control': 'max-age=4', Age: '4' },
    { 'Cache-Control': 'max-age=4', Age: '4, 1' },
    { Expires: '0' },
    { Expires: '-1' },
  ]
  for (const headers of [...kept, ...notKept]) {
    const world = await startWorld({
      respond: (_request, response) => void response.writeHead(200, headers).end('{}'),
    })
    await world.get()
    await world.get()
    const expected = kept.includes(headers) ? 1 : 2
    assert.equal(world.upstream.received.length, expected, JSON.stringify(headers))
  }
  let time = 1_000
  const world = await startWorld(
    { respond: (_request, response) => void response.setHeader('Cache-Control', 'max-age=3').end('{}') },
    {},
    { now: () => time },
  )
  await world.get()
  time += 3100
  await world.get()
  assert.equal(world.upstream.received.length, 2)
})

test('errors are never kept', async () => {
  let status = 200
  const world = await startWorld({
    respond: (_request, response) => void response.writeHead(status).end('{}'),
  })
  for (const error of [203, 302, 400, 401, 403, 404, 429, 500, 503]) {
    status = error
    assert.equal((await world.get({}, `${QUEUES}?${error}`)).status, error)
    status = 200
    const next = await world.get({}, `${QUEUES}?${error}`)
    assert.deepEqual([next.status, cacheStatus(next)], [200, { fwd: 'uri-miss', stored: 'true' }])
  }
})

test('an error is shared by those who waited for it, and by no one else', async () => {
  const statuses = [503, 200]
  const { respond, waiting, open } = gate(
    (_request, response) => void response.writeHead(statuses.shift()!, { 'Retry-After': '1' }).end('{}'),
  )
  const world = await startWorld({ respond })
  const all = Promise.all(Array.from({ length: 5 }, () => world.get()))
  await allWait(world.proxy, 5, waiting)
  open()
  assert.deepEqual(
    (await all).map(({ status, headers }) => [status, headers['retry-after']]),
    Array.from({ length: 5 }, () => [503, '1']),
  )
  const next = world.get()
  await until(() => waiting() === 1)
  open()
  assert.equal((await next).status, 200)
  assert.equal(world.upstream.received.length, 2)
})

test('with the cache off every call goes up, and nothing speaks of a cache', async () => {
  const world = await startWorld({}, { X8_REALTIME_CACHE_MS: '0' })
  const responses = await Promise.all(Array.from({ length: 5 }, () => world.get()))

  assert.equal(world.upstream.received.length, 5)
  assert.ok(
    responses.every(({ headers }) => headers['cache-status'] === undefined && headers.age === undefined),
  )
  assert.deepEqual(await cacheOf(world), { enabled: false })
  assert.equal('cache' in world.proxy.log.findLast(({ method }) => method === 'GET')!, false)
})

test('links lead back to the address that each caller used, and CORS headers go to the page that asked', async () => {
  const origin = 'http://localhost:3000'
  const world = await startWorld(
    {
      respond: (_request, response, { origin: api }) =>
        void response.setHeader('Link', `<${api}${QUEUES}?page=1>; rel="next"`).end('[]'),
    },
    { X8_ALLOWED_ORIGINS: origin, X8_ALLOWED_HOSTS: 'localhost,dashboards' },
  )
  const callers: Record<string, string>[] = [
    { Host: 'dashboards:1' },
    { Host: 'localhost:2', Origin: origin },
    { Host: '127.0.0.1:3' },
  ]
  for (const headers of callers) {
    const response = await world.get(headers)
    assert.equal(response.headers.link, `<http://${headers.Host}${QUEUES}?page=1>; rel="next"`)
    assert.equal(response.headers['access-control-allow-origin'], headers.Origin)
  }
  assert.equal(world.upstream.received.length, 1)
})

test('an expired token costs one renewal, however many wait for the shared response', async () => {
  const { respond, waiting, open } = gate(({ headers }, response) =>
    headers.authorization === 'Bearer token-1'
      ? void response.writeHead(401).end('{"fault":{"faultstring":"Access Token expired"}}')
      : void response.end('[]'),
  )
  const world = await startWorld({ respond })
  const all = Promise.all(Array.from({ length: 50 }, () => world.get()))
  await allWait(world.proxy, 50, waiting)
  open()
  await allWait(world.proxy, 50, waiting)
  open()

  assert.ok((await all).every(({ status, text }) => status === 200 && text === '[]'))
  assert.equal(world.upstream.received.length, 2, 'the refused one and the one with the new token')
  assert.equal(world.upstream.tokenRequests, 2)
  assert.deepEqual(cacheStatus(await world.get()), { hit: 'true' })
})

test('what is fresh is given even while 8x8 cannot be reached', async () => {
  const world = await startWorld()
  await world.get()
  await world.upstream.close()
  const response = await world.get()
  assert.equal(response.status, 200)
  assert.deepEqual(cacheStatus(response), { hit: 'true' })
  assert.equal(problemName(await world.get({}, `${QUEUES}?other`)), 'upstream-unreachable')
})

test('a new secret of the same app keeps what is there, another app gets nothing of it', async () => {
  const credentials = createCredentials({
    app: { key: 'app-1', secret: 'old' },
    work: undefined,
    proxyKey: undefined,
  })
  const world = await startWorld({}, {}, { credentials })
  const change = async (app: AppCredentials) => {
    assert.ok(credentials.replace({ app, work: undefined, proxyKey: undefined }).forUpstream)
    world.proxy.app.credentialsChanged()
    await until(() => credentials.inForce() === app && world.proxy.app.status().state === 'valid')
  }

  await world.get()
  await change({ key: 'app-1', secret: 'new' })
  assert.deepEqual(cacheStatus(await world.get()), { hit: 'true' })
  await change({ key: 'app-2', secret: 'other' })
  assert.deepEqual(cacheStatus(await world.get()), { fwd: 'uri-miss', stored: 'true' })
  assert.deepEqual(
    world.upstream.received.map(({ headers }) => headers.authorization),
    ['Bearer token-1', 'Bearer token-3'],
  )
})

test('a refusal too long to be read whole is judged once, and comes down whole', async () => {
  let good = 'Bearer token-2'
  const fault = 'x'.repeat(100_000)
  const { respond, waiting, open } = gate(({ headers }, response) =>
    headers.authorization === good ? void response.end('[]') : void response.writeHead(401).end(fault),
  )
  const world = await startWorld({ respond })
  const wall = async () => {
    const before = world.upstream.received.length
    const all = Promise.all(Array.from({ length: 5 }, () => world.get()))
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await allWait(world.proxy, 5, waiting)
      open()
    }
    const responses = await all
    assert.equal(world.upstream.received.length, before + 2)
    return responses
  }
  assert.ok((await wall()).every(({ status, text }) => status === 200 && text === '[]'))
  assert.equal(world.upstream.tokenRequests, 2)

  const refreshed = send(world.proxy.port, { path: QUEUES, headers: { 'Cache-Control': 'no-cache' } })
  await until(() => waiting() === 1)
  good = 'none'
  open()
  await until(() => waiting() === 1)
  open()
  const refused = await refreshed
  assert.deepEqual([refused.status, refused.text], [401, fault])
  assert.equal(world.upstream.tokenRequests, 3)
})

test('a request with a new token does not wait for one that went with the old', async () => {
  const held: (() => void)[] = []
  const world = await startWorld({
    respond: ({ headers, url }, response) => {
      const refused = headers.authorization === 'Bearer token-1'
      const go = () => void response.writeHead(refused ? 401 : 200).end('[]')
      if (url === QUEUES) held.push(go)
      else go()
    },
  })
  const first = world.get()
  await until(() => held.length === 1)
  assert.equal((await world.get({}, '/storage/us-west/v3/regions')).status, 200)
  assert.equal(world.upstream.tokenRequests, 2)

  const second = world.get()
  await until(() => held.length === 2)
  held[0]!()
  await until(async () => (await metric(world.proxy, 'x8_proxy_requests_in_flight')) === '3')
  held[1]!()
  assert.deepEqual([(await first).status, (await second).status], [200, 200])
  assert.equal(world.upstream.tokenRequests, 2, 'the refusal of the old token says nothing about the new one')
})

test('a missing product is told to all who wait, and renews nothing', async () => {
  const fault = JSON.stringify({
    fault: {
      faultstring: 'Invalid API call as no apiproduct match found',
      detail: { errorcode: 'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound' },
    },
  })
  const { respond, waiting, open } = gate((_request, response) => void response.writeHead(401).end(fault))
  const world = await startWorld({ respond })
  const all = Promise.all(Array.from({ length: 20 }, () => world.get()))
  await allWait(world.proxy, 20, waiting)
  open()
  for (const refused of await all) {
    assert.deepEqual([refused.status, refused.text], [401, fault])
    assert.match(refused.headers['x-proxy-hint'] as string, /Admin Console/)
  }
  assert.deepEqual([world.upstream.received.length, world.upstream.tokenRequests], [1, 1])
})

test('one connection that fails is one failure, however many waited for it', async () => {
  const sockets: Socket[] = []
  // It accepts, and never gets as far as TLS.
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => server.close())
  const { port } = server.address() as AddressInfo
  const tokens = await startUpstream()
  const proxy = await startProxy(
    {
      X8_BASE_URL: `https://127.0.0.1:${port}`,
      X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token`,
      X8_REALTIME_CACHE_MS: '5000',
    },
    // No connection is opened ahead.
    { start: false },
  )
  const burst = Promise.all(Array.from({ length: 50 }, () => send(proxy.port, { path: QUEUES })))
  await allWait(proxy, 50, () => sockets.length)
  sockets[0]!.destroy()
  await until(() => sockets.length === 2)
  sockets[1]!.destroy()

  assert.deepEqual(new Set((await burst).map(problemName)), new Set(['upstream-unreachable']))
  const { upstream } = (await (await fetch(`${proxy.origin}/-/status`)).json()) as {
    upstream: { state: string; failures: number }
  }
  assert.deepEqual([upstream.state, upstream.failures], ['closed', 1], 'not even the second attempt')
  assert.equal(sockets.length, 2)
})
