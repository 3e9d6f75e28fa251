import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { METHODS, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { suite, test } from 'node:test'
import { responseTo, KEYED, open, problemName, send, sha256 } from '../support/http-client.js'
import { startPair, startProxy } from '../support/proxy.js'
import { parseResponse, readToEnd, sendRaw } from '../support/raw-client.js'
import { startUpstream } from '../support/upstream.js'

/** Sends a request's body back as it comes. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Content-Type', request.headers['content-type'] ?? 'application/octet-stream')
  void pipeline(request, response).catch(() => undefined)
}

suite('what a request carries', () => {
  test('every method arrives as it was sent, known to the proxy or not', async () => {
    const { upstream, proxy } = await startPair()
    const methods = METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE')

    for (const method of methods) {
      const body = method === 'HEAD' ? '' : 'body'
      const headers = { 'Content-Length': body.length }
      const response = await send(proxy.port, { method, headers, body })
      assert.equal(response.status, 200, method)
    }

    assert.deepEqual(
      upstream.received.map(({ method }) => method),
      methods,
    )
    for (const { method, bodyBytes } of upstream.received) {
      assert.equal(bodyBytes, method === 'HEAD' ? 0 : 4, method)
    }
  })

  test('a DELETE with a JSON body arrives with it', async () => {
    const { upstream, proxy } = await startPair()
    const body = '{"ids":[1,2,3]}'

    const response = await send(proxy.port, {
      method: 'DELETE',
      headers: { 'Content-Type': 'application/json', 'Content-Length': body.length },
      body,
    })

    assert.equal(response.status, 200)
    assert.equal(upstream.received[0]?.bodySha256, sha256(Buffer.from(body)))
    assert.equal(upstream.received[0]?.headers['content-type'], 'application/json')
  })

  test('a POST without body and without length arrives empty', async () => {
    const { upstream, proxy } = await startPair()

    const response = await sendRaw(
      proxy.port,
      `POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    )

    assert.equal(response.status, 200)
    assert.equal(upstream.received[0]?.bodyBytes, 0)
    assert.equal(upstream.received[0]?.headers['transfer-encoding'], undefined)
  })

  test('an empty POST keeps its Content-Length of 0', async () => {
    const { upstream, proxy } = await startPair()

    const response = await send(proxy.port, { method: 'POST', headers: { 'Content-Length': 0 } })

    assert.equal(response.status, 200)
    assert.equal(upstream.received[0]?.headers['content-length'], '0')
  })

  test('a body of any content type arrives byte for byte, even under a type that is none', async () => {
    const { upstream, proxy } = await startPair()
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const types = [
      'text/plain',
      'text/plain; charset=utf-16le',
      'text/plain; charset=no-such-charset',
      'application/json',
      'application/json; charset=iso-8859-1',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=----=_Part_1_2.3',
      'multipart/form-data',
      'nonsense',
      ';;;',
      '*/*',
      'text/plain, application/json',
      'text/"',
      '',
    ]

    for (const type of types) {
      const response = await send(proxy.port, { method: 'PUT', headers: { 'Content-Type': type }, body })
      assert.equal(response.status, 200, type)
      const received = upstream.received.at(-1)
      assert.equal(received?.bodySha256, sha256(body), type)
      assert.equal(received?.headers['content-type'], type)
    }
  })

  test('a multipart upload arrives with its boundary and every part', async () => {
    const { upstream, proxy } = await startPair()
    const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW'
    const file = randomBytes(100_000)
    const body = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n`,
      ),
      file,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ])

    await send(proxy.port, {
      method: 'POST',
      headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
      body,
    })

    assert.equal(upstream.received[0]?.headers['content-type'], `multipart/form-data; boundary=${boundary}`)
    assert.equal(upstream.received[0]?.bodySha256, sha256(body))
  })

  test('20 MB of binary arrive unchanged, and come back unchanged', async () => {
    const upstream = await startUpstream({ handle: echo })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    const body = randomBytes(20_000_000)

    const response = await send(proxy.port, {
      method: 'POST',
      headers: { 'Content-Length': body.length },
      body,
    })

    assert.equal(response.status, 200)
    assert.equal(sha256(response.body), sha256(body))
  })

  test('a declared length is passed on as a length, whether the body is kept or streamed', async () => {
    const { upstream, proxy } = await startPair()

    for (const size of [1, 262_144, 262_145, 2_000_000]) {
      await send(proxy.port, {
        method: 'POST',
        headers: { 'Content-Length': size },
        body: Buffer.alloc(size, 'x'),
      })
      const received = upstream.received.at(-1)
      assert.equal(received?.headers['content-length'], String(size))
      assert.equal(received?.headers['transfer-encoding'], undefined)
      assert.equal(received?.bodyBytes, size)
    }
  })

  test('chunked uploads arrive whole, small and large', async () => {
    const { upstream, proxy } = await startPair()

    for (const size of [0, 1, 1000, 262_144, 262_145, 5_000_000]) {
      const body = randomBytes(size)
      const client = open(proxy.port, { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } })
      const response = responseTo(client)
      for (let at = 0; at < size; at += 50_000) client.write(body.subarray(at, at + 50_000))
      client.end()
      assert.equal((await response).status, 200)
      assert.equal(upstream.received.at(-1)?.bodySha256, sha256(body), `${size} bytes`)
    }
  })

  test('a body that comes byte by byte, with chunk extensions and trailers, arrives whole', async () => {
    const { upstream, proxy } = await startPair()
    const socket = connect(proxy.port, '127.0.0.1')
    const whole = readToEnd(socket)
    const bytes =
      `POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n` +
      '5;name=value\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nX-Sum: 1\r\n\r\n'
    for (const byte of bytes) if (!socket.write(byte)) await once(socket, 'drain')

    assert.equal(parseResponse(await whole).status, 200)
    assert.equal(upstream.received[0]?.bodySha256, sha256(Buffer.from('hello world')))
  })

  test('requests that are sent one after the other without waiting get their responses in their order', async () => {
    const upstream = await startUpstream({ respond: (request, response) => response.end(request.url) })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    const one = (n: number, more = '') => `POST ${KEYED}/${n} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

    const bytes = await sendRaw(
      proxy.port,
      `${one(1, 'Content-Length: 5\r\n')}hello${one(2)}${one(3, 'Transfer-Encoding: chunked\r\n')}0\r\n\r\n${one(4, 'Connection: close\r\n')}`,
    )

    const order = [...(bytes.rawHead + bytes.body.toString()).matchAll(/\/rooms\/(\d)/g)].map(([, n]) => n)
    assert.deepEqual(order, ['1', '2', '3', '4'])
  })
})

