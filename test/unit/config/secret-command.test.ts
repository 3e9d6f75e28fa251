import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConfigError, type Environment } from '../../../src/config/config.js'
import { createCredentials } from '../../../src/config/credentials.js'
import { withDotenv } from '../../../src/config/dotenv.js'
import { loadConfig } from '../../../src/config/load-config.js'
import { silent } from '../../support/proxy.js'
import { readCommand, runSecretCommand, secretOf } from '../../../src/config/secret-command.js'

const folder = mkdtempSync(join(tmpdir(), 'x8-command-'))

/** A command that runs a program of Node's. */
const node = (source: string, ...args: string[]) => JSON.stringify([process.execPath, '-e', source, ...args])

/** The configuration errors of an environment, its command run. */
async function errors(environment: Environment, dotenv = ''): Promise<readonly string[]> {
  const read = withDotenv({ X8_APP_KEY: 'key', ...environment }, () => dotenv)
  try {
    loadConfig(read.environment, () => 'from-file', read.errors, await secretOf(read.environment))
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.errors
  }
}

test('a command is split at spaces, or is a JSON list', () => {
  assert.deepEqual(readCommand('  op read  op://vault/secret '), ['op', 'read', 'op://vault/secret'])
  assert.deepEqual(readCommand('["/my vault/get", "a b", ""]'), ['/my vault/get', 'a b', ''])
  for (const none of ['[]', '[1]', '["a"', '[""]', ' ']) assert.equal(readCommand(none), undefined, none)
})

test('what the program prints is the secret, without the newline at its end', async () => {
  for (const end of ['', '\\n', '\\r\\n']) {
    assert.deepEqual(await runSecretCommand(node(`process.stdout.write('s3cret#$HOME${end}')`)), {
      secret: 's3cret#$HOME',
    })
  }
})

test('no shell has a part in it: nothing is expanded, and nothing behind a semicolon is run', async () => {
  const print = "process.stdout.write(process.argv.slice(1).join('|'))"
  assert.deepEqual(await runSecretCommand(node(print, '$HOME;ls', '`id`', '*')), {
    secret: '$HOME;ls|`id`|*',
  })
})

test('a command that fails, or prints no secret, is a configuration error that holds nothing that it printed', async () => {
  const notExecutable = join(folder, 'not-executable')
  writeFileSync(notExecutable, '#!/bin/sh\necho secret\n')
  chmodSync(notExecutable, 0o600)
  const cases: readonly (readonly [string, RegExp])[] = [
    [node("console.log('leak-1'); console.error('leak-2'); process.exit(3)"), /failed with exit code 3\.$/],
    [node("process.kill(process.pid, 'SIGTERM'); setTimeout(() => 0, 5000)"), /was ended by SIGTERM\.$/],
    [node(''), /prints nothing\.$/],
    [node("console.log('')"), /prints nothing\.$/],
    [node("console.log('leak-1\\nleak-2')"), /prints several lines: it must print the secret alone\.$/],
    [node("console.log('leak with spaces')"), /prints more than visible ASCII/],
    [node("process.stdout.write('leak'.repeat(1e6))"), /prints much more than a secret\.$/],
    [notExecutable, /cannot be run \(EACCES\)\.$/],
    [join(folder, 'nowhere'), /cannot be run \(ENOENT\)\.$/],
    ['["unclosed', /must be a program and its arguments, or a JSON list of them\.$/],
  ]
  for (const [command, expected] of cases) {
    const found = await errors({ X8_APP_SECRET_COMMAND: command })
    assert.equal(found.length, 1, `${command}: ${found.join()}`)
    assert.match(found[0]!, /^X8_APP_SECRET_COMMAND /)
    assert.match(found[0]!, expected)
    assert.doesNotMatch(found[0]!, /leak/)
  }
})

test('a command that hangs is killed, even where a program that it started keeps its output open', async () => {
  const child = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => 0, 4000)'], { stdio: 'inherit' })`
  for (const source of ['setTimeout(() => 0, 4000)', `${child}; setTimeout(() => 0, 4000)`]) {
    const startedAt = performance.now()
    assert.deepEqual(await runSecretCommand(node(source), 300), {
      error: 'X8_APP_SECRET_COMMAND did not end within 0.3 s.',
    })
    assert.ok(performance.now() - startedAt < 5_000)
  }
})

test('a .env that names a command is a configuration error, and the command is not run', async () => {
  const trace = join(folder, 'trace')
  const inFile = `X8_APP_SECRET_COMMAND=touch ${trace}\n`
  const expected = [
    'X8_APP_SECRET_COMMAND must not stand in .env: a program is run only where the real environment names it.',
  ]
  assert.deepEqual(await errors({}, inFile), expected)
  assert.deepEqual(await errors({ X8_APP_SECRET: 's' }, inFile), expected)
  assert.deepEqual(await errors({ X8_APP_SECRET_COMMAND: node("console.log('s')") }, inFile), expected)
  assert.deepEqual(await errors({ X8_APP_SECRET: 's' }, 'X8_APP_SECRET_COMMAND=\n'), [])
  await assert.rejects(async () => (await import('node:fs/promises')).access(trace))
})

test('a command beside the secret or its file is a configuration error, and the command is not run', async () => {
  const command = node("console.log('s')")
  for (const other of ['X8_APP_SECRET', 'X8_APP_SECRET_FILE']) {
    assert.deepEqual(await errors({ X8_APP_SECRET_COMMAND: command, [other]: 'x' }), [
      `X8_APP_SECRET_COMMAND and ${other} are both set. Keep one of them.`,
    ])
    assert.equal(await secretOf({ X8_APP_SECRET_COMMAND: command, [other]: 'x' }), undefined)
  }
})

test('the command is run once for a secret that is refused, and again for the next that is', async () => {
  const printed = ['new', 'new', 'newest']
  let runs = 0
  const run = async () => ({ secret: printed[runs++]! })
  const first = { key: 'k', secret: 'old' }
  const credentials = createCredentials(
    { app: first, work: undefined, proxyKey: undefined },
    { run, log: silent },
  )

  assert.equal(await credentials.renewed(first), true)
  const second = credentials.newest()
  assert.deepEqual(second, { key: 'k', secret: 'new' })
  assert.equal(await credentials.renewed(first), true, 'there is a newer one already')
  assert.equal(runs, 1)
  assert.equal(await credentials.renewed(second), false, 'it prints the same')
  assert.equal(await credentials.renewed(second), false)
  assert.equal(runs, 2)
})
