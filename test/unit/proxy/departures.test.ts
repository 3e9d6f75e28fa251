import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { suite, test, type TestContext } from 'node:test'
import type { Dispatcher } from 'undici'
import { newExchange } from '../../../src/http/exchange.js'
import { type AttemptProgress, type Receiver, ResponseHandler } from '../../../src/proxy/response-handler.js'
import { createDepartures, end } from '../../../src/proxy/departures.js'

/** Sends requests on one connection. @returns the connection, and all that comes on it until it ends */
async function call(t: TestContext, listener: RequestListener, ...targets: string[]) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const requests = targets.map((target, i) => {
    const close = i === targets.length - 1 ? 'Connection: close\r\n' : ''
    return `GET ${target} HTTP/1.1\r\nHost: x\r\n${close}\r\n`
  })
  socket.write(requests.join(''))
  const pieces: string[] = []
  socket.setEncoding('latin1').on('data', (piece: string) => pieces.push(piece))
  await once(socket, 'close')
  return pieces
}

/** Takes down what a connection writes. */
function watchWrites(socket: Socket, writes: unknown[]): void {
  for (const method of ['_write', '_writev'] as const) {
    const original = (socket[method] as (...values: unknown[]) => void).bind(socket)
    socket[method] = (...values: unknown[]) => {
      writes.push(values[0])
      original(...values)
    }
  }
}

/** The receiver of a response, as far as it is used here. */
function receiver(response: ServerResponse): Receiver {
  return {
    response,
    departures,
    exchange: newExchange(0),
    left: false,
    slowReaders: { add: () => undefined, delete: () => undefined, makeRoom: () => () => undefined },
    begin: (status, _, rawHeaders) => void response.writeHead(status, rawHeaders as string[]),
    rejected: () => assert.fail('nothing was rejected'),
    failed: (error) => assert.fail(error),
  }
}

const progress: AttemptProgress = {
  usesToken: true,
  connected: () => true,
  informed: () => undefined,
  headersReceived: () => undefined,
}

/** Ends a response at the end of this turn. */
function leave(response: ServerResponse, rest?: Buffer): void {
  departures.add({ depart: () => end(response, rest) })
}

const departures = createDepartures()

suite('responses leave', { timeout: 30_000 }, () => {
  for (const length of ['5', undefined]) {
    const how = length === undefined ? 'in chunks' : 'with its length'
    test(`headers and body of a small response ${how} leave in one write`, async (t) => {
      const writes: unknown[] = []
      const pieces = await call(
        t,
        ({ socket }, response) => {
          watchWrites(socket, writes)
          response.writeHead(200, length === undefined ? {} : { 'Content-Length': length })
          leave(response, Buffer.from('caf\xe9!', 'latin1'))
        },
        '/',
      )
      assert.match(pieces.join(''), /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n(?:5\r\n)?caf\xe9!(?:\r\n0\r\n\r\n)?$/s)
      assert.equal(writes.length, 1)
    })
  }

  test('headers and body that come one after the other in the same turn leave in one write', async (t) => {
    const writes: unknown[] = []
    const pieces = await call(
      t,
      ({ socket }, response) => {
        watchWrites(socket, writes)
        const handler = new ResponseHandler(receiver(response), progress)
        const upstream = { rawHeaders: ['Content-Length', '2'] } as unknown as Dispatcher.DispatchController
        handler.onRequestStart(upstream)
        handler.onResponseStart(upstream, 200, {}, 'OK')
        // Two TLS records are two reads, and between them is time for what had been put off until after the first.
        void Promise.resolve().then(() => {
          handler.onResponseData(upstream, Buffer.from('ok'))
          handler.onResponseEnd()
        })
      },
      '/',
    )
    assert.match(pieces.join(''), /\r\n\r\nok$/)
    assert.equal(writes.length, 1)
  })

  test('a response that waits behind another on its connection comes after that, whole', async (t) => {
    const pieces = await call(
      t,
      (request, response) => {
        response.writeHead(200, { 'Content-Length': 2 })
        if (request.url === '/2') leave(response, Buffer.from('/2'))
        // The first one ends two turns later.
        else setImmediate(() => setImmediate(() => leave(response, Buffer.from('/1'))))
      },
      '/1',
      '/2',
    )
    assert.match(pieces.join(''), /\r\n\r\n\/1HTTP\/1\.1 200 OK\r\n.*\r\n\r\n\/2$/s)
  })

  test('a response without a length, and one without a body, end too', async (t) => {
    const pieces = await call(
      t,
      (request, response) => {
        response.writeHead(request.url === '/none' ? 204 : 200)
        leave(response, request.url === '/none' ? undefined : Buffer.from('words'))
      },
      '/none',
      '/chunks',
    )
    assert.match(pieces.join(''), /^HTTP\/1\.1 204 .*chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n$/s)
  })

  test('a caller who leaves before its response harms no caller', async (t) => {
    const errors: Error[] = []
    const listener: RequestListener = (request, response) => {
      response.on('error', (error) => errors.push(error))
      response.writeHead(200, { 'Content-Length': 2 })
      leave(response, Buffer.from('ok'))
      if (request.url === '/leaves') response.destroy()
    }
    assert.deepEqual(await call(t, listener, '/leaves'), [])
    assert.match((await call(t, listener, '/stays')).join(''), /\r\n\r\nok$/)
    assert.deepEqual(errors, [])
  })
})
