// Makes dist/bundle: the program with what it needs of its dependencies in a few files. They are what `npm start`, the
// package and the image run. Two parts of the dependencies are left out, since loading them takes a third of a start.
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { build } from 'esbuild'
import { licencesOf } from './licences.mjs'

const require = createRequire(import.meta.url)

/** undici's clients without fetch, WebSocket, EventSource, caches and mocks, which its index loads as well. */
const UNDICI = `
const Dispatcher = require('./lib/dispatcher/dispatcher')
Object.assign(Dispatcher.prototype, require('./lib/api'))
module.exports = {
  Dispatcher,
  Client: require('./lib/dispatcher/client'),
  Pool: require('./lib/dispatcher/pool'),
  BalancedPool: require('./lib/dispatcher/balanced-pool'),
  Agent: require('./lib/dispatcher/agent'),
  ProxyAgent: require('./lib/dispatcher/proxy-agent'),
  EnvHttpProxyAgent: require('./lib/dispatcher/env-http-proxy-agent'),
  errors: require('./lib/core/errors'),
  getGlobalDispatcher: require('./lib/global').getGlobalDispatcher,
  request(url, { dispatcher, ...options }) {
    const { origin, pathname, search } = new URL(url)
    return dispatcher.request({ ...options, origin, path: pathname + search })
  },
}`

/** env-schema makes its own Ajv as it is loaded. The program's one schema is constant: tests check it against the meta-schema. */
const AJV = `
const Ajv = require('./ajv.js')
module.exports = class extends Ajv {
  constructor(options) {
    super({ ...options, meta: false, validateSchema: false })
  }
}`

const replaceParts = {
  name: 'replace-parts',
  setup({ onResolve, onLoad }) {
    const replace = (filter, importer, contents, resolveDir) => {
      onResolve({ filter }, (args) =>
        importer.test(args.importer) ? { path: args.path, namespace: `part of ${args.path}` } : undefined,
      )
      onLoad({ filter, namespace: `part of ${filter.source.slice(1, -1)}` }, () => ({ contents, resolveDir }))
    }
    replace(/^undici$/, /./, UNDICI, dirname(require.resolve('undici/package.json')))
    replace(/^ajv$/, /[\\/]env-schema[\\/]/, AJV, dirname(require.resolve('ajv')))
  },
}

const outdir = 'dist/bundle'
rmSync(outdir, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  metafile: true,
  // Names stay, so that a stack trace can be read without the source maps.
  minifyWhitespace: true,
  minifySyntax: true,
  // Of a crash, Node prints the whole line.
  lineLimit: 160,
  legalComments: 'none',
  logLevel: 'warning',
  outdir,
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  plugins: [replaceParts],
})
writeFileSync(`${outdir}/THIRD-PARTY-LICENSES.txt`, licencesOf(metafile))

// Stylesheets need no maps: nobody steps through them.
cpSync('dist/src/inspector/page', `${outdir}/page`, {
  recursive: true,
  filter: (name) => !name.endsWith('.css.map'),
})
