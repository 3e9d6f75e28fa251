// `npm ci` and `npm install` build the program (`prepare`). Without the development dependencies nothing can be built,
// which npm alone would report as an unknown command.
import { execSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

if (['typescript', 'esbuild'].every(isInstalled)) {
  // Standard output is npm's own: `npm pack --json` prints a document there.
  execSync('npm run build', { stdio: ['ignore', process.stderr, process.stderr] })
} else if (!existsSync('dist/bundle/main.js')) {
  process.stderr.write(
    '8x8-auth-proxy: building needs the development dependencies: run `npm ci` without --omit=dev and NODE_ENV=production. ' +
      'Only to run it, install the package that `npm pack` makes.\n',
  )
  process.exitCode = 1
}
// What is already built needs no packages at run time: nothing to do.

function isInstalled(name) {
  return existsSync(fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url)))
}
