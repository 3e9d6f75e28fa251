import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { startSandbox } from '../../../src/sandbox/sandbox.js'
import { bytePattern } from '../../../src/sandbox/files/byte-pattern.js'
import { appClient, jsonOf, listOf, manualClock, post, withSandbox } from './client.js'
import { zipNames } from './zip-names.js'

const objects = '/storage/us-west/v3/objects'
const bulk = '/storage/us-west/v3/bulk'

interface Listed {
  readonly id: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
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
      const content = page['content'] as Listed[]
      for (const { id } of content) ids.add(id)
      assert.equal(page['pageSize'], content.length)
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
    const since = Date.now() - 24 * 3_600_000
    const later = await find(`(type==callrecording,type==summary);createdTime=ge=${since}`)
    assert.ok(later.length > 0)
    assert.ok(later.every(({ createdTime }) => Date.parse(`${createdTime}Z`) >= since))
    assert.equal((await find('type=in=(summary,voicemail);duration=gt=9999999')).length, 0)
    assert.equal((await call(`${objects}?filter=(type==a`)).status, 400)
  }))

test('an object’s content is what its type, size and checksum say', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const listed = await contentOf(await call(`${objects}?limit=16`))
    for (const object of listed) {
      const response = await call(`${objects}/${object.id}/content`)
      const body = Buffer.from(await response.arrayBuffer())
      assert.equal(response.headers.get('content-type'), object.mimeType)
      assert.equal(createHash('md5').update(body).digest('hex'), object.checksum)
      if (object.mimeType === 'audio/wav') assert.equal(body.toString('latin1', 8, 12), 'WAVE')
      assert.deepEqual(await jsonOf(await call(`${objects}/${object.id}/metadata`)), object)
    }
    const presigned = await jsonOf(await call(`${objects}/${listed[0]?.id ?? ''}/content?presignUrl=true`))
    assert.match(String(presigned['url']), /\?X-Amz-Algorithm=.*&X-Amz-Signature=/)
  }))

test('a presigned address is at another origin, which refuses a token, as S3 does', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const { url } = await jsonOf(await call(`${objects}/bytes-1000/content?presignUrl=true`))
    const address = new URL(String(url))
    assert.equal(address.origin, sandbox.downloads)
    assert.notEqual(address.origin, sandbox.origin)
    assert.equal((await (await fetch(address)).arrayBuffer()).byteLength, 1000)
    assert.equal((await fetch(address, { headers: { range: 'bytes=0-9' } })).status, 206)

    const refused = await fetch(address, { headers: { authorization: 'Bearer of-no-use' } })
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /<Code>InvalidArgument<\/Code>/)
  }))

test('a presigned address holds for half an hour, as it is, and for GET', () => {
  const clock = manualClock()
  return withSandbox(
    async (sandbox) => {
      const call = await appClient(sandbox)
      const url = String((await jsonOf(await call(`${objects}/bytes-9/content?presignUrl=true`)))['url'])
      clock.advance(1_799_000)
      assert.equal((await fetch(url)).status, 200)
      for (const [other, code, init] of [
        [url.replace('bytes-9', 'bytes-99'), 'SignatureDoesNotMatch', {}],
        [url.replace('Expires=1800', 'Expires=9999'), 'SignatureDoesNotMatch', {}],
        [url, 'SignatureDoesNotMatch', { method: 'PUT' }],
        [url.replace(/\?.*/, ''), 'AccessDenied', {}],
      ] as const) {
        const response = await fetch(other, init)
        assert.equal(response.status, 403, other)
        assert.match(await response.text(), new RegExp(`<Code>${code}</Code>`))
      }
      clock.advance(1000)
      const late = await fetch(url)
      assert.equal(late.status, 403)
      assert.match(await late.text(), /Request has expired/)
    },
    { date: () => Date.UTC(2026, 10, 3) + clock.now() - 1000 },
  )
})

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
    const [{ zipName, status } = {}] = await listOf(await call(`${bulk}/download/start`, post(ids)))
    assert.equal(status, 'NOT_STARTED')
    const statusPath = `${bulk}/download/status/${String(zipName)}?presignUrl=true`
    assert.equal((await call(`${bulk}/download/${String(zipName)}`)).status, 404)
    assert.equal((await jsonOf(await call(statusPath)))['status'], 'IN_PROGRESS')
    const done = await jsonOf(await call(statusPath))
    assert.equal(done['status'], 'DONE')
    const zip = Buffer.from(await (await call(`${bulk}/download/${String(zipName)}`)).arrayBuffer())
    assert.deepEqual(Buffer.from(await (await fetch(String(done['url']))).arrayBuffer()), zip)
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

test('recordings are of the last hours, the same ones for each hour, and of every type', () => {
  const date = Date.UTC(2027, 4, 3, 10, 20)
  return withSandbox(
    async (sandbox) => {
      const call = await appClient(sandbox)
      const find = async (filter: string) =>
        contentOf(await call(`${objects}?limit=1000&filter=${encodeURIComponent(filter)}`))
      const lastDay = await find(`createdTime=ge=${date - 24 * 3_600_000};createdTime=le=${date}`)
      assert.ok(lastDay.length > 60)
      assert.equal(new Set(lastDay.map(({ type }) => type)).size, 12)
      const yesterday = [Date.UTC(2027, 4, 2), Date.UTC(2027, 4, 3)]
      const calls = await find(
        `type==callrecording;createdTime=ge=${yesterday[0]};createdTime=lt=${yesterday[1]}`,
      )
      assert.ok(calls.length > 5)
      for (const { tags } of calls) {
        assert.equal(tags.length, 16)
        assert.match(tags.find(({ key }) => key === 'direction')!.value, /^(IN|OUT)BOUND$/)
      }
      const sources = ['callrecordingchannel', 'callcenterrecording', 'voicecommentrecording']
      for (const source of sources) {
        assert.ok((await find(`type==transcription;sourceObjectType==${source}`)).length > 0, source)
      }
      const later = await startSandbox({ date: () => date + 39 * 60_000 })
      const other = await appClient(later)
      assert.deepEqual(
        await contentOf(await other(`${objects}?limit=1000`)),
        await contentOf(await call(`${objects}?limit=1000`)),
      )
      await later.close()
    },
    { date: () => date },
  )
})

test('what is called invalid gets a 400 that names the parameter, and no region but the five exists', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const refused = async (path: string, init = {}) => {
      const response = await call(path, init)
      assert.equal(response.status, 400, path)
      return (await jsonOf(response))['message']
    }
    assert.equal(await refused(`${objects}?limit=0`), 'limit must be >= 1')
    assert.equal(await refused(`${objects}?pageKey=x`), 'pageKey must be integer')
    assert.equal(
      await refused(`${objects}?sortDirection=up`),
      'sortDirection must be equal to one of the allowed values: DESC, ASC',
    )
    assert.equal(await refused(`${bulk}/download/start`, post({ id: 1 })), 'The body must be array')
    for (const region of ['eu', 'us']) {
      const response = await call(`/storage/${region}/v3/objects`)
      assert.equal(response.status, 404)
      assert.deepEqual(await jsonOf(response), { message: 'no Route matched with those values' })
    }
  }))
