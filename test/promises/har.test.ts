import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { harOf, type Har } from '../../src/inspector/har.js'
import type { Detail } from '../../src/inspector/wire.js'
import { open, send } from '../support/http-client.js'
import { openPage, setCapture } from '../support/page.js'
import { startPair, startProxy, type TestProxy } from '../support/proxy.js'
import { until } from '../support/until.js'

const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'

// A bundle whose names import cannot see. It brings the schema of HAR 1.2 along.
const { HarValidator } = createRequire(import.meta.url)(
  '@har-sdk/validator',
) as typeof import('@har-sdk/validator')

async function assertValid(har: Har): Promise<void> {
  const validator = new HarValidator()
  const document = JSON.parse(JSON.stringify(har)) as Parameters<typeof validator.verify>[0]
  assert.deepEqual(await validator.verify(document), [])
}

async function download(proxy: TestProxy, query = ''): Promise<Har> {
  const response = await send(proxy.port, { path: `/-/requests.har${query}` })
  assert.equal(response.status, 200)
  assert.match(
    response.headers['content-disposition']!,
    /^attachment; filename="8x8-auth-proxy-\d{14}\.har"$/,
  )
  return JSON.parse(response.text) as Har
}

test('what was recorded is downloaded as a valid HAR, with everything that is known of it', async (t) => {
  const { upstream, proxy } = await startPair(
    {
      respond: ({ url = '' }, response) => {
        if (url.includes('never')) return
        if (url.includes('binary')) response.setHeader('Content-Type', 'audio/mpeg').end(Buffer.alloc(2000))
        else if (url.includes('moved')) response.writeHead(302, { Location: '/storage/elsewhere' }).end()
        else response.setHeader('Content-Type', 'application/json').end('{"email":"jane@example.com"}')
      },
    },
    { X8_REALTIME_CACHE_MS: '60000' },
  )
  await openPage(proxy, t)
  await send(proxy.port, { path: '/storage/uncaptured?token=abc' })
  await setCapture(proxy, true)
  await send(proxy.port, {
    path: '/storage/text?q=a%20b&r=[1]"',
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Session-Token': 'abcdefgh1234' },
    body: '{"password":"p4ssw0rd","a":1}',
  })
  await send(proxy.port, { path: '/storage/binary' })
  await send(proxy.port, { path: '/storage/moved' })
  await send(proxy.port, { path: '/storage/../dots' })
  await send(proxy.port, { path: QUEUES })
  await send(proxy.port, { path: QUEUES })
  const left = open(proxy.port, { path: '/storage/never' })
  left.on('error', () => undefined).end()
  await until(() => upstream.received.some(({ target }) => target === '/storage/never'))
  left.destroy()
  await until(async () => (await download(proxy)).log.entries.length === 8)

  const har = await download(proxy)
  await assertValid(har)
  assert.deepEqual(
    [har.log.version, har.log.creator],
    ['1.2', { name: '8x8-auth-proxy', version: '0.0.0-test' }],
  )
  const [uncaptured, text, binary, moved, dots, miss, hit, never] = har.log.entries
  assert.equal(uncaptured!.request.url, `${proxy.origin}/storage/uncaptured?token=%5Bsecret%5D`)
  assert.equal(uncaptured!.comment, 'Headers and bodies were not captured.')
  assert.deepEqual(
    [text!.request.method, text!.request.url, text!.response.status, text!.response.statusText],
    ['POST', `${proxy.origin}/storage/text?q=a%20b&r=%5B1%5D%22`, 200, 'OK'],
  )
  assert.deepEqual(text!.request.queryString, [
    { name: 'q', value: 'a b' },
    { name: 'r', value: '[1]"' },
  ])
  assert.deepEqual(text!.request.postData, {
    mimeType: 'application/json',
    text: '{"password":"[secret]","a":1}',
  })
  assert.deepEqual(
    [text!.request.bodySize, text!.response.bodySize, text!.response.content],
    [29, 28, { size: 28, mimeType: 'application/json', text: '{"email":"[email]"}' }],
  )
  assert.ok(
    text!.request.headers.some(({ name, value }) => name === 'X-Session-Token' && value === '[secret]'),
  )
  const { blocked, send: sent, wait, receive } = text!.timings
  assert.ok(wait > 0 && blocked > 0)
  assert.ok(Math.abs(blocked + sent + wait + receive - text!.time) < 0.001, 'the parts make the whole')
  assert.deepEqual(binary!.response.content, {
    size: 2000,
    mimeType: 'audio/mpeg',
    comment: 'Not recorded: binary: audio/mpeg.',
  })
  assert.deepEqual([moved!.response.status, moved!.response.redirectURL], [302, '/storage/elsewhere'])
  assert.equal(dots!.response.status, 400)
  assert.match(dots!.comment!, /^Response of the proxy itself: bad-target: /)
  assert.deepEqual([miss!.comment, hit!.comment], [undefined, 'Served from memory.'])
  assert.equal(never!.response.status, 0)
  assert.match(never!.comment!, /^The caller left before a response\./)
})

test('only the requests that are asked for are exported', async () => {
  const { proxy } = await startPair()
  for (const marker of ['a', 'b', 'c']) await send(proxy.port, { path: `/storage/${marker}` })
  const exported = async (query: string) =>
    (await download(proxy, query)).log.entries.map(({ request }) => request.url.replace(proxy.origin, ''))
  assert.deepEqual(await exported(''), ['/storage/a', '/storage/b', '/storage/c'])
  assert.deepEqual(await exported('?n=3,1,99,x'), ['/storage/a', '/storage/c'])
  assert.deepEqual(await exported('?n='), [])
})

test('the door stands before the archive, and other origins do not get it', async () => {
  const guarded = await startProxy({ X8_PROXY_KEY: 'key-of-the-proxy' }, { start: false })
  assert.equal((await send(guarded.port, { path: '/-/requests.har' })).status, 401)
  const proxy = await startProxy({ X8_ALLOWED_ORIGINS: 'http://app.test' }, { start: false })
  const foreign = await send(proxy.port, { path: '/-/requests.har', headers: { Origin: 'http://app.test' } })
  assert.equal(foreign.status, 403)
})

test('whatever a target holds, its URL is a valid one', async () => {
  const targets = [
    '*',
    'http://127.0.0.1:8808/x?a=1',
    'http://[::1/x',
    '//x/y',
    '/%',
    '/%zz%2f',
    '/a b\\c#d<e>"f|g^h`i{j}[k]',
    '/Ã¼/漢字…',
    '/\ud800',
    '/?a=%ff&&=&b',
  ]
  const details = targets.map((target, n): Detail => ({
    summary: {
      n,
      requestId: 'id',
      at: 0,
      method: 'GET',
      target,
      family: 'refused',
      status: 400,
      durationMs: 1,
      tokenWaitMs: 0,
      bytes: 0,
      retries: [],
    },
  }))
  const har = harOf(details, { origin: 'http://[::1]:8808', version: '1' })
  await assertValid(har)
  for (const { request } of har.log.entries)
    assert.ok(request.url.startsWith('http://[::1]:8808/'), request.url)
})
