import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appClient, halOf, jsonOf, keyClient, listOf, post, withSandbox } from './client.js'

const gateway = '/chat-gateway/v1'

test('chat: a web hook, a channel, a conversation and its messages', () =>
  withSandbox(async (sandbox) => {
    const call = await appClient(sandbox)
    const base = '/vcc/us/chat/v2/tenant/mytenant'
    const mine = { name: 'Mine', uri: 'https://bot.example.com/mine', version: 'v2.0' }
    const created = await call(`${base}/web-hooks`, post(mine))
    assert.equal(created.status, 200)
    const hook = await jsonOf(created)
    assert.equal(hook['version'], 'v2.0')
    assert.equal((await call(`${base}/channels`, post({}))).status, 400)
    const routingOptions = { type: 'queue', id: '102' }
    const wrong = await call(`${base}/channels`, post({ name: 'Mine', webHookId: 'none', routingOptions }))
    assert.equal(wrong.status, 400)
    const [validation] = (await jsonOf(wrong))['validations'] as { field: string; value: string }[]
    assert.deepEqual([validation?.field, validation?.value], ['webHookId', 'none'])
    const channel = await jsonOf(
      await call(`${base}/channels`, post({ name: 'Mine', webHookId: hook['id'], routingOptions })),
    )
    const begun = {
      channelId: channel['id'],
      customer: { email: 'me@example.com' },
      history: { messages: [{ text: 'Hello!', type: 'user' }] },
    }
    const accepted = await call(`${base}/conversations`, post(begun))
    assert.equal(accepted.status, 202)
    const { conversationId } = await jsonOf(accepted)
    const conversation = `${base}/conversations/${String(conversationId)}`
    assert.equal((await call(`${conversation}/messages`, post({ text: 'Anybody?' }))).status, 202)
    const { messages } = (await jsonOf(await call(`${conversation}/messages`))) as unknown as {
      messages: { originalText: string }[]
    }
    assert.deepEqual(
      messages.map(({ originalText }) => originalText),
      ['Hello!', 'Anybody?'],
    )
    const found = await jsonOf(await call(`${base}/conversations?customer.email=me@example.com`))
    assert.deepEqual(found['page'], { pageSize: 20, pageIndex: 0, elementCount: 1, pageCount: 1 })
    assert.equal((await call(`${conversation}/participants/customer`, { method: 'DELETE' })).status, 204)
    const ended = await jsonOf(await call(`${base}/conversations?status=deleted`))
    const [over] = ended['data'] as { interactions: { endTime?: string }[] }[]
    assert.ok(over?.interactions[0]?.endTime)
    assert.equal((await call(`${conversation}/messages`, post({ text: 'Once more' }))).status, 202)
    const again = await jsonOf(await call(conversation))
    assert.equal((again['interactions'] as unknown[]).length, 2)
    assert.equal((await call(`${base}/conversations?status=ENDED`)).status, 400)

    const hookPath = `${base}/web-hooks/${String(hook['id'])}`
    const replace = (version: string) =>
      call(hookPath, { ...post({ ...mine, name: 'Other' }, { 'if-match': version }), method: 'PUT' })
    assert.equal((await replace('7')).status, 412)
    assert.equal((await replace('0')).status, 200)
    assert.equal((await replace('0')).status, 412)
    assert.equal((await call(hookPath, { method: 'DELETE' })).status, 204)
    assert.equal((await call(hookPath)).status, 404)
    assert.equal((await call('/vcc/us/chat/v2/tenant/unknown/channels')).status, 403)
    assert.equal((await fetch(`${sandbox.origin}/vcc/eu/chat/v2/jwk/1/public`)).status, 200)
  }))

