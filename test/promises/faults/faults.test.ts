import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { startSandbox } from '../../../src/sandbox/sandbox.js'
import { startProgram } from '../../support/program.js'
import { readToEnd, sendRaw } from '../../support/raw-client.js'
import { CASES, FIXED_TOKEN, SIGNATURE, type FaultCase } from './cases.js'
import { rawResponse, respondingWith } from './fault-server.js'
import { createLeaks, formsOf } from './leaks.js'
import { issuing, outcomeOf, place, readPage, startBench, startFar } from './support.js'

/** Secrets that may not be seen anywhere: ours, and 8x8's tokens. */
const ours = createLeaks()
/** Secrets that callers and 8x8 send one another: they pass through, but no log and no page may keep them. */
const theirs = createLeaks()
theirs.hold(SIGNATURE)
ours.hold(FIXED_TOKEN)

const APP = { key: ours.make(), secret: ours.make() }
const WORK = { username: ours.make(), password: ours.make() }
const PROXY_KEY = ours.make()
ours.hold(Buffer.from(`${APP.key}:${APP.secret}`).toString('base64'))

const SECRETS = {
  X8_APP_KEY: APP.key,
  X8_APP_SECRET: APP.secret,
  X8_PROXY_KEY: PROXY_KEY,
}
const CALLER = [`X-Proxy-Key: ${PROXY_KEY}`]
const CALLER_WITH_SECRETS = [
  ...CALLER,
  `Authorization: Bearer ${theirs.make()}`,
  `Cookie: session=${theirs.make()}`,
  `X-Api-Key: ${theirs.make()}`,
  `Referer: http://localhost/?code=${encodeURIComponent(theirs.make())}`,
]
const QUERY = `?X-Amz-Signature=${encodeURIComponent(theirs.make())}&access_token=${encodeURIComponent(theirs.make())}`

/** What the proxy says of what happened; the other pages are the same whatever happens, and are read once. */
const PAGES = ['/-/ready', '/-/status', '/-/metrics']
const OTHER_PAGES = [
  '/-/',
  '/-/live',
  '/-/postman.json',
  '/-/openapi.json',
  '/-/calls?q=recordings',
  '/-/nothing',
  '/oauth/v2/token',
]
/** What the page at `/-/` keeps of each request. */
const RECORDS = Array.from({ length: 5 }, (_, i) => `/-/requests/${i + 1}`)

/** What came out of the program anywhere, by where: logs and pages, and what callers got. */
const said: { readonly where: string; readonly text: string }[] = []
const answered: { readonly where: string; readonly text: string; readonly own: boolean }[] = []

async function run(row: FaultCase): Promise<void> {
  const { calls = ['GET'] } = row
  const far = row.sandbox === undefined ? await startServers(row) : await startSimulation(row)
  const startedAt = performance.now()
  const { program, port } = await startBench({ ...SECRETS, ...far.environment, ...row.settings })
  const page = await openPage(port)
  const fault = row.sandbox?.fault
  const headers = [...CALLER_WITH_SECRETS, ...(fault === undefined ? [] : [`X-Sandbox-Fault: ${fault}`])]

  const outcome: string[] = []
  for (const call of calls) {
    const raw = await place(port, call, headers, QUERY)
    outcome.push(outcomeOf(call, raw))
    answered.push({
      where: row.name,
      text: `${raw.rawHead}\r\n\r\n${raw.body.toString('latin1')}`,
      own: raw.headers['proxy-status'] !== undefined,
    })
  }
  const { requests, connections, tokenRequests } = far.counts()
  // The token endpoint is asked again after a back-off of 800 ms at least: a slow machine may get there.
  const retries = Math.min(
    Math.floor((performance.now() - startedAt) / 800),
    tokenRequests - row.tokenRequests,
  )

  await readPages(row.name, port, [...PAGES, ...RECORDS.slice(0, calls.length)])
  program.kill('SIGTERM')
  const { code } = await program.exited
  said.push({ where: `${row.name}: the log`, text: program.stdout() + program.stderr() })
  said.push({ where: `${row.name}: the page`, text: (await page.told).toString('latin1') })
  await far.close()

  assert.deepEqual(
    {
      outcome,
      requests,
      tokenRequests: tokenRequests - Math.max(0, row.tokenRequests === 0 ? 0 : retries),
      code,
    },
    { outcome: row.outcome, requests: row.requests, tokenRequests: row.tokenRequests, code: 0 },
  )
  if (row.connections !== undefined) assert.equal(connections, row.connections, 'connections')
  assert.equal(program.stderr(), '')
}

