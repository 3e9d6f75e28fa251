import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { KEYED, open, send } from '../support/http-client.js'
import { startPair } from '../support/proxy.js'
import { issueToken } from '../support/upstream.js'

// Each wait is for an event at the other side; the runner's time limit is what fails if it never comes.

/** An 8x8 that hands over each request before it does anything about it. */
function handedOver() {
  const events = new EventEmitter()
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    void events.emit('request', request, response)
  const next = async () => (await once(events, 'request')) as [IncomingMessage, ServerResponse]
  return { handle, next }
}

/** Resolves with the `close` of a stream, whether it comes with an error or without. */
function closing(stream: EventEmitter): Promise<void> {
  stream.on('error', () => undefined)
  return new Promise((resolve) => stream.once('close', resolve))
}

test('a caller who leaves before the response ends the request at 8x8', { timeout: 10_000 }, async () => {
  const { handle, next } = handedOver()
  const { proxy } = await startPair({ handle })
  for (const call of [{ method: 'GET' }, { method: 'POST', body: 'hello' }]) {
    const client = open(proxy.port, call).on('error', () => undefined)
    const arrived = next()
    client.end(call.body)
    const [, response] = await arrived
    const closed = closing(response)
    client.destroy()
    await closed
    assert.equal(response.writableFinished, false)
  }
})