test('the chat gateway speaks HAL, keeps what is created, and checks what it is given', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const channel = { name: 'New', webHookId: 'wh-1', routingOptions: { type: 'queue', id: '102' } }
    const created = await call(`${gateway}/channels`, post(channel))
    assert.equal(created.status, 200)
    assert.equal(created.headers.get('content-type'), 'application/hal+json')
    const listed = await call(`${gateway}/channels?size=2&sort=id:desc`)
    const { items, links, totalElements } = halOf(await jsonOf(listed))
    assert.equal(totalElements, 3)
    assert.equal(items[0]?.['name'], 'New')
    assert.ok(links['next']?.href.startsWith(`${sandbox.origin}${gateway}/channels?`))
    for (const [wrong, reason] of [
      [{ name: 'New', webHookId: 'wh-1' }, /routingOptions is required/],
      [{ ...channel, webHookId: 'none' }, /Webhook ID none is invalid/],
      [{ ...channel, routingOptions: { type: 'queue', id: '1' } }, /Queue ID 1 is invalid/],
    ] as const) {
      const rejected = await call(`${gateway}/channels`, post(wrong))
      assert.equal(rejected.status, 400)
      assert.match(await rejected.text(), reason)
    }
    assert.equal(
      (await call(`${gateway}/webhooks/verify`, post({ version: 'v1', uri: 'https://x' }))).status,
      204,
    )
    assert.equal((await jsonOf(await call(`${gateway}/jwk/abc/public`)))['kid'], 'abc')

    const headers = { 'x-8x8-tenant': 'unknown' }
    assert.equal((await call(`${gateway}/channels`, { headers })).status, 403)
    sandbox.setProducts(['storage'])
    assert.equal((await call(`${gateway}/channels`)).status, 403)
  }))

test('a gateway conversation begins with its history, is assigned, told things, and left', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const history = { messages: [{ authorType: 'user', text: 'Hello!' }] }
    const user = { name: 'Jane Doe', additionalProperties: [{ key: 'Intent', value: 'balance' }] }
    const accepted = await call(`${gateway}/conversations`, post({ channelId: 'ch-1', user, history }))
    assert.equal(accepted.status, 202)
    const { conversationId } = await jsonOf(accepted)
    const base = `${gateway}/conversations/${String(conversationId)}`
    const change = (path: string, body: object) => call(path, { ...post(body), method: 'PATCH' })
    const assigned = await change(base, { assignment: { type: 'queue', id: '102' } })
    assert.equal(assigned.status, 202)
    const found = await jsonOf(await call(base))
    assert.deepEqual(found['assignment'], { type: 'queue', id: '102' })
    assert.deepEqual([found['user'], found['state']], [user, 'active'])

    const card = { contentType: 'application/8x8.quick.replies', content: {} }
    assert.equal((await call(`${base}/messages`, post({ authorType: 'bot', cards: [card] }))).status, 202)
    const messages = await embedded(await call(`${base}/messages?sort=createdAt:asc`), 'messages')
    assert.deepEqual(
      messages.map(({ text }) => text),
      ['Hello!', ''],
    )
    const message = `${base}/messages/${String(messages[1]?.['id'])}`
    assert.deepEqual(await jsonOf(await call(message)), messages[1])
    const [kept] = await embedded(await call(`${message}/cards`), 'cards')
    assert.equal(kept?.['contentType'], card.contentType)
    const button = `/api/v1/tenant/t1/conversations/${String(conversationId)}/cards/${String(kept?.['id'])}`
    assert.equal(
      (await call(`${button}/action-submit`, { ...post({ name: '8x8' }), method: 'PUT' })).status,
      204,
    )
    const [pressed] = await embedded(await call(`${message}/cards`), 'cards')
    assert.deepEqual([pressed?.['actionSubmitted'], pressed?.['actionExecuted']], [true, false])
    const twice = { authorType: 'user', text: 'Hi', externalProvider: { name: 'X', externalMessageId: '1' } }
    for (const wrong of [
      twice,
      { authorType: 'user' },
      { authorType: 'user', attachments: [{ id: 'none' }] },
    ]) {
      const rejected = await call(`${base}/messages`, post(wrong))
      assert.equal(rejected.status, 400)
      // One error instead of a list, as 8x8 documents it for messages.
      assert.equal(typeof (await jsonOf(rejected))['errors'], 'object')
    }
    assert.equal(
      (await call(`${gateway}/conversations/cv-1/messages/${String(messages[1]?.['id'])}`)).status,
      404,
    )

    const told: readonly [string, object, number][] = [
      ['typing', { authorType: 'bot' }, 204],
      ['typing', {}, 400],
      ['thinking', { maxThinkingTimeSeconds: 60 }, 204],
      ['thinking', { maxThinkingTimeSeconds: 601 }, 400],
      ['read-receipt', { authorType: 'user', readAt: 1770200431963 }, 204],
      ['read-receipt', { authorType: 'user' }, 400],
      ['post-agent-assignment', { id: 'wh-1', type: 'webhook' }, 201],
    ]
    for (const [path, body, status] of told)
      assert.equal((await call(`${base}/${path}`, post(body))).status, status)
    assert.equal((await embedded(await call(`${base}/interactions`), 'interactions')).length, 1)
    assert.equal((await change(`${base}/participants/user`, { removed: true })).status, 204)
    const participants = await embedded(await call(`${base}/participants`), 'participants')
    assert.deepEqual(
      participants.map(({ type, removed }) => [type, removed]),
      [
        ['bot', false],
        ['user', true],
      ],
    )
    assert.equal((await jsonOf(await call(base)))['state'], 'idle')
    assert.equal(
      (await call(`${base}/messages`, post({ authorType: 'user', text: 'Once more' }))).status,
      202,
    )
    const interactions = await embedded(await call(`${base}/interactions`), 'interactions')
    assert.equal(interactions.filter(({ endTime }) => endTime === undefined).length, 1)
    assert.equal(interactions.length, 2)
    assert.equal((await call(`${base}/thinking`, { method: 'POST' })).status, 204)
    assert.equal(
      (await call(`${gateway}/conversations/none/typing`, post({ authorType: 'bot' }))).status,
      404,
    )
    assert.equal((await call(`${gateway}/conversations`, post({ channelId: 'none', user }))).status, 400)
  }))

