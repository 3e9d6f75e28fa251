import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { catalogueOf } from '../../src/api/catalogue.js'
import { FAMILIES } from '../../src/api/families.js'
import { findCalls, type FoundCalls } from '../../src/api/find-calls.js'
import { startProxy } from '../support/proxy.js'
import { startSandboxedProxy } from '../support/sandboxed-proxy.js'

const catalogue = catalogueOf(FAMILIES)
const run = promisify(execFile)
const shell = async (line: string) => (await run('sh', ['-c', `${line} -s`])).stdout
const OPTIONS = { origin: 'http://127.0.0.1:8808', requiresKey: false }
const found = (words: string, family?: string) => findCalls(catalogue, words, family, OPTIONS)
const first = (words: string, family?: string) => found(words, family).calls[0]

test('the words that people have in mind find the call', () => {
  for (const [words, path, family] of [
    ['find recordings', '/storage/{region}/v3/objects'],
    ['download a recording', '/storage/{region}/v3/objects/{objectId}/content'],
    ['start bulk download', '/storage/{region}/v3/bulk/download/start'],
    ['call records', '/analytics/work/v2/call-records'],
    ['audit', '/administration/audit/v1/audits'],
    ['queue metrics realtime', '/analytics/cc/v5/realtime-metrics/queues'],
    ['EXTSUM', '/analytics/work/v2/extsum'],
    ['scrollId', undefined, 'audit'],
    ['users', '/admin-provisioning/users', 'administration'],
  ] as const) {
    const call = first(words, family)
    assert.ok(call !== undefined, words)
    if (path !== undefined)
      assert.match(
        call.path,
        new RegExp(`^${path.replace(/[{}]/g, String.raw`\$&`).replace('v2', 'v\\d')}`),
        words,
      )
  }
})

test('there are five calls at most, in less than 2 KB, whatever is looked for', () => {
  const words = ['', 'list', 'call', 'get the page of data', 'create', 'messages', 'report', 'x', 'id']
  for (const family of [undefined, ...FAMILIES.map(({ name }) => name)]) {
    for (const word of words) {
      const result = found(word, family)
      assert.ok(JSON.stringify(result).length < 2048, `${family} ${word}`)
      assert.ok(result.calls.length <= 5 && result.calls.length <= result.total)
      if (result.total > 0) assert.ok(result.calls.length > 0, `${family} ${word}`)
      for (const { parameters, path } of result.calls) {
        const missing = (path.match(/\{\w+\}/g) ?? []).filter((part) => {
          return !parameters.some(({ name, required }) => required && part === `{${name}}`)
        })
        assert.deepEqual(missing, [], path)
      }
    }
  }
  assert.deepEqual(found('xyzzy'), { total: 0, calls: [] })
})

test('the proxy shows parameters and a line for curl that works as it stands', async (t) => {
  const { sandbox, proxy } = await startSandboxedProxy()
  t.after(() => sandbox.close())
  const response = await fetch(`${proxy.origin}/-/calls?q=find+objects&family=storage`)
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
  const { total, calls } = (await response.json()) as FoundCalls
  const [call] = calls
  assert.ok(total >= calls.length && calls.length >= 3)
  assert.deepEqual(call?.parameters[0], { name: 'region', in: 'path', required: true })
  assert.ok(call?.parameters.some((one) => one.name === 'filter' && one.in === 'query' && !one.required))
  assert.equal(call?.curl, `curl '${proxy.origin}/storage/us-west/v3/objects'`)
  for (const { curl } of calls.filter(({ method }) => method === 'GET')) {
    const output = await shell(curl)
    assert.doesNotMatch(output, /no Route matched|"errors"/, curl)
  }
})

test('an unknown family names the nearest, and no words at all name the families', async () => {
  const proxy = await startProxy({ X8_BASE_URL: 'http://127.0.0.1:1' }, { start: false })
  const unknown = await fetch(`${proxy.origin}/-/calls?family=storag`)
  assert.equal(unknown.status, 404)
  assert.match(await unknown.text(), /the nearest is storage\. There are cc-realtime, /)
  const nothing = await fetch(`${proxy.origin}/-/calls`)
  assert.equal(nothing.status, 200)
  assert.match(await nothing.text(), /"usage":"\/-\/calls\?q=recordings.*"families":\["cc-realtime",/)
  const elsewhere = await fetch(`${proxy.origin}/-/nothing`)
  assert.match(await elsewhere.text(), /\/-\/calls\?q=/)
})

test('behind a proxy key the line for curl has a place for it', async () => {
  const proxy = await startProxy(
    { X8_BASE_URL: 'http://127.0.0.1:1', X8_PROXY_KEY: 'a-long-proxy-key-of-mine' },
    { start: false },
  )
  const response = await fetch(`${proxy.origin}/-/calls?q=regions&family=storage`, {
    headers: { 'x-proxy-key': 'a-long-proxy-key-of-mine' },
  })
  const text = await response.text()
  assert.match(text, /curl -H \\"X-Proxy-Key: \$X8_PROXY_KEY\\" 'http/)
  assert.doesNotMatch(text, /a-long-proxy-key/)
})
