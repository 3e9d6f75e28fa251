import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startUpstream } from '../../support/upstream.js'
import { examine, sandboxWith } from './examine.js'

test('the doctor checks the host and the key of a family, and shows neither key', async () => {
  const { environment } = await sandboxWith()
  const seen: unknown[] = []
  const elsewhere = await startUpstream({
    respond(request, response) {
      seen.push(request.headers['x-api-key'])
      response.setHeader('Content-Type', 'application/json').end('{}')
    },
  })
  const { checks, failed } = await examine(
    { ...environment, X8_BASE_URL_WORK_CHAT: elsewhere.origin, X8_APP_KEY_WORK_CHAT: 'made-up-chat-key' },
    { secrets: ['made-up-chat-key'] },
  )
  assert.deepEqual(failed, [])
  assert.equal(checks['work-chat-dns']?.ok, true)
  assert.equal(checks['work-chat-connection']?.ok, true)
  assert.equal(checks['work-chat']?.ok, true)
  assert.match(checks.settings!.detail, new RegExp(`work-chat to ${elsewhere.origin}`))
  assert.deepEqual(seen, ['made-up-chat-key'])
})

test('a family whose host is down, or whose key is refused, is told with the setting to look at', async () => {
  const { environment } = await sandboxWith()
  const down = await startUpstream()
  await down.close()
  const refusing = await startUpstream({
    respond: (_request, response) => void response.writeHead(401).end('{}'),
  })
  const { checks, code } = await examine({
    ...environment,
    X8_BASE_URL_JOURNEY: down.origin,
    X8_BASE_URL_WORK_CHAT: refusing.origin,
    X8_APP_KEY_WORK_CHAT: 'made-up-chat-key',
  })
  assert.equal(code, 1)
  assert.equal(checks['journey-connection']?.ok, false)
  assert.equal(checks['work-chat']?.ok, false)
  assert.match(checks['work-chat'].advice!, /X8_APP_KEY_WORK_CHAT/)
})
