import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { NODE_VERSIONS } from '../support/node-versions.js'
import { projectFolder } from '../support/project.js'

/**
 * Runs the built tests on other versions of Node: `npm run test:matrix`, or with versions of your own
 * `npm run test:matrix -- 24.11.0 26`. The binaries come from npm packages, in a folder that is removed afterwards.
 */

interface Result {
  readonly node: string
  readonly tests: number
  readonly pass: number
  readonly fail: number
  readonly skipped: number
  readonly seconds: number
}

/** What builds the image and runs on the machine's own Node: the same on every version. */
const NOT_ABOUT_NODE = ['container.test.js']

const versions = process.argv.length > 2 ? process.argv.slice(2) : NODE_VERSIONS
const folder = mkdtempSync(join(tmpdir(), '8x8-matrix-'))
let passed = false
try {
  installNodes()
  const results: Result[] = []
  for (const version of versions) results.push(await runTests(version))
  console.table(results)
  // A run that ends before its first test has no failures either.
  passed = results.every(({ tests, pass, skipped }) => tests > 0 && pass + skipped === tests)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = passed ? 0 : 1

function installNodes(): void {
  const packages = versions.map(
    (version) => `${alias(version)}@npm:node-${process.platform}-${process.arch}@${version}`,
  )
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', '--prefix', folder, ...options, ...packages], {
    cwd: folder,
    stdio: 'inherit',
  })
}

function alias(version: string): string {
  return `node-${version}`
}

async function runTests(version: string): Promise<Result> {
  const node = join(folder, 'node_modules', alias(version), 'bin/node')
  const name = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  console.log(`${name}: running`)
  const start = performance.now()
  const child = spawn(node, ['--test', '--test-reporter=spec', ...findTests()], {
    cwd: projectFolder,
    // Whatever a test starts as `node` is this version too. The report is read below: no colours.
    env: { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter), FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let report = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (report += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) console.log(failuresOf(report))
  const count = (what: string) => Number(new RegExp(`^ℹ ${what} (\\d+)$`, 'm').exec(report)?.[1] ?? 0)
  return {
    node: name,
    tests: count('tests'),
    pass: count('pass'),
    fail: count('fail') + count('cancelled'),
    skipped: count('skipped') + count('todo'),
    seconds: Math.round((performance.now() - start) / 1000),
  }
}

function findTests(): string[] {
  return readdirSync(join(projectFolder, 'dist/test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js') && !NOT_ABOUT_NODE.includes(name))
    .map((name) => join('dist/test', name))
}

/** The end of the report, where the failed tests are repeated. */
function failuresOf(report: string): string {
  const start = report.indexOf('✖ failing tests:')
  return start === -1 ? report : report.slice(start)
}
