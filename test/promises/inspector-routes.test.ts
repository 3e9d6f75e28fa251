import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { ASSETS } from '../../src/inspector/assets.js'
import type { Detail, Snapshot, Status, Summary } from '../../src/inspector/wire.js'
import { send } from '../support/http-client.js'
import { detailOf, openPage, setCapture } from '../support/page.js'
import { startProxy } from '../support/proxy.js'
import { sendRaw } from '../support/raw-client.js'
import { startUpstream } from '../support/upstream.js'

const SCRIPTS = Object.keys(ASSETS).filter((name) => name.endsWith('.js'))

test('the page comes with a policy that runs its own script and nothing else', async () => {
  const proxy = await startProxy({}, { start: false })
  const response = await send(proxy.port, { path: '/-/' })

  assert.equal(response.status, 200)
  assert.equal(response.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(
    response.headers['content-security-policy'],
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  assert.equal(response.headers['x-content-type-options'], 'nosniff')
  assert.equal(response.headers['referrer-policy'], 'no-referrer')
  assert.equal(response.headers['cache-control'], 'no-store')
  assert.doesNotMatch(
    response.text,
    /<script(?! type="module" src="page\.js">)|\son\w+=|style=|https?:\/\/(?!www\.w3\.org)/,
  )
})

test('the whole page is less than 80 KB and needs nothing from elsewhere', async () => {
  const proxy = await startProxy({}, { start: false })
  let bytes = 0
  for (const name of ['', ...Object.keys(ASSETS).filter((file) => file !== 'page.html')]) {
    const response = await send(proxy.port, { path: `/-/${name}` })
    assert.equal(response.status, 200, name)
    assert.match(response.headers['content-type']!, /^text\/(?:html|css|javascript); charset=utf-8$/)
    assert.doesNotMatch(
      response.text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|sourceMappingURL|@import|url\(/,
    )
    bytes += response.body.length
  }
  assert.ok(bytes < 80 * 1024, `${bytes} bytes`)
})

test('every script that the page imports is served', async () => {
  const proxy = await startProxy({}, { start: false })
  const seen = new Set<string>()
  const queue = ['page.js']
  for (const name of queue) {
    if (seen.has(name)) continue
    seen.add(name)
    const { text } = await send(proxy.port, { path: `/-/${name}` })
    queue.push(...[...text.matchAll(/from ?["']\.\/(.+?)["']/g)].map(([, other]) => other!))
  }
  assert.deepEqual([...seen].sort(), [...SCRIPTS].sort())
})

test('a page that is opened gets what there is, then each request as it ends', async (t) => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await send(proxy.port, { path: '/storage/before' })
  const page = await openPage(proxy, t)

  const snapshot = await page.next<Snapshot>('snapshot')
  assert.deepEqual(
    snapshot.requests.map(({ target }) => target),
    ['/storage/before'],
  )
  assert.equal(snapshot.version, '0.0.0-test')
  assert.equal(snapshot.upstream, upstream.origin)
  assert.deepEqual(snapshot.status.token.products, ['analytics realtime-api', 'storage'])
  assert.equal(snapshot.status.ready, true)
  assert.equal(snapshot.sandbox, false)
  assert.deepEqual(
    snapshot.families.filter(({ name }) => name === 'storage'),
    [{ name: 'storage', title: 'Cloud Storage (recordings)' }],
  )
  const access = snapshot.status.access.find(({ name }) => name === 'storage')
  assert.deepEqual([access?.granted, access?.openedBy], ['yes', 'Call Recording & Storage'])
  assert.deepEqual(snapshot.status.notices, [])

  await send(proxy.port, { path: '/storage/during', headers: { 'X-Request-Id': 'mine' } })
  const [during] = await page.next<Summary[]>('requests')
  assert.deepEqual(
    [during?.target, during?.family, during?.status, during?.requestId, during?.bytes],
    ['/storage/during', 'storage', 200, 'mine', 11],
  )
  assert.ok(during!.durationMs >= during!.tokenWaitMs)
})

test('the split of the time adds up', async (t) => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
  const page = await openPage(proxy, t)
  await send(proxy.port, { path: '/storage/cold' })

  const [request] = await page.next<Summary[]>('requests')
  const { tokenWaitMs, queueMs, upstreamMs, durationMs } = request!
  assert.ok(tokenWaitMs > 0, 'the first request waited for the token')
  assert.ok(queueMs! > 0, 'and for a connection')
  assert.ok(upstreamMs! > 0, 'and for 8x8')
  assert.ok(tokenWaitMs + queueMs! + upstreamMs! <= durationMs)
})

test('a request that was refused is shown with the reason', async (t) => {
  const proxy = await startProxy({ X8_READ_ONLY: 'true' }, { start: false })
  const page = await openPage(proxy, t)
  await send(proxy.port, { path: '/storage/x', method: 'DELETE' })

  const [refused] = await page.next<Summary[]>('requests')
  assert.deepEqual([refused?.status, refused?.problem, refused?.family], [403, 'not-allowed', 'refused'])
  const { problemTitle } = await detailOf(proxy, refused!)
  assert.equal(problemTitle, 'The settings of this proxy do not allow the request')
})

test('a page hears every second how the token is', async (t) => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  await send(proxy.port, { path: '/storage/x' })
  const page = await openPage(proxy, t)

  const { token, traffic } = await page.next<Status>('status')
  assert.equal(token.state, 'valid')
  assert.ok(token.expiresInSeconds! > 1000)
  assert.equal(
    traffic.seconds.reduce((sum, count) => sum + count, 0),
    1,
  )
})

test('looking at the page asks 8x8 for nothing, not even for a token', async (t) => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
  const page = await openPage(proxy, t)
  await page.next<Status>('status')
  await setCapture(proxy, true)
  await page.next<Status>('status')

  assert.deepEqual([upstream.connections, upstream.tokenRequests, upstream.received.length], [0, 0, 0])
})

test('nothing is captured until it is switched on, and nothing after it is switched off', async (t) => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const page = await openPage(proxy, t)
  const request = {
    method: 'POST',
    path: '/storage/x',
    headers: { 'Content-Type': 'text/plain' },
    body: 'words',
  }
  const captured = async () => {
    await send(proxy.port, request)
    const [summary] = await page.next<Summary[]>('requests')
    const { request: up, response: down } = await detailOf(proxy, summary!)
    return [summary?.captured, up?.body.text, down?.body.text]
  }

  assert.deepEqual(await captured(), [undefined, undefined, undefined])
  await setCapture(proxy, true)
  assert.deepEqual(await captured(), [true, 'words', '{"ok":true}'])
  await setCapture(proxy, false)
  assert.deepEqual(await captured(), [undefined, undefined, undefined])
})

test('a captured request shows what went up and what came down, without secrets', async (t) => {
  const upstream = await startUpstream({
    respond: (request, response) =>
      response
        .setHeader('Content-Type', 'application/json')
        .setHeader('X-Echo', request.headers.authorization ?? '')
        .end(JSON.stringify({ caller: '4085551234', email: 'jane@example.com', id: '1763712000123' })),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const page = await openPage(proxy, t)
  await setCapture(proxy, true)
  await send(proxy.port, {
    method: 'POST',
    path: '/storage/x?access_token=abc',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer mine' },
    body: '{"password":"p4ssw0rd","queue":"101"}',
  })

  const [summary] = await page.next<Summary[]>('requests')
  const { request, response } = await detailOf(proxy, summary!)
  assert.equal(summary?.target, '/storage/x?access_token=[secret]')
  assert.deepEqual(
    request?.headers.filter(([name]) => name === 'Authorization'),
    [['Authorization', 'Bearer [secret]']],
  )
  assert.equal(request?.body.text, '{"password":"[secret]","queue":"101"}')
  assert.equal(response?.body.text, '{"caller":"[phone]","email":"[email]","id":"1763712000123"}')
})

test('a captured upload arrives whole, and its first 10 KB are shown', async (t) => {
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const page = await openPage(proxy, t)
  await setCapture(proxy, true)
  const body = Buffer.alloc(3_000_000, 'some words ')
  await send(proxy.port, {
    method: 'POST',
    path: '/storage/x',
    headers: { 'Content-Type': 'text/plain' },
    body,
  })

  assert.equal(upstream.received[0]?.bodyBytes, body.length)
  const [summary] = await page.next<Summary[]>('requests')
  const { request } = await detailOf(proxy, summary!)
  assert.equal(request?.body.bytes, body.length)
  assert.equal(request?.body.truncated, true)
  assert.ok(request.body.text!.length <= 10 * 1024)
})

test('markup in a path, a header or a body stays what it is: text in JSON', async (t) => {
  const evil = '<svg/onload=alert(1)>'
  const upstream = await startUpstream({
    respond: (_request, response) =>
      response.setHeader('Content-Type', 'text/html').setHeader('X-Evil', evil).end(evil),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
  const page = await openPage(proxy, t)
  await setCapture(proxy, true)
  await sendRaw(
    proxy.port,
    `GET /storage/${evil}?data:\n HTTP/1.1\r\n`.replace('\n', '%0A') +
      `Host: 127.0.0.1\r\nX-Evil: ${evil}\r\nConnection: close\r\n\r\n`,
  )

  const [summary] = await page.next<Summary[]>('requests')
  assert.equal(summary?.target, `/storage/${evil}?data:%0A`)
  const { headers, text } = await send(proxy.port, { path: `/-/requests/${summary?.n}` })
  assert.equal(headers['content-type'], 'application/json; charset=utf-8')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  const { request, response } = JSON.parse(text) as Detail
  assert.ok(request?.headers.some(([name, value]) => name === 'X-Evil' && value === evil))
  assert.equal(response?.body.text, evil)
})

test('only the page itself may switch capturing', async () => {
  const proxy = await startProxy({ X8_ALLOWED_ORIGINS: 'http://app.test' }, { start: false })
  const post = (headers: Record<string, string>) =>
    send(proxy.port, { method: 'POST', path: '/-/capture', headers, body: '{"on":true}' })

  for (const headers of [
    {},
    { Origin: 'http://app.test' },
    { Origin: 'http://evil.test' },
    { Origin: 'null' },
    { Origin: 'http://127.0.0.1:1' },
    { Origin: `https://127.0.0.1:${proxy.port}` },
  ]) {
    const response = await post(headers)
    assert.equal(response.status, 403, JSON.stringify(headers))
    assert.match(response.text, /cross-site/)
  }
  assert.equal((await post({ Origin: proxy.origin })).status, 200)
  const bad = await send(proxy.port, {
    method: 'POST',
    path: '/-/capture',
    headers: { Origin: proxy.origin },
    body: '{"on":"yes"}',
  })
  assert.equal(bad.status, 400)
})

test('an allowed origin may call 8x8, but not read what others have called', async () => {
  const proxy = await startProxy({ X8_ALLOWED_ORIGINS: 'http://app.test' }, { start: false })
  for (const path of ['/-/', '/-/page.js', '/-/events', '/-/requests/1']) {
    const response = await send(proxy.port, { path, headers: { Origin: 'http://app.test' } })
    assert.equal(response.status, 403, path)
  }
})

test('the door stands before the page as before everything else', async () => {
  const proxy = await startProxy({ X8_PROXY_KEY: 'key-of-the-proxy' }, { start: false })
  for (const path of ['/-/', '/-/page.js', '/-/page.css', '/-/events', '/-/requests/1']) {
    assert.equal((await send(proxy.port, { path })).status, 401, path)
    const evil = await send(proxy.port, {
      path,
      headers: { Host: 'evil.test', 'X-Proxy-Key': 'key-of-the-proxy' },
    })
    assert.equal(evil.status, 403, path)
    const framed = await send(proxy.port, {
      path,
      headers: { 'Sec-Fetch-Site': 'cross-site', 'X-Proxy-Key': 'key-of-the-proxy' },
    })
    assert.equal(framed.status, 403, path)
  }
  const open = await send(proxy.port, { path: '/-/', headers: { 'X-Proxy-Key': 'key-of-the-proxy' } })
  assert.equal(open.status, 200)
})

test('what is not kept any more is not found', async () => {
  const proxy = await startProxy({}, { start: false })
  for (const n of ['1', '0', '-1', 'x', '1e3', '99999999999999999999']) {
    assert.equal((await send(proxy.port, { path: `/-/requests/${n}` })).status, 404, n)
  }
})

test('twenty pages may be open at once, and one that closes makes room', async (t) => {
  const proxy = await startProxy({}, { start: false })
  const pages = await Promise.all(Array.from({ length: 20 }, () => openPage(proxy, t)))
  const ask = async () => {
    const request = get(`${proxy.origin}/-/events`, { agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    request.destroy()
    return response
  }
  const refused = await ask()
  assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [503, '5'])

  pages[0]!.close()
  await pages[0]!.ended
  while ((await ask()).statusCode !== 200);
})

test('an open page does not delay a shutdown', async (t) => {
  const proxy = await startProxy({ X8_SHUTDOWN_GRACE_MS: '60000' }, { start: false })
  const page = await openPage(proxy, t)
  await page.next('snapshot')
  const startedAt = performance.now()
  await Promise.all([proxy.close(), page.ended])
  assert.ok(performance.now() - startedAt < 30_000, 'it did not wait for the grace time')
  assert.ok(!proxy.log.some(({ aborted }) => aborted !== undefined), 'nothing was aborted')
})
