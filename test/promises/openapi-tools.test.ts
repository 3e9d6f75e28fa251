import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import openapiTypes, { type OpenAPI3 } from 'openapi-typescript'
import { temporaryFolder } from '../support/program.js'
import { projectFolder } from '../support/project.js'
import { startSandboxedProxy } from '../support/sandboxed-proxy.js'

const run = promisify(execFile)
const { sandbox, proxy } = await startSandboxedProxy()
after(() => sandbox.close())
const served = await (await fetch(`${proxy.origin}/-/openapi.json`)).text()

test('a linter finds no error in the OpenAPI document', async () => {
  // Work chat has both `/messages` and `/messages/`: the addresses are 8x8's.
  const rules = { 'no-path-trailing-slash': 'off' } as const
  const config = await createConfig({ extends: ['recommended'], rules })
  const problems = await lintFromString({ source: served, config })
  const errors = problems.filter(({ severity }) => severity === 'error')
  assert.deepEqual(
    errors.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
    [],
  )
})

/** Reads an id from a list with the types that were generated, and makes one mistake that has to be noticed. */
const PROGRAM = `
import type { paths } from './client.js'

type Json<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

async function get<Path extends keyof paths>(path: Path, parts: Record<string, string>): Promise<Json<Path>> {
  const filled = path.replace(/\\{(\\w+)\\}/g, (_, name: string) => parts[name]!)
  const response = await fetch(process.argv[2] + filled)
  return (await response.json()) as Json<Path>
}

declare const process: { readonly argv: readonly string[] }

const data = await get('/storage/{region}/v3/objects', { region: 'us-west' })
const id: string = data.content[0].id
const state: 'AVAILABLE' | 'PENDING' | 'ARCHIVED' | 'REVOKED' | 'DELETED' | 'FAILED' = data.content[0].objectState
// @ts-expect-error an id is text
const wrong: number = data.content[0].id
// @ts-expect-error there is no such field
const none = data.content[0].isNot
console.log(id, state, data.lastPage satisfies boolean)
`

test('a TypeScript client generated from the OpenAPI document compiles, and its types are those of the responses', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'client.ts'), await openapiTypes(JSON.parse(served) as OpenAPI3))
  writeFileSync(join(folder, 'program.ts'), PROGRAM)
  const compiler = join(projectFolder, 'node_modules/typescript/bin/tsc')
  const options = '--strict --target es2023 --module nodenext --lib es2023,dom --outDir out'.split(' ')
  const compiled = await run(process.execPath, [compiler, ...options, 'client.ts', 'program.ts'], {
    cwd: folder,
  }).catch((error: { readonly stdout: string }) => error)
  assert.equal(compiled.stdout, '')
  const { stdout } = await run(process.execPath, [join(folder, 'out/program.js'), proxy.origin])
  assert.match(stdout, /^[\da-f-]{36} AVAILABLE false$/m)
})
