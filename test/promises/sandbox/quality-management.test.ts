import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/sandbox.js'
import { appClient, jsonOf, withSandbox } from './client.js'

const noon = Date.UTC(2026, 6, 15, 12, 10)
const at = (dateMs: number): SandboxOptions => ({ date: () => dateMs })

/** A client of one PBX. */
async function qmClient(sandbox: Sandbox) {
  const call = await appClient(sandbox)
  const send = (path: string, init: RequestInit = {}) =>
    call(path.startsWith('http') ? path : `/qm/uk/v1${path}`, { ...init, headers: { pbx: 'mypbx' } })
  const page = async (path: string) => (await jsonOf(await send(path))) as unknown as Page
  return { send, page }
}

test('every call of QM names the PBX', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const response = await call('/qm/uk/v1/interactions')
    assert.equal(response.status, 400)
    assert.match(String((await jsonOf(response))['message']), /pbx/)
  }))

test('the last 24 hours and yesterday have interactions, a week is there without a window, and none is in the future', () =>
  withSandbox(async (sandbox) => {
    const { send, page } = await qmClient(sandbox)
    const count = async (query: string) => Number(await (await send(`/interactions/count${query}`)).text())
    assert.equal(await count('?startTS=2026-07-14%2012:00:00&endTS=2026-07-15%2012:00:00'), 72)
    assert.equal(await count('?startTS=2026-07-14%2000:00:00&endTS=2026-07-15%2000:00:00'), 72)
    assert.equal(await count('?startTS=2026-07-15%2012:00:00&endTS=2026-07-16%2000:00:00'), 0)
    assert.equal(await count(''), 7 * 72)
    const { content } = await page('/interactions')
    assert.equal(content.length, 100, '8x8 takes a size of 100 if none is sent')
    assert.ok(
      content.every(({ createdAt }) => createdAt.startsWith('2026-07-08T') || createdAt > '2026-07-08T12'),
    )
  }, at(noon)))

test('interactions page by links to their end, and the links of each lead to what it has', () =>
  withSandbox(async (sandbox) => {
    const { send, page } = await qmClient(sandbox)
    const seen: Interaction[] = []
    let next: string | undefined =
      '/interactions?startTS=2026-03-01%2000:00:00&endTS=2026-03-02%2000:00:00&size=50'
    while (next !== undefined) {
      const { content, links }: Page = await page(next)
      seen.push(...content)
      next = links.find(({ rel }) => rel === 'nextUrl')?.href
    }
    assert.equal(new Set(seen.map(({ interactionGuid }) => interactionGuid)).size, 72)
    const types = { voiceInteraction: 'audio/mpeg', voiceScreen: 'video/mp4' }
    for (const [type, mediaType] of Object.entries(types)) {
      const { links } = seen.find(({ media }) => media.interactionType === type)!
      for (const { rel, href } of links) {
        const detail = await send(href)
        assert.equal(detail.status, 200)
        assert.equal(detail.headers.get('content-type'), rel === 'media' ? mediaType : 'application/json')
      }
    }
    const without = seen.find(({ media }) => media.interactionType === 'other')!
    assert.ok(without.links.every(({ rel }) => rel !== 'media'))
    assert.equal((await send(`/interactions/${without.interactionGuid}/media`)).status, 404)
    const [note] = (await (
      await send(`/interactions/${seen[0]!.interactionGuid}/notes`)
    ).json()) as Interaction[]
    assert.equal((await send(note!.links[0]!.href)).status, 200)
  }))

test('a custom field that was set finds its interaction, and a deleted interaction is gone', () =>
  withSandbox(async (sandbox) => {
    const { send, page } = await qmClient(sandbox)
    const [interaction] = (await page('/interactions?size=1')).content
    const path = `/interactions/${interaction!.interactionGuid}`
    const found = async () => {
      const response = await send('/interactions/count?customField=customField1&customFieldValue=gold')
      return response.text()
    }
    assert.equal((await send(`${path}/customField1`, { method: 'PUT', body: 'gold' })).status, 200)
    assert.equal(await found(), '1')
    assert.equal((await send(`${path}/customField1`, { method: 'DELETE' })).status, 200)
    assert.equal(await found(), '0')
    assert.equal((await send(`${path}/customField16`, { method: 'PUT', body: 'x' })).status, 404, 'read-only')
    assert.equal((await send(path, { method: 'DELETE' })).status, 200)
    assert.equal((await send(`${path}/notes`)).status, 404)
  }))

test('interactions and evaluations are filtered by user, type, guid and template', () =>
  withSandbox(async (sandbox) => {
    const { page } = await qmClient(sandbox)
    const [one] = (await page('/interactions?size=1')).content
    const { userReference } = one!.agent
    const ofUser = (await page(`/interactions?userReference=${userReference}`)).content
    assert.ok(ofUser.length > 0 && ofUser.every(({ agent }) => agent.userReference === userReference))
    const screens = (await page('/interactions?interactionType=screenRecording')).content
    assert.ok(screens.length > 0 && screens.every(({ media }) => media.interactionType === 'screenRecording'))
    const evaluated = (await page('/evaluations?templateName=Compliance')).content
    assert.ok(evaluated.length > 0)
    const { interactionGuid } = evaluated[0]!
    assert.deepEqual((await page(`/evaluations?interactionGuid=${interactionGuid}`)).content, [evaluated[0]])
    assert.equal((await page(`/interactions?interactionGuid=${interactionGuid}`)).content.length, 1)
  }))

test('what QM does not allow is refused with the name of the parameter', () =>
  withSandbox(async (sandbox) => {
    const { send } = await qmClient(sandbox)
    const guids = Array.from({ length: 11 }, (_, index) => `g${index}`).join(',')
    for (const [name, query] of [
      ['size', 'size=101'],
      ['page', 'page=-1'],
      ['interactionType', 'interactionType=call'],
      ['interactionGuid', `interactionGuid=${guids}`],
      ['userReference', 'userReference=x'],
      ['startTS', 'startTS=yesterday'],
      ['startTS', 'startTS=2026-03-02%2000:00:00&endTS=2026-03-01%2000:00:00'],
    ] as const) {
      const response = await send(`/interactions?${query}`)
      assert.equal(response.status, 400, query)
      assert.match(String((await jsonOf(response))['message']), new RegExp(name))
    }
    assert.equal((await send('/interactions/int-1/media?bitRate=47')).status, 400)
    for (const path of ['/interactions/int-1/notes', '/users/1/details', '/evaluations/x/details']) {
      assert.equal((await send(path)).status, 404, path)
    }
  }))

interface Link {
  readonly rel: string
  readonly href: string
}

interface Interaction {
  readonly createdAt: string
  readonly interactionGuid: string
  readonly agent: { readonly userReference: number }
  readonly media: { readonly interactionType: string }
  readonly links: readonly Link[]
}

interface Page {
  readonly content: readonly Interaction[]
  readonly links: readonly Link[]
}
