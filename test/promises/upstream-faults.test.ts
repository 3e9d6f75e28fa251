import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { suite, test } from 'node:test'
import { loadConfig } from '../../src/config/load-config.js'
import type { CurrentConnection, TrackedDispatchOptions } from '../../src/proxy/upstream/connection.js'
import { createUpstream } from '../../src/proxy/upstream/upstream.js'
import { KEYED, open, problemName, send, type TestResponse } from '../support/http-client.js'
import { startProxy } from '../support/proxy.js'
import { parseResponse, readToEnd } from '../support/raw-client.js'
import { startRawUpstream, type RawUpstream } from '../support/raw-upstream.js'
import { startUpstream } from '../support/upstream.js'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

async function startPair(response: (socket: Socket, head: string, upstream: RawUpstream) => void) {
  const upstream = await startRawUpstream(response)
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
  return { upstream, proxy }
}

/** Responds to the first request of each connection as told, and does something else with every later one. */
function reusedOnce(first: (socket: Socket) => void, later: (socket: Socket) => void) {
  const used = new WeakSet<Socket>()
  return (socket: Socket) => {
    if (used.has(socket)) return later(socket)
    used.add(socket)
    first(socket)
  }
}

function reset(socket: Socket): void {
  socket.resetAndDestroy()
}

function assertOwnResponse(response: TestResponse, name: string, status: number): void {
  assert.equal(response.status, status)
  assert.equal(problemName(response), name)
  assert.equal(response.headers['content-type'], 'application/problem+json')
  assert.equal(response.headers['cache-control'], 'no-store')
  assert.match(response.headers['proxy-status'] as string, /^"8x8-auth-proxy"; error=\w+$/)
  // No address, no stack, nothing that a library or the other side wrote.
  const { detail } = JSON.parse(response.text) as { detail: string }
  assert.doesNotMatch(
    detail,
    /127\.0\.0\.1|::1|localhost|:\d{2,}|node:|\bat [^8]|undici|llhttp|garbage|test-key/i,
  )
}

suite('a connection that breaks before the response', () => {
  for (const [how, end] of [
    ['reset', reset],
    ['closed', (socket: Socket) => void socket.end()],
  ] as const) {
    test(`a POST whose connection is ${how} is reported and was sent once`, async () => {
      const { upstream, proxy } = await startPair(end)

      const response = await send(proxy.port, { method: 'POST', body: 'order one pizza' })

      assertOwnResponse(response, 'upstream-broken', 502)
      assert.equal(upstream.heads.length, 1)
    })

    test(`a GET whose fresh connection is ${how} is reported and was sent once`, async () => {
      const { upstream, proxy } = await startPair(end)

      assertOwnResponse(await send(proxy.port), 'upstream-broken', 502)
      assert.equal(upstream.heads.length, 1)
    })

    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      test(`a ${method} whose idle connection is ${how} is repeated, and its caller notices nothing`, async () => {
        const { upstream, proxy } = await startPair(reusedOnce((socket) => void socket.write(OK), end))
        assert.equal((await send(proxy.port)).status, 200)

        const response = await send(proxy.port, { method })

        assert.equal(response.status, 200)
        assert.equal(response.text, method === 'HEAD' ? '' : 'ok')
        assert.equal(upstream.heads.length, 3)
        assert.equal(upstream.connections, 2)
      })
    }

    test(`a POST whose idle connection is ${how} is not repeated: it may have been processed`, async () => {
      const { upstream, proxy } = await startPair(reusedOnce((socket) => void socket.write(OK), end))
      await send(proxy.port)

      const response = await send(proxy.port, { method: 'POST', body: 'order one pizza' })

      assertOwnResponse(response, 'upstream-broken', 502)
      assert.match(response.text, /may have been processed/)
      assert.equal(upstream.heads.length, 2)
    })

    test(`a GET is repeated once and not more often if the connection is ${how} again`, async () => {
      let answered = 0
      const { upstream, proxy } = await startPair((socket) => {
        answered += 1
        if (answered === 1) socket.write(OK)
        else end(socket)
      })
      await send(proxy.port)

      assertOwnResponse(await send(proxy.port), 'upstream-broken', 502)
      assert.equal(upstream.heads.length, 3)
    })

    test(`a GET is not repeated twice, though two idle connections are ${how} one after the other`, async () => {
      const used = new Set<Socket>()
      const { upstream, proxy } = await startPair((socket) => {
        if (used.has(socket)) return end(socket)
        used.add(socket)
        // The first two get responses together, so that both connections are there.
        if (used.size === 2) for (const each of used) each.write(OK)
        else if (used.size > 2) socket.write(OK)
      })
      await Promise.all([send(proxy.port), send(proxy.port)])

      assertOwnResponse(await send(proxy.port), 'upstream-broken', 502)
      assert.equal(upstream.heads.length, 4)
    })

    test(`a GET is not repeated once a byte of its response has come, though the connection is ${how}`, async () => {
      const { upstream, proxy } = await startPair(
        reusedOnce(
          (socket) => void socket.write(OK),
          (socket) => socket.write('H', () => end(socket)),
        ),
      )
      await send(proxy.port)

      assertOwnResponse(await send(proxy.port), 'upstream-broken', 502)
      assert.equal(upstream.heads.length, 2)
    })
  }

  test('a GET with a body is repeated with its body', async () => {
    let resets = 0
    const received: number[] = []
    const upstream = await startUpstream({
      handle(request, response) {
        let bytes = 0
        request.on('data', (chunk: Buffer) => (bytes += chunk.length))
        request.on('end', () => {
          received.push(bytes)
          if (received.length === 2) {
            resets += 1
            reset(request.socket)
          } else response.end('ok')
        })
      },
    })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    await send(proxy.port)

    const response = await send(proxy.port, {
      method: 'OPTIONS',
      headers: { 'Content-Length': 5 },
      body: 'hello',
    })

    assert.equal(response.status, 200)
    assert.equal(resets, 1)
    assert.deepEqual(received, [0, 5, 5])
  })
})

