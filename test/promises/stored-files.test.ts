import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'
import { rawCaller } from '../support/raw-request.js'

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/storage/1", {method: "DELETE"})</script></svg>'

const upstream = await startUpstream({
  respond(_request, response) {
    response.writeHead(200, [
      'Content-Type', 'image/svg+xml', 'X-Content-Type-Options', 'sniff', 'Content-Security-Policy', "img-src 'self'",
      'x-content-type-options', 'NOSNIFF', 'Clear-Site-Data', '"*"', 'Service-Worker-Allowed', '/', 'Refresh', '0;url=/',
    ]) // prettier-ignore
    response.end(SVG)
  },
})
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_REALTIME_CACHE_MS: '60000' })
const caller = rawCaller(proxy.port)

const SEC_FETCH = ['Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']

test('an SVG file that somebody had stored deleted recordings when a browser opened it', async () => {
  for (const path of [
    '/storage/us-west/v3/objects/1/content',
    '/chat/api/v1/files/1',
    '/unknown.html',
    // The second of these is served from memory, and the first was asked for by a program.
    '/analytics/cc/v5/realtime-metrics/queues',
    '/analytics/cc/v5/realtime-metrics/queues',
  ]) {
    for (const headers of [SEC_FETCH, ['Sec-Fetch-Dest: iframe'], ['Sec-Fetch-User: ?1']]) {
      const response = await caller.get(path, headers)
      assert.equal(response.status, 200)
      assert.equal(response.headers['content-security-policy'], "img-src 'self'\nsandbox", path)
      assert.equal(response.headers['x-content-type-options'], 'nosniff', path)
      assert.ok(response.body.includes(SVG), 'the body stays as it is')
    }
  }
})

test('at an address where browsers send no Sec-Fetch-* the file was not shut in', async () => {
  const response = await caller.send('GET /storage/x.svg HTTP/1.1', [
    'Host: 192.168.1.20:8808',
    'Referer: http://192.168.1.20:8808/-/',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36',
    'Accept-Language: en-US',
  ])
  assert.equal(response.status, 200)
  assert.equal(response.headers['content-security-policy'], "img-src 'self'\nsandbox")
})

test("a program gets 8x8's own headers", async () => {
  const response = await caller.get('/storage/us-west/v3/objects/1/content')
  assert.equal(response.headers['content-security-policy'], "img-src 'self'")
  assert.equal(response.headers['x-content-type-options'], 'sniff\nNOSNIFF')
})

test("8x8's responses cleared the data of this origin, widened its service workers, and refreshed to elsewhere", async () => {
  for (const headers of [[], SEC_FETCH]) {
    const response = await caller.get('/storage/1', headers)
    for (const name of ['clear-site-data', 'service-worker-allowed', 'refresh']) {
      assert.equal(response.headers[name], undefined, name)
    }
  }
})
