import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { responseTo, open as openRequest, problemName, send } from '../support/http-client.js'
import { startProxy } from '../support/proxy.js'
import { startRawUpstream } from '../support/raw-upstream.js'
import { until } from '../support/until.js'
import { issueToken, startUpstream } from '../support/upstream.js'
import { allWait, cacheOf, cacheStatus, metric, QUEUES, startWorld } from '../support/realtime-cache-world.js'

const MiB = 1024 * 1024

/** An 8x8 that keeps its API requests for the test to respond to. */
async function startHeldWorld(environment: Record<string, string> = {}) {
  const held: ServerResponse[] = []
  const world = await startWorld(
    { handle: (_request, response) => void held.push(response.on('error', () => undefined)) },
    environment,
  )
  return { ...world, held }
}

/** Begins a request for the queues, and leaves what comes to the test. */
function begin(port: number, path = QUEUES): ClientRequest {
  const client = openRequest(port, { path }).on('error', () => undefined)
  client.end()
  return client
}

const inFlight = async (proxy: Parameters<typeof metric>[0]) =>
  Number(await metric(proxy, 'x8_proxy_requests_in_flight')) - 1

test('the caller who came first leaves, and the others are served', async () => {
  const { proxy, held } = await startHeldWorld()
  const first = begin(proxy.port)
  await allWait(proxy, 1, () => held.length)
  const others = Promise.all(Array.from({ length: 10 }, () => send(proxy.port, { path: QUEUES })))
  await allWait(proxy, 11, () => held.length)
  first.destroy()
  await until(async () => (await inFlight(proxy)) === 10)
  held[0]!.end('[1]')

  assert.deepEqual(new Set((await others).map(({ text }) => text)), new Set(['[1]']))
  assert.equal(held.length, 1)
  assert.deepEqual(cacheStatus(await send(proxy.port, { path: QUEUES })), { hit: 'true' })
})

test('a caller who waits with others leaves alone; when the last one leaves, the request at 8x8 ends', async () => {
  const { proxy, held } = await startHeldWorld()
  const callers = [1, 2, 3].map(() => begin(proxy.port))
  await allWait(proxy, 3, () => held.length)
  const closed = once(held[0]!, 'close')
  callers[1]!.destroy()
  callers[2]!.destroy()
  await until(async () => (await inFlight(proxy)) === 1)
  assert.equal(held[0]!.destroyed, false)
  callers[0]!.destroy()
  await closed
  assert.equal(held[0]!.writableFinished, false)

  const next = send(proxy.port, { path: QUEUES })
  await until(() => held.length === 2)
  held[1]!.end('[2]')
  assert.equal((await next).text, '[2]', 'it is asked for anew')
})

test('a response that is aborted is never stored, and no caller takes it for complete', async () => {
  let whole = false
  const upstream = await startRawUpstream((socket) => {
    if (whole) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]')
    else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,2,3')
  })
  const tokens = await startUpstream()
  const proxy = await startProxy({
    X8_BASE_URL: upstream.origin,
    X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token`,
    X8_REALTIME_CACHE_MS: '5000',
  })
  const responses = await Promise.all(Array.from({ length: 5 }, () => send(proxy.port, { path: QUEUES })))
  assert.deepEqual(new Set(responses.map(problemName)), new Set(['upstream-broken']))
  whole = true
  const next = await send(proxy.port, { path: QUEUES })
  assert.deepEqual([next.text, cacheStatus(next)], ['[]', { fwd: 'uri-miss', stored: 'true' }])
})

test('a response that ends with its connection is given, but not kept: it may be truncated', async () => {
  const upstream = await startRawUpstream((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n[1,2,3'))
  const tokens = await startUpstream()
  const proxy = await startProxy({
    X8_BASE_URL: upstream.origin,
    X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token`,
    X8_REALTIME_CACHE_MS: '5000',
  })
  for (let i = 1; i <= 2; i += 1) {
    const response = await send(proxy.port, { path: QUEUES })
    assert.deepEqual([response.text, cacheStatus(response)], ['[1,2,3', { fwd: 'uri-miss' }])
    assert.equal(upstream.heads.length, i)
  }
})

