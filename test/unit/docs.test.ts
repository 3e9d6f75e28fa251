import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// The project beside the compiled tests: dist/test/unit -> its folder.
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  '.github/CONTRIBUTING.md',
  'docs/architecture.md',
  'docs/performance.md',
  'docs/budget.md',
]

function read(page: string): string {
  return readFileSync(ROOT + page, 'utf8')
}

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

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = PAGES.flatMap((page) => [...read(page).matchAll(/\bnpm run (?:-s )?([\w:]+)/g)])
  assert.ok(named.length > 10, 'the scripts were found')
  const unknown = named.map(([, script]) => script!).filter((script) => !(script in scripts))
  assert.deepEqual(unknown, [])
})
