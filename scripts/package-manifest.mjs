// `npm pack` packs package.json as it lies on disk. The package has everything in its bundle, so for the moment of packing
// (`prepack` to `postpack`) package.json is one without dependencies and scripts. The repository keeps them where npm, SBOMs
// and Dependabot look for what is shipped.
//
// npm runs no `postpack` when packing is interrupted: then a process that was left behind puts package.json back.
import { execSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const MANIFEST = 'package.json'
const KEPT = 'package.json.kept'
/** Packing itself takes about a second; on a machine that is too busy for this limit, it fails and says so. */
const RESTORE_AFTER_MS = 30_000

/** All that someone who installs the package, or looks for it, needs to know of it. */
const PUBLISHED = [
  'name',
  'version',
  'description',
  'keywords',
  'homepage',
  'bugs',
  'repository',
  'license',
  'type',
  'bin',
  'files',
  'engines',
  'publishConfig',
]

const [, self, event, afterMs] = process.argv
if (event === 'prepack') {
  restore()
  execSync('npm run build', { stdio: ['ignore', process.stderr, process.stderr] })
  copyFileSync(MANIFEST, KEPT)
  spawn(process.execPath, [self, 'watch', String(RESTORE_AFTER_MS)], {
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  }).unref()
  writeFileSync(MANIFEST, published(KEPT))
} else if (event === 'postpack') {
  if (!restore())
    fail(`packing took longer than ${RESTORE_AFTER_MS / 1000} s, the package is of no use: pack again.`)
} else if (event === 'watch') {
  await putBackAfter(Number(afterMs))
} else if (event === 'prepublishOnly') {
  // After packing, npm reads package.json again and would announce dependencies that the package does not need.
  fail('publish the file that `npm pack` makes: npm publish ./8x8-auth-proxy-<version>.tgz')
}

/** Puts the repository's package.json back. False if there was nothing to put back. */
function restore() {
  if (!existsSync(KEPT)) return false
  // Whoever changed package.json since then keeps the change.
  if (readFileSync(MANIFEST, 'utf8') === published(KEPT)) renameSync(KEPT, MANIFEST)
  else rmSync(KEPT)
  return true
}

function published(path) {
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  const entries = PUBLISHED.filter((name) => name in manifest).map((name) => [name, manifest[name]])
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}

async function putBackAfter(limitMs) {
  const deadline = performance.now() + limitMs
  while (existsSync(KEPT) && performance.now() < deadline) await wait(200)
  restore()
}

function fail(message) {
  process.stderr.write(`8x8-auth-proxy: ${message}\n`)
  process.exit(1)
}
