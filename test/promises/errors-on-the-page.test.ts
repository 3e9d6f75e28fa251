import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Snapshot, Summary } from '../../src/inspector/wire.js'
import { startSandbox } from '../../src/sandbox/sandbox.js'
import { send } from '../support/http-client.js'
import { connectionsAreGone, detailOf, openPage, setCapture } from '../support/page.js'
import { startPair, startProxy, type TestProxy } from '../support/proxy.js'

const JSON_TYPE = { 'Content-Type': 'application/json' }

/** What a page that is opened now finds of the last request. */
async function last(proxy: TestProxy, t: TestContext) {
  const page = await openPage(proxy, t)
  const { requests } = await page.next<Snapshot>('snapshot')
  page.close()
  const summary = requests.at(-1)!
  return { summary, detail: await detailOf(proxy, summary) }
}

test('an error’s body is kept though nothing is captured, a success’s is not', async (t) => {
  const { proxy } = await startPair({
    respond: (request, response) =>
      response.writeHead(request.url === '/storage/bad' ? 422 : 200, JSON_TYPE).end('{"why":"so"}'),
  })
  await send(proxy.port, { path: '/storage/bad' })
  const { summary, detail } = await last(proxy, t)
  assert.deepEqual(detail.errorBody, { bytes: 12, truncated: false, text: '{"why":"so"}' })
  assert.deepEqual([summary.captured, detail.request, detail.response], [undefined, undefined, undefined])

  await send(proxy.port, { path: '/storage/good' })
  assert.equal((await last(proxy, t)).detail.errorBody, undefined)
})

test('an error’s body is masked: what is private by its name or shape, and the token and keys that were sent', async (t) => {
  const { upstream, proxy } = await startPair({
    respond: (request, response) =>
      response.writeHead(500, JSON_TYPE).end(
        JSON.stringify({
          saw: request.headers.authorization,
          mail: 'jane@example.com',
          password: 'p4ssw0rd',
          id: '0f8fad5b',
        }),
      ),
  })
  await send(proxy.port, { path: '/storage/x' })
  const { detail } = await last(proxy, t)
  assert.equal(
    detail.errorBody?.text,
    '{"saw":"Bearer [secret]","mail":"[email]","password":"[secret]","id":"0f8fad5b"}',
  )
  assert.ok(upstream.tokens.every((token) => !JSON.stringify(detail).includes(token)))
})

test('the token that was sent does not show in an error that names it nowhere', async (t) => {
  const { proxy } = await startPair({
    token: (response) =>
      response.writeHead(200, JSON_TYPE).end('{"access_token":"q2w3e4r5t6z7","expires_in":1799}'),
    respond: (_request, response) =>
      response.writeHead(400, { 'Content-Type': 'text/plain' }).end('no q2w3e4r5t6z7 here'),
  })
  await send(proxy.port, { path: '/storage/x' })
  assert.equal((await last(proxy, t)).detail.errorBody?.text, 'no [secret] here')
})

test('of a long error 2 KB are kept, and a small compressed one can be read', async (t) => {
  const text = '{"message":"not today"}'
  const { proxy } = await startPair({
    respond: ({ url }, response) => {
      if (url === '/storage/gzip')
        return response.writeHead(400, { ...JSON_TYPE, 'Content-Encoding': 'gzip' }).end(gzipSync(text))
      if (url === '/storage/br')
        return response
          .writeHead(400, { ...JSON_TYPE, 'Content-Encoding': 'br' })
          .end(brotliCompressSync(text))
      if (url === '/storage/odd')
        return response.writeHead(400, { ...JSON_TYPE, 'Content-Encoding': 'zstd' }).end(text)
      return response.writeHead(400, { 'Content-Type': 'text/plain' }).end('word '.repeat(10_000))
    },
  })
  const bodyOf = async (path: string) => {
    await send(proxy.port, { path })
    return (await last(proxy, t)).detail.errorBody!
  }
  const long = await bodyOf('/storage/long')
  assert.deepEqual([long.bytes, long.truncated], [50_000, true])
  assert.ok(long.text!.length <= 2048 && long.text!.length > 2000, `${long.text!.length} characters`)
  assert.equal((await bodyOf('/storage/gzip')).text, text)
  assert.equal((await bodyOf('/storage/br')).text, text)
  assert.equal((await bodyOf('/storage/odd')).hidden, 'encoded: zstd')
})

