import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { startProxy } from '../../support/proxy.js'
import { startUpstream } from '../../support/upstream.js'
import { rawCaller } from '../../support/raw-request.js'

const upstream = await startUpstream()
const proxy = await startProxy({
  X8_BASE_URL: upstream.origin,
  X8_READ_ONLY: 'true',
  X8_DENY: '/storage/secret',
})
const caller = rawCaller(proxy.port)
beforeEach(() => void (upstream.received.length = 0))

test('a header asked 8x8 for another method or path than the rules had judged', async () => {
  for (const name of [
    'X-HTTP-Method-Override',
    'X-HTTP-Method',
    'X-Method-Override',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-Real-IP',
  ]) {
    for (const spelling of [
      name,
      name.toLowerCase(),
      name.toUpperCase(),
      name.replaceAll('-', '_'),
      name.replace('-', '_'),
    ]) {
      const response = await caller.get('/storage/open', [`${spelling}: DELETE`, 'X-Kept: x'])
      assert.equal(response.status, 200, spelling)
      const { headers, rawHeaders } = upstream.received.pop()!
      assert.equal(headers['x-kept'], 'x')
      assert.equal(rawHeaders.includes('DELETE'), false, spelling)
    }
  }
})

test('servers that take "_" for "-" got what is stripped in that spelling', async () => {
  for (const spelling of [
    'X_Forwarded_For',
    'X_FORWARDED_HOST',
    'x-forwarded_proto',
    'X_Proxy_Key',
    'Proxy_Authorization',
    'Sec_Fetch_Site',
    'Transfer_Encoding',
    'Content_Length',
    'X_Request_Id',
  ]) {
    await caller.get('/storage/open', [`${spelling}: stripped-1`])
    assert.equal(upstream.received.pop()!.rawHeaders.includes('stripped-1'), false, spelling)
  }
})
