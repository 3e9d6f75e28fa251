import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import type { ProxyError } from '../../src/http/errors.js'
import { Upload } from '../../src/proxy/request-body.js'
import { responseTo, KEYED, open, problemName, readResponse, send } from '../support/http-client.js'
import { startPair, startProxy } from '../support/proxy.js'

for (const [what, size] of [
  ['a GET', undefined],
  ['a POST', 1000],
  ['a large upload', 400_000],
] as const) {
  test(`${what} that 8x8 does not respond ends in time, and was sent once`, { timeout: 15_000 }, async () => {
    let requests = 0
    const { proxy } = await startPair(
      {
        handle(request) {
          requests += 1
          request.resume()
        },
      },
      { X8_RESPONSE_TIMEOUT_MS: '100' },
    )

    const response = await send(
      proxy.port,
      size === undefined
        ? {}
        : { method: 'POST', headers: { 'Content-Length': size }, body: Buffer.alloc(size) },
    )

    assert.equal(response.status, 504)
    assert.equal(problemName(response), 'upstream-timeout')
    assert.match(response.text, /X8_RESPONSE_TIMEOUT_MS/)
    assert.equal(requests, 1)
  })
}

test('a response that stops in the middle is aborted', { timeout: 15_000 }, async () => {
  const { proxy } = await startPair(
    {
      respond: (_request, response) => void response.writeHead(200, { 'Content-Length': 100 }).write('half'),
    },
    { X8_IDLE_TIMEOUT_MS: '100' },
  )

  await assert.rejects(send(proxy.port), { code: 'ECONNRESET' })
})

test(
  'a response that takes longer than every limit, but never stops, arrives whole',
  { timeout: 15_000 },
  async () => {
    const { proxy } = await startPair(
      {
        respond(_request, response) {
          let left = 12
          const timer = setInterval(() => {
            response.write('x')
            if ((left -= 1) > 0) return
            clearInterval(timer)
            response.end()
          }, 200)
        },
      },
      { X8_IDLE_TIMEOUT_MS: '1500', X8_RESPONSE_TIMEOUT_MS: '1500' },
    )

    assert.equal((await send(proxy.port)).text, 'x'.repeat(12))
  },
)

test(
  'a caller who pauses longer than every limit still gets the whole response',
  { timeout: 15_000 },
  async () => {
    const body = Buffer.alloc(20_000_000)
    const { proxy } = await startPair(
      { respond: (_request, response) => response.end(body) },
      { X8_IDLE_TIMEOUT_MS: '100', X8_RESPONSE_TIMEOUT_MS: '100' },
    )
    const client = open(proxy.port, {})
    client.end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    await new Promise((resolve) => setTimeout(resolve, 1500))

    assert.equal((await readResponse(response)).body.length, body.length)
  },
)

test(
  'the time that a caller takes to send does not count as time that 8x8 takes to respond',
  { timeout: 15_000 },
  async () => {
    const { proxy } = await startPair({}, { X8_RESPONSE_TIMEOUT_MS: '100' })
    for (const [first, second] of [
      [10, 10],
      [300_000, 100_000],
    ] as const) {
      const client = open(proxy.port, { method: 'POST', headers: { 'Content-Length': first + second } })
      const response = responseTo(client)
      client.write(Buffer.alloc(first))
      await new Promise((resolve) => setTimeout(resolve, 1500))
      client.end(Buffer.alloc(second))
      assert.equal((await response).status, 200)
    }
  },
)

for (const [size, sent] of [
  [1000, 10],
  [400_000, 300_000],
] as const) {
  test(
    `a caller who stops in the middle of ${size} bytes is told so, and 8x8 gets no complete request`,
    { timeout: 15_000 },
    async () => {
      const closed: Promise<void>[] = []
      let complete = false
      const { proxy } = await startPair(
        {
          handle(request) {
            closed.push(new Promise((resolve) => request.on('error', () => undefined).on('close', resolve)))
            request.resume().on('end', () => (complete = true))
          },
        },
        { X8_IDLE_TIMEOUT_MS: '200' },
      )

      const client = open(proxy.port, { method: 'POST', headers: { 'Content-Length': size } })
      client.on('error', () => undefined)
      const response = responseTo(client)
      client.write(Buffer.alloc(sent))

      assert.equal((await response).status, 408)
      assert.equal(problemName(await response), 'request-timeout')
      await Promise.all(closed)
      assert.equal(complete, false)
      client.destroy()
    },
  )
}

test('an 8x8 that stops reading an upload is given up', { timeout: 15_000 }, async () => {
  const { proxy } = await startPair(
    { handle: (request) => void request.pause() },
    { X8_IDLE_TIMEOUT_MS: '300' },
  )
  const client = open(proxy.port, { method: 'POST', headers: { 'Content-Length': 90_000_000 } })
  client.on('error', () => undefined)
  const response = responseTo(client)
  const piece = Buffer.alloc(1_000_000)
  let left = 90
  const more = () => {
    while (left > 0) {
      left -= 1
      if (!client.write(piece)) return void client.once('drain', more)
    }
    client.end()
  }
  more()

  assert.equal(problemName(await response), 'upstream-timeout')
  client.destroy()
})

test('the last bytes of an upload that 8x8 does not take are given up too', { timeout: 15_000 }, async () => {
  const request = Object.assign(new PassThrough(), { complete: false })
  request.on('end', () => (request.complete = true))
  const limits = { maxBodyBytes: 1e6, replayBodyBytes: 0, idleTimeoutMs: 50 }
  const upload = new Upload(request as unknown as IncomingMessage, [Buffer.from('kept')], 4, limits)
  upload.read(1)
  request.end(' and the rest')

  // The timers of the proxy keep no process alive.
  const alive = setTimeout(() => undefined, 10_000)
  const [error] = (await once(upload, 'error')) as [ProxyError]
  clearTimeout(alive)
  assert.equal(error.problem, 'upstream-timeout')
})

test(
  'a host that takes connections and says nothing is given up, and nothing was sent',
  { timeout: 15_000 },
  async () => {
    const sockets: { destroy(): void }[] = []
    // A TLS handshake without a response: to the operating system the connection is open.
    const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    after(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const proxy = await startProxy(
      { X8_BASE_URL: `https://127.0.0.1:${port}`, X8_CONNECT_TIMEOUT_MS: '200' },
      { start: false },
    )

    const response = await send(proxy.port, { method: 'POST', body: 'x', path: KEYED })

    assert.equal(response.status, 504)
    assert.equal(problemName(response), 'upstream-timeout')
    assert.match(response.text, /X8_CONNECT_TIMEOUT_MS/)
    assert.equal(response.headers['proxy-status'], '"8x8-auth-proxy"; error=connection_timeout')
  },
)
