import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  copyProject,
  freshEnvironment,
  type Packed,
  readJson,
  runProgram,
  temporaryScratch,
} from '../support/npm-package.js'
import { projectFolder } from '../support/project.js'

// Packed and installed once, as a release and a user do it, without a network.

const MAX_BYTES = 3 * 2 ** 20
const NAME = '8x8-auth-proxy'

const scratch = temporaryScratch()
after(() => rmSync(scratch, { recursive: true, force: true }))
const environment = freshEnvironment(scratch)
const clone = copyProject(scratch)
const manifestBefore = readFileSync(join(clone, 'package.json'), 'utf8')
const packing = await runProgram('npm', ['pack', '--json'], clone, environment)
assert.equal(packing.code, 0, packing.stderr)
const packed = (JSON.parse(packing.stdout.slice(packing.stdout.indexOf('['))) as Packed[])[0]!
const tarball = join(clone, packed.filename)
const folder = join(scratch, 'empty')
mkdirSync(folder)
const installing = await runProgram('npm', ['install', '--no-fund', tarball], folder, environment)
assert.equal(installing.code, 0, installing.stderr)
const installed = join(folder, 'node_modules', NAME)
const program = join(folder, 'node_modules/.bin', NAME)

test('packing says on standard output what it made and nothing of the build', () => {
  assert.match(packing.stdout, /^\s*\[/)
})

test('packing leaves the repository as it was', () => {
  assert.equal(readFileSync(join(clone, 'package.json'), 'utf8'), manifestBefore)
  assert.deepEqual(
    readdirSync(clone).filter((name) => name.startsWith('package')),
    ['package.json'],
  )
})

test('the package is one file of at most 3 MiB', () => {
  assert.ok(packed.size <= MAX_BYTES, `${packed.size} bytes`)
})

test('the package has the bundle with source maps and page, what to read, and nothing else', () => {
  const paths = packed.files.map(({ path }) => path)
  const bundle = paths.filter((path) => path.startsWith('dist/bundle/'))
  assert.deepEqual(paths.filter((path) => !bundle.includes(path)).toSorted(), [
    '.env.example',
    'LICENSE',
    'README.md',
    'package.json',
  ])
  for (const name of [
    'main.js',
    'page/page.html',
    'page/page.css',
    'page/page.js',
    'THIRD-PARTY-LICENSES.txt',
  ])
    assert.ok(bundle.includes(`dist/bundle/${name}`), name)
  const scripts = bundle.filter((path) => path.endsWith('.js'))
  assert.ok(scripts.length > 10)
  for (const path of scripts) assert.ok(bundle.includes(`${path}.map`), path)
  assert.deepEqual(
    bundle.filter((path) => !/\.(?:js|js\.map|html|css|txt)$/.test(path)),
    [],
  )
})

test('the package needs no other, runs nothing when it is installed, and may be published', () => {
  const manifest = readJson(installed, 'package.json') as Record<string, unknown>
  const own = readJson(projectFolder, 'package.json') as { version: string; dependencies: object }
  for (const name of Object.keys(manifest))
    assert.doesNotMatch(name, /dependencies|scripts|private|overrides/i)
  assert.equal(manifest.bin, 'dist/bundle/main.js')
  assert.equal(manifest.version, own.version)
  assert.ok(Object.keys(own.dependencies).length > 0, 'the repository names what it bundles')
})

test('installing adds one package', () => {
  assert.match(installing.stdout, /^added 1 package\b/m)
  assert.doesNotMatch(installing.stderr, /warn/i)
  assert.deepEqual(
    readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    [NAME],
  )
})

test('npx answers from the installed package: the sandbox, its page with every part, and a doctor that tells the truth', async () => {
  const child = spawn('npx', ['--no-install', NAME, 'sandbox'], {
    cwd: folder,
    env: { ...environment, X8_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // npx and the program that it started end together.
    detached: true,
  })
  after(() => process.kill(-child.pid!, 'SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const listening = /"address":"([^"]+)","upstream":"([^"]+)"/
  while (!listening.test(output)) {
    assert.equal(child.exitCode, null, output)
    await once(child.stdout, 'data')
  }
  const [, address, sandbox] = listening.exec(output)!
  const call = await fetch(`${address}/analytics/cc/v5/realtime-metrics/queues`)
  assert.equal(call.status, 200)

  const page = await (await fetch(`${address}/-/`)).text()
  const own = [...page.matchAll(/(?:src|href)="([^"#:]+)"/g)].map(([, path]) => path!)
  assert.ok(own.includes('page.js') && own.includes('page.css'), own.join())
  for (const path of new Set(own)) assert.equal((await fetch(`${address}/-/${path}`)).status, 200, path)

  const account = { X8_APP_KEY: 'eght_sandbox_key', X8_BASE_URL: sandbox!, X8_PORT: '0' }
  const examine = async (settings: Record<string, string>) => {
    const { code, stdout } = await runProgram(program, ['doctor', '--json'], folder, {
      ...environment,
      ...settings,
    })
    return [code, (JSON.parse(stdout) as { ok: boolean }).ok]
  }
  assert.deepEqual(await examine({ ...account, X8_APP_SECRET: 'sandbox-secret' }), [0, true])
  assert.deepEqual(await examine({ ...account, X8_APP_SECRET: 'not-the-secret' }), [1, false])
  assert.deepEqual(await examine({}), [1, false])
})

test('what the program says of files and commands is in the package', async () => {
  const { stdout: help } = await runProgram(program, ['--help'], folder, environment)
  assert.match(help, /^Usage: 8x8-auth-proxy /m)
  const named = [...help.matchAll(/[\w./-]+\.(?:md|example)\b/g)].map(([name]) => name)
  for (const name of named) assert.ok(existsSync(join(installed, name)), name)
  const { stdout: settings } = await runProgram(program, ['settings'], folder, environment)
  assert.equal(settings, readFileSync(join(projectFolder, '.env.example'), 'utf8'))

  // Messages stand in the lines that are no comments.
  const sources = join(projectFolder, 'src')
  const text = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|html)$/.test(name))
    .flatMap((name) => readFileSync(join(sources, name), 'utf8').split('\n'))
    .filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line))
    .join('\n')
  assert.ok(text.includes('Usage: 8x8-auth-proxy'))
  assert.deepEqual(text.match(/\bnpm (?:ci|start|test|run)\b.*|\bdocs\/[\w-]+\.md|CONTRIBUTING/g), null)
})

test('the licences of all packages that have code in the bundle are in the package, and all are permissive', () => {
  const bundle = join(installed, 'dist/bundle')
  const maps = readdirSync(bundle).filter((name) => name.endsWith('.js.map'))
  const sources = maps.flatMap((name) => (readJson(bundle, name) as { sources: string[] }).sources)
  // The maps of some packages lead to sources that they do not ship.
  const inBundle = new Set(
    sources
      .flatMap((source) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? [])
      .filter((name) => existsSync(join(projectFolder, 'node_modules', name, 'package.json'))),
  )
  assert.ok(
    inBundle.has('fastify') && inBundle.has('undici') && inBundle.size > 50,
    `${inBundle.size} packages`,
  )
  const text = readFileSync(join(bundle, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  const sections = text.split(`\n${'-'.repeat(80)}\n`).slice(1)
  const named = sections.map((section) => {
    const [, name, licence] = /^(\S+) \d\S* \(([^)]+)\)\n/.exec(section) ?? []
    assert.match(
      licence ?? '',
      /^(?:MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0)$/,
      section.slice(0, 80),
    )
    assert.ok(section.length > 400, `${name} has its text`)
    return name!
  })
  assert.deepEqual(
    [...inBundle].filter((name) => !named.includes(name)),
    [],
  )
})
