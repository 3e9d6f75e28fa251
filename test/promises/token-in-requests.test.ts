import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { issueToken, startUpstream } from '../support/upstream.js'

/** As many connections to 8x8 as there are; the next request waits for one of them. */
const CONNECTIONS = 256

/** An upstream that responds to nothing until told to, and a proxy with all its connections taken. */
async function busyProxy() {
  const clock = { now: 1_000 }
  const held: ServerResponse[] = []
  const authorizations: (string | undefined)[] = []
  let full = () => {}
  const allTaken = new Promise<void>((resolve) => (full = resolve))
  let holding = true
  const upstream = await startUpstream({
    token: (response, self) => issueToken(response, self, '60'),
    respond(request, response) {
      authorizations.push(request.headers.authorization)
      if (!holding) return void response.end('fine')
      held.push(response)
      if (held.length === CONNECTIONS) full()
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { now: () => clock.now })
  const call = async () => (await fetch(`${proxy.origin}/storage/a`)).text()
  const calls = Array.from({ length: CONNECTIONS }, call)
  await allTaken
  return {
    clock,
    upstream,
    proxy,
    call,
    release: async () => {
      holding = false
      for (const response of held) response.end('fine')
      await Promise.all(calls)
    },
    /** What the requests after the first ones carried. */
    later: () => authorizations.slice(CONNECTIONS),
  }
}

test('a request that waited for a connection longer than its token lives gets a new one', async () => {
  const { clock, upstream, proxy, call, release, later } = await busyProxy()
  const arrived = once(proxy.app.fastify.server, 'request')
  const waiting = call()
  await arrived
  clock.now += 61_000

  await release()

  assert.equal(await waiting, 'fine')
  assert.deepEqual(later(), ['Bearer token-2'])
  assert.equal(upstream.tokenRequests, 2)
})

test('a request that waited takes the token that another has renewed meanwhile', async () => {
  const { clock, upstream, proxy, call, release, later } = await busyProxy()
  const arrived = once(proxy.app.fastify.server, 'request')
  const waiting = call()
  await arrived
  clock.now += 61_000
  const another = call()
  while (proxy.app.status().renewals < 1) await new Promise(setImmediate)

  await release()

  assert.deepEqual(await Promise.all([waiting, another]), ['fine', 'fine'])
  assert.deepEqual(later(), ['Bearer token-2', 'Bearer token-2'])
  assert.equal(upstream.tokenRequests, 2)
})

test('a request that is repeated on a new connection never carries a token that has expired meanwhile', async () => {
  const clock = { now: 1_000 }
  const sent: (string | undefined)[] = []
  const upstream = await startUpstream({
    token: (response, self) => issueToken(response, self, '60'),
    handle(request, response) {
      sent.push(request.headers.authorization)
      if (sent.length !== 2) return void response.end('fine')
      // The idle connection dies only after a while, as behind a firewall that drops it.
      clock.now += 61_000
      request.socket.destroy()
    },
  })
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { now: () => clock.now, start: false })

  assert.equal(await (await fetch(`${proxy.origin}/storage/a`)).text(), 'fine')
  assert.equal(await (await fetch(`${proxy.origin}/storage/a`)).text(), 'fine')

  assert.deepEqual(sent, ['Bearer token-1', 'Bearer token-1', 'Bearer token-2'])
})
