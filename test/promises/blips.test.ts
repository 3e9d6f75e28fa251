import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { send } from '../support/http-client.js'
import { startProxy } from '../support/proxy.js'
import { issueToken, startUpstream } from '../support/upstream.js'

/** An 8x8 whose API can refuse connections for a while; its tokens come from elsewhere. */
async function startBlinking() {
  const tokens = await startUpstream()
  const listener = () => createServer((_, response) => response.end('good'))
  const listen = async (server: Server, port: number) => {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return (server.address() as AddressInfo).port
  }
  let server = listener()
  const port = await listen(server, 0)
  const proxy = await startProxy({
    X8_BASE_URL: `http://127.0.0.1:${port}`,
    X8_TOKEN_URL: `${tokens.origin}/oauth/v2/token`,
  })
  return {
    proxy,
    async refuseFor(ms: number) {
      server.close()
      server.closeAllConnections()
      await wait(ms)
      server = listener()
      await listen(server, port)
    },
    close: () => void server.close().closeAllConnections(),
  }
}

suite('a blip is over when it is over', { timeout: 300_000 }, () => {
  for (const callers of [2, 10, 20]) {
    test(`300 ms of refused connections with ${callers} callers became 30 s of 502`, async () => {
      const { proxy, refuseFor, close } = await startBlinking()
      assert.equal((await send(proxy.port, { path: '/storage/1' })).status, 200)
      let backAt = Infinity
      const calls = { over: false }
      const seen: { at: number; status: number }[] = []
      const calling = Promise.all(
        Array.from({ length: callers }, async () => {
          while (!calls.over) {
            const { status } = await send(proxy.port, { path: '/storage/1' })
            seen.push({ at: performance.now(), status })
            await wait(5)
          }
        }),
      )
      await refuseFor(300)
      backAt = performance.now()
      while (!seen.some(({ at, status }) => at > backAt && status === 200)) {
        assert.ok(performance.now() - backAt < 20_000, 'it is never over')
        await wait(10)
      }
      const firstGood = seen.find(({ at, status }) => at > backAt && status === 200)!
      await wait(500)
      calls.over = true
      await calling
      close()

      assert.ok(
        seen.some(({ status }) => status === 502),
        'there was a blip',
      )
      // The pauses are 250 and 500 ms; a busy machine may take longer than that.
      assert.ok(firstGood.at - backAt < 3_000, `${Math.round(firstGood.at - backAt)} ms after its return`)
      // What was admitted before may still end.
      const later = seen.filter(({ at, status }) => at > firstGood.at + 100 && status !== 200)
      assert.deepEqual(later, [])
    })
  }

  test('a token endpoint that fails for one instant costs ten callers one attempt', async () => {
    let failing = true
    const upstream = await startUpstream({
      token: (response, self) => (failing ? response.destroy() : issueToken(response, self)),
    })
    const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { start: false })
    const calls = await Promise.all(
      Array.from({ length: 10 }, () => send(proxy.port, { path: '/storage/1' })),
    )
    assert.deepEqual(new Set(calls.map(({ status }) => status)), new Set([503]))
    failing = false
    const { tokenRequests } = upstream
    while ((await send(proxy.port, { path: '/storage/1' })).status !== 200) await wait(20)
    assert.ok(tokenRequests <= 2 && upstream.tokenRequests <= tokenRequests + 1)
  })
})