test('an upload to the gateway is described, and comes back byte by byte', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const attachments = `${gateway}/conversations/cv-1/attachments`
    const form = new FormData()
    form.set('attachment', new Blob([Buffer.from([0, 255, 13, 10, 7])], { type: 'image/png' }), 'a "b".png')
    form.set('authorType', 'user')
    const uploaded = await call(attachments, { method: 'POST', body: form })
    assert.equal(uploaded.status, 200)
    const attachment = await jsonOf(uploaded)
    assert.equal(attachment['sizeInBytes'], 5)
    const path = `${attachments}/${String(attachment['id'])}`
    const described = await call(path)
    assert.equal(described.headers.get('content-type'), 'application/hal+json')
    assert.deepEqual(await jsonOf(described), attachment)
    const download = await call(`${path}/content`)
    assert.equal(download.headers.get('content-type'), 'application/octet-stream')
    assert.match(download.headers.get('content-disposition') ?? '', /^attachment; filename="[^"]+\.png"$/)
    assert.deepEqual([...new Uint8Array(await download.arrayBuffer())], [0, 255, 13, 10, 7])
    assert.equal((await embedded(await call(attachments), 'attachments')).length, 2)
    const empty = new FormData()
    empty.set('authorType', 'user')
    assert.equal((await call(attachments, { method: 'POST', body: empty })).status, 400)
    assert.equal((await call(attachments, post({}))).status, 400)
    assert.equal((await call(`${attachments}/none/content`)).status, 404)
  }))

test('Work chat takes a message and lists it, newest first, and goes back in time', () =>
  withSandbox(async (sandbox) => {
    const call = keyClient(sandbox)
    const path = '/chat/api/chat/v1/messages'
    const sent = await call(path, post({ room: 'general', messageRaw: 'News' }))
    assert.deepEqual(await jsonOf(sent), { parsed: 'News' })
    assert.equal((await call(path, post({ text: 'News' }))).status, 400)
    const page = await listOf(await call(`${path}?room=general&pageSize=5`))
    assert.equal(page.length, 5)
    assert.equal(page[0]?.['parsed'], 'News')
    assert.deepEqual(Object.keys(page[0] ?? {}).sort(), ['authorUser', 'id', 'parsed', 'timestamp'])
    const yesterday = (Date.now() - 86_400_000) * 1000
    assert.ok(page.slice(1).every(({ timestamp }) => Number(timestamp) > yesterday))
    const before = String(page.at(-1)?.['timestamp'])
    const older = await listOf(await call(`${path}?room=general&pageSize=100&ts=${before}`))
    assert.equal(older.length, 20)
    assert.equal(
      (await listOf(await call(`${path}/?pageSize=100`))).length,
      24,
      'of the room "CHAPI sandbox"',
    )
    const rejected = await fetch(sandbox.origin + path)
    assert.match(await rejected.text(), /oauth\.v2\.InvalidAccessToken/)
  }))

async function embedded(response: Response, relation: string) {
  const page = halOf(await jsonOf(response))
  assert.equal(page.relation, relation)
  return page.items
}
