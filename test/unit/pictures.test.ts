import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { projectFolder } from '../support/project.js'

const read = (path: string) => readFileSync(projectFolder + path)
const parse = (path: string): unknown => JSON.parse(read(path).toString())

const { version, pictures } = parse('.github/pictures.json') as {
  version: string
  pictures: Record<string, string>
}

test('the pictures of the page are of this version; npm run screenshots makes them anew', () => {
  assert.equal(version, (parse('package.json') as { version: string }).version)
  const names = ['page', 'page-details'].flatMap((name) => [`${name}-light.png`, `${name}-dark.png`])
  assert.deepEqual(Object.keys(pictures), names)
  for (const [name, hash] of Object.entries(pictures)) {
    assert.equal(
      createHash('sha256')
        .update(read(`.github/${name}`))
        .digest('hex'),
      hash,
      name,
    )
  }
})

test('each picture has twice the resolution of a window of 1440 by 900, and is quick to load', () => {
  for (const name of Object.keys(pictures)) {
    const png = read(`.github/${name}`)
    assert.equal(png.toString('latin1', 12, 16), 'IHDR', name)
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [2880, 1800], name)
    assert.ok(png.length < 400 * 1024, `${name}: ${png.length} bytes`)
  }
})
