// Prints what CHANGELOG.md says of a release: `node scripts/release-notes.mjs v1.2.3`. Ends with 1 unless the tag is the
// version of package.json and the newest release of the changelog, so that nothing else is ever released.
import { readFileSync } from 'node:fs'

const [, , tag] = process.argv
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
// Whatever stands between headings of the second level; "Unreleased" is no release.
const releases = readFileSync('CHANGELOG.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => /^\[?v?(\d+\.\d+\.\d+[\w.-]*)\]?.*\n([^]*)$/.exec(section))
  .filter((match) => match !== null)
const [, newest, notes = ''] = releases[0] ?? []

const mistakes = []
if (tag !== `v${version}`) mistakes.push(`the tag is ${tag}, the version of package.json ${version}`)
if (newest !== version) mistakes.push(`the newest release of CHANGELOG.md is ${newest}, not ${version}`)
if (notes.trim() === '') mistakes.push('CHANGELOG.md says nothing of it')
if (mistakes.length === 0) process.stdout.write(`${notes.trim()}\n`)
else {
  process.stderr.write(mistakes.map((mistake) => `release-notes: ${mistake}\n`).join(''))
  process.exitCode = 1
}
