import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { createSlowReaders } from '../../../src/proxy/slow-readers.js'

function setUp() {
  const timers = mock.timers
  timers.enable({ apis: ['setTimeout'] })
  let time = 0
  const aborted: string[] = []
  const slowReaders = createSlowReaders({ idleTimeoutMs: 1000, now: () => time })
  return {
    ...slowReaders,
    aborted,
    reader: (name: string) => ({ abortResponse: () => void aborted.push(name) }),
    pass(ms: number) {
      time += ms
      timers.tick(ms)
    },
  }
}

test('no caller is cut off while no request waits for a connection', (context) => {
  context.after(() => mock.timers.reset())
  const { add, reader, pass, aborted } = setUp()
  add(reader('a'))
  pass(100_000)
  assert.deepEqual(aborted, [])
})

test('who waits gets the connection of the one who has not read for longest, after the idle time-out', (context) => {
  context.after(() => mock.timers.reset())
  const { add, makeRoom, reader, pass, aborted } = setUp()
  add(reader('a'))
  pass(500)
  add(reader('b'))
  makeRoom()
  pass(499)
  assert.deepEqual(aborted, [])
  pass(1)
  assert.deepEqual(aborted, ['a'])
  pass(10_000)
  assert.deepEqual(aborted, ['a'])
})

test('a reader that has read on meanwhile starts anew, and one that waits no more aborts none', (context) => {
  context.after(() => mock.timers.reset())
  const { add, delete: remove, makeRoom, reader, pass, aborted } = setUp()
  const a = reader('a')
  add(a)
  const stop = makeRoom()
  pass(900)
  remove(a)
  add(a)
  pass(900)
  assert.deepEqual(aborted, [])
  stop()
  pass(10_000)
  assert.deepEqual(aborted, [])
})

test('each who waits cuts off one reader', (context) => {
  context.after(() => mock.timers.reset())
  const { add, makeRoom, reader, pass, aborted } = setUp()
  for (const name of ['a', 'b', 'c']) add(reader(name))
  makeRoom()
  makeRoom()
  pass(1000)
  assert.deepEqual(aborted, ['a', 'b'])
})
