import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { bytePattern } from '../../../src/sandbox/files/byte-pattern.js'
import { appClient, jsonOf, post, withSandbox } from './client.js'
import { zipNames } from './zip-names.js'

const objects = '/storage/us-west/v3/objects'
const bulk = '/storage/us-west/v3/bulk'

interface Listed {
  readonly id: string
  readonly type: string
  readonly checksum: string
  readonly mimeType: string
  readonly objectName: string
  readonly createdTime: string
}

const contentOf = async (response: Response) => (await jsonOf(response))['content'] as readonly Listed[]

test('objects page by offset until lastPage, each once', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const ids = new Set<string>()
    for (let pageKey = 0, isLast = false; !isLast;) {
      const page = await jsonOf(await call(`${objects}?pageKey=${pageKey}&limit=60`))
      for (const { id } of page['content'] as Listed[]) ids.add(id)
      isLast = page['lastPage'] === true
      pageKey = Number(page['pageKey'])
    }
    assert.equal(ids.size, 250)
  }))

test('filters are FIQL, with OR, AND, parentheses, tags and times in milliseconds', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const find = async (filter: string) =>
      contentOf(await call(`${objects}?limit=1000&filter=${encodeURIComponent(filter)}`))
    const types = new Set((await find('type==callrecording,type==voicemail')).map(({ type }) => type))
    assert.deepEqual([...types], ['callrecording', 'voicemail'])
    const since = Date.UTC(2026, 0, 12)
    const later = await find(`(type==callrecording,type==summary);createdTime=ge=${since}`)
    assert.ok(later.length > 0)
    assert.ok(later.every(({ createdTime }) => Date.parse(`${createdTime}Z`) >= since))
    assert.equal((await find('type=in=(summary,voicemail);duration=gt=9999999')).length, 0)
    assert.equal((await call(`${objects}?filter=(type==a`)).status, 400)
  }))

test('an object’s content is what its type, size and checksum say', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const listed = await contentOf(await call(`${objects}?limit=9`))
    for (const object of listed) {
      const response = await call(`${objects}/${object.id}/content`)
      const body = Buffer.from(await response.arrayBuffer())
      assert.equal(response.headers.get('content-type'), object.mimeType)
      assert.equal(createHash('md5').update(body).digest('hex'), object.checksum)
      if (object.mimeType === 'audio/wav') assert.equal(body.toString('latin1', 8, 12), 'WAVE')
      assert.deepEqual(await jsonOf(await call(`${objects}/${object.id}/metadata`)), object)
    }
    const presigned = await jsonOf(await call(`${objects}/${listed[0]?.id ?? ''}/content?presignUrl=true`))
    assert.match(String(presigned['url']), /^https:\/\/cloud-storage-service\.s3\..*X-Amz-Signature=/)
  }))

test('a part of the content can be asked for', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const path = `${objects}/bytes-1000000/content`
    const whole = Buffer.from(await (await call(path)).arrayBuffer())
    assert.deepEqual(whole, Buffer.concat([...bytePattern(1_000_000).read(0, 1_000_000)]))
    for (const [range, from, to] of [
      ['bytes=100-199', 100, 200],
      ['bytes=999990-', 999_990, 1_000_000],
      ['bytes=-70000', 930_000, 1_000_000],
    ] as const) {
      const response = await call(path, { headers: { range } })
      assert.equal(response.status, 206)
      assert.equal(response.headers.get('content-range'), `bytes ${from}-${to - 1}/1000000`)
      assert.ok(Buffer.from(await response.arrayBuffer()).equals(whole.subarray(from, to)))
    }
    assert.equal((await call(path, { headers: { range: 'bytes=1000000-' } })).status, 416)
  }))

test('a bulk download goes from not started to a zip that opens', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const chosen = (await contentOf(await call(`${objects}?limit=6`))).slice(0, 6)
    const ids = chosen.map(({ id }) => id)
    const { zipName, status } = await jsonOf(await call(`${bulk}/download/start`, post(ids)))
    assert.equal(status, 'NOT_STARTED')
    const statusPath = `${bulk}/download/status/${String(zipName)}?presignUrl=true`
    assert.equal((await call(`${bulk}/download/${String(zipName)}`)).status, 404)
    assert.equal((await jsonOf(await call(statusPath)))['status'], 'IN_PROGRESS')
    const done = await jsonOf(await call(statusPath))
    assert.equal(done['status'], 'DONE')
    assert.match(String(done['url']), /^https:\/\//)
    const zip = Buffer.from(await (await call(`${bulk}/download/${String(zipName)}`)).arrayBuffer())
    assert.deepEqual(
      zipNames(zip),
      chosen.map(({ objectName }) => objectName),
    )
  }))

test('a DELETE with a body removes objects, and a reset brings them back', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const [first] = await contentOf(await call(`${objects}?limit=1`))
    const deleted = await call(bulk, { ...post([first?.id]), method: 'DELETE' })
    assert.equal(deleted.status, 204)
    assert.equal((await call(`${objects}/${first?.id ?? ''}`)).status, 404)
    sandbox.reset()
    assert.equal((await call(`${objects}/${first?.id ?? ''}`)).status, 200)
  }))
