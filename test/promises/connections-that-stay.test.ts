import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, suite, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { send } from '../support/http-client.js'
import { startProxy } from '../support/proxy.js'
import { startRelay } from '../support/relay.js'
import { startRawUpstream } from '../support/raw-upstream.js'
import { startUpstream } from '../support/upstream.js'
import { until } from '../support/until.js'

// A server that closes after 600 ms in the place of one that closes after a minute.
const SCALED = { longestMs: 60_000, shortestMs: 10, marginMs: 250, forgetMs: 60_000 }
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** An 8x8 that closes connections after so long a silence, without looking whether a request is under way. */
async function startImpatient(silenceMs: number) {
  const timers = new Map<Socket, NodeJS.Timeout>()
  const closed = { count: 0 }
  const upstream = await startRawUpstream((socket) => {
    if (timers.has(socket)) clearTimeout(timers.get(socket))
    else socket.on('close', () => clearTimeout(timers.get(socket)))
    socket.write(OK)
    timers.set(
      socket,
      setTimeout(() => {
        closed.count += 1
        socket.end()
      }, silenceMs),
    )
  })
  return { upstream, closed }
}

suite('connections that stay', { timeout: 180_000, concurrency: true }, () => {
  test('the first call after ready opens no connection', async () => {
    const upstream = await startUpstream()
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
    await until(async () => (await send(proxy.port, { path: '/-/ready' })).status === 200)
    // One for the token, one for calls.
    assert.equal(upstream.connections, 2)
    assert.equal(upstream.received.length, 0)

    assert.equal((await send(proxy.port, { method: 'POST', path: '/storage/a', body: 'x' })).status, 200)

    assert.equal(upstream.connections, 2)
  })

  test('it is not ready while the first connection is being opened', async () => {
    const upstream = await startUpstream()
    const held: Socket[] = []
    // A TLS server that never shakes hands.
    const slow = createServer((socket) => void held.push(socket.on('error', () => undefined)))
    await once(slow.listen(0, '127.0.0.1'), 'listening')
    after(() => slow.close())
    const proxy = await startProxy({
      X8_BASE_URL: `https://127.0.0.1:${(slow.address() as AddressInfo).port}`,
      X8_TOKEN_URL: `${upstream.origin}/oauth/v2/token`,
    })
    await until(() => held.length === 1 && proxy.app.status().state === 'valid')
    assert.match((await send(proxy.port, { path: '/-/ready' })).text, /connection to 8x8 is being opened/)

    for (const socket of held) socket.destroy()

    // What cannot be opened keeps nobody from being ready: each call says why.
    await until(async () => (await send(proxy.port, { path: '/-/ready' })).status === 200)
  })

  test('the connection that was opened ahead died before the first call: a GET is sent once more, a POST never', async () => {
    for (const [method, status, connections] of [
      ['GET', 200, 3],
      ['POST', 502, 2],
    ] as const) {
      let calls = 0
      const upstream = await startUpstream({
        handle(request, response) {
          calls += 1
          if (calls === 1) request.socket.destroy()
          else response.end('ok')
        },
      })
      const proxy = await startProxy({ X8_BASE_URL: upstream.origin })
      await until(async () => (await send(proxy.port, { path: '/-/ready' })).status === 200)
      // As long as a connection is young, it is the request that it died of.
      await wait(1_100)
      assert.equal((await send(proxy.port, { method })).status, status, method)
      assert.equal(upstream.connections, connections, method)
    }
  })

  test('callers that poll every 5 s, 12 s and 50 s open no connection, nor does a POST after 5 s of silence', async () => {
    const ended = [
      ['GET', 5_000, 3],
      ['POST', 5_000, 2],
      ['GET', 12_000, 3],
      ['GET', 50_000, 1],
    ] as const
    await Promise.all(
      ended.map(async ([method, silenceMs, calls]) => {
        const upstream = await startUpstream()
        const relay = await startRelay(upstream.port)
        after(() => relay.close())
        const proxy = await startProxy({ X8_BASE_URL: `http://127.0.0.1:${relay.port}` })
        await until(async () => (await send(proxy.port, { path: '/-/ready' })).status === 200)
        // One for the token, one for calls.
        assert.equal(relay.connections, 2)
        assert.equal((await send(proxy.port, { method, path: '/storage/a' })).status, 200)
        for (let i = 0; i < calls; i += 1) {
          await wait(silenceMs)
          assert.equal((await send(proxy.port, { method, path: '/storage/a' })).status, 200)
        }
        assert.equal(relay.connections, 2, `${method} every ${silenceMs} ms`)
      }),
    )
  })

  test('once 8x8 has closed an idle connection after 1.5 s, none of 200 POSTs around that moment fails', async () => {
    const { upstream, closed } = await startImpatient(1_500)
    // Far away: a POST meets the close on its way.
    const relay = await startRelay(upstream.port)
    after(() => relay.close())
    const proxy = await startProxy({ X8_BASE_URL: `http://127.0.0.1:${relay.port}` }, { start: false })
    await send(proxy.port)
    await until(() => closed.count === 1)
    await wait(100)
    const before = relay.connections

    const statuses = new Map<number, number>()
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const { status } = await send(proxy.port, { method: 'POST', body: 'x' })
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }),
      )
      await wait(1_350 + 10 * round)
    }

    assert.deepEqual([...statuses], [[200, 200]])
    assert.ok(relay.connections > before)
  })

  test('what is used within the learned limit stays', async () => {
    const { upstream, closed } = await startImpatient(600)
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false, idleTiming: SCALED })
    await send(proxy.port)
    await until(() => closed.count === 1)
    for (let i = 0; i < 10; i += 1) {
      assert.equal((await send(proxy.port, { method: 'POST' })).status, 200)
      await wait(50)
    }
    assert.equal(upstream.connections, 2)
  })

  test('what 8x8 announces with Keep-Alive counts before anything was learned', async () => {
    const upstream = await startRawUpstream((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=2\r\nContent-Length: 2\r\n\r\nok'),
    )
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    await send(proxy.port)
    await send(proxy.port, { method: 'POST' })
    assert.equal(upstream.connections, 1)
    await wait(1_500)
    await send(proxy.port, { method: 'POST' })
    assert.equal(upstream.connections, 2)
  })
})