suite('no connection', () => {
  test('a refused connection is reported as such', async () => {
    const { upstream, proxy } = await startPair(() => undefined)
    await upstream.close()

    for (const method of ['GET', 'POST']) {
      const response = await send(proxy.port, { method })
      assertOwnResponse(response, 'upstream-unreachable', 502)
      assert.equal(response.headers['proxy-status'], '"8x8-auth-proxy"; error=connection_refused')
    }
  })

  test('300 callers at once all hear that the connection was refused', async () => {
    const { upstream, proxy } = await startPair(() => undefined)
    await upstream.close()

    const responses = await Promise.all(
      Array.from({ length: 300 }, () => send(proxy.port, { method: 'POST', body: 'x' })),
    )

    assert.deepEqual(new Set(responses.map(problemName)), new Set(['upstream-unreachable']))
  })

  test('a large upload to a closed port gets its error while it is being sent', async () => {
    const { upstream, proxy } = await startPair(() => undefined)
    await upstream.close()
    const size = 30_000_000

    const socket = connect(proxy.port, '127.0.0.1')
    const whole = readToEnd(socket)
    socket.write(
      `POST ${KEYED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`,
    )
    socket.write(Buffer.alloc(size))

    assert.equal(parseResponse(await whole).status, 502)
  })

  test('once 8x8 is back, the next call passes', async () => {
    const { upstream, proxy } = await startPair(() => undefined)
    await upstream.close()
    assert.equal((await send(proxy.port)).status, 502)
    const back = createServer((_request, response) => response.end('back'))
    await once(back.listen(upstream.port, '127.0.0.1'), 'listening')

    assert.equal((await send(proxy.port)).text, 'back')
    back.close().closeAllConnections()
  })

  test('a name that does not exist is reported as such', async () => {
    const proxy = await startProxy({ X8_BASE_URL: 'https://no-such-host.invalid' }, { start: false })

    const response = await send(proxy.port)

    assertOwnResponse(response, 'upstream-unreachable', 502)
    assert.equal(response.headers['proxy-status'], '"8x8-auth-proxy"; error=dns_error')
    assert.doesNotMatch(response.text, /no-such-host/)
  })
})