test(
  'of several requests sent at once on a connection that is closed all but the first were held for ever',
  { timeout: 10_000 },
  async () => {
    const closed: Promise<void>[] = []
    const arrived = new EventEmitter()
    const { proxy } = await startPair({
      handle(_request, response) {
        closed.push(closing(response))
        if (closed.length === 3) arrived.emit('all')
      },
    })
    const all = once(arrived, 'all')
    const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
    client.write(`GET ${KEYED} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(3))
    await all
    client.destroy()
    await Promise.all(closed)
    const { text } = await send(proxy.port, { path: '/-/metrics' })
    assert.match(text, /^x8_proxy_requests_in_flight 1$/m)
  },
)

test('a request whose end is said twice, as Node 24 does when its connection dies, was counted twice', async () => {
  const { proxy } = await startPair({ respond: (_request, response) => response.end('done') })
  const responses: ServerResponse[] = []
  proxy.app.fastify.server.on('request', (_request, response) => void responses.push(response))
  await send(proxy.port, { path: KEYED })
  if (!responses[0]!.closed) await once(responses[0]!, 'close')
  responses[0]!.emit('close')

  const { text } = await send(proxy.port, { path: '/-/metrics' })
  assert.match(text, /^x8_proxy_requests_in_flight 1$/m)
  assert.match(text, /^x8_proxy_requests_total\{family="work-chat",method="GET",status="200"\} 1$/m)
})

test('a caller who leaves during the download ends it at 8x8', { timeout: 10_000 }, async () => {
  const { handle, next } = handedOver()
  const { proxy } = await startPair({ handle })
  const client = open(proxy.port, {}).on('error', () => undefined)
  const arrived = next()
  client.end()
  const [, atUpstream] = await arrived
  atUpstream.write('the beginning')
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  await once(response, 'data')
  const closed = closing(response)
  client.destroy()
  await closed
})

test(
  'a caller who has stopped reading and then leaves ends the download at 8x8',
  { timeout: 10_000 },
  async () => {
    const { handle, next } = handedOver()
    const { proxy } = await startPair({ handle })
    const client = open(proxy.port, {}).on('error', () => undefined)
    const arrived = next()
    client.end()
    const [, response] = await arrived
    const closed = closing(response)
    const stuck = new Promise<void>((resolve) => {
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
        const timer = setTimeout(resolve, 200)
        response.once('drain', () => (clearTimeout(timer), more()))
      }
      more()
    })
    await once(client, 'response')
    await stuck
    client.destroy()
    await closed
  },
)

test(
  'a caller who leaves during the upload ends it at 8x8, which sees no complete request',
  { timeout: 10_000 },
  async () => {
    const { handle, next } = handedOver()
    const { proxy } = await startPair({ handle })
    for (const headers of [{ 'Content-Length': 10_000_000 }, { 'Transfer-Encoding': 'chunked' }]) {
      const client = open(proxy.port, { method: 'POST', headers }).on('error', () => undefined)
      const arrived = next()
      client.write(Buffer.alloc(400_000))
      const [request] = await arrived
      request.on('error', () => undefined).resume()
      const closed = closing(request)
      client.destroy()
      await closed
      assert.equal(request.complete, false)
    }
  },
)

test('a caller who leaves before its small body is complete causes no request at 8x8', async () => {
  const { upstream, proxy } = await startPair({})
  const left = once(proxy.app.fastify.server, 'request') as Promise<[IncomingMessage]>
  const client = open(proxy.port, { method: 'POST', headers: { 'Content-Length': 1000 } }).on(
    'error',
    () => undefined,
  )
  client.write('a part')
  const [request] = await left
  client.destroy()
  await closing(request)

  await send(proxy.port, { path: `${KEYED}/other` })

  assert.deepEqual(
    upstream.received.map(({ target }) => target),
    [`${KEYED}/other`],
  )
})

test('a caller who leaves while the token is on its way causes no request, and costs the others nothing', async () => {
  const events = new EventEmitter()
  const { upstream, proxy } = await startPair({
    token: (response, self) => void events.emit('token', () => issueToken(response, self)),
  })
  const asked = once(events, 'token') as Promise<[() => void]>
  const leaver = open(proxy.port, { path: '/storage/leaver' }).on('error', () => undefined)
  const arrived = once(proxy.app.fastify.server, 'request') as Promise<[IncomingMessage]>
  leaver.end()
  const [response] = await asked
  const [request] = await arrived
  const other = send(proxy.port, { path: '/storage/other' })
  leaver.destroy()
  await closing(request)
  response()

  assert.equal((await other).status, 200)
  assert.equal(upstream.tokenRequests, 1)
  assert.deepEqual(
    upstream.received.map(({ target }) => target),
    ['/storage/other'],
  )
})

test('a caller who leaves while every connection is busy is never sent on', { timeout: 20_000 }, async () => {
  const waiting: ServerResponse[] = []
  const events = new EventEmitter()
  const { upstream, proxy } = await startPair({
    respond(request, response) {
      if (request.url !== KEYED) return void response.end()
      waiting.push(response)
      if (waiting.length === 256) events.emit('busy')
    },
  })
  const busy = once(events, 'busy')
  const calls = Array.from({ length: 256 }, () => send(proxy.port))
  await busy
  const arrived = once(proxy.app.fastify.server, 'request') as Promise<[IncomingMessage]>
  const leaver = open(proxy.port, { path: `${KEYED}/leaver` }).on('error', () => undefined)
  leaver.end()
  const [request] = await arrived
  leaver.destroy()
  await closing(request.socket)
  for (const response of waiting) response.end()
  await Promise.all(calls)
  await send(proxy.port, { path: `${KEYED}/last` })

  const targets = upstream.received.map(({ target }) => target)
  assert.ok(targets.includes(`${KEYED}/last`))
  assert.ok(!targets.includes(`${KEYED}/leaver`))
})

test('one who leaves ends no other', { timeout: 10_000 }, async () => {
  const { handle, next } = handedOver()
  const { proxy } = await startPair({ handle })
  const first = next()
  const stayer = send(proxy.port)
  const [, response] = await first
  const second = next()
  const leaver = open(proxy.port, {}).on('error', () => undefined)
  leaver.end()
  const [, abandoned] = await second
  leaver.destroy()
  await closing(abandoned)
  response.end('still here')

  assert.equal((await stayer).text, 'still here')
})

test(
  'a caller who resets in the middle of everything leaves the proxy in good order',
  { timeout: 20_000 },
  async () => {
    const { proxy } = await startPair({ handle: (request, response) => void request.pipe(response) })
    const requests = [
      `GET ${KEYED} HT`,
      `POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhal`,
      `POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n${'x'.repeat(300_000)}`,
      `POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel`,
      `PUT ${KEYED} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n`,
      `GET ${KEYED} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(5),
    ]
    await Promise.all(
      Array.from({ length: 120 }, async (_, i) => {
        const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
        const closed = once(socket, 'close')
        socket.write(requests[i % requests.length]!, () => {
          // Now, in a moment, or a little later: every state is met by some.
          if (i % 3 === 0) socket.resetAndDestroy()
          else if (i % 3 === 1) setImmediate(() => socket.resetAndDestroy())
          else setTimeout(() => socket.resetAndDestroy(), i % 20)
        })
        await closed
      }),
    )

    assert.equal((await send(proxy.port, { method: 'POST', body: 'well' })).text, 'well')
  },
)