test('a large response streams to the caller who came first, the others ask for themselves, and it is not kept', async () => {
  for (const declared of [true, false]) {
    const { proxy, held } = await startHeldWorld()
    const client = begin(proxy.port)
    await allWait(proxy, 1, () => held.length)
    const others = Promise.all(Array.from({ length: 3 }, () => send(proxy.port, { path: QUEUES })))
    await allWait(proxy, 4, () => held.length)
    const body = Buffer.alloc(2 * MiB, 'x')
    if (declared) held[0]!.setHeader('Content-Length', body.length)
    held[0]!.write(body.subarray(0, declared ? 10 : MiB + 1))
    // The beginning arrives while the end has not been sent.
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    await once(response, 'readable')
    assert.equal(response.headers['cache-status'], '"8x8-auth-proxy"; fwd=uri-miss')
    await until(() => held.length === 4)
    held[0]!.end(body.subarray(declared ? 10 : MiB + 1))
    let size = 0
    for await (const chunk of response) size += (chunk as Buffer).length
    assert.equal(size, body.length)
    for (const own of held.slice(1)) own.end(body)
    assert.ok((await others).every((other) => other.body.equals(body)))
    const { entries, bytes } = await cacheOf({ proxy })
    assert.deepEqual([entries, bytes], [0, 0])
  }
})

test('a large response is read from 8x8 no faster than its caller reads it', async () => {
  const piece = randomBytes(64 * 1024)
  const pieces = 1024
  let sent = 0
  const { proxy } = await startWorld({
    handle: (request, response) => {
      if (request.url !== QUEUES) return void response.end('[]')
      void pipeline(
        Readable.from(
          (function* () {
            for (; sent < pieces; sent += 1) yield piece
          })(),
        ),
        response,
      )
    },
  })
  const client = begin(proxy.port)
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  for (let i = 0; i < 200; i += 1) await send(proxy.port, { path: `${QUEUES}?${i}` })
  assert.ok(sent < pieces / 2, `${sent} of ${pieces} pieces`)
  const hash = createHash('sha256')
  for await (const chunk of response) hash.update(chunk as Buffer)
  const expected = createHash('sha256')
  for (let i = 0; i < pieces; i += 1) expected.update(piece)
  assert.equal(hash.digest('hex'), expected.digest('hex'))
})

test('what the cache takes is bounded in bytes, however many targets are asked for', async () => {
  const body = 'x'.repeat(20_000)
  const upstream = await startUpstream({ respond: (_request, response) => void response.end(body) })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_REALTIME_CACHE_MS: '600000' })
  let next = 0
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (next < 2000) {
        const path = `${QUEUES}?n=${(next += 1)}`
        assert.equal((await send(proxy.port, { path })).text, body)
      }
    }),
  )
  const { entries, bytes } = (await cacheOf({ proxy })) as { entries: number; bytes: number }
  assert.ok(bytes <= 16 * MiB && bytes > 15 * MiB, `${bytes}`)
  assert.ok(entries > 600 && entries < 840, `${entries}`)
  // The last ones are there, the first ones are not.
  assert.deepEqual(cacheStatus(await send(proxy.port, { path: `${QUEUES}?n=2000` })), { hit: 'true' })
  assert.notDeepEqual(cacheStatus(await send(proxy.port, { path: `${QUEUES}?n=1` })), { hit: 'true' })
})

