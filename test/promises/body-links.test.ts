import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { open, readResponse, send } from '../support/http-client.js'
import { detailOf, openPage, setCapture } from '../support/page.js'
import { startPair } from '../support/proxy.js'
import { sendRaw } from '../support/raw-client.js'
import { until } from '../support/until.js'

const PAGED = [
  '/qm/us-west/v1/interactions',
  '/analytics/work/v2/pbxes',
  '/admin-provisioning/users',
  '/chat-gateway/v1/channels',
  '/faxapi/v1/faxes',
  '/analytics/cc/v8/historical-metrics/1/links',
  '/eu/analytics/cc/v8/historical-metrics/1/links',
]
const [QM] = PAGED as [string]
const AS_THEY_ARE = [
  '/storage/us-west/v3/objects',
  '/analytics/cc/v5/realtime-metrics/queues',
  '/analytics/cc/v8/historical-metrics/1/data',
  '/vcc/us/chat/v2/tenant/t1/channels',
  '/chat/api/chat/v1/messages',
  '/customerexperience/v1/recentCallData/us',
  '/administration/audit/v1/audits',
  '/cidp-customer-360/us/v1/public/tenants/t1/transcript-summaries',
  '/cidp/journey/api/v1/journeys/search',
  '/directory-contacts/api/v3/contacts',
  '/cc/US1/campaigns/v1/abc',
  '/other',
]

/** A page of JSON with links at an origin, in the spellings that JSON has for them. */
function page(origin: string): string {
  const escaped = origin.replaceAll('/', '\\/')
  return (
    `{ "links" : [{"rel":"nextUrl", "href":"${origin}/qm?page=2"}],\r\n\t"escaped":"${escaped}\\/qm",` +
    `"alone":"${origin}","number":1.50,"u":"\\u00e9é" }\n`
  )
}

type Headers = Record<string, string>

/** A proxy in front of an 8x8 that responds with a page whose links lead to 8x8. */
async function startPaging(headers: Headers = {}, environment: Headers = {}, status = 200) {
  return startPair(
    {
      respond: (_request, response, { origin }) =>
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(page(origin)),
    },
    environment,
  )
}

