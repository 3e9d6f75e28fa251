import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { readBounded } from '../../../src/http/body.js'

const streamOf = (...parts: string[]) => Readable.from(parts.map((part) => Buffer.from(part)))

async function read(parts: string[], limitBytes: number, rest: 'drain' | 'destroy') {
  const { bytes, truncated } = await readBounded(streamOf(...parts), limitBytes, rest)
  return [bytes.toString(), truncated]
}

test('a body up to the limit is read whole, however it is divided', async () => {
  for (const rest of ['drain', 'destroy'] as const) {
    assert.deepEqual(await read([], 4, rest), ['', false])
    assert.deepEqual(await read(['abcd'], 4, rest), ['abcd', false])
    assert.deepEqual(await read(['ab', 'c', 'd'], 4, rest), ['abcd', false])
  }
})

test('of a longer body the first bytes are kept, and it is said to be truncated', async () => {
  for (const rest of ['drain', 'destroy'] as const) {
    assert.deepEqual(await read(['abcdefg'], 4, rest), ['abcd', true])
    assert.deepEqual(await read(['abcd', 'e'], 4, rest), ['abcd', true])
    assert.deepEqual(await read(['ab', 'cdef', 'gh', 'i'], 4, rest), ['abcd', true])
  }
})

test('the rest of a longer body is read to its end, or not at all', async () => {
  let sent = 0
  async function* counted() {
    for (sent = 0; sent < 10; sent += 1) yield Buffer.from('abc')
  }
  await readBounded(counted(), 4, 'drain')
  assert.equal(sent, 10)
  await readBounded(counted(), 4, 'destroy')
  assert.equal(sent, 1)
})

test('a body that breaks off rejects', async () => {
  async function* breakingOff() {
    yield Buffer.from('abc')
    throw new Error('broken off')
  }
  await assert.rejects(readBounded(breakingOff(), 100, 'drain'), { message: 'broken off' })
})
