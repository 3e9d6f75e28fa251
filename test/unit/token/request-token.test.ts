import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { loadConfig } from '../../../src/config/load-config.js'
import { createUpstream } from '../../../src/proxy/upstream/upstream.js'
import { appTokenRequest, type TokenEndpoint, workTokenRequest } from '../../../src/token/request-token.js'

const upstream = createUpstream(
  loadConfig({ X8_APP_KEY: 'k', X8_APP_SECRET: 's' }, () => '').config,
  undefined,
)
after(() => upstream.destroy())

const TOKEN = '{"access_token":"abc","token_type":"BearerToken","expires_in":"1799"}'

interface Endpoint {
  readonly endpoint: TokenEndpoint
  /** What was received, a string for each connection. */
  readonly received: string[]
  readonly closed: Promise<unknown>
}

/** A TCP server on loopback that says its part as soon as a whole request has arrived. */
async function startEndpoint(
  response: (socket: Socket) => void,
  { timeoutMs = 10_000, path = '/oauth/v2/token' } = {},
): Promise<Endpoint> {
  const received: string[] = []
  const sockets = new Set<Socket>()
  let gone!: () => void
  const closed = new Promise<void>((resolve) => (gone = resolve))
  const server = createServer((socket) => {
    sockets.add(socket)
    const index = received.push('') - 1
    let answered = false
    socket.on('data', (chunk: Buffer) => {
      received[index] += chunk.toString('latin1')
      if (answered || !isWhole(received[index]!)) return
      answered = true
      response(socket)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => gone())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    endpoint: { url: new URL(`http://127.0.0.1:${port}${path}`), dispatcher: upstream.token, timeoutMs },
    received,
    closed,
  }
}

function isWhole(bytes: string): boolean {
  const end = bytes.indexOf('\r\n\r\n')
  const length = Number(/content-length: (\d+)/i.exec(bytes)?.[1] ?? 0)
  return end !== -1 && bytes.length >= end + 4 + length
}

const http = (status: string, body: string, headers = '') =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`

const app =
  (key = 'my-key', secret = 'my-secret') =>
  () => ({ key, secret })

function parse(bytes: string): { requestLine: string; headers: Record<string, string>; body: string } {
  const [head = '', body = ''] = bytes.split('\r\n\r\n', 2)
  const [requestLine = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ])
  return { requestLine, headers: Object.fromEntries(headers) as Record<string, string>, body }
}

test('a token is asked for as 8x8 documents it', async () => {
  const { endpoint, received } = await startEndpoint((socket) => socket.write(http('200 OK', TOKEN)))

  const token = await appTokenRequest(endpoint, app())()

  assert.deepEqual(token, { value: 'abc', lifetimeMs: 1_799_000, products: [] })
  assert.equal(received.length, 1)
  const { requestLine, headers, body } = parse(received[0]!)
  assert.equal(requestLine, 'POST /oauth/v2/token HTTP/1.1')
  assert.equal(body, 'grant_type=client_credentials')
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded')
  assert.equal(headers['content-length'], '29')
  assert.equal(headers['transfer-encoding'], undefined)
  assert.equal(headers.authorization, `Basic ${Buffer.from('my-key:my-secret').toString('base64')}`)
  assert.equal(headers.host, endpoint.url.host)
  assert.equal(received[0]!.match(/^authorization:/gim)?.length, 1)
})

test('key and secret go into Basic raw, not percent-encoded', async () => {
  const { endpoint, received } = await startEndpoint((socket) => socket.write(http('200 OK', TOKEN)))
  await appTokenRequest(endpoint, app('eght_a+b/c=', 'p%20:ö&?'))()
  const basic = parse(received[0]!).headers.authorization!.replace('Basic ', '')
  assert.equal(Buffer.from(basic, 'base64').toString(), 'eght_a+b/c=:p%20:ö&?')
})

test('each request takes the key and secret as they are then', async () => {
  const { endpoint, received } = await startEndpoint((socket) =>
    socket.end(http('200 OK', TOKEN, 'Connection: close\r\n')),
  )
  let secret = 'old'
  const request = appTokenRequest(endpoint, () => ({ key: 'key', secret }))
  await request()
  secret = 'new'
  await request()
  assert.deepEqual(
    received.map((bytes) => Buffer.from(parse(bytes).headers.authorization!.slice(6), 'base64').toString()),
    ['key:old', 'key:new'],
  )
})

test('a Work Analytics login is a form with the app key in a header', async () => {
  const { endpoint, received } = await startEndpoint(
    (socket) =>
      socket.write(http('200 OK', '{"access_token":"jwt","token_type":"bearer","expires_in":1800}')),
    { path: '/analytics/work/v1/oauth/token' },
  )

  const token = await workTokenRequest(endpoint, app(), () => ({
    username: 'jane+doe@example.com',
    password: 'a&b=c d%ü',
  }))()

  assert.deepEqual(token, { value: 'jwt', lifetimeMs: 1_800_000, products: [] })
  const { requestLine, headers, body } = parse(received[0]!)
  assert.equal(requestLine, 'POST /analytics/work/v1/oauth/token HTTP/1.1')
  assert.equal(headers['8x8-apikey'], 'my-key')
  assert.equal(headers.authorization, undefined)
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded')
  assert.deepEqual(
    [...new URLSearchParams(body)],
    [
      ['username', 'jane+doe@example.com'],
      ['password', 'a&b=c d%ü'],
    ],
  )
})

test('an endpoint that never responds is given up, and so is the connection', async () => {
  const { endpoint, closed } = await startEndpoint(() => undefined, { timeoutMs: 100 })
  await assert.rejects(appTokenRequest(endpoint, app())(), {
    name: 'TokenError',
    kind: 'unavailable',
    message: 'The token endpoint did not respond within 100 ms.',
  })
  await closed
})

test('a response that drips does not get longer than the whole request may take', async () => {
  const { endpoint, closed } = await startEndpoint(
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{')
      const drip = setInterval(() => socket.write(' '), 10)
      socket.on('close', () => clearInterval(drip))
    },
    { timeoutMs: 200 },
  )
  await assert.rejects(appTokenRequest(endpoint, app())(), {
    kind: 'unavailable',
    message: 'The token endpoint did not respond within 200 ms.',
  })
  await closed
})

test('a response of 3 MB is not read to its end', async () => {
  const { endpoint, closed } = await startEndpoint((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${3 * 1024 * 1024}\r\n\r\n`)
    socket.write(' '.repeat(1024 * 1024))
  })
  await assert.rejects(appTokenRequest(endpoint, app())(), {
    kind: 'unavailable',
    message: 'The response of the token endpoint is too large.',
  })
  await closed
})