test('when what was captured goes, the error’s body stays', async (t) => {
  let now = 0
  const { proxy } = await startPair(
    {
      respond: (_request, response) =>
        response.writeHead(404, JSON_TYPE).end(`{"no":"${'x '.repeat(3000)}"}`),
    },
    {},
    { start: false, now: () => now },
  )
  const page = await openPage(proxy, t)
  await setCapture(proxy, true)
  await send(proxy.port, { path: '/storage/x' })
  const [summary] = await page.next<Summary[]>('requests')
  const { response, errorBody } = await detailOf(proxy, summary!)
  assert.ok(response!.body.text!.length > 6000)
  assert.equal(errorBody, undefined, 'it is not told twice')
  page.close()
  await connectionsAreGone(proxy)
  now += 61_000
  const { detail } = await last(proxy, t)
  assert.equal(detail.response, undefined)
  assert.ok(detail.errorBody!.text!.startsWith('{"no":"x x') && detail.errorBody!.text!.length <= 2048)
})

test('why 8x8 refused a call is told with the next step, whether or not anything is captured', async (t) => {
  const sandbox = await startSandbox({ products: ['vcc'] })
  t.after(() => sandbox.close())
  const { key, secret } = sandbox.credentials
  const proxy = await startProxy({ X8_APP_KEY: key, X8_APP_SECRET: secret, X8_BASE_URL: sandbox.origin })
  const hintOf = async (path: string, headers = {}) => {
    const response = await send(proxy.port, { path, headers })
    const { hint } = (await last(proxy, t)).summary
    assert.equal(hint?.text, response.headers['x-proxy-hint'])
    return hint
  }
  const product = await hintOf('/storage/us-west/v3/regions')
  assert.equal(product?.kind, 'product')
  assert.match(product.text, /tick the API product "Call Recording & Storage"/)
  assert.equal((await hintOf('/storage/eu/v3/objects'))?.kind, 'region')
  const own = await hintOf('/directory-contacts/api/v3/contacts', { 'x-api-key': 'wrong-key-of-mine' })
  assert.equal(own?.kind, 'own-key')
  assert.equal(await hintOf('/vcc/us/chat/v2/tenant/t1/none'), undefined)
})

test('held-back renewals are told too', async (t) => {
  const { proxy } = await startPair({ respond: (_request, response) => response.writeHead(401).end() })
  for (const path of ['/nowhere/1', '/nowhere/2']) await send(proxy.port, { path })
  assert.equal((await last(proxy, t)).summary.hint?.kind, 'renewals')
})

test('bodies are searched in whatever case, as they are shown', async (t) => {
  const { proxy } = await startPair({
    respond: ({ url }, response) =>
      response
        .writeHead(url === '/storage/bad' ? 400 : 200, JSON_TYPE)
        .end('{"Why":"Quota","password":"p4ss"}'),
  })
  const found = async (text: string) => {
    const { text: json } = await send(proxy.port, { path: `/-/requests?text=${encodeURIComponent(text)}` })
    return (JSON.parse(json) as { found: number[] }).found
  }
  await send(proxy.port, { path: '/storage/good' })
  await send(proxy.port, { path: '/storage/bad' })
  assert.deepEqual(await found('"why":"QUOTA"'), [2])
  assert.deepEqual(await found('p4ss'), [])
  await openPage(proxy, t)
  await setCapture(proxy, true)
  await send(proxy.port, {
    method: 'POST',
    path: '/storage/good',
    headers: { 'Content-Type': 'text/plain' },
    body: 'Sent up',
  })
  assert.deepEqual(await found('quota'), [2, 3])
  assert.deepEqual(await found('sent up'), [3])
  assert.equal((await send(proxy.port, { path: '/-/requests' })).status, 400)
  assert.equal((await send(proxy.port, { path: '/-/requests?text=' })).status, 400)
})

test('only the page itself may clear the requests, and then they are gone for every page', async (t) => {
  const { proxy } = await startPair(undefined, { X8_ALLOWED_ORIGINS: 'http://app.test' })
  const clear = (headers: Record<string, string>) =>
    send(proxy.port, { method: 'POST', path: '/-/clear', headers })
  await send(proxy.port, { path: '/storage/1' })
  for (const headers of [
    {},
    { Origin: 'http://app.test' },
    { Origin: 'null' },
    { Origin: 'http://127.0.0.1:1' },
  ])
    assert.equal((await clear(headers as Record<string, string>)).status, 403, JSON.stringify(headers))
  const page = await openPage(proxy, t)
  assert.equal((await page.next<Snapshot>('snapshot')).requests.length, 1)

  assert.equal((await clear({ Origin: proxy.origin })).status, 204)
  assert.equal(await page.next('cleared'), null)
  assert.equal((await send(proxy.port, { path: '/-/requests/1' })).status, 404)
  await send(proxy.port, { path: '/storage/2' })
  const { summary } = await last(proxy, t)
  assert.deepEqual([summary.n, summary.target], [2, '/storage/2'])
})
