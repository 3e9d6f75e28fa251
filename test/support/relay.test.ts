import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { send } from './http-client.js'
import { startRawUpstream } from './raw-upstream.js'
import { startRelay } from './relay.js'
import { until } from './until.js'
import { startUpstream } from './upstream.js'

// Long enough to stand out from what this machine needs; only "not sooner" is asserted.
const ROUND_TRIP_MS = 80

async function relayTo(port: number) {
  const relay = await startRelay(port, ROUND_TRIP_MS)
  after(() => relay.close())
  return relay
}

test('through the relay a first request takes two round trips, and the next on its connection one', async () => {
  const upstream = await startUpstream()
  const relay = await relayTo(upstream.port)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  after(() => agent.destroy())

  const first = await timed(() => send(relay.port, { agent }))
  assert.equal(relay.connections, 1)
  const second = await timed(() => send(relay.port, { agent }))
  assert.ok(first >= 2 * ROUND_TRIP_MS, `${first} ms`)
  assert.ok(second >= ROUND_TRIP_MS, `${second} ms`)
  assert.equal(relay.connections, 1, 'the connection was used again')

  await send(relay.port)
  assert.equal(relay.connections, 2)
  assert.equal(upstream.connections, 2)
})

test('the relay keeps bytes in order, more of them than it holds at once, and tells the end last', async () => {
  const body = randomBytes(24 * 1024 * 1024)
  const upstream = await startUpstream({ respond: (_, response) => void response.end(body) })
  const relay = await relayTo(upstream.port)

  const response = await send(relay.port, { method: 'POST', body })
  assert.equal(upstream.received[0]!.bodySha256, createHash('sha256').update(body).digest('hex'))
  assert.ok(response.body.equals(body))
})

test('the relay does not read on while nothing is read behind it', async () => {
  let sent = 0
  const upstream = await startRawUpstream((socket) => {
    const chunk = Buffer.alloc(1024 * 1024)
    const more = () => {
      while (sent < 256) {
        sent += 1
        if (!socket.write(chunk)) return void socket.once('drain', more)
      }
    }
    more()
  })
  const relay = await relayTo(upstream.port)
  const client = connect(relay.port, '127.0.0.1')
  after(() => client.destroy())
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(client, 'readable')

  // It has come to rest when it has not moved for a while, wherever that is.
  let before = -1
  await until(async () => {
    const isAtRest = before === sent
    before = sent
    await new Promise((resolve) => setTimeout(resolve, 300))
    return isAtRest
  })
  assert.ok(sent < 128, `${sent} MiB were taken from the server`)
})

test('a reset and an end come through the relay half a round trip later', async () => {
  const upstream = await startRawUpstream((socket, head) => {
    if (head.startsWith('GET /reset')) socket.resetAndDestroy()
    else socket.end('bye')
  })
  const relay = await relayTo(upstream.port)

  const began = performance.now()
  const client = connect(relay.port, '127.0.0.1')
  client.write('GET /reset HTTP/1.1\r\nHost: a\r\n\r\n')
  await assert.rejects(once(client.resume(), 'end'), { code: 'ECONNRESET' })
  assert.ok(performance.now() - began >= 2 * ROUND_TRIP_MS)

  const other = connect({ port: relay.port, host: '127.0.0.1' })
  other.write('GET /end HTTP/1.1\r\nHost: a\r\n\r\n')
  const chunks: Buffer[] = []
  for await (const chunk of other) chunks.push(chunk as Buffer)
  assert.equal(Buffer.concat(chunks).toString(), 'bye')
})

test('where nothing listens behind the relay, the connection is reset', async () => {
  const gone = await startUpstream()
  await gone.close()
  const relay = await relayTo(gone.port)
  await assert.rejects(send(relay.port), { code: 'ECONNRESET' })
  assert.equal(relay.connections, 1)
})

async function timed(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await call()
  return performance.now() - began
}