suite('links in JSON', { timeout: 300_000 }, () => {
  for (const path of PAGED) {
    test(`${path}: they begin with the proxy, as the caller addressed it, and all else stays`, async () => {
      const { upstream, proxy } = await startPaging()

      for (const host of [`127.0.0.1:${proxy.port}`, 'localhost:1', '[::1]']) {
        const response = await send(proxy.port, { path, headers: { Host: host, 'Accept-Encoding': 'gzip' } })

        assert.equal(response.text, page(`http://${host}`))
        assert.equal(response.headers['content-length'], undefined)
        assert.equal(upstream.received.at(-1)!.headers['accept-encoding'], 'identity')
      }
    })

    test(`${path}: X8_REWRITE_BODY_LINKS=false leaves every byte and header`, async () => {
      const { upstream, proxy } = await startPaging({ ETag: '"a"' }, { X8_REWRITE_BODY_LINKS: 'false' })

      const response = await send(proxy.port, { path, headers: { 'Accept-Encoding': 'gzip;q=0.5' } })

      assert.equal(response.text, page(upstream.origin))
      assert.equal(response.headers.etag, '"a"')
      assert.equal(upstream.received[0]!.headers['accept-encoding'], 'gzip;q=0.5')
    })
  }

  for (const path of AS_THEY_ARE) {
    test(`${path}: not among those that page by links, so it stays byte for byte`, async () => {
      const { upstream, proxy } = await startPaging({ 'Content-MD5': 'x' })

      const response = await send(proxy.port, { path })

      assert.equal(response.text, page(upstream.origin))
      assert.equal(response.headers['content-md5'], 'x')
      assert.equal(upstream.received[0]!.headers['accept-encoding'], undefined)
    })
  }

  for (const type of [
    'application/json;charset=UTF-8',
    'application/hal+json',
    'application/vnd.users.v1+json; x="y"',
    'Application/JSON',
  ]) {
    test(`${type} is JSON`, async () => {
      const { proxy } = await startPaging({ 'Content-Type': type })
      assert.equal((await send(proxy.port, { path: QM })).text, page(proxy.origin))
    })
  }

  for (const [what, headers, status] of [
    ['a page of HTML', { 'Content-Type': 'text/html' }],
    ['a type that only ends like JSON', { 'Content-Type': 'application/notjson' }],
    ['a sequence of JSON', { 'Content-Type': 'application/json-seq' }],
    ['no type', { 'Content-Type': '' }],
    ['a recording', { 'Content-Type': 'audio/mpeg' }],
    ['an unknown encoding', { 'Content-Encoding': 'rot13' }],
    ['two encodings', { 'Content-Encoding': 'identity, gzip' }],
    ['a part of a body', { 'Content-Range': 'bytes 0-9/1000', ETag: '"a"' }, 206],
  ] as const) {
    test(`${what} stays byte for byte, with its length`, async () => {
      const { upstream, proxy } = await startPaging(
        { ...headers, 'Content-Length': String(Buffer.byteLength(page('http://127.0.0.1:12345'))) },
        {},
        status,
      )

      const response = await send(proxy.port, { path: QM })

      assert.equal(response.text, page(upstream.origin))
      assert.equal(response.headers['content-length'], String(response.body.length))
      assert.equal(response.headers.etag, 'ETag' in headers ? '"a"' : undefined)
    })
  }

  test('a body that 8x8 compresses nevertheless passes untouched', async () => {
    let sent = Buffer.alloc(0)
    const { proxy } = await startPair({
      respond(_request, response, { origin }) {
        sent = gzipSync(page(origin))
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }).end(sent)
      },
    })

    const response = await send(proxy.port, { path: QM })

    assert.equal(response.headers['content-encoding'], 'gzip')
    assert.ok(response.body.equals(sent))
  })

  test('what speaks of the bytes as 8x8 sent them is left out, and a strong ETag becomes a weak one', async () => {
    const digests = { 'Content-MD5': 'x', Digest: 'x', 'Content-Digest': 'x', 'Repr-Digest': 'x' }
    const { proxy } = await startPaging({ ...digests, ETag: '"a"', 'Accept-Ranges': 'bytes', 'X-Page': '1' })

    const { headers } = await send(proxy.port, { path: QM })

    for (const name of Object.keys(digests)) assert.equal(headers[name.toLowerCase()], undefined, name)
    assert.equal(headers.etag, 'W/"a"')
    assert.equal(headers['accept-ranges'], 'bytes')
    assert.equal(headers['x-page'], '1')
    const { proxy: weak } = await startPaging({ ETag: 'W/"a"' })
    assert.equal((await send(weak.port, { path: QM })).headers.etag, 'W/"a"')
  })

  test('errors and rejected tokens tell their links, too', async () => {
    for (const [path, status] of [
      [QM, 401],
      [QM, 500],
      ['/admin-provisioning/users', 429],
    ] as const) {
      const { proxy } = await startPaging({ 'Content-Type': 'application/problem+json' }, {}, status)
      const response = await send(proxy.port, { path })
      assert.equal(response.status, status)
      assert.equal(response.text, page(proxy.origin))
    }
  })

  test('the responses to HEAD, and those without a body, keep their headers', async () => {
    const { proxy } = await startPair({
      respond(request, response) {
        const status = Number(new URL(request.url!, 'http://x').searchParams.get('status'))
        const length: Headers = status === 204 ? {} : { 'Content-Length': '1234' }
        response.writeHead(status, { 'Content-Type': 'application/json', ETag: '"a"', ...length }).end()
      },
    })

    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 304],
    ] as const) {
      const response = await send(proxy.port, { method, path: `${QM}?status=${status}` })
      assert.equal(response.status, status)
      assert.equal(response.headers.etag, '"a"')
      assert.equal(response.headers['content-length'], status === 204 ? undefined : '1234')
      assert.equal(response.body.length, 0)
    }
  })

  test('a caller of HTTP/1.0 gets the body without chunks and the end of the connection', async () => {
    const { proxy } = await startPaging()

    const response = await sendRaw(
      proxy.port,
      `GET ${QM} HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n`,
    )

    assert.equal(response.headers['transfer-encoding'], undefined)
    assert.equal(response.headers['content-length'], undefined)
    assert.equal(response.headers.connection, 'close')
    assert.equal(response.body.toString(), page('http://localhost'))
  })

  test('a connection carries further requests', async () => {
    const { proxy } = await startPaging()

    const get = (more: string) => `GET ${QM} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`
    const { rawHead, body } = await sendRaw(proxy.port, get('') + get('Connection: close\r\n'))

    assert.match(rawHead, /transfer-encoding: chunked/i)
    assert.equal(body.toString().split(page('http://localhost')).length, 3)
  })

  test('it does not matter where 8x8 splits a body', async () => {
    const { proxy } = await startPair({
      respond(request, response, { origin }) {
        const body = Buffer.from(page(origin))
        const place = new URL(request.url!, 'http://x').searchParams.get('place')!
        response.writeHead(200, { 'Content-Type': 'application/json' })
        // Each piece is a chunk of its own.
        if (place === 'every') for (const byte of body) response.write(Buffer.of(byte))
        else {
          response.write(body.subarray(0, Number(place)))
          response.write(body.subarray(Number(place)))
        }
        response.end()
      },
    })
    const expected = page(proxy.origin)

    const split = async (place: number | string) =>
      assert.equal((await send(proxy.port, { path: `${QM}?place=${place}` })).text, expected, `at ${place}`)
    for (let place = 1; place < 200; place += 1) await split(place)
    await split('every')
  })

  test('what has come is passed on before the rest is there', async () => {
    let rest: (() => void) | undefined
    const { proxy } = await startPair({
      respond(_request, response, { origin }) {
        response.writeHead(200, { 'Content-Type': 'application/json' })
        response.write(`["${origin}/a","${origin.slice(0, 9)}`)
        rest = () => response.end(`${origin.slice(9)}/b"]`)
      },
    })

    const client = open(proxy.port, { path: QM })
    client.end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    const [first] = (await once(response, 'data')) as [Buffer]
    assert.equal(first.toString(), `["${proxy.origin}/a",`)
    response.pause()
    rest!()
    assert.equal((await readResponse(response)).text, `"${proxy.origin}/b"]`)
  })

  test('a body that 8x8 truncates is truncated for its caller, too', async () => {
    const { proxy } = await startPair({
      respond(_request, response, { origin }) {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100_000 })
        response.write(`["${origin}/a"`, () => response.destroy())
      },
    })

    await assert.rejects(send(proxy.port, { path: QM }))
  })

  test('a page that captures bodies shows what the caller gets', async (t) => {
    const { proxy } = await startPaging()
    await openPage(proxy, t)
    await setCapture(proxy, true)

    await send(proxy.port, { path: QM, headers: { Host: 'localhost:1' } })

    const { response } = await detailOf(proxy, { n: 1 })
    assert.equal(response?.body.text, page('http://localhost:1'))
    assert.ok(!response.headers.some(([name]) => name.toLowerCase() === 'content-length'))
  })

  test('the log counts the bytes that the caller gets', async () => {
    const { proxy } = await startPaging()

    const { body } = await send(proxy.port, { path: QM, headers: { Host: 'localhost:1' } })

    await until(() => proxy.log.some(({ bytes }) => bytes !== undefined))
    assert.equal(proxy.log.find(({ bytes }) => bytes !== undefined)!['bytes'], body.length)
  })
})