/** Opens the page at `/-/` and lets it capture headers and bodies. @returns what it is told, once the program has ended */
async function openPage(port: number): Promise<{ readonly told: Promise<Buffer> }> {
  const socket = connect(port, '127.0.0.1')
  const told = readToEnd(socket)
  socket.write(`GET /-/events HTTP/1.1\r\n${['Host: localhost', ...CALLER].join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  const { status } = await sendRaw(
    port,
    [
      'POST /-/capture HTTP/1.1',
      'Host: localhost',
      'Origin: http://localhost',
      'Connection: close',
      ...CALLER,
      'Content-Length: 11',
      '',
      '{"on":true}',
    ].join('\r\n'),
  )
  assert.equal(status, 200)
  return { told }
}

async function readPages(name: string, port: number, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { rawHead, body } = await readPage(port, path, CALLER)
    said.push({ where: `${name}: ${path}`, text: `${rawHead}\r\n\r\n${body.toString('latin1')}` })
  }
}

async function startServers({ api, token, tls = false }: Pick<FaultCase, 'api' | 'token' | 'tls'>) {
  const apiSide = await startFar(api ?? [respondingWith(rawResponse(200, 'fine'))], tls)
  const tokenSide = await startFar(token ?? [issuing((value) => ours.hold(value))])
  return {
    environment: { X8_BASE_URL: apiSide.origin, X8_TOKEN_URL: `${tokenSide.origin}/oauth/v2/token` },
    counts: () => ({
      requests: apiSide.server?.heads.length ?? 0,
      connections: apiSide.server?.connections ?? 0,
      tokenRequests: tokenSide.server?.heads.length ?? 0,
    }),
    async close() {
      await apiSide.close()
      await tokenSide.close()
    },
  }
}

async function startSimulation({ sandbox: faults }: FaultCase) {
  const sandbox = await startSandbox({
    ...APP,
    workUsername: WORK.username,
    workPassword: WORK.password,
  })
  if (faults?.tokenFault !== undefined) {
    const query = new URLSearchParams(sandboxQuery(faults.tokenFault))
    await fetch(`${sandbox.origin}/sandbox/token-fault?${query.toString()}`, { method: 'POST' })
  }
  return {
    environment: {
      X8_BASE_URL: sandbox.origin,
      X8_WORK_USERNAME: WORK.username,
      X8_WORK_PASSWORD: WORK.password,
    },
    counts: () => ({
      requests: sandbox.requests.length,
      connections: 0,
      tokenRequests: sandbox.tokenRequests,
    }),
    async close() {
      for (const token of sandbox.issuedTokens) ours.hold(token)
      await sandbox.close()
    },
  }
}

/** A fault as the sandbox's control address takes it. */
function sandboxQuery(fault: object): Record<string, string> {
  const names: Record<string, string> = {
    delayMs: 'slow',
    cutAfterBytes: 'cut',
    dripMs: 'drip',
    retryAfterSeconds: 'retry-after',
  }
  return Object.fromEntries(
    Object.entries(fault).map(([name, value]) =>
      name === 'body' ? [String(value), ''] : [names[name] ?? name, value === true ? '' : String(value)],
    ),
  )
}

suite('what the other side does wrong', { concurrency: 4, timeout: 900_000 }, () => {
  for (const row of CASES) test(row.name, { timeout: 60_000 }, () => run(row))
})

suite('secrets', { timeout: 60_000 }, () => {
  test('the doctor tells none', async () => {
    for (const token of [undefined, [respondingWith(rawResponse(401, '{"error":"invalid_client"}'))]]) {
      const far = await startServers(token === undefined ? {} : { token })
      const program = startProgram({
        arguments: ['doctor'],
        environment: { ...SECRETS, ...far.environment },
      })
      await program.exited
      said.push({ where: 'the doctor', text: program.stdout() + program.stderr() })
      await far.close()
    }
  })

  test('the other pages tell none', async () => {
    const far = await startServers({})
    const { port } = await startBench({ ...SECRETS, ...far.environment })
    await place(port, 'GET', CALLER_WITH_SECRETS, QUERY)
    await readPages('other pages', port, OTHER_PAGES)
    await far.close()
  })

  test('a planted one is found in every form, and by a part of it', () => {
    for (const secret of [APP.secret, FIXED_TOKEN, PROXY_KEY]) {
      for (const form of formsOf(secret)) {
        assert.ok(ours.find(`{"level":30,"msg":"${form}"}`).length > 0, form)
        assert.ok(ours.find(`shortened: ${form.slice(2, 16)}...`).length > 0, form)
      }
      const basic = Buffer.from(`user:${secret}`).toString('base64')
      assert.ok(ours.find(`Basic ${basic}`).length > 0)
    }
    assert.deepEqual(ours.find('nothing to see here, nor any token, key or secret'.repeat(100)), [])
  })

  test('none is in any log, any page of the proxy, or any response, over the whole bench', (context) => {
    assert.ok(said.length > CASES.length * PAGES.length && ours.count() > CASES.length / 2)
    const found = [
      ...said.flatMap(({ where, text }) =>
        [...ours.find(text), ...theirs.find(text)].map((text_) => `${where}: ${text_}`),
      ),
      ...answered.flatMap(({ where, text, own }) =>
        [...ours.find(text), ...(own ? theirs.find(text) : [])].map((text_) => `${where}: ${text_}`),
      ),
    ]
    const bytes = [...said, ...answered].reduce((sum, { text }) => sum + text.length, 0)
    context.diagnostic(`${ours.count() + theirs.count()} secrets, ${bytes} bytes searched`)
    assert.equal(found.length, 0, found.slice(0, 10).join('\n'))
  })
})
