import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load-config.js'
import { SETTINGS } from '../../src/config/settings.js'
import { startProgram, temporaryFolder } from '../support/program.js'
import { projectFolder } from '../support/project.js'
import { skippedWithout } from '../support/required.js'
import { until } from '../support/until.js'
import { issueToken, startUpstream } from '../support/upstream.js'

// There may be no systemd that runs services here: its own tools judge the unit, and what it says is run by hand.

const UNIT = join(projectFolder, 'deploy/systemd/8x8-auth-proxy.service')
const HIGHEST_EXPOSURE = 2

const text = readFileSync(UNIT, 'utf8')
const service = readSection(text, 'Service')

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
const skip = skippedWithout(hasSystemd ? [] : ['systemd'])

test('systemd accepts the unit without a word', { skip }, () => {
  // With a program that is installed here: systemd looks for the command.
  const file = join(temporaryFolder(), '8x8-auth-proxy.service')
  writeFileSync(file, text.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`))
  const { status, stderr } = analyze('verify', '--man=no', '--recursive-errors=no', file)
  assert.deepEqual([status, stderr], [0, ''])
})

test("the service is confined: systemd's own rating of its exposure is below 2", { skip }, () => {
  const { stdout, stderr } = analyze('security', '--offline=true', '--no-pager', UNIT)
  const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? []
  assert.ok(Number(exposure) < HIGHEST_EXPOSURE, stdout + stderr)
})

test('the unit takes nothing away that V8 and a name for 8x8 need', () => {
  assert.equal(service.get('MemoryDenyWriteExecute'), undefined)
  assert.equal(service.get('IPAddressDeny'), undefined)
  assert.deepEqual(service.get('RestrictAddressFamilies'), ['AF_INET AF_INET6 AF_UNIX'])
  assert.deepEqual(service.get('SystemCallFilter'), ['@system-service', '~@privileged @resources'])
})

test('systemd waits longer than the program needs to end', () => {
  assert.ok(Number(service.get('TimeoutStopSec')![0]) * 1000 > SETTINGS.X8_SHUTDOWN_GRACE_MS.default)
})

test('the settings of the unit are credentials that it loads, and the program accepts them', () => {
  const loaded = service.get('LoadCredential')!.map((credential) => credential.split(':', 1)[0])
  const named = Object.values(environmentOf('/credentials')).map((path) => path.slice('/credentials/'.length))
  assert.deepEqual(named, loaded)
  const { config } = loadConfig(environmentOf('/credentials'), () => 'secret')
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: SETTINGS.X8_PORT.default })
})

test('what the unit starts takes the credentials of systemd, reads them again at a reload, and ends with 0', async () => {
  const asked: string[] = []
  const upstream = await startUpstream({
    token(response, self) {
      asked.push(response.req.headers.authorization!)
      issueToken(response, self)
    },
  })
  const credentials = temporaryFolder()
  const give = (key: string, secret: string) => {
    // As systemd does: for this user only, and a file that has changed is another file.
    for (const [name, value] of Object.entries({ x8_app_key: key, x8_app_secret: secret })) {
      writeFileSync(join(credentials, 'new'), `${value}\n`, { mode: 0o400 })
      renameSync(join(credentials, 'new'), join(credentials, name))
    }
  }
  give('key', 'old-secret')
  // The command that the package installs is the file that is started here.
  const { bin, name } = JSON.parse(read('package.json')) as { bin: string; name: string }
  assert.deepEqual([service.get('ExecStart'), bin], [[name], 'dist/bundle/main.js'])
  const program = startProgram({
    environment: { ...environmentOf(credentials), X8_PORT: '0', X8_BASE_URL: upstream.origin },
    // A service starts in the root folder, which has no .env.
    folder: service.get('WorkingDirectory')?.[0] ?? '/',
  })
  const origin = await program.address
  assert.equal((await fetch(`${origin}/storage/us-west/v3/objects`)).status, 200)

  const [command, ...args] = service.get('ExecReload')![0]!.split(' ')
  const reload = () =>
    spawnSync(
      command!,
      args.map((arg) => arg.replace('$MAINPID', String(program.pid))),
    )
  reload()
  await program.seen(/credentials read again, they are the same/)
  give('key', 'new-secret')
  reload()
  await until(() => asked.length === 2)
  assert.deepEqual(asked, [basic('key', 'old-secret'), basic('key', 'new-secret')])

  program.kill('SIGTERM')
  assert.deepEqual(await program.exited, { code: 0, signal: null })
  assert.doesNotMatch(program.stdout(), /every user of this machine may/)
})

/** What the unit's Environment= gives, with `%d` as systemd fills it in. */
function environmentOf(credentials: string): Record<string, string> {
  const assignments = service.get('Environment')!.map((line) => line.replaceAll('%d', credentials).split('='))
  return Object.fromEntries(assignments) as Record<string, string>
}

/** The values of each key of a section, in their order. */
function readSection(unit: string, name: string): Map<string, string[]> {
  const [, section] = new RegExp(`^\\[${name}\\]\\n([^[]*)`, 'm').exec(unit)!
  const values = new Map<string, string[]>()
  for (const [, key, value] of section!.matchAll(/^(\w+)=(.*)$/gm)) {
    values.set(key!, [...(values.get(key!) ?? []), value!])
  }
  return values
}

function basic(key: string, secret: string): string {
  return `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`
}

function analyze(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('systemd-analyze', args, { encoding: 'utf8' })
}

function read(name: string): string {
  return readFileSync(join(projectFolder, name), 'utf8')
}
