import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../support/program.js'
import { startSandboxedProxy } from '../../support/sandboxed-proxy.js'
import { zipNames } from '../sandbox/zip-names.js'

/** Programs in the shape of public ones, each in a process of its own, that know nothing but an address. */
const { sandbox, proxy } = await startSandboxedProxy()
after(() => sandbox.close())

const execute = promisify(execFile)

/** Runs a program to its end. @returns the lines that it printed */
async function run(name: string, ...given: readonly string[]): Promise<readonly string[]> {
  const file = fileURLToPath(new URL(`${name}.js`, import.meta.url))
  const { stdout } = await execute(process.execPath, [file, proxy.origin, ...given], { timeout: 60_000 })
  return stdout.trimEnd().split('\n')
}

test('the recordings of the last 24 hours are found and downloaded, each once', async () => {
  const folder = temporaryFolder()
  const lines = await run('recordings-of-last-day', folder)
  assert.ok(lines.length > 3, 'more than one page')
  const rows = lines.map((line) => line.split('\t'))
  assert.equal(new Set(rows.map(([id]) => id)).size, rows.length)
  const files = readdirSync(folder)
  assert.deepEqual(files.sort(), rows.map(([id]) => `${id}.wav`).sort())
  for (const [id, createdTime, storedBytes, direction, userName, address] of rows) {
    const age = Date.now() - Date.parse(`${createdTime}Z`)
    assert.ok(age >= 0 && age <= 24 * 60 * 60 * 1000 + 60_000, createdTime)
    const content = readFileSync(join(folder, `${id}.wav`))
    assert.equal(String(content.length), storedBytes)
    assert.equal(content.toString('latin1', 0, 4), 'RIFF')
    assert.match(direction!, /^(?:IN|OUT)BOUND$/)
    assert.ok(userName && address)
  }
})

test('call records of yesterday and today are read until "No Data"', async () => {
  const [counted = ''] = await run('call-records')
  const [read, total] = counted.split(' of ')
  assert.equal(read, total)
  assert.ok(Number(read) > 50, 'more than one page')
})

test('a zip is started, polled and downloaded from its presigned address, at another origin than the proxy', async () => {
  const file = join(temporaryFolder(), 'voicemails.zip')
  assert.match((await run('zip-of-voicemails', file))[0]!, /\.zip$/)
  assert.equal(zipNames(readFileSync(file)).length, 4)
})

test('a list of all that is stored has every object once', async () => {
  const [, ...lines] = await run('stored-objects')
  const response = await fetch(`${proxy.origin}/storage/us-west/v3/objects?limit=1`)
  const { total } = (await response.json()) as { total: number }
  assert.ok(lines.length > 200)
  // One more may have been made in between.
  assert.ok(total - lines.length <= 1)
  assert.equal(new Set(lines.map((line) => line.split(';')[0])).size, lines.length)
})

test('the extension summary of yesterday becomes a table without a gap', async () => {
  const [head = '', ...lines] = await run('extension-table')
  const columns = head.split('\t')
  assert.ok(lines.length > 5)
  for (const line of lines) {
    const cells = line.split('\t')
    assert.equal(cells.length, columns.length)
    for (const [index, name] of columns.entries()) {
      assert.notEqual(cells[index], '', `${name} is missing`)
      if (/_/.test(name)) assert.match(cells[index]!, /^\d+(?:\.\d+)?$/, `${name} is a number`)
    }
  }
})
