import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startProgram, temporaryFolder } from '../support/program.js'
import { issueToken, startUpstream } from '../support/upstream.js'
import { until } from '../support/until.js'

const basic = (secret: string) => `Basic ${Buffer.from(`key:${secret}`).toString('base64')}`

/** The program with a secret that a command prints, and an upstream that knows one secret at a time. */
async function withCommand(environment: Record<string, string> = {}) {
  const folder = temporaryFolder()
  const vault = join(folder, 'vault')
  const runs = join(folder, 'runs')
  writeFileSync(vault, 'old-secret\n')
  writeFileSync(runs, '')
  const script = join(folder, 'print.cjs')
  writeFileSync(
    script,
    `const fs = require('node:fs'); fs.appendFileSync(${JSON.stringify(runs)}, '.'); console.error('on-stderr')
     process.stdout.write(fs.readFileSync(${JSON.stringify(vault)}))`,
  )
  const known = { secret: 'old-secret', token: undefined as string | undefined }
  const asked: string[] = []
  const upstream = await startUpstream({
    token(response, self) {
      asked.push(response.req.headers.authorization!)
      if (asked.at(-1) === basic(known.secret)) issueToken(response, self)
      else
        response.writeHead(401).end('{"ErrorCode":"invalid_client","Error":"Client credentials are invalid"}')
    },
    respond(request, response) {
      // Where the secret has changed, the tokens of the old one are gone, too.
      const isValid = known.token === undefined || request.headers.authorization === `Bearer ${known.token}`
      response.writeHead(isValid ? 200 : 401, { 'Content-Type': 'application/json' }).end('{}')
    },
  })
  const program = startProgram({
    folder,
    environment: {
      X8_APP_KEY: 'key',
      X8_APP_SECRET_COMMAND: `${process.execPath} ${script}`,
      X8_BASE_URL: upstream.origin,
      X8_PORT: '0',
      ...environment,
    },
  })
  const origin = await program.address
  await program.seen(/token obtained|token refused/)
  return { program, origin, upstream, known, asked, vault, runs: () => readFileSync(runs, 'utf8').length }
}

test('a secret that is rotated under load costs no call: its command is run once, when the old one is refused', async () => {
  const { program, origin, upstream, known, asked, vault, runs } = await withCommand()
  assert.equal(runs(), 1)
  const load = { isOver: false }
  const statuses: number[] = []
  const callers = Array.from({ length: 8 }, async () => {
    while (!load.isOver) {
      const response = await fetch(`${origin}/storage/a`)
      await response.text()
      statuses.push(response.status)
    }
  })
  await until(() => statuses.length > 100)
  writeFileSync(vault, 'new-secret\n')
  Object.assign(known, { secret: 'new-secret', token: 'token-2' })
  await until(() => upstream.received.at(-1)?.headers.authorization === 'Bearer token-2')
  const before = statuses.length
  await until(() => statuses.length > before + 100)
  load.isOver = true
  await Promise.all(callers)

  assert.deepEqual(new Set(statuses), new Set([200]))
  assert.deepEqual(asked, [basic('old-secret'), basic('old-secret'), basic('new-secret')])
  assert.equal(runs(), 2)
  assert.match(program.stdout(), /the secret was refused, its command has a new one/)
  assert.doesNotMatch(program.stdout() + program.stderr(), /old-secret|new-secret|on-stderr/)
})

test('a secret that stays refused is asked for once, not with every attempt', async () => {
  const { program, vault, runs, asked } = await withCommand()
  writeFileSync(vault, 'wrong-secret\n')
  program.kill('SIGHUP')
  await program.seen(/token refused/)
  // One attempt after the other: each SIGHUP tries at once.
  assert.equal(runs(), 3)
  program.kill('SIGHUP')
  await until(() => runs() === 4)
  assert.ok(asked.length >= 2)
})

test('SIGHUP runs the command again; one that fails leaves the old secret in force', async () => {
  const { program, origin, known, asked, vault, runs } = await withCommand()
  known.secret = 'new-secret'
  writeFileSync(vault, 'new-secret\n')
  program.kill('SIGHUP')
  await program.seen(/new credentials read/)
  await until(() => asked.length === 2)
  assert.deepEqual(asked, [basic('old-secret'), basic('new-secret')])
  assert.equal(runs(), 2)

  writeFileSync(vault, '')
  program.kill('SIGHUP')
  await program.seen(/cannot be read, the old ones stay in force/)
  assert.match(program.stdout(), /X8_APP_SECRET_COMMAND prints nothing/)
  assert.equal((await fetch(`${origin}/storage/a`)).status, 200)
})

test('a command that fails at the start ends the program with one line', async () => {
  const program = startProgram({
    environment: { X8_APP_KEY: 'key', X8_APP_SECRET_COMMAND: 'false', X8_PORT: '0' },
  })
  assert.deepEqual(await program.exited, { code: 1, signal: null })
  assert.equal(program.stderr(), '8x8-auth-proxy: X8_APP_SECRET_COMMAND failed with exit code 1.\n')
})
