import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EnvHttpProxyAgent } from 'undici'
import { routeTo } from '../../../src/doctor/route.js'
import { egressProxy } from './servers.js'

test('the doctor takes the egress proxy exactly where the requests do', async () => {
  const { port } = await egressProxy(403)
  const httpsProxy = `http://127.0.0.1:${port}`
  // Nothing listens on port 9 of loopback: what goes there directly is refused at once.
  const targets = ['https://localhost:9', 'https://api.localhost:9', 'https://127.0.0.1:9']
  const lists = [
    '',
    '*',
    'localhost',
    'LOCALHOST',
    '.localhost',
    '*.localhost',
    'api.localhost other.example',
    'calhost',
    'localhost:9',
    'localhost:443',
    '127.0.0.1',
    '127.0.0.0/8',
    'other.example,,localhost',
  ]

  for (const noProxy of lists) {
    for (const target of targets) {
      const agent = new EnvHttpProxyAgent({ httpsProxy, noProxy, httpProxy: '' })
      const failure = await agent.request({ origin: target, path: '/', method: 'GET' }).then(
        () => assert.fail('there is no server'),
        (error: Error) => error.message,
      )
      const { proxy } = routeTo(new URL(target), 'X8_BASE_URL', { httpsProxy, noProxy })
      assert.equal(
        proxy !== undefined,
        failure.includes('Proxy response (403)'),
        `${target} with NO_PROXY=${noProxy}`,
      )
      await agent.destroy()
    }
  }
})

test('plain http: never takes the egress proxy', () => {
  const egress = { httpsProxy: 'http://proxy.example:3128', noProxy: '' }
  assert.equal(routeTo(new URL('http://127.0.0.1:8080'), 'X8_BASE_URL', egress).proxy, undefined)
})

test('an IPv6 address is connected to without its brackets', () => {
  const route = routeTo(new URL('https://[::1]:8443'), 'X8_BASE_URL', undefined)
  assert.deepEqual(route.hop, { host: '::1', port: 8443 })
})
