import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { MADE_UP, startProgram } from '../support/program.js'
import { projectFolder } from '../support/project.js'
import { startUpstream } from '../support/upstream.js'

const { version } = JSON.parse(read('package.json')) as { version: string }

test('the newest release of the changelog, and the lock file, have the version of package.json', () => {
  const [, release] = /^## (\d[^\s]*) - \d{4}-\d\d-\d\d$/m.exec(read('CHANGELOG.md')) ?? []
  assert.equal(release, version)
  const lock = JSON.parse(read('package-lock.json')) as {
    version: string
    packages: Record<string, { version: string }>
  }
  assert.deepEqual([lock.version, lock.packages['']?.version], [version, version])
})

test('no other file writes the version down: not the sources, not the image, not the workflows', () => {
  const sources = readdirSync(join(projectFolder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|html|css)$/.test(name))
    .map((name) => `src/${name}`)
  const workflows = readdirSync(join(projectFolder, '.github/workflows')).map(
    (name) => `.github/workflows/${name}`,
  )
  // A version that is short and common elsewhere is only looked for as this program's.
  const written = new RegExp(
    `(?:8x8-auth-proxy|image\\.version|\\bVERSION)\\W{1,4}v?${version.replaceAll('.', '\\.')}`,
  )
  for (const name of ['Dockerfile', 'docker-compose.yml', ...sources, ...workflows])
    assert.doesNotMatch(read(name), written, name)
})

test("the program's status, page, metrics and API description say the version of package.json", async () => {
  const upstream = await startUpstream()
  const program = startProgram({ environment: { ...MADE_UP, X8_BASE_URL: upstream.origin } })
  const address = await program.address
  const get = async (path: string) => (await fetch(`${address}/-/${path}`)).text()
  const versionIn = (text: string) => (JSON.parse(text) as { version: string }).version
  assert.equal(versionIn(await get('status')), version)
  assert.equal((JSON.parse(await get('openapi.json')) as { info: { version: string } }).info.version, version)
  const info = (await get('metrics')).split('\n').filter((line) => line.startsWith('x8_proxy_build_info{'))
  assert.equal(info.length, 1)
  assert.ok(info[0]!.includes(`version="${version}"`), info[0])

  let snapshot = ''
  const events = await fetch(`${address}/-/events`)
  for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
    snapshot += chunk
    if (/"version":"[^"]*"/.test(snapshot)) break
  }
  assert.ok(snapshot.includes(`"version":"${version}"`))
})

function read(name: string): string {
  return readFileSync(join(projectFolder, name), 'utf8')
}
