import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { responseTo, KEYED, open, problemName, readResponse, send, sha256 } from '../support/http-client.js'
import { startPair, startProxy } from '../support/proxy.js'
import { parseResponse, readToEnd, sendRaw } from '../support/raw-client.js'
import { startRawUpstream } from '../support/raw-upstream.js'
import { startUpstream } from '../support/upstream.js'

/** A proxy in front of an 8x8 that responds to every request with these bytes, then closes if told to. */
async function startVerbatim(bytes: string | Buffer, close = false) {
  const upstream = await startRawUpstream((socket) => {
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    if (close) socket.end()
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
  return { upstream, proxy }
}

const GET = `GET ${KEYED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`

suite('the response comes as it is', () => {
  test('status, reason and body of every kind of status pass', async () => {
    const { proxy } = await startPair({
      respond(request, response) {
        const status = Number(request.url!.split('/').at(-1))
        response.writeHead(status, `Reason of ${status}`).end(status === 204 ? undefined : 'a body')
      },
    })

    for (const status of [
      200, 201, 202, 204, 206, 299, 400, 403, 404, 409, 418, 422, 429, 499, 500, 503, 599, 799,
    ]) {
      const response = await send(proxy.port, { path: `${KEYED}/${status}` })
      assert.equal(response.status, status)
      assert.equal(response.statusMessage, `Reason of ${status}`)
      assert.equal(response.text, status === 204 ? '' : 'a body')
    }
  })

  test('304 keeps its validators and has no body', async () => {
    const { proxy } = await startVerbatim(
      'HTTP/1.1 304 Not Modified\r\nETag: "abc"\r\nContent-Length: 1234\r\n\r\n',
    )

    const response = await sendRaw(proxy.port, GET.replace('Connection: close\r\n', '') + GET)

    assert.equal(response.status, 304)
    assert.equal(response.headers.etag, '"abc"')
    assert.equal(response.headers['content-length'], '1234')
    // What follows is the next response: the connection goes on.
    assert.match(response.body.toString(), /^HTTP\/1\.1 304 /)
  })

  test('the response to HEAD tells the length of what GET would bring, and brings nothing', async () => {
    const { proxy } = await startPair({
      respond: (_request, response) => response.setHeader('Content-Length', 987_654).end(),
    })

    const response = await sendRaw(proxy.port, GET.replace('GET', 'HEAD'))

    assert.equal(response.headers['content-length'], '987654')
    assert.equal(response.body.length, 0)
  })

  test('headers keep names, values, order and repetitions', async () => {
    const { proxy } = await startVerbatim(
      'HTTP/1.1 200 OK\r\nX-First: 1\r\nx-MIXED-case: a, b\r\nX-Twice: one\r\nX-Twice: two\r\n' +
        'X-Latin: caf\xe9 \xff\r\nX-Empty: \r\nX-Tab: a\tb\r\nContent-Length: 0\r\n\r\n',
    )

    const response = await sendRaw(proxy.port, GET)

    assert.equal(
      response.rawHead.slice(response.rawHead.indexOf('X-First'), response.rawHead.indexOf('X-Request-Id')),
      'X-First: 1\r\nx-MIXED-case: a, b\r\nX-Twice: one\r\nX-Twice: two\r\n' +
        'X-Latin: caf\xe9 \xff\r\nX-Empty: \r\nX-Tab: a\tb\r\nContent-Length: 0\r\n',
    )
  })

  test('compressed bytes are neither decoded nor encoded', async () => {
    const body = gzipSync(Buffer.from('x'.repeat(10_000)))
    const { upstream, proxy } = await startPair({
      respond: (_request, response) => response.setHeader('Content-Encoding', 'gzip').end(body),
    })

    const response = await send(proxy.port, { headers: { 'Accept-Encoding': 'gzip;q=0.5' } })

    assert.equal(upstream.received[0]?.headers['accept-encoding'], 'gzip;q=0.5')
    assert.equal(response.headers['content-encoding'], 'gzip')
    assert.ok(response.body.equals(body))
    assert.equal(gunzipSync(response.body).length, 10_000)
  })

  test('an encoding that lies passes too', async () => {
    const { proxy } = await startPair({
      respond: (_request, response) => response.setHeader('Content-Encoding', 'gzip').end('not gzip'),
    })

    assert.equal((await send(proxy.port)).text, 'not gzip')
  })

  test('a reason phrase that is missing or in another alphabet breaks nothing', async () => {
    for (const reason of ['', ' ', ' Gr\xfc\xdf Gott', ' \xe2\x82\xac']) {
      const { proxy } = await startVerbatim(`HTTP/1.1 200${reason}\r\nContent-Length: 2\r\n\r\nok`)
      const response = await sendRaw(proxy.port, GET)
      assert.equal(response.status, 200)
      assert.equal(response.body.toString(), 'ok')
    }
  })

  test('a reason phrase that cannot be written was left out, though each status has one', async () => {
    for (const [statusLine, written] of [
      ['200 \xd0\x94\xd0\xb0', '200 OK'],
      ['404 \xe2\x82\xac', '404 Not Found'],
      ['503 a\x01b', '503 Service Unavailable'],
      ['299 \xe2\x82\xac', '299 '],
      ['404 ', '404 '],
      ['404 Gone fishing', '404 Gone fishing'],
    ] as const) {
      const { proxy } = await startVerbatim(`HTTP/1.1 ${statusLine}\r\nContent-Length: 2\r\n\r\nok`)
      const { status, statusMessage } = await send(proxy.port)
      assert.equal(`${status} ${statusMessage}`, written)
    }
  })

  test('a response without a length ends where it ends', async () => {
    for (const head of ['HTTP/1.0 200 OK\r\n\r\n', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n']) {
      const { proxy } = await startVerbatim(`${head}until the end`, true)
      assert.equal((await send(proxy.port)).text, 'until the end')
    }
  })

  test('a caller of HTTP/1.0 gets the body without chunks and the end of the connection', async () => {
    const { proxy } = await startPair({
      respond(_request, response) {
        response.write('one ')
        response.end('two')
      },
    })

    const response = await sendRaw(proxy.port, `GET ${KEYED} HTTP/1.0\r\nHost: localhost\r\n\r\n`)

    assert.equal(response.status, 200)
    assert.equal(response.headers['transfer-encoding'], undefined)
    assert.equal(response.body.toString(), 'one two')
  })

  test('informational responses of 8x8 stay here, and the final one passes', async () => {
    const { proxy } = await startVerbatim(
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n' +
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    )

    const response = await sendRaw(proxy.port, GET)

    assert.equal(response.status, 200)
    assert.equal(response.headers.link, undefined)
    assert.equal(response.body.toString(), 'ok')
  })

  test('a "100 Continue" that nobody asked for ended the call, and the connection', async () => {
    const unasked = 'HTTP/1.1 100 Continue\r\n\r\n'
    const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    for (const bytes of [
      `${unasked}${ok}`,
      `${unasked}${unasked}HTTP/1.1 103 Early Hints\r\n\r\n${ok}`,
      `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n${ok}`,
    ]) {
      const { upstream, proxy } = await startVerbatim(bytes)
      for (const call of [{}, { method: 'POST', body: 'x'.repeat(100) }, {}]) {
        const { status, headers, text } = await send(proxy.port, call)
        assert.deepEqual([status, text, headers['x-a']], [200, 'ok', undefined])
      }
      assert.equal(upstream.heads.length, 3)
      assert.equal(upstream.connections, 1)
    }
  })

  test('a "100 Continue" of the token endpoint that nobody asked for cost the token', async () => {
    const body = '{"access_token":"abc","expires_in":"1799"}'
    const tokens = await startRawUpstream((socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    })
    const upstream = await startUpstream()
    const proxy = await startProxy(
      { X8_BASE_URL: upstream.origin, X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token` },
      { start: false },
    )
    assert.equal((await send(proxy.port, { path: '/storage/us-west/v3/regions' })).status, 200)
    assert.equal(tokens.heads.length, 1)
  })

  test('a redirect is passed on and not followed', async () => {
    const { upstream, proxy } = await startPair({
      respond: (_request, response) =>
        response.writeHead(302, { Location: 'https://elsewhere.example/x?Signature=a%2Bb' }).end(),
    })

    const response = await send(proxy.port)

    assert.equal(response.status, 302)
    assert.equal(response.headers.location, 'https://elsewhere.example/x?Signature=a%2Bb')
    assert.equal(upstream.received.length, 1)
  })

  test('what has come is passed on before the rest is there', async () => {
    let rest: (() => void) | undefined
    const { proxy } = await startPair({
      respond(_request, response) {
        response.write('first')
        rest = () => response.end(' last')
      },
    })

    const client = open(proxy.port, {})
    client.end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    const [first] = (await once(response, 'data')) as [Buffer]
    assert.equal(first.toString(), 'first')
    response.pause()
    rest!()
    assert.equal((await readResponse(response)).text, ' last')
  })

  test('headers are passed on before the body has begun', async () => {
    const { proxy } = await startPair({
      respond: (request, response) => {
        response.flushHeaders()
        request.socket.once('proceed', () => response.end('body'))
        proceed = () => request.socket.emit('proceed')
      },
    })
    let proceed: () => void = () => undefined

    const client = open(proxy.port, {})
    client.end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    assert.equal(response.statusCode, 200)
    proceed()
    assert.equal((await readResponse(response)).text, 'body')
  })

  test('a slow reader gets every byte', async () => {
    const body = randomBytes(8_000_000)
    const { proxy } = await startPair({ respond: (_request, response) => response.end(body) })

    const client = open(proxy.port, {})
    client.end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) {
      chunks.push(chunk as Buffer)
      await new Promise((resolve) => setImmediate(resolve))
    }

    assert.equal(sha256(Buffer.concat(chunks)), sha256(body))
  })
})

suite('responses that begin while the upload runs', () => {
  test('a response that is complete before the upload reaches a caller who is still sending', async () => {
    const { proxy } = await startPair({
      handle: (_request, response) => response.writeHead(409).end('enough'),
    })

    const client = open(proxy.port, { method: 'POST', headers: { 'Content-Length': 50_000_000 } })
    client.on('error', () => undefined)
    client.write(Buffer.alloc(1_000_000))
    const response = await responseTo(client)

    assert.equal(response.status, 409)
    assert.equal(response.text, 'enough')
    client.destroy()
  })

  test('a conversation in both directions at once passes', async () => {
    const { proxy } = await startPair({
      handle(request, response) {
        response.flushHeaders()
        request.pipe(response)
      },
    })
    const client = open(proxy.port, { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } })
    // Beyond what is kept for a replay, so that it streams.
    const opening = Buffer.alloc(300_000, '-')
    client.write(opening)
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    let heard = 0
    let waiting: { until: number; resolve: () => void } | undefined
    response.on('data', (chunk: Buffer) => {
      heard += chunk.length
      if (waiting !== undefined && heard >= waiting.until) waiting.resolve()
    })
    let said = opening.length
    for (const word of ['one', 'two', 'three']) {
      said += word.length
      const back = new Promise<void>((resolve) => (waiting = { until: said, resolve }))
      client.write(word)
      await back
    }
    client.end()
    await once(response, 'end')
    assert.equal(heard, said)
  })

  test('a response that outlasts the upload is not aborted by the clock that waits for its headers', async () => {
    const { proxy } = await startPair(
      {
        handle(request, response) {
          response.write('begun ')
          request.resume().on('end', () => {
            // Several times X8_RESPONSE_TIMEOUT_MS, which ended when the headers came.
            setTimeout(() => response.end('ended'), 600)
          })
        },
      },
      { X8_RESPONSE_TIMEOUT_MS: '100' },
    )
    const client = open(proxy.port, { method: 'POST', headers: { 'Content-Length': 400_000 } })
    client.write(Buffer.alloc(300_000))
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    client.end(Buffer.alloc(100_000))

    assert.equal((await readResponse(response)).text, 'begun ended')
  })
})

suite('Expect', () => {
  const put = (more: string) =>
    `PUT ${KEYED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}Expect: 100-continue\r\n\r\n`

  test('a caller that asks before it sends is told to go on, and its body arrives', async () => {
    const { upstream, proxy } = await startPair({})
    const body = randomBytes(2_000_000)

    const client = open(proxy.port, {
      method: 'PUT',
      headers: { 'Content-Length': body.length, Expect: '100-continue' },
    })
    const response = responseTo(client)
    client.flushHeaders()
    await once(client, 'continue')
    client.end(body)

    assert.equal((await response).status, 200)
    assert.equal(upstream.received[0]?.bodySha256, sha256(body))
    assert.equal(upstream.received[0]?.headers.expect, undefined)
  })

  test('curl -T with 2 MB works', { skip: !hasCurl() && 'curl is not installed' }, async () => {
    const { upstream, proxy } = await startPair({})
    const body = randomBytes(2_000_000)

    const curl = spawn('curl', ['-sS', '-T', '-', '-H', 'Expect: 100-continue', `${proxy.origin}${KEYED}`])
    curl.stdin.end(body)
    const [code] = (await once(curl, 'exit')) as [number]

    assert.equal(code, 0)
    assert.equal(upstream.received[0]?.bodySha256, sha256(body))
  })

  for (const [what, environment, more] of [
    ['that the door refuses', { X8_READ_ONLY: 'true' }, 'Content-Length: 2000000\r\n'],
    ['whose body is too large', { X8_MAX_BODY_BYTES: '1000' }, 'Content-Length: 2000000\r\n'],
    ['to a foreign Host', {}, 'Content-Length: 5\r\nOrigin: https://evil.example\r\n'],
  ] as const) {
    test(`a request ${what} gets its error at once, without "100 Continue" and without sending its body`, async () => {
      const { upstream, proxy } = await startPair({}, environment)

      const response = await sendRaw(proxy.port, put(more))

      assert.match(response.statusLine, /^HTTP\/1\.1 4\d\d /)
      assert.equal(response.headers.connection, 'close')
      assert.ok(response.headers['proxy-status'])
      assert.equal(upstream.connections, 0)
    })
  }

  test('a caller of HTTP/1.0, who knows no "100 Continue", gets none', async () => {
    const { proxy } = await startPair({})

    const response = await sendRaw(
      proxy.port,
      `PUT ${KEYED} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello`,
    )

    assert.match(response.statusLine, / 200 /)
  })

  test('an unknown expectation is ignored', async () => {
    const { upstream, proxy } = await startPair({})

    const response = await sendRaw(
      proxy.port,
      `PUT ${KEYED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: a-miracle\r\nContent-Length: 5\r\n\r\nhello`,
    )

    assert.equal(response.status, 200)
    assert.equal(upstream.received[0]?.bodyBytes, 5)
    assert.equal(upstream.received[0]?.headers.expect, undefined)
  })

  test('a body that is sent without waiting for "100 Continue" arrives all the same', async () => {
    const { upstream, proxy } = await startPair({})
    const socket = connect(proxy.port, '127.0.0.1')
    const whole = readToEnd(socket)
    socket.write(`${put('Content-Length: 5\r\n')}hello`)

    const responses = (await whole).toString()

    assert.match(responses, /HTTP\/1\.1 200 OK/)
    assert.equal(upstream.received[0]?.bodyBytes, 5)
    assert.ok(parseResponse(Buffer.from(responses)).status > 0)
  })

  test('an error after "100 Continue" still reaches the caller', async () => {
    const upstream = await startUpstream()
    await upstream.close()
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    const client = open(proxy.port, {
      method: 'PUT',
      headers: { 'Content-Length': 5, Expect: '100-continue' },
    })
    const response = responseTo(client)
    client.flushHeaders()
    await once(client, 'continue')
    client.end('hello')

    assert.equal(problemName(await response), 'upstream-unreachable')
  })
})

function hasCurl(): boolean {
  return spawnSync('curl', ['--version']).status === 0
}
