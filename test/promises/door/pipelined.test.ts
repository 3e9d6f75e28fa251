import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { beforeEach, test } from 'node:test'
import { startPair } from '../../support/proxy.js'
import { until } from '../../support/until.js'

let arrived: string[] = []
let held: ServerResponse[] = []
const { proxy } = await startPair({
  handle(request, response) {
    arrived.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => held.push(response))
  },
})
beforeEach(() => {
  arrived = []
  held = []
})

const request = (line: string) => `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}`
const KEYED = '/chat/api/v1/rooms'

/** Sends all at once. @returns the connection and what has come back on it so far */
function pipeline(...lines: string[]): { socket: Socket; responses: () => string[] } {
  const socket = connect(proxy.port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1'))).on('error', () => undefined)
  socket.write(lines.map(request).join(''))
  return { socket, responses: () => received.match(/HTTP\/1\.1 \d+/g) ?? [] }
}

/** Each request arrives, and none after it before it has its response. */
async function oneByOne(...lines: string[]): Promise<void> {
  for (const [index] of lines.entries()) {
    await until(() => held.length === 1)
    // What had been sent beside it would have come by the time of a request that was sent after it.
    const other = proxied(`/chat/api/v1/marker/${index}`)
    await until(() => held.length >= 2)
    assert.deepEqual(
      arrived.filter((line) => !line.includes('/marker/')),
      lines.slice(0, index + 1),
    )
    for (const response of held.splice(0)) response.end('{}')
    await other
  }
}

async function proxied(path: string): Promise<void> {
  await (await fetch(`${proxy.origin}${path}`)).arrayBuffer()
}

test('a GET that was pipelined behind a POST reached 8x8 before the POST was done', async () => {
  for (const lines of [
    [`POST ${KEYED}`, `GET ${KEYED}`],
    [`GET ${KEYED}`, `DELETE ${KEYED}`, `GET ${KEYED}/2`],
    [`GET ${KEYED}`, `POST ${KEYED}`],
    [`PUT ${KEYED}`, `PUT ${KEYED}/2`, `HEAD ${KEYED}`],
    [`OPTIONS ${KEYED}`, `OPTIONS ${KEYED}/2`],
  ]) {
    arrived = []
    const { socket, responses } = pipeline(...lines)
    await oneByOne(...lines)
    await until(() => responses().length === lines.length)
    socket.destroy()
  }
})

test('pipelined GETs and HEADs go out side by side', async () => {
  const lines = [`GET ${KEYED}/1`, `HEAD ${KEYED}/2`, `GET ${KEYED}/3`]
  const { socket, responses } = pipeline(...lines)
  await until(() => held.length === 3)
  assert.deepEqual([...arrived].sort(), [...lines].sort())
  for (const response of held.toReversed()) response.end()
  await until(() => responses().length === 3)

  // What was sent before and is over does not matter.
  socket.write(request(`POST ${KEYED}`))
  await until(() => held.length === 4)
  held[3]!.end()
  await until(() => responses().length === 4)
  socket.write(lines.map(request).join(''))
  await until(() => held.length === 7)
  socket.destroy()
})

test('what is refused or answered here waits for nobody, and keeps its place', async () => {
  const { socket, responses } = pipeline(`POST ${KEYED}`, 'GET /-/live', 'GET /a/../b', `POST ${KEYED}/2`)
  await until(() => held.length === 1)
  held.pop()!.writeHead(201).end()
  await until(() => held.length === 1)
  held.pop()!.writeHead(202).end()
  await until(() => responses().length === 4)
  assert.deepEqual(responses(), ['HTTP/1.1 201', 'HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 202'])
  socket.destroy()
})

test('a request that waits for its turn is never sent once its caller has left', async () => {
  const { socket } = pipeline(`POST ${KEYED}/1`, `POST ${KEYED}/2`, `GET ${KEYED}/3`)
  await until(() => held.length === 1)
  socket.destroy()
  await until(() => proxy.log.filter(({ path }) => String(path).startsWith(KEYED)).length >= 3)
  await proxied('/-/live')
  held.pop()!.end()
  const other = proxied(`${KEYED}/other`)
  await until(() => held.length === 1)
  held.pop()!.end()
  await other
  assert.deepEqual(arrived, [`POST ${KEYED}/1`, `GET ${KEYED}/other`])
})

test('every pipelined request left a listener on its socket', async () => {
  const connection = once(proxy.app.fastify.server, 'connection') as Promise<[Socket]>
  const { socket, responses } = pipeline('GET /-/live', 'GET /-/live')
  const [server] = await connection
  const listeners = () => server.eventNames().reduce((count, name) => count + server.listenerCount(name), 0)
  await until(() => responses().length === 2)
  const before = listeners()
  for (let count = 1; count <= 20; count++) {
    socket.write(request('GET /-/live').repeat(100))
    await until(() => responses().length === 2 + 100 * count)
  }
  assert.equal(listeners(), before)
  socket.destroy()
})
