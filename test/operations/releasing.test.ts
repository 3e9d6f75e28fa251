import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../support/program.js'
import { projectFolder } from '../support/project.js'

// The scripts around packing and releasing, in folders that have just what they read.

const MANIFEST = `${JSON.stringify({
  name: 'thing',
  version: '1.2.3',
  scripts: { build: 'node --version' },
  dependencies: { other: '1.0.0' },
})}\n`

test('packing that is interrupted leaves a process that puts package.json back', () => {
  const folder = folderWith({ 'package.json': MANIFEST })
  assert.equal(run(folder, 'package-manifest.mjs', 'prepack').status, 0)
  assert.deepEqual(JSON.parse(read(folder)), { name: 'thing', version: '1.2.3' })
  // The one that was left behind waits for longer than this.
  assert.equal(run(folder, 'package-manifest.mjs', 'watch', '0').status, 0)
  assert.equal(read(folder), MANIFEST)
  assert.ok(!existsSync(join(folder, 'package.json.kept')))
})

test('a package that was packed with the wrong package.json is refused', () => {
  const folder = folderWith({ 'package.json': MANIFEST })
  run(folder, 'package-manifest.mjs', 'prepack')
  run(folder, 'package-manifest.mjs', 'watch', '0')
  const { status, stderr } = run(folder, 'package-manifest.mjs', 'postpack')
  assert.equal(status, 1)
  assert.match(stderr, /^8x8-auth-proxy: packing took longer than 30 s.*\n$/)
})

test('what was changed in package.json after an interruption stays', () => {
  const folder = folderWith({ 'package.json': '{"name":"changed"}', 'package.json.kept': MANIFEST })
  run(folder, 'package-manifest.mjs', 'watch', '0')
  assert.equal(read(folder), '{"name":"changed"}')
})

test('npm publish of the folder is refused, for it would announce dependencies', () => {
  const { status, stderr } = run(folderWith({}), 'package-manifest.mjs', 'prepublishOnly')
  assert.equal(status, 1)
  assert.match(stderr, /npm publish \.\/8x8-auth-proxy-<version>\.tgz/)
})

test('npm ci --omit=dev says in one line what to do, unless the program is built already', () => {
  const folder = folderWith({})
  const { status, stderr } = run(folder, 'prepare.mjs')
  assert.equal(status, 1)
  assert.match(stderr, /^8x8-auth-proxy: .*`npm ci` without --omit=dev.*\n$/)
  mkdirSync(join(folder, 'dist/bundle'), { recursive: true })
  writeFileSync(join(folder, 'dist/bundle/main.js'), '')
  assert.deepEqual([run(folder, 'prepare.mjs').status, run(folder, 'prepare.mjs').stderr], [0, ''])
})

const CHANGELOG =
  '# Changelog\n\n## Unreleased\n\n- later\n\n## 1.2.3 - 2026-11-25\n\n- now\n\n## 1.2.2\n\n- before\n'

test('the notes of a release are its section of the changelog', () => {
  const folder = folderWith({ 'package.json': MANIFEST, 'CHANGELOG.md': CHANGELOG })
  const { status, stdout } = run(folder, 'release-notes.mjs', 'v1.2.3')
  assert.deepEqual([status, stdout], [0, '- now\n'])
})

test('a tag that is not the version, or that the changelog does not know, is not released', () => {
  const folder = folderWith({ 'package.json': MANIFEST, 'CHANGELOG.md': CHANGELOG })
  assert.match(run(folder, 'release-notes.mjs', 'v1.2.2').stderr, /the tag is v1\.2\.2/)
  writeFileSync(join(folder, 'CHANGELOG.md'), CHANGELOG.replace('## 1.2.3', '## 1.3.0'))
  const { status, stderr, stdout } = run(folder, 'release-notes.mjs', 'v1.2.3')
  assert.deepEqual([status, stdout], [1, ''])
  assert.match(stderr, /newest release of CHANGELOG\.md is 1\.3\.0, not 1\.2\.3/)
})

/** A folder with these files, and the project's scripts. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'scripts'))
  for (const name of ['package-manifest.mjs', 'prepare.mjs', 'release-notes.mjs'])
    copyFileSync(join(projectFolder, 'scripts', name), join(folder, 'scripts', name))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

function run(folder: string, script: string, ...args: string[]) {
  return spawnSync(process.execPath, [`scripts/${script}`, ...args], { cwd: folder, encoding: 'utf8' })
}

function read(folder: string): string {
  return readFileSync(join(folder, 'package.json'), 'utf8')
}
