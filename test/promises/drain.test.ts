import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { responseTo, KEYED, open, problemName, readResponse, send } from '../support/http-client.js'
import { startProxy } from '../support/proxy.js'
import { readToEnd } from '../support/raw-client.js'
import { startUpstream } from '../support/upstream.js'

const NEVER = { X8_SHUTDOWN_GRACE_MS: '600000' }

/** A proxy in front of an 8x8 that hands over each response instead of giving it. */
async function startPair(environment: Record<string, string> = NEVER) {
  const events = new EventEmitter()
  const upstream = await startUpstream({
    respond: (_request, response) => void events.emit('request', response),
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, ...environment }, { start: false })
  const next = async () => ((await once(events, 'request')) as [ServerResponse])[0]
  return { upstream, proxy, next }
}

const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

suite('shutting down', { timeout: 30_000 }, () => {
  test('every request in flight gets a response whole, and told that the connection ends', async () => {
    const { proxy, next } = await startPair()
    const agent = new Agent({ keepAlive: true })
    const calls = []
    const responses = []
    for (let i = 0; i < 20; i += 1) {
      const arrived = next()
      calls.push(send(proxy.port, { agent, method: 'POST', body: String(i) }))
      responses.push(await arrived)
    }

    const stopped = proxy.app.stop()
    for (const response of responses) response.end('whole')

    for (const { text, headers } of await Promise.all(calls)) {
      assert.equal(text, 'whole')
      assert.equal(headers.connection, 'close')
    }
    assert.equal(await stopped, 0)
    agent.destroy()
  })

  test('a response that is half way comes to its end', async () => {
    const { proxy, next } = await startPair()
    const arrived = next()
    const client = open(proxy.port, { agent: new Agent({ keepAlive: true }) })
    client.end()
    const atUpstream = await arrived
    atUpstream.write('one ')
    const [response] = (await once(client, 'response')) as [IncomingMessage]

    const stopped = proxy.app.stop()
    atUpstream.end('two')

    assert.equal((await readResponse(response)).text, 'one two')
    assert.equal(await stopped, 0)
  })

  test('an upload that is half way comes to its end', async () => {
    const { upstream, proxy, next } = await startPair()
    const arrived = next()
    const client = open(proxy.port, { method: 'POST', headers: { 'Content-Length': 1_000_000 } })
    const received = responseTo(client)
    const began = once(proxy.app.fastify.server, 'request')
    client.write(Buffer.alloc(600_000))
    await began

    const stopped = proxy.app.stop()
    client.end(Buffer.alloc(400_000))
    void arrived.then((response) => response.end('taken'))

    assert.equal((await received).text, 'taken')
    assert.equal(upstream.received[0]?.bodyBytes, 1_000_000)
    assert.equal(await stopped, 0)
  })

  test('new connections are refused', async () => {
    const { proxy, next } = await startPair()
    const arrived = next()
    const call = send(proxy.port)
    const response = await arrived

    const stopped = proxy.app.stop()

    await assert.rejects(send(proxy.port), { code: 'ECONNREFUSED' })
    response.end()
    await call
    await stopped
  })

  for (const [path, status] of [
    [`${KEYED}/late`, 503],
    ['/-/ready', 503],
    ['/-/live', 200],
  ] as const) {
    test(`a request for ${path} on a connection that is still open gets ${status}, and the connection ends`, async () => {
      const { upstream, proxy, next } = await startPair()
      const arrived = next()
      const socket = connect(proxy.port, '127.0.0.1')
      const whole = readToEnd(socket)
      socket.write(GET(KEYED))
      const response = await arrived
      response.write('begun')
      await once(socket, 'data')

      const stopped = proxy.app.stop()
      const seen = once(proxy.app.fastify.server, 'request')
      socket.write(GET(path))
      await seen
      response.end()

      const [, late = ''] = (await whole).toString().split('\r\n0\r\n\r\n')
      assert.match(late, new RegExp(`^HTTP/1\\.1 ${status} `))
      assert.match(late, /\r\nConnection: close\r\n/i)
      if (status === 503) {
        assert.match(late, /urn:8x8-auth-proxy:shutting-down/)
        assert.match(late, /\r\nRetry-After: \d+\r\n/i)
      }
      assert.equal(upstream.received.length, 1)
      assert.equal(await stopped, 0)
    })
  }

  test('connections that wait for another request do not delay it', async () => {
    const { proxy, next } = await startPair()
    const agent = new Agent({ keepAlive: true })
    for (let i = 0; i < 10; i += 1) {
      void next().then((response) => response.end())
      await send(proxy.port, { agent })
    }

    assert.equal(await proxy.app.stop(), 0)
    agent.destroy()
  })

  test('a connection that has become idle ends while others are still at work', async () => {
    const { proxy, next } = await startPair()
    const sockets = []
    const responses = []
    for (let i = 0; i < 2; i += 1) {
      const arrived = next()
      const socket = connect(proxy.port, '127.0.0.1')
      socket.write(GET(KEYED))
      const response = await arrived
      response.write('begun')
      await once(socket, 'data')
      sockets.push(socket.resume())
      responses.push(response)
    }

    const stopped = proxy.app.stop()
    const closed = once(sockets[0]!, 'close')
    responses[0]!.end()
    await closed
    responses[1]!.end()

    assert.equal(await stopped, 0)
  })

  test('connections that never carried a request do not delay it', async () => {
    const { proxy } = await startPair()
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
    await once(proxy.app.fastify.server, 'connection')

    assert.equal(await proxy.app.stop(), 0)
    socket.destroy()
  })

  test('a caller that keeps sending an unwanted body does not delay it', async () => {
    const { proxy } = await startPair({ ...NEVER, X8_MAX_BODY_BYTES: '10' })
    const client = open(proxy.port, { method: 'POST', headers: { 'Content-Length': 1_000_000 } })
    client.on('error', () => undefined)
    const response = responseTo(client)
    client.flushHeaders()
    assert.equal(problemName(await response), 'body-too-large')

    assert.equal(await proxy.app.stop(), 0)
    client.destroy()
  })

  test('what takes longer than X8_SHUTDOWN_GRACE_MS is cut, and counted', async () => {
    const { proxy, next } = await startPair({ X8_SHUTDOWN_GRACE_MS: '100' })
    const arrived = next()
    const call = send(proxy.port)
    const rejected = assert.rejects(call, { code: 'ECONNRESET' })
    const response = await arrived
    const ended = once(response, 'close')

    assert.equal(await proxy.app.stop(), 1)
    await rejected
    await ended
  })

  test('no connection to 8x8 stays open', async () => {
    const { proxy, next } = await startPair()
    const arrived = next()
    const call = send(proxy.port)
    const response = await arrived
    const { socket } = response
    const closed = once(socket!, 'close')
    response.end()
    await call

    await proxy.app.stop()
    await closed
  })
})