suite('a body that is too large', () => {
  test('is refused by its length before anything is sent', async () => {
    const { upstream, proxy } = await startPair({}, { X8_MAX_BODY_BYTES: '1000' })

    const response = await send(proxy.port, { method: 'POST', body: Buffer.alloc(1001) })

    assert.equal(response.status, 413)
    assert.equal(problemName(response), 'body-too-large')
    assert.match(response.text, /X8_MAX_BODY_BYTES/)
    assert.equal(upstream.connections, 0)
  })

  test('may be exactly as large as the limit', async () => {
    const { upstream, proxy } = await startPair({}, { X8_MAX_BODY_BYTES: '1000000' })

    const response = await send(proxy.port, { method: 'POST', body: Buffer.alloc(1_000_000) })

    assert.equal(response.status, 200)
    assert.equal(upstream.received[0]?.bodyBytes, 1_000_000)
  })

  for (const [limit, excess] of [
    [1000, 1],
    [1000, 100_000],
    [400_000, 1],
    [400_000, 100_000],
  ] as const) {
    test(`is refused by counting, ${excess} bytes beyond ${limit} without a declared length; 8x8 gets no complete request`, async () => {
      let complete = 0
      const upstream = await startUpstream({
        handle(request, response) {
          request.resume().on('end', () => {
            complete += 1
            response.end()
          })
        },
      })
      const proxy = await startProxy(
        { X8_BASE_URL: upstream.origin, X8_MAX_BODY_BYTES: String(limit) },
        { start: false },
      )

      const client = open(proxy.port, { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } })
      const response = responseTo(client)
      client.end(Buffer.alloc(limit + excess))

      assert.equal(problemName(await response), 'body-too-large')
      await upstream.close()
      assert.equal(complete, 0)
    })
  }

  test('is refused in a way that a client in the middle of sending can read', async () => {
    const { proxy } = await startPair({}, { X8_MAX_BODY_BYTES: '1000' })
    // 30 MB are more than all the buffers on the way: the client is still sending when the response is there.
    const size = 30_000_000

    const socket = connect(proxy.port, '127.0.0.1')
    const whole = readToEnd(socket)
    socket.write(
      `POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`,
    )
    socket.write(Buffer.alloc(size))

    assert.equal(parseResponse(await whole).status, 413)
  })

  test('leaves the connection usable once it has been sent', async () => {
    const { proxy } = await startPair({}, { X8_MAX_BODY_BYTES: '1000' })

    const responses = await sendRaw(
      proxy.port,
      Buffer.concat([
        Buffer.from(`POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n`),
        Buffer.alloc(100_000),
        Buffer.from(`GET ${KEYED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
      ]),
    )

    assert.equal(responses.status, 413)
    assert.match(responses.body.toString(), /HTTP\/1\.1 200 OK/)
  })
})

suite('slow senders', () => {
  test('200 stalled uploads take no connection to 8x8, and another call passes', async () => {
    const { upstream, proxy } = await startPair()
    const sockets = Array.from({ length: 200 }, () => {
      const socket = connect(proxy.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(`POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n`)
      socket.write(Buffer.alloc(200_000))
      return socket
    })
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))

    const response = await send(proxy.port, { method: 'POST', body: 'quick' })

    assert.equal(response.status, 200)
    assert.equal(upstream.connections, 1)
    for (const socket of sockets) socket.destroy()
  })
})