suite('a response that is no HTTP', () => {
  for (const [what, bytes] of [
    ['garbage', 'garbage\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n'],
    ['an unknown version', 'HTTP/7.3 200 OK\r\n\r\n'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\ngarbage\r\n\r\n'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n'],
    ['two different lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['headers of 20 KiB', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(20_480)}\r\n\r\n`],
    ['2,000 headers', `HTTP/1.1 200 OK\r\n${'X-Header: garbage\r\n'.repeat(2000)}\r\n`],
    [
      'an upgrade without a request for it',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['a TLS alert', '\x15\x03\x01\x00\x02\x02\x46'],
  ]) {
    test(`${what} is reported as unusable, and the next call passes`, async () => {
      let broken = true
      const { upstream, proxy } = await startPair((socket) => {
        socket.write(broken ? Buffer.from(bytes!, 'latin1') : OK)
        if (broken) socket.end()
      })

      assertOwnResponse(await send(proxy.port, { method: 'POST', body: 'x' }), 'upstream-broken', 502)
      assert.equal(upstream.heads.length, 1)
      broken = false
      assert.equal((await send(proxy.port)).text, 'ok')
    })
  }

  test('bytes after the end of a response do not become the next one', async () => {
    const { proxy } = await startPair(
      reusedOnce(
        (socket) => void socket.write(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nforeign`),
        (socket) => void socket.write(OK),
      ),
    )

    assert.equal((await send(proxy.port)).text, 'ok')
    assert.equal((await send(proxy.port)).text, 'ok')
  })
})

suite('a caller that reads slowly', () => {
  const last = 'x'.repeat(50_000)
  const cases: readonly Slow[] = [
    {
      how: 'that ends with its connection',
      head: 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n',
      piece: 'x'.repeat(8192),
      end: (socket) => socket.end(last),
      whole: true,
    },
    {
      how: 'whose connection is closed at once',
      head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      piece: `2000\r\n${'x'.repeat(8192)}\r\n`,
      end: (socket) => socket.end(`c350\r\n${last}\r\n0\r\n\r\n`),
      whole: true,
    },
    {
      how: 'whose connection is reset',
      head: 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n',
      piece: 'x'.repeat(8192),
      end: reset,
      whole: false,
    },
  ]
  for (const slow of cases) {
    test(`a response ${slow.how} does not end the program, and ${slow.whole ? 'is whole' : 'is seen to be truncated'}`, async () => {
      let filled: (size: number) => void
      const sent = new Promise<number>((resolve) => (filled = resolve))
      let stuck: () => boolean = () => false
      const { proxy } = await startPair((socket, head) => {
        if (!head.includes('/slow')) return void socket.write(OK)
        socket.write(slow.head)
        fill(
          socket,
          slow,
          () => stuck(),
          (size) => filled(size),
        )
      })
      proxy.app.fastify.server.prependListener('request', (_request, response) => {
        stuck = () => response.writableNeedDrain
      })

      const client = open(proxy.port, { path: `${KEYED}/slow` })
      client.end()
      const [response] = (await once(client, 'response')) as [IncomingMessage]
      const size = await sent
      let received = 0
      const reading = (async () => {
        let chunks = 0
        for await (const chunk of response) {
          received += (chunk as Buffer).length
          await new Promise((resolve) => setTimeout(resolve, (chunks += 1) % 10 === 0 ? 30 : 1))
        }
      })()

      if (slow.whole) {
        await reading
        assert.equal(received, size + last.length)
      } else {
        await assert.rejects(reading, { code: 'ECONNRESET' })
      }
      assert.equal((await send(proxy.port)).text, 'ok')
    })
  }
})

suite('a connection whose response is paused', () => {
  const head = 'HTTP/1.1 200 OK\r\nConnection: close\r\n'
  for (const [how, bytes, end, whole] of [
    ['closed', `${head}\r\n`, (socket: Socket) => socket.end('last'), true],
    ['closed', `${head}Content-Length: 4\r\n\r\n`, (socket: Socket) => socket.end('last'), true],
    ['closed', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n', (socket: Socket) => socket.end('last'), true],
    ['closed too early', `${head}Content-Length: 9\r\n\r\n`, (socket: Socket) => socket.end('last'), false],
    [
      'reset',
      `${head}\r\n`,
      (socket: Socket) => socket.write('last', () => setTimeout(reset, 20, socket)),
      false,
    ],
  ] as const) {
    test(`and that is ${how} meanwhile, after ${JSON.stringify(bytes)}, is judged when it is read on`, async () => {
      const server = await startRawUpstream((socket) => {
        socket.write(bytes)
        end(socket)
      })
      const upstream = createUpstream(
        loadConfig({ X8_APP_KEY: 'key', X8_APP_SECRET: 'secret', X8_BASE_URL: server.origin }, () => '')
          .config,
        undefined,
      )
      let current: CurrentConnection
      let received = ''
      const outcome = new Promise<string>((resolve) => {
        const request: TrackedDispatchOptions = {
          origin: server.origin,
          path: '/',
          method: 'GET',
          onConnection: (connection) => (current = connection),
        }
        upstream.api.dispatch(request, {
          onResponseData(controller, chunk) {
            received += chunk.toString()
            // undici hands over an empty piece when it reads on.
            if (chunk.length === 0) return
            const connection = current()!
            connection.pause(controller)
            // Long enough for whatever the end of a connection sets going.
            setTimeout(() => connection.resume(controller), 150)
          },
          onResponseEnd: () => resolve('whole'),
          onResponseError: () => resolve('cut'),
          onRequestStart: () => undefined,
        })
      })

      assert.equal(await outcome, whole ? 'whole' : 'cut')
      assert.equal(received, 'last')
      await upstream.destroy()
    })
  }
})

interface Slow {
  readonly how: string
  readonly head: string
  /** 8 KiB of the body. */
  readonly piece: string
  readonly end: (socket: Socket) => void
  readonly whole: boolean
}

/** Sends as much as all buffers on the way to a caller take who does not read, then a little more and the end. */
function fill(
  socket: Socket,
  { piece, end }: Slow,
  stuck: () => boolean,
  done: (size: number) => void,
): void {
  let size = 0
  const more = () => {
    assert.ok(size < 100_000_000, 'something buffers without limit')
    if (stuck()) {
      // The proxy has seen what came before, and stopped reading there.
      setTimeout(() => {
        end(socket)
        done(size)
      }, 50)
      return
    }
    size += 8192
    socket.write(piece, () => setImmediate(more))
  }
  more()
}

suite('a body that is aborted at 8x8', () => {
  const bodies = [
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n', 'half'],
    ['with a length, before its first byte', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n', ''],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '4\r\nhalf\r\n'],
    ['within a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '400\r\nhalf'],
    [
      'with a length, on a connection to be closed',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\n',
      'half',
    ],
  ] as const
  for (const [how, head, part] of bodies) {
    for (const version of ['1.1', '1.0']) {
      for (const [way, end] of [
        ['a close', (socket: Socket) => void socket.end()],
        ['a reset', reset],
      ] as const) {
        test(`${how}, by ${way}, is seen to be truncated by a caller of HTTP/${version}`, async () => {
          let cut: () => void
          const { proxy } = await startPair((socket) => {
            socket.write(head + part)
            cut = () => end(socket)
          })
          const received = await receive(proxy.port, version, part === '' ? '\r\n\r\n' : 'half', () => cut())
          assert.equal(received.complete, false, received.bytes)
        })
      }
    }
  }

  test('without a length, by a reset, is seen to be truncated', async () => {
    for (const version of ['1.1', '1.0']) {
      let cut: () => void
      const { proxy } = await startPair((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf')
        cut = () => reset(socket)
      })
      const received = await receive(proxy.port, version, 'half', () => cut())
      assert.equal(received.complete, false, received.bytes)
    }
  })

  test('after the response was complete, harms no caller', async () => {
    const { proxy } = await startPair((socket) => socket.write(OK, () => reset(socket)))

    for (let i = 0; i < 20; i += 1) assert.equal((await send(proxy.port)).text, 'ok')
  })
})

/**
 * What a caller sees: all bytes, and whether it takes them for a complete response. Once it has seen a part of the response
 * it says so: a reset that came together with bytes would look like a close to Node.
 */
async function receive(
  port: number,
  version: string,
  part: string,
  seen: () => void,
): Promise<{ bytes: string; complete: boolean }> {
  const socket = connect(port, '127.0.0.1')
  let bytes = ''
  let wasReset = false
  socket.on('data', (chunk: Buffer) => {
    const before = bytes.includes(part)
    bytes += chunk.toString('latin1')
    if (!before && bytes.includes(part)) seen()
  })
  socket.on('error', () => (wasReset = true))
  socket.write(
    `GET ${KEYED} HTTP/${version}\r\nHost: localhost\r\n${version === '1.1' ? 'Connection: close\r\n' : ''}\r\n`,
  )
  await new Promise((resolve) => socket.on('close', resolve))
  const [head = '', body = ''] = bytes.split('\r\n\r\n', 2)
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  if (length !== undefined) return { bytes, complete: body.length >= Number(length) }
  if (/^transfer-encoding: chunked/im.test(head)) return { bytes, complete: bytes.endsWith('0\r\n\r\n') }
  return { bytes, complete: head !== '' && !wasReset }
}
