import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { MADE_UP, startProgram } from '../support/program.js'
import { parseResponse, type RawResponse, sendRaw } from '../support/raw-client.js'
import { startUpstream } from '../support/upstream.js'

const CALL = 'GET /chat/api/v1/rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

/** Opens a connection and leaves it idle. @returns undefined if it was closed at once: there is no descriptor for it */
async function occupy(port: number): Promise<Socket | undefined> {
  const socket = connect(port, '127.0.0.1')
  after(() => socket.destroy())
  return new Promise((resolve) => {
    socket.on('error', () => undefined).once('close', () => resolve(undefined))
    socket.once('data', () => resolve(socket))
    socket.write('GET /-/live HTTP/1.1\r\nHost: localhost\r\n\r\n')
  })
}

/** Sends a request to a program that has one descriptor left: that of its caller. @returns what it says */
async function callAtTheLimit(port: number, idle: Socket[]): Promise<RawResponse> {
  for (;;) {
    for (let socket; (socket = await occupy(port)) !== undefined;) idle.push(socket)
    idle.pop()!.destroy()
    let response: RawResponse
    // Until it has noticed that one has gone.
    do response = await sendRaw(port, CALL)
    while (response.status === 0)
    // A connection that it had kept has ended meanwhile, and left its place to this one.
    if (response.status !== 200) return response
  }
}

test(
  'too few file descriptors were "no connection", and opened the circuit breaker',
  { timeout: 60_000 },
  async () => {
    const upstream = await startUpstream({
      respond: (_request, response) => response.setHeader('Connection', 'close').end('{}'),
      token: (response) => response.writeHead(500, { Connection: 'close' }).end(),
    })
    const program = startProgram({
      environment: { ...MADE_UP, X8_BASE_URL: upstream.origin, X8_LOG_LEVEL: 'info' },
      descriptors: 128,
    })
    const port = await program.port
    const idle: Socket[] = []
    for (let i = 0; i < 8; i += 1) {
      const response = await callAtTheLimit(port, idle)
      assert.equal(response.status, 502, response.rawHead)
      assert.match(response.body.toString(), /upstream-unreachable.*file descriptors.*ulimit -n/)
    }
    assert.equal(upstream.received.length, 0)
    await program.seen(/"level":40,.*"cause":"EMFILE"/)

    for (const socket of idle) socket.destroy()
    let response = parseResponse(Buffer.of())
    do response = await sendRaw(port, CALL)
    while (response.status === 0 || /file descriptors/.test(response.body.toString()))
    assert.equal(response.status, 200, response.body.toString())
    assert.equal(upstream.received.length, 1)
  },
)