test('a caller who does not read holds up neither the others nor the connection to 8x8', async () => {
  const body = Buffer.alloc(MiB, 'x')
  const { upstream, proxy, held } = await startHeldWorld()
  const slow = [1, 2, 3].map(() => {
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
    socket.pause()
    socket.write(`GET ${QUEUES} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    return socket
  })
  await allWait(proxy, 3, () => held.length)
  const others = Promise.all(Array.from({ length: 5 }, () => send(proxy.port, { path: QUEUES })))
  await allWait(proxy, 8, () => held.length)
  held[0]!.setHeader('Content-Length', body.length)
  held[0]!.end(body)
  assert.ok((await others).every((other) => other.body.equals(body)))
  const connections = upstream.connections
  const after = send(proxy.port, { path: `${QUEUES}?after` })
  await until(() => held.length === 2)
  held[1]!.end('[]')
  assert.equal((await after).text, '[]')
  assert.equal(upstream.connections, connections, 'on the connection of the shared request')

  slow[0]!.destroy()
  const read = await Promise.all(
    slow.slice(1).map(async (socket) => {
      let size = 0
      socket.on('data', (chunk: Buffer) => (size += chunk.length)).resume()
      await once(socket, 'close')
      return size
    }),
  )
  assert.ok(
    read.every((size) => size > body.length),
    'a slow caller gets it all in the end',
  )
})

test('callers who wait for a shared response are aborted at the end of the grace time, like all others', async () => {
  const { proxy, held } = await startHeldWorld({ X8_SHUTDOWN_GRACE_MS: '300' })
  const callers = Array.from({ length: 5 }, () => begin(proxy.port))
  const responses = Promise.allSettled(callers.map((client) => responseTo(client)))
  await allWait(proxy, 5, () => held.length)
  const closed = once(held[0]!, 'close')
  await proxy.close()
  await closed
  assert.ok((await responses).every(({ status }) => status === 'rejected'))
})

test('a shared request that takes too long ends for all who wait, with the same response', async () => {
  const { proxy, held } = await startHeldWorld({ X8_RESPONSE_TIMEOUT_MS: '300' })
  const responses = await Promise.all(Array.from({ length: 5 }, () => send(proxy.port, { path: QUEUES })))
  assert.deepEqual(new Set(responses.map(problemName)), new Set(['upstream-timeout']))
  await until(() => held.every((response) => response.destroyed))
})

test('an informational response before the shared one is for no caller, and the final one is still owed in time', async () => {
  let silent = false
  const upstream = await startRawUpstream((socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
    if (!silent) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]')
  })
  const tokens = await startUpstream()
  const proxy = await startProxy({
    X8_BASE_URL: upstream.origin,
    X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token`,
    X8_REALTIME_CACHE_MS: '5000',
    X8_RESPONSE_TIMEOUT_MS: '500',
  })
  const response = await send(proxy.port, { path: QUEUES })
  assert.deepEqual([response.status, response.text, response.headers.link], [200, '[]', undefined])
  silent = true
  const late = await Promise.all([1, 2, 3].map(() => send(proxy.port, { path: `${QUEUES}?late` })))
  assert.deepEqual(new Set(late.map(problemName)), new Set(['upstream-timeout']))
})

test('an idle connection that dies under a shared request is replaced once, for all', async () => {
  let responses = 0
  const upstream = await startRawUpstream((socket) => {
    responses += 1
    if (responses === 2) socket.destroy()
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]')
  })
  const tokens = await startUpstream()
  const proxy = await startProxy({
    X8_BASE_URL: upstream.origin,
    X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token`,
    X8_REALTIME_CACHE_MS: '5000',
  })
  await until(async () => (await send(proxy.port, { path: '/-/ready' })).status === 200)
  await send(proxy.port, { path: `${QUEUES}?first` })
  const response = await send(proxy.port, { path: QUEUES })
  assert.deepEqual([response.status, response.text], [200, '[]'])
  assert.equal(upstream.heads.length, 3)
})

test('a token that expires while the shared request waits for a connection is not sent', async () => {
  let time = 1_000_000
  const held: [IncomingMessage, ServerResponse][] = []
  const upstream = await startUpstream({
    handle: (request, response) => void held.push([request, response]),
    token: (response, self) => issueToken(response, self, '100'),
  })
  const proxy = await startProxy(
    { X8_BASE_URL: upstream.origin, X8_REALTIME_CACHE_MS: '5000' },
    { now: () => time },
  )
  // All connections are taken.
  const others = Array.from({ length: 256 }, (_, i) => begin(proxy.port, `/storage/us-west/v3/${i}`))
  await until(() => held.length === 256)
  const wall = Promise.all(Array.from({ length: 5 }, () => send(proxy.port, { path: QUEUES })))
  await until(async () => (await inFlight(proxy)) === 261)
  time += 96_000
  held[0]![1].end('{}')
  await until(() => held.length === 257)
  const [request, response] = held[256]!
  assert.equal(request.headers.authorization, 'Bearer token-2')
  response.end('[]')
  assert.ok((await wall).every(({ text }) => text === '[]'))
  assert.equal(upstream.tokenRequests, 2)
  for (const other of others) other.destroy()
})

test('the memory of a response that many callers read slowly is counted once, and free again when they are gone', async () => {
  const body = Buffer.alloc(MiB - 1024, 'x')
  const { proxy, held } = await startHeldWorld()
  // Counted for each of them it would be twice the 16 MiB that there are.
  const slow = Array.from({ length: 32 }, () => {
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
    socket.pause()
    socket.write(`GET ${QUEUES} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    return socket
  })
  await allWait(proxy, 32, () => held.length)
  held[0]!.setHeader('Content-Length', body.length)
  held[0]!.end(body)
  const readsOnce = async (path: string) => {
    const before = held.length
    const first = send(proxy.port, { path })
    await until(() => held.length > before)
    held.at(-1)!.end('[]')
    assert.equal((await first).text, '[]')
    return cacheStatus(await send(proxy.port, { path }))!.hit === 'true'
  }
  assert.equal(await readsOnce(`${QUEUES}?while-they-read`), true)
  for (const socket of slow) socket.destroy()
  assert.equal(await readsOnce(`${QUEUES}?after`), true)
})
