import assert from 'node:assert/strict'
import type { write as writeFd } from 'node:fs'
import { mock, test } from 'node:test'
import { createLogDestination } from '../../../src/telemetry/log-destination.js'

type Reply = 'all' | number | 'EAGAIN' | 'ENOSPC'

/** A destination in front of a file descriptor that replies as the test says, then takes everything. */
function destinationWith(...replies: Reply[]) {
  mock.timers.enable({ apis: ['setTimeout'] })
  const written: string[] = []
  const told: number[] = []
  const write = (_fd: number, batch: Buffer, ...rest: unknown[]) => {
    const callback = rest.at(-1) as (error: Error | null, bytes: number) => void
    const reply = replies.shift() ?? 'all'
    setImmediate(() => {
      if (reply === 'EAGAIN' || reply === 'ENOSPC')
        return callback(Object.assign(new Error(), { code: reply }), 0)
      const bytes = reply === 'all' ? batch.length : reply
      written.push(batch.subarray(0, bytes).toString())
      callback(null, bytes)
    })
  }
  const destination = createLogDestination({
    fd: -1,
    resumed: (lines) => told.push(lines),
    write: write as unknown as typeof writeFd,
  })
  const settle = async () => {
    for (let i = 0; i < 8; i += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      mock.timers.tick(20)
    }
  }
  return { destination, written, told, settle }
}

test.afterEach(() => mock.timers.reset())

test('lines that come while one is being written are written together, in their order', async () => {
  const { destination, written, settle } = destinationWith()
  for (const line of ['1\n', '2\n', '3\n']) destination.write(line)
  await settle()
  assert.deepEqual(written, ['1\n', '2\n3\n'])
  assert.equal(destination.dropped(), 0)
})

test('a line after a silence is written at once, those that follow it within a moment together', async () => {
  const { destination, written, settle } = destinationWith()
  destination.write('1\n')
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(written, ['1\n'])
  destination.write('2\n')
  await new Promise((resolve) => setImmediate(resolve))
  destination.write('3\n')
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(written, ['1\n'])
  await settle()
  assert.deepEqual(written, ['1\n', '2\n3\n'])
})

test('many lines within a moment do not wait for its end', async () => {
  const { destination, written } = destinationWith()
  destination.write('1\n')
  await new Promise((resolve) => setImmediate(resolve))
  for (let i = 0; i < 33; i += 1) destination.write(`${'x'.repeat(1023)}\n`)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(written.length, 2)
  assert.equal(destination.dropped(), 0)
})

test('a write that took a part goes on with the rest', async () => {
  const { destination, written, settle } = destinationWith(3)
  destination.write('abcdef\n')
  await settle()
  assert.deepEqual(written, ['abc', 'def\n'])
})

test('a pipe that is full is tried again, and nothing is lost', async () => {
  const { destination, written, settle } = destinationWith('EAGAIN', 'EAGAIN')
  destination.write('a\n')
  await settle()
  assert.deepEqual(written, ['a\n'])
  assert.equal(destination.dropped(), 0)
})

test('a full disk loses the lines of that write, counts them and tells once', async () => {
  const { destination, written, told, settle } = destinationWith('all', 'ENOSPC', 'all')
  destination.write('1\n')
  destination.write('2\n')
  destination.write('3\n')
  await settle()
  assert.equal(destination.dropped(), 2)
  assert.deepEqual(told, [])
  destination.write('4\n')
  await settle()
  destination.write('5\n')
  await settle()
  assert.deepEqual(written, ['1\n', '4\n', '5\n'])
  assert.deepEqual(told, [2])
})

test('a line that was broken off is not continued by the next one', async () => {
  const { destination, written, settle } = destinationWith(2, 'ENOSPC')
  destination.write('broken\n')
  await settle()
  destination.write('next\n')
  await settle()
  assert.equal(written.join(''), 'br\nnext\n')
  assert.equal(destination.dropped(), 1)
})

test('the memory for lines is bounded', async () => {
  const { destination, settle } = destinationWith(...Array.from({ length: 100 }, () => 'EAGAIN' as const))
  const line = `${'x'.repeat(1023)}\n`
  for (let i = 0; i < 1_000; i += 1) destination.write(line)
  assert.equal(destination.dropped(), 1_000 - 128)
  await settle()
})

test('flush waits for what is being written, and not for ever', async () => {
  const { destination, written, settle } = destinationWith()
  destination.write('a\n')
  await new Promise((resolve) => setImmediate(resolve))
  destination.write('b\n')
  const flushed = destination.flush(1_000)
  assert.deepEqual(written, ['a\n'])
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(written, ['a\n', 'b\n'])
  await settle()
  await flushed
  await destination.flush(1_000)
})