test('an endless response is not read to its end', async () => {
  const { endpoint, closed } = await startEndpoint((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    const flood = setInterval(() => socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`), 1)
    socket.on('close', () => clearInterval(flood))
  })
  await assert.rejects(appTokenRequest(endpoint, app())(), {
    message: 'The response of the token endpoint is too large.',
  })
  await closed
})

test('a redirect is not followed: no other server gets the secret', async () => {
  const elsewhere = await startEndpoint((socket) => socket.write(http('200 OK', TOKEN)))
  for (const status of ['301 Moved', '302 Found', '307 Temporary Redirect', '308 Permanent Redirect']) {
    const { endpoint } = await startEndpoint((socket) =>
      socket.write(http(status, '', `Location: ${elsewhere.endpoint.url.href}\r\n`)),
    )
    await assert.rejects(appTokenRequest(endpoint, app())(), {
      kind: 'unavailable',
      message: `The token endpoint responded with a redirect (${status.slice(0, 3)}), which is not followed.`,
    })
  }
  assert.equal(elsewhere.received.length, 0)
})

test('a refused connection is a failure that names no address', async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const url = new URL(`http://127.0.0.1:${port}/oauth/v2/token`)
  await assert.rejects(appTokenRequest({ url, dispatcher: upstream.token, timeoutMs: 5_000 }, app())(), {
    name: 'TokenError',
    kind: 'unavailable',
    message: 'The token endpoint cannot be reached, or broke off (ECONNREFUSED).',
  })
})

test('a response that is aborted or is no HTTP is a failure without its text', async () => {
  for (const response of [
    '',
    'HTTP/1.1 200 OK\r\nContent-Le',
    `HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n${TOKEN}`,
    'my-secret is no HTTP at all\r\n\r\n',
  ]) {
    const { endpoint } = await startEndpoint((socket) => socket.end(response))
    await assert.rejects(appTokenRequest(endpoint, app())(), (error: Error & { kind?: string }) => {
      assert.equal(error.kind, 'unavailable')
      assert.match(
        error.message,
        /^The token endpoint cannot be reached, or broke off \((?:UND_ERR_SOCKET|HTTPParserError)\)\.$/,
      )
      return true
    })
  }
})

test('the endpoint may ask for patience', async () => {
  const { endpoint } = await startEndpoint((socket) =>
    socket.write(http('429 Too Many Requests', '', 'Retry-After: 7\r\n')),
  )
  await assert.rejects(appTokenRequest(endpoint, app())(), { kind: 'unavailable', retryAfterMs: 7_000 })
})

test('a date in Retry-After was taken for no wait at all', async () => {
  const date = 'Date: Sat, 21 Nov 2026 00:00:00 GMT\r\n'
  for (const [headers, retryAfterMs] of [
    [`${date}Retry-After: Sat, 21 Nov 2026 00:00:20 GMT\r\n`, 20_000],
    [`${date}Retry-After: Saturday, 21-Nov-26 00:00:20 GMT\r\n`, 20_000],
    [`${date}Retry-After: Sat Nov 21 00:00:20 2026\r\n`, 20_000],
    [`${date}Retry-After: Fri, 20 Nov 2026 23:59:59 GMT\r\n`, 0],
    [`${date}Retry-After: Sun, 22 Nov 2026 00:00:00 GMT\r\n`, 300_000],
    [`${date}Retry-After: 7\r\nRetry-After: 9\r\n`, 7_000],
    // No Date, or none that can be read: our own clock has to do.
    ['Retry-After: Sat, 21 Nov 2026 00:00:20 GMT\r\n', 10_000],
    ['Date: today\r\nRetry-After: Sat, 21 Nov 2026 00:00:20 GMT\r\n', 10_000],
  ] as const) {
    const { endpoint } = await startEndpoint((socket) =>
      socket.write(http('503 Service Unavailable', '', headers)),
    )
    const timeOfDay = () => Date.UTC(2026, 10, 21, 0, 0, 10)
    await assert.rejects(
      appTokenRequest({ ...endpoint, timeOfDay }, app())(),
      { kind: 'unavailable', retryAfterMs },
      headers,
    )
  }
})

test('patience was not granted to an endpoint that refuses or redirects', async () => {
  for (const [status, kind] of [
    ['401 Unauthorized', 'refused'],
    ['302 Found', 'unavailable'],
  ] as const) {
    const { endpoint } = await startEndpoint((socket) =>
      socket.write(http(status, '', 'Retry-After: 40\r\n')),
    )
    await assert.rejects(appTokenRequest(endpoint, app())(), { kind, retryAfterMs: 40_000 })
  }
})

test('a rejection of the credentials is told from a failure', async () => {
  const body = '{"ErrorCode":"invalid_client","Error":"Client credentials are invalid"}'
  const { endpoint } = await startEndpoint((socket) => socket.write(http('401 Unauthorized', body)))
  await assert.rejects(appTokenRequest(endpoint, app())(), {
    kind: 'refused',
    message: 'The token endpoint responded 401 (invalid_client).',
  })
})