suite('50 MB of links', { timeout: 300_000 }, () => {
  const PIECE_LINKS = 1000
  const PIECES = 1000

  /** Sends pieces as fast as they are taken. */
  function stream(response: ServerResponse, piece: Buffer, sent: { bytes: number }): void {
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.write('[')
    let left = PIECES
    const more = () => {
      while (left > 0) {
        left -= 1
        sent.bytes += piece.length
        if (!response.write(piece)) return void response.once('drain', more)
      }
      response.end('0]')
    }
    more()
  }

  const pieceOf = (origin: string) =>
    Buffer.from(`"${origin}/qm/us-west/v1/interactions",`.repeat(PIECE_LINKS))

  test('stream in flat memory, and 8x8 waits for a caller who does not read', async () => {
    const sent = { bytes: 0 }
    const { proxy } = await startPair({
      respond: (_request, response, { origin }) => stream(response, pieceOf(origin), sent),
    })

    const client = open(proxy.port, { path: QM, headers: { Host: 'localhost' } })
    client.end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    response.pause()
    // All that buffers between the two is full when nothing moves any more.
    let before = -1
    let still = 0
    await until(() => {
      still = sent.bytes === before ? still + 1 : 0
      before = sent.bytes
      return still === 30
    })
    assert.ok(sent.bytes < 20_000_000, `${sent.bytes} bytes were taken from 8x8 with no one to read them`)

    const heapBefore = memory()
    let most = 0
    let received = 0
    for await (const chunk of response) {
      received += (chunk as Buffer).length
      most = Math.max(most, memory())
    }
    assert.equal(received, '[0]'.length + PIECES * pieceOf('http://localhost').length)
    assert.ok(sent.bytes >= 50_000_000)
    assert.ok(most - heapBefore < 64 * 1024 * 1024, `it grew by ${most - heapBefore} bytes`)
  })

  /** What is in use by proxy, client and upstream together. */
  function memory(): number {
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
})
