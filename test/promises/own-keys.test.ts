import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'
import { rawCaller } from '../support/raw-request.js'

let status = 200
const upstream = await startUpstream({
  respond: (_request, response) => void response.writeHead(status, { 'Content-Length': '2' }).end('{}'),
})
const proxy = await startProxy({ X8_BASE_URL: upstream.origin, X8_TENANT: 'tenant-1' })
const caller = rawCaller(proxy.port)
beforeEach(() => {
  status = 200
  upstream.received.length = 0
})

const FAMILIES = [
  ['/chat/api/v1/rooms', 'x-api-key'],
  ['/chat-gateway/v1/conversations', 'X-API-Key'],
  ['/cidp/journey/v1/x', 'x-api-key'],
  ['/customerexperience/v1/recentCallData/us', '8x8-ApiKey'],
] as const

const PLACEHOLDERS = [
  '',
  '<string>',
  '<API Key>',
  '<YOUR_API_KEY>',
  '{{x-api-key}}',
  '{{ apiKey }}',
  '{apiKey}',
  '${API_KEY}',
  '$API_KEY',
  '[API_KEY]',
  'YOUR_API_KEY',
  'your-api-key',
  'Your API key',
  'YOUR_API_KEY_HERE',
  'your_8x8_api_key',
  'string',
  'undefined',
  'null',
  'x-api-key',
  'API_KEY',
]

test('a placeholder that documentation or Postman had left in a key header was sent as a key', async () => {
  for (const [path, name] of FAMILIES) {
    for (const placeholder of PLACEHOLDERS) {
      await caller.get(path, [`${name}: ${placeholder}`])
      const { headers, rawHeaders } = upstream.received.pop()!
      assert.equal(headers[name.toLowerCase()], 'test-key', `${path} ${placeholder}`)
      assert.equal(rawHeaders.filter((part) => part.toLowerCase() === name.toLowerCase()).length, 1)
    }
  }
})

test('a key of its own stays, whatever it looks like', async () => {
  for (const [path, name] of FAMILIES) {
    for (const key of [
      'eght_Zm9vYmFy',
      'your',
      'stringent',
      'nullable-1',
      'a<b>',
      'key{1}',
      'YOURKEYS123abc',
    ]) {
      await caller.get(path, [`${name}: ${key}`])
      assert.equal(upstream.received.pop()!.headers[name.toLowerCase()], key)
    }
  }
})

test('a placeholder for a tenant gives way to the one of the settings', async () => {
  for (const tenant of ['<string>', '{{tenant}}', '']) {
    await caller.get('/analytics/cc/v5/realtime-metrics/queues', [`X-Tenant-Info: ${tenant}`])
    assert.equal(upstream.received.pop()!.headers['x-tenant-info'], 'tenant-1')
  }
})

test("nobody told a caller that it was its own key that 8x8 refused, not the app's", async () => {
  for (const refusal of [401, 403]) {
    status = refusal
    for (const [path, name] of FAMILIES) {
      const { headers } = await caller.get(path, [`${name}: my-old-key`])
      assert.match(headers['x-proxy-hint'] ?? '', new RegExp(`${name}.*[Ll]eave.*out`, 'i'), path)
      assert.equal(JSON.stringify(headers).includes('my-old-key'), false)
      for (const own of [[], [`${name}: <string>`], ['Connection: ' + name, `${name}: my-old-key`]]) {
        const response = await caller.get(path, own)
        assert.doesNotMatch(response.headers['x-proxy-hint'] ?? '', /leave/i, `${path} ${own.join()}`)
      }
    }
    // Here the app key always takes its place.
    const work = await caller.get('/analytics/work/v1/call-records', ['8x8-apikey: my-old-key'])
    assert.doesNotMatch(work.headers['x-proxy-hint'] ?? '', /leave/i)
  }
  for (const other of [200, 404, 429, 500]) {
    status = other
    const { headers } = await caller.get('/chat/api/v1/rooms', ['x-api-key: my-old-key'])
    assert.equal(headers['x-proxy-hint'], undefined, String(other))
  }
})
