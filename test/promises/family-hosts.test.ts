import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startProgram, temporaryFolder } from '../support/program.js'
import { startProxy } from '../support/proxy.js'
import { startUpstream, type TestUpstreamOptions } from '../support/upstream.js'
import { until } from '../support/until.js'

const JOURNEY = '/cidp/journey/api/v1/journeys/search'
const CONTACTS = '/directory-contacts/api/v3/contacts'
const USERS = '/admin-provisioning/users'
const QUEUES = '/analytics/cc/v5/realtime-metrics/queues'

/** A proxy in front of 8x8, with Journey and administration at another host. */
async function withHosts(
  elsewhereOptions: TestUpstreamOptions = {},
  environment: Record<string, string> = {},
) {
  const main = await startUpstream()
  const elsewhere = await startUpstream(elsewhereOptions)
  const proxy = await startProxy(
    {
      X8_BASE_URL: main.origin,
      X8_BASE_URL_JOURNEY: elsewhere.origin,
      X8_BASE_URL_ADMINISTRATION: elsewhere.origin,
      X8_APP_KEY_JOURNEY: 'journey-key',
      X8_APP_KEY_CONTACTS: 'contacts-key',
      ...environment,
    },
    { start: false },
  )
  const get = (path: string, init: RequestInit = {}) =>
    fetch(proxy.origin + path, { redirect: 'manual', ...init })
  return { main, elsewhere, proxy, get }
}

test('each family goes to its host with its key, and a key goes to no other', async () => {
  const { main, elsewhere, get } = await withHosts()
  for (const path of [
    JOURNEY,
    CONTACTS,
    USERS,
    QUEUES,
    '/chat/api/chat/v1/messages',
    '/analytics/work/v2/pbxes',
  ]) {
    assert.equal((await get(path)).status, 200, path)
  }
  const seenAt = ({ received }: typeof main) =>
    received.map(({ target, headers }) => [target, headers['x-api-key'] ?? headers['8x8-apikey']])
  assert.deepEqual(seenAt(elsewhere), [
    [JOURNEY, 'journey-key'],
    [USERS, 'test-key'],
  ])
  assert.deepEqual(seenAt(main), [
    [CONTACTS, 'contacts-key'],
    [QUEUES, undefined],
    ['/chat/api/chat/v1/messages', 'test-key'],
    ['/analytics/work/v2/pbxes', 'test-key'],
  ])
  const text = JSON.stringify([main.received, main.tokens])
  assert.doesNotMatch(text, /journey-key/)
  assert.equal(elsewhere.tokenRequests, 0)
})

test('Location, Link and links in bodies of a host lead back to the proxy; those of another host stay', async () => {
  const hosts = await withHosts({
    respond(request, response) {
      const own = `http://${request.headers.host}`
      response
        .writeHead(302, {
          'Content-Type': 'application/json',
          Location: `${own}${USERS}/1`,
          Link: `<${own}${USERS}?page=2>; rel="next", <${hosts.main.origin}/x>; rel="other"`,
        })
        .end(JSON.stringify({ next: `${own}${USERS}?page=2`, other: `${hosts.main.origin}/x` }))
    },
  })
  const response = await hosts.get(USERS)
  const { origin } = hosts.proxy
  assert.equal(response.headers.get('location'), `${origin}${USERS}/1`)
  assert.equal(
    response.headers.get('link'),
    `<${origin}${USERS}?page=2>; rel="next", <${hosts.main.origin}/x>; rel="other"`,
  )
  assert.deepEqual(await response.json(), {
    next: `${origin}${USERS}?page=2`,
    other: `${hosts.main.origin}/x`,
  })
})

test('a host that is down opens its own circuit breaker; the others go on, and status tells them apart', async () => {
  const { elsewhere, proxy, get } = await withHosts()
  await elsewhere.close()
  for (let i = 0; i < 6; i += 1) {
    const response = await get(JOURNEY)
    assert.equal(response.status, 502)
    const { detail } = (await response.json()) as { detail: string }
    assert.doesNotMatch(detail, /X8_BASE_URL(?!_JOURNEY)/)
  }
  assert.equal((await get(QUEUES)).status, 200)
  const { upstream, hosts, settings } = (await (await fetch(`${proxy.origin}/-/status`)).json()) as {
    upstream: { state: string }
    hosts: { origin: string; families: string[]; state: string }[]
    settings: Record<string, unknown>
  }
  assert.equal(upstream.state, 'closed')
  assert.deepEqual(
    hosts.map(({ origin, families, state }) => ({ origin, families, state })),
    [{ origin: elsewhere.origin, families: ['journey', 'administration'], state: 'open' }],
  )
  assert.deepEqual(
    [settings.X8_BASE_URL_JOURNEY, settings.X8_APP_KEY_JOURNEY, settings.X8_APP_KEY_CONTACTS],
    [elsewhere.origin, 'set', 'set'],
  )
  assert.doesNotMatch(JSON.stringify({ hosts, settings }), /journey-key|contacts-key/)
})

test('a host has its own connections: calls that hang at one take none of the others', async () => {
  const { elsewhere, main, get } = await withHosts({ handle: () => undefined })
  const leaving = new AbortController()
  const hanging = Promise.allSettled(
    Array.from({ length: 300 }, () => get(JOURNEY, { signal: leaving.signal })),
  )
  await until(() => elsewhere.connections === 256)
  assert.equal((await get(CONTACTS)).status, 200)
  assert.equal(main.connections, 1)
  leaving.abort()
  await hanging
})

test("a key in a file is taken up when it changes, without a restart; the app's token is not asked for anew", async () => {
  const upstream = await startUpstream()
  const folder = temporaryFolder()
  const file = join(folder, 'journey')
  writeFileSync(file, 'old-journey-key\n', { mode: 0o600 })
  const program = startProgram({
    folder,
    environment: {
      X8_APP_KEY: 'key',
      X8_APP_SECRET: 'secret',
      X8_APP_KEY_JOURNEY_FILE: file,
      X8_BASE_URL: upstream.origin,
      X8_PORT: '0',
    },
  })
  const origin = await program.address
  const keySent = async () => {
    await fetch(origin + JOURNEY)
    return upstream.received.at(-1)!.headers['x-api-key']
  }
  assert.equal(await keySent(), 'old-journey-key')
  writeFileSync(file, 'new-journey-key\n')
  await program.seen(/new keys of families read/)
  assert.equal(await keySent(), 'new-journey-key')
  assert.equal(upstream.tokenRequests, 1)
  assert.doesNotMatch(program.stdout(), /journey-key/)
})
