import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

const CONNECTIONS = 256

test('a request that waits behind downloads that hang is told to come again, and nothing was sent', async (t) => {
  let asked = 0
  const upstream = await startUpstream({
    respond(_request, response) {
      asked += 1
      response.write('the beginning of a long download')
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_RESPONSE_TIMEOUT_MS: '2000' })
  const downloads = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const [response] = (await once(get(`${proxy.origin}/storage/a`, { agent: false }), 'response')) as [
        IncomingMessage,
      ]
      return response.on('error', () => undefined)
    }),
  )
  t.after(() => downloads.forEach((download) => download.destroy()))
  assert.equal(asked, CONNECTIONS)

  const response = await fetch(`${proxy.origin}/storage/b`)

  assert.equal(response.status, 503)
  assert.equal(((await response.json()) as { type: string }).type, 'urn:8x8-auth-proxy:overloaded')
  assert.equal(response.headers.get('retry-after'), '1')
  assert.equal(asked, CONNECTIONS)
})
