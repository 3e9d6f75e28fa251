import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { startRawUpstream } from '../support/raw-upstream.js'
import { startUpstream } from '../support/upstream.js'

/** Sends requests on one connection. @returns the pieces in which the responses arrived, until the connection ended */
async function receive(port: number, ...targets: string[]): Promise<string[]> {
  const socket = connect(port, '127.0.0.1')
  const requests = targets.map((target, i) => {
    const close = i === targets.length - 1 ? 'Connection: close\r\n' : ''
    return `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`
  })
  socket.write(requests.join(''))
  const pieces: string[] = []
  socket.setEncoding('latin1').on('data', (piece: string) => pieces.push(piece))
  await once(socket, 'close')
  return pieces
}

const token = JSON.stringify({ access_token: 'abc', token_type: 'Bearer', expires_in: '1799' })

/** A proxy in front of an 8x8 that responds to API requests with these bytes, each in a packet of its own. */
async function proxyFor(...packets: string[]) {
  const tokens = await startUpstream({ token: (response) => response.end(token) })
  const upstream = await startRawUpstream((socket) => {
    const [first, ...later] = packets
    socket.write(first!, 'latin1')
    for (const packet of later) setImmediate(() => socket.write(packet, 'latin1'))
  })
  return startProxy(
    { X8_BASE_URL: upstream.origin, X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token` },
    { start: false },
  )
}

suite('a small response', { timeout: 300_000 }, () => {
  for (const [how, bytes] of [
    ['with its length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ncaf\xe9!'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncaf\xe9!\r\n0\r\n\r\n'],
  ] as const) {
    test(`${how} reaches the caller in one piece, headers and body together`, async () => {
      const proxy = await proxyFor(bytes)
      const pieces = await receive(proxy.port, '/storage/1')
      assert.match(pieces.join(''), /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n(?:5\r\n)?caf\xe9!(?:\r\n0\r\n\r\n)?$/s)
      assert.equal(pieces.length, 1)
    })
  }

  test('without a length, and one without a body, end too', async () => {
    const none = await proxyFor('HTTP/1.1 204 No Content\r\n\r\n')
    assert.match((await receive(none.port, '/storage/1')).join(''), /^HTTP\/1\.1 204 .*\r\n\r\n$/s)
    const chunks = await proxyFor(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      '5\r\nwords\r\n',
      '0\r\n\r\n',
    )
    assert.match((await receive(chunks.port, '/storage/1')).join(''), /\r\n\r\n5\r\nwords\r\n0\r\n\r\n$/s)
  })

  test('that is ready before another on its connection comes after it, whole', async () => {
    const upstream = await startUpstream({
      respond(request, response) {
        const { url } = request
        if (url === '/storage/2') response.end(url)
        else setImmediate(() => setImmediate(() => response.end(url)))
      },
    })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    const received = (await receive(proxy.port, '/storage/1', '/storage/2')).join('')
    assert.deepEqual(received.match(/\/storage\/\d/g), ['/storage/1', '/storage/2'])
  })
})
