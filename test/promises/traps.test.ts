import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { suite, test } from 'node:test'
import { IDLE_TIMING } from '../../src/proxy/upstream/idle-limit.js'
import { gzipSync } from 'node:zlib'
import { KEYED, problemName, readResponse, open, send, sha256 } from '../support/http-client.js'
import { startPair, startProxy } from '../support/proxy.js'
import { readToEnd, sendRaw } from '../support/raw-client.js'
import { startRawUpstream } from '../support/raw-upstream.js'
import type { IncomingMessage } from 'node:http'

// What went wrong with the parts that this program is made of, one test each. Those that need more than one have files
// of their own: unverified TLS (proxy/forward-tls), callers who leave (proxy/forward-cancellation), broken connections
// and their error texts (proxy/forward-faults), slow uploads (proxy/forward-bodies), the slow shutdown (drain).

suite('what went wrong before', { timeout: 60_000, concurrency: true }, () => {
  test('one GET that 8x8 answered with 503 became eleven requests', async () => {
    const { upstream, proxy } = await startPair({
      respond: (_request, response) => response.writeHead(503, { 'Retry-After': '1' }).end('busy'),
    })

    const response = await send(proxy.port)

    assert.equal(response.status, 503)
    assert.equal(response.headers['retry-after'], '1')
    assert.equal(response.text, 'busy')
    assert.equal(upstream.received.length, 1)
  })

  for (const header of [
    'Expect: 100-continue',
    'Keep-Alive: timeout=5, max=100',
    'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
    'Upgrade: TLS/1.0',
    'Proxy-Connection: keep-alive',
    'TE: trailers',
  ]) {
    test(`a request with "${header.split('\r\n')[0]}" ended in 500`, async () => {
      const { upstream, proxy } = await startPair()
      const socket = connect(proxy.port, '127.0.0.1')
      const whole = readToEnd(socket)
      socket.write(`POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\n${header}\r\nContent-Length: 5\r\n\r\nhello`)
      while (upstream.received.length === 0) await once(socket, 'data')
      socket.end()

      assert.match((await whole).toString(), /HTTP\/1\.1 200 OK\r\n/)
      assert.equal(upstream.received[0]?.bodyBytes, 5)
      for (const name of ['expect', 'keep-alive', 'upgrade', 'http2-settings', 'te', 'proxy-connection']) {
        assert.equal(upstream.received[0]?.headers[name], undefined)
      }
    })
  }

  test('text/plain bodies over 1 MiB were refused, and other charsets corrupted', async () => {
    const { upstream, proxy } = await startPair()
    const body = randomBytes(2_000_000)

    const response = await send(proxy.port, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain; charset=iso-8859-1', 'Content-Length': body.length },
      body,
    })

    assert.equal(response.status, 200)
    assert.equal(upstream.received[0]?.bodySha256, sha256(body))
  })

  test('hop-by-hop headers of the response were passed on, and callers hung on "Connection: close"', async () => {
    const upstream = await startRawUpstream((socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\n' +
          'Proxy-Authenticate: Basic\r\nTrailer: X-Sum\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n' +
          '2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n',
      ),
    )
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    const get = (more: string) => `GET ${KEYED} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

    const both = await sendRaw(proxy.port, get('') + get('Connection: close\r\n'))

    assert.equal(both.status, 200)
    assert.equal(both.headers.connection, 'keep-alive')
    for (const name of ['x-hop', 'proxy-authenticate', 'trailer', 'upgrade']) {
      assert.equal(both.headers[name], undefined, name)
    }
    assert.doesNotMatch(both.rawHead, /timeout=1\r/)
    assert.match(both.body.toString(), /\r\nok\r\n0\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
  })

  test('a connection that 8x8 was about to close was used once more', async () => {
    const upstream = await startRawUpstream((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok'),
    )
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })

    for (let i = 0; i < 3; i += 1)
      assert.equal((await send(proxy.port, { method: 'POST', body: 'x' })).text, 'ok')

    assert.equal(upstream.connections, 3)
  })

  test('idle connections were never closed', async () => {
    let ended: Promise<unknown> | undefined
    const upstream = await startRawUpstream((socket: Socket) => {
      ended = once(socket, 'end')
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
    const proxy = await startProxy(
      { X8_BASE_URL: upstream.origin },
      { start: false, idleTiming: { ...IDLE_TIMING, longestMs: 5_000 } },
    )
    await send(proxy.port)
    await send(proxy.port)

    // Used twice, then closed from this side: after a quarter of an hour in earnest. What a server grants less is learned.
    assert.equal(upstream.connections, 1)
    await ended
  })

  for (const path of ['/storage/%', '/storage/%zz', '/%c0%ae%c0%ae/x', '/storage/%ff']) {
    test(`the error for the malformed address ${path} came from the router, in a form of its own`, async () => {
      const { upstream, proxy } = await startPair()

      const response = await send(proxy.port, { path })

      assert.equal(response.status, 400)
      assert.equal(problemName(response), 'bad-target')
      assert.equal(response.headers['content-type'], 'application/problem+json')
      assert.ok(response.headers['x-request-id'])
      assert.equal(upstream.connections, 0)
    })
  }

  test('responses were stored, merged, decoded or followed on the way', async () => {
    const encoded = gzipSync('hello')
    const { upstream, proxy } = await startPair({
      respond: (request, response) =>
        request.url!.endsWith('/moved')
          ? response.writeHead(301, { Location: `${KEYED}/here` }).end()
          : response
              .writeHead(200, {
                'Cache-Control': 'public, max-age=600',
                ETag: '"1"',
                'Content-Encoding': 'gzip',
              })
              .end(encoded),
    })

    const together = await Promise.all(Array.from({ length: 5 }, () => send(proxy.port)))
    const later = await send(proxy.port)
    assert.equal((await send(proxy.port, { path: `${KEYED}/moved` })).status, 301)

    assert.equal(upstream.received.length, 7)
    for (const { body } of [...together, later]) assert.ok(body.equals(encoded))
  })

  test('cookies of 8x8 came through to localhost, which shares them among all ports', async () => {
    const { upstream, proxy } = await startPair({
      respond: (_request, response) =>
        response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2']).setHeader('X-Kept', 'yes').end(),
    })

    const response = await send(proxy.port, { headers: { Cookie: 'session=of-another-program' } })

    assert.equal(response.headers['set-cookie'], undefined)
    assert.equal(response.headers['x-kept'], 'yes')
    assert.equal(upstream.received[0]?.headers.cookie, undefined)
  })

  test('a GET with a body lost the body, kept its length, and waited for ever', async () => {
    const { upstream, proxy } = await startPair()

    for (const size of [5, 400_000]) {
      const body = randomBytes(size)
      const response = await send(proxy.port, { method: 'GET', headers: { 'Content-Length': size }, body })
      assert.equal(response.status, 200)
      assert.equal(upstream.received.at(-1)?.method, 'GET')
      assert.equal(upstream.received.at(-1)?.bodySha256, sha256(body))
    }
    const client = open(proxy.port, { method: 'GET', headers: { 'Transfer-Encoding': 'chunked' } })
    client.end('in chunks')
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    assert.equal((await readResponse(response)).status, 200)
    assert.equal(upstream.received.at(-1)?.bodyBytes, 9)
  })

  test('with 4,096 requests in flight the next one is refused, not queued', async () => {
    const waiting: { end(): void }[] = []
    const { upstream, proxy } = await startPair({
      handle: (_request, response) => void waiting.push(response),
    })
    const sockets = Array.from({ length: 64 }, () =>
      connect(proxy.port, '127.0.0.1').on('error', () => undefined),
    )
    let arrived = 0
    const full = new Promise<void>((resolve) => {
      proxy.app.fastify.server.on('request', () => (arrived += 1) === 4096 && resolve())
    })
    for (const socket of sockets) {
      socket.write(`GET ${KEYED} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(64))
    }
    await full

    const response = await send(proxy.port)
    assert.equal(response.status, 503)
    assert.equal(problemName(response), 'overloaded')
    assert.ok(Number(response.headers['retry-after']) > 0)
    assert.ok(upstream.connections <= 256)
    for (const socket of sockets) socket.destroy()
  })
})
