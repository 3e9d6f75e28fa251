import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadConfig } from '../../src/config/load-config.js'
import { serve } from '../../src/serve.js'
import { issueToken, startUpstream, type TestUpstream } from '../support/upstream.js'

const basic = (key: string, secret: string) => `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`

/** A served proxy with its key and secret in files, and a token endpoint that knows one pair at a time. */
async function servedFromFiles(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'x8-credentials-'))
  const files = { key: join(folder, 'key'), secret: join(folder, 'secret') }
  writeFileSync(files.key, 'old-key\n')
  writeFileSync(files.secret, 'old-secret\n')

  const known = { pair: basic('old-key', 'old-secret') }
  const asked: string[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const upstream: TestUpstream = await startUpstream({
    token(response, self) {
      const authorization = response.req.headers.authorization!
      asked.push(authorization)
      if (authorization === known.pair) issueToken(response, self)
      else
        response.writeHead(401).end('{"ErrorCode":"invalid_client","Error":"Client credentials are invalid"}')
      for (const { count, resolve } of waiting) if (asked.length >= count) resolve()
    },
  })
  const environment = {
    X8_APP_KEY_FILE: files.key,
    X8_APP_SECRET_FILE: files.secret,
    X8_BASE_URL: upstream.origin,
    X8_PORT: '0',
    X8_LOG_LEVEL: 'silent',
    X8_SHUTDOWN_GRACE_MS: '500',
  }
  const readFile = (path: string) => readFileSync(path, 'utf8')
  const running = await serve(loadConfig(environment, readFile), {
    version: '0.0.0-test',
    node: process.versions.node,
    environment,
    readFile,
    now: () => performance.now(),
    isTerminal: false,
    hasColours: false,
    umask: (mask) => process.umask(mask),
    readEnvironment: () => ({ environment, errors: [] }),
    logOutput: () => 1,
  })
  t.after(async () => {
    await running.stop()
    rmSync(folder, { recursive: true })
  })
  return {
    files,
    known,
    asked,
    upstream,
    running,
    /** Resolves when so many token requests have come in all. */
    tokenRequests: (count: number) =>
      new Promise<void>((resolve) => {
        if (asked.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
    call: (path = '/storage/a') => fetch(running.address + path),
  }
}

test('new secret files are taken up under load without a restart and without a failed request', async (t) => {
  const { files, known, asked, upstream, tokenRequests, call } = await servedFromFiles(t)
  await tokenRequests(1)
  const load = { done: false }
  let calls = 0
  const failures: number[] = []
  const running = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!load.done) {
        const response = await call()
        await response.text()
        calls += 1
        if (!response.ok) failures.push(response.status)
      }
    }),
  )

  known.pair = basic('new-key', 'new-secret')
  writeFileSync(files.key, 'new-key\n')
  writeFileSync(files.secret, 'new-secret\n')
  while (asked.at(-1) !== known.pair) await tokenRequests(asked.length + 1)
  while (upstream.received.at(-1)?.headers.authorization !== 'Bearer token-2') await call()
  load.done = true
  await running

  assert.deepEqual(failures, [])
  assert.ok(calls > 0)
})

test('a wrong new pair breaks nothing: the old token and the old key go on serving', async (t) => {
  const { files, running, upstream, tokenRequests, call } = await servedFromFiles(t)
  await tokenRequests(1)
  await (await call()).text()
  writeFileSync(files.key, 'mistyped-key')
  running.reload()
  await tokenRequests(2)

  assert.equal((await call()).status, 200)
  assert.equal((await call('/chat-gateway/v1/channels')).status, 200)
  assert.equal(upstream.received.at(-2)?.headers.authorization, 'Bearer token-1')
  assert.equal(upstream.received.at(-1)?.headers['x-api-key'], 'old-key')
})

test('a new pair that 8x8 accepts also stands in the x-api-key header', async (t) => {
  const { files, known, running, upstream, tokenRequests, call } = await servedFromFiles(t)
  await tokenRequests(1)
  known.pair = basic('new-key', 'old-secret')
  writeFileSync(files.key, 'new-key')
  running.reload()
  await tokenRequests(2)
  while (upstream.received.at(-1)?.headers.authorization !== 'Bearer token-2') await call()

  await call('/chat-gateway/v1/channels')
  assert.equal(upstream.received.at(-1)?.headers['x-api-key'], 'new-key')
})

test('a secret file that is empty for a moment leaves the old credentials in force', async (t) => {
  const { files, running, asked, tokenRequests, call } = await servedFromFiles(t)
  await tokenRequests(1)
  writeFileSync(files.secret, '')
  running.reload()

  assert.equal((await call()).status, 200)
  assert.equal(asked.length, 1)
})
