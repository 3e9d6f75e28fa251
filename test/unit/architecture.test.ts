import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// The sources beside the compiled tests: dist/test/unit -> the project's src.
const SRC = fileURLToPath(new URL('../../../src', import.meta.url))

/** Which folders a folder of src may import from; the files of src itself are listed where they are shared. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  token: ['config.ts', 'errors.ts'],
  door: ['config.ts', 'errors.ts', 'exchange.ts', 'local-paths.ts', 'target.ts'],
  proxy: ['config.ts', 'errors.ts', 'exchange.ts', 'families.ts', 'token/token-source.ts'],
  local: [
    'catalogue/catalogue.ts',
    'catalogue/openapi.ts',
    'catalogue/postman.ts',
    'config.ts',
    'errors.ts',
    'exchange.ts',
    'families.ts',
    'local-paths.ts',
    'numbers.ts',
    'token/token-cache.ts',
  ],
  catalogue: ['families.ts'],
  sandbox: [],
  inspector: ['errors.ts', 'exchange.ts', 'families.ts', 'local-paths.ts', 'token/token-cache.ts'],
  doctor: [
    'config.ts',
    'families.ts',
    'proxy/product-refusal.ts',
    'proxy/network-problem.ts',
    'proxy/upstream.ts',
    'host.ts',
    'token/redis-token-store.ts',
    'token/request-token.ts',
    'token/token-response.ts',
    'token/token-store.ts',
  ],
}

interface Import {
  readonly from: string
  readonly to: string
}

const imports: Import[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((from) => {
    const source = readFileSync(join(SRC, from), 'utf8')
    return [...source.matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)].map(([, path]) => ({
      from,
      to: `${relative(SRC, resolve(SRC, dirname(from), path!))}.ts`,
    }))
  })

test('the parts of the program know only what the table says', () => {
  const strangers = imports.filter(({ from, to }) => {
    const folder = from.includes('/') ? from.slice(0, from.indexOf('/')) : ''
    return folder !== '' && !to.startsWith(`${folder}/`) && !MAY_IMPORT[folder]?.includes(to)
  })
  assert.deepEqual(strangers, [])
  assert.ok(imports.length > 50, 'the imports were found')
})

test('nothing but the server wires the app, and nothing but the start knows the sandbox', () => {
  const importers = (target: RegExp) =>
    [...new Set(imports.filter(({ to }) => target.test(to)).map(({ from }) => from))].sort()

  assert.deepEqual(importers(/^app\.ts$/), ['serve.ts'])
  assert.deepEqual(
    importers(/^sandbox\//).filter((from) => !from.startsWith('sandbox/')),
    ['serve-sandbox.ts'],
  )
  assert.deepEqual(importers(/^main\.ts$/), [])
})

test('only main says process', () => {
  const sayers = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /(?<![\w.'-])process\.\w/.test(
        readFileSync(join(SRC, file), 'utf8').replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, ''),
      ),
    )
  assert.deepEqual(sayers, ['main.ts'])
})
