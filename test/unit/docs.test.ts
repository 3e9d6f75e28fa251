import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { catalogueOf } from '../../src/api/catalogue.js'
import { FAMILIES } from '../../src/api/families.js'
import { FAMILY_SETTING_NAMES } from '../../src/config/family-settings.js'
import { SETTING_NAMES } from '../../src/config/settings.js'
import { PROBLEMS } from '../../src/http/errors.js'
import { CORPUS } from '../promises/attack/corpus.js'
import { VECTORS } from '../promises/attack/vectors.js'
import { CASES } from '../promises/faults/cases.js'
import { PAGES as READ_PAGES, readPage as read } from '../support/pages.js'
import { projectFolder as ROOT } from '../support/project.js'

const PAGES = [...READ_PAGES, 'CHANGELOG.md']

/** What stands between backticks and looks like a file or a folder of the project; `/-/status` is an address. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map(([, path]) => path!)
  return quoted.filter((path) => /^(?!\/)[\w.-]*(?:\/[\w.-]*)*(?:\/|\.(?:ts|md|json|example))$/.test(path))
}

test('every path that the architecture page names exists', () => {
  const paths = pathsIn(read('docs/architecture.md'))
  assert.ok(paths.length > 80, 'the paths were found')
  const missing = paths.filter((path) => !existsSync(`${ROOT}src/${path}`) && !existsSync(ROOT + path))
  assert.deepEqual([...new Set(missing)], [])
})

test('the architecture page names every room and every file directly in src', () => {
  const named = new Set(pathsIn(read('docs/architecture.md')))
  const entries = readdirSync(`${ROOT}src`, { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `${entry.name}/` : entry.name,
  )
  assert.deepEqual(
    entries.filter((name) => !named.has(name)),
    [],
  )
})

test('every path that CONTRIBUTING names exists', () => {
  const missing = pathsIn(read('.github/CONTRIBUTING.md')).filter((path) => !existsSync(ROOT + path))
  assert.deepEqual(missing, [])
})

test('every link from one page of the project to another leads somewhere', () => {
  const broken = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!\w+:|#)([^)#]+)/g)]
      .map(([, link]) => posix.join(posix.dirname(page), link!))
      .filter((path) => !existsSync(ROOT + path))
      .map((path) => `${page}: ${path}`),
  )
  assert.deepEqual(broken, [])
})

test('every link to a part of a page names one of its headings', () => {
  const broken = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!\w+:)([^)#]*)#([^)]+)/g)].flatMap(([, link, anchor]) => {
      const target = link === '' ? page : posix.join(posix.dirname(page), link!)
      return anchorsOf(target).includes(anchor!) ? [] : [`${page}: ${target}#${anchor}`]
    }),
  )
  assert.deepEqual(broken, [])
})

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = PAGES.flatMap((page) => [...read(page).matchAll(/\bnpm run (?:-s )?([\w:]+)/g)])
  assert.ok(named.length > 10, 'the scripts were found')
  const unknown = named.map(([, script]) => script!).filter((script) => !(script in scripts))
  assert.deepEqual(unknown, [])
})

test('the README can be read in one sitting', () => {
  const { length } = read('README.md').split('\n')
  assert.ok(length <= 300, `${length} lines`)
})

test('the README leads to every page of docs/', () => {
  const readme = read('README.md')
  const unseen = READ_PAGES.filter((page) => page.startsWith('docs/') && !readme.includes(`](${page})`))
  assert.deepEqual(unseen, [])
})

test('every variable that a page names is a setting', () => {
  const known = new Set([...SETTING_NAMES, ...FAMILY_SETTING_NAMES])
  const unknown = READ_PAGES.flatMap((page) =>
    [...read(page).matchAll(/\bX8_[A-Z0-9_]*[A-Z0-9]\b(?!_|\*|<)/g)]
      .map(([name]) => name)
      // Gone, and said to be.
      .filter((name) => !known.has(name) && name !== 'X8_WORKERS')
      .map((name) => `${page}: ${name}`),
  )
  assert.deepEqual(unknown, [])
})

test("the README's table of errors names every error, with its status", () => {
  const rows = [...read('README.md').matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) +\| (\d{3}) /gm)]
  const named = rows.flatMap(([, names, status]) =>
    [...names!.matchAll(/`([a-z-]+)`/g)].map(([, name]) => `${name} ${status}`),
  )
  const known = Object.entries(PROBLEMS).map(([name, { status }]) => `${name} ${status}`)
  assert.deepEqual(named.toSorted(), known.toSorted())
})

test('the threat model names tests that exist', () => {
  const named = [...read('docs/security.md').matchAll(/`([\w./-]+\.ts)`/g)].map(([, path]) => path!)
  assert.ok(named.length > 15, 'the tests were found')
  const missing = named.filter((path) => !existsSync(`${ROOT}test/${path}`))
  assert.deepEqual(missing, [])
})

test('what pages count is as many as they say', () => {
  const alerts = parseYaml(read('deploy/prometheus/alerts.yml')) as { groups: { rules: object[] }[] }
  const said = (page: string, pattern: RegExp) => Number(pattern.exec(read(page))?.[1])
  const calls = catalogueOf(FAMILIES).folders.flatMap(({ calls: ofFamily }) => ofFamily)
  assert.equal(said('README.md', /a collection of (\d+) documented calls/), calls.length)
  assert.equal(said('README.md', /(\d+) ways for a page/), VECTORS.length)
  assert.equal(said('docs/security.md', /in none of (\d+) ways/), VECTORS.length)
  assert.equal(said('docs/security.md', /Of the (\d+) malformed/), CORPUS.length)
  assert.equal(said('docs/security.md', /(\d+) kinds of misbehaviour/), CASES.length)
  assert.match(read('docs/operating.md'), /: ten alerts,/)
  assert.equal(alerts.groups.flatMap(({ rules }) => rules).length, 10)
})
