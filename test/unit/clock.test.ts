import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClock } from '../../src/clock.js'
import { startProxy } from '../support/proxy.js'
import { startUpstream } from '../support/upstream.js'

const HOUR = 3_600_000

/** A machine whose time passes when it is told to, up for 1 hour of which it slept as long as is said. */
function createMachine({ sleptMs = 0 } = {}) {
  const ms = { monotonic: HOUR - sleptMs, timeOfDay: 1_790_000_000_000, uptime: HOUR }
  let asked = 0
  const pass = (names: readonly (keyof typeof ms)[], by: number) => {
    for (const name of names) ms[name] += by
  }
  return {
    time: {
      monotonic: () => ms.monotonic,
      timeOfDay: () => ms.timeOfDay,
      uptime() {
        asked += 1
        // Linux counts hundredths of a second.
        return Math.floor(ms.uptime / 10) * 10
      },
    },
    run: (by: number) => pass(['monotonic', 'timeOfDay', 'uptime'], by),
    sleep: (by: number) => pass(['timeOfDay', 'uptime'], by),
    setClock: (by: number) => pass(['timeOfDay'], by),
    asked: () => asked,
  }
}

test('the clock runs as the machine does', () => {
  const machine = createMachine()
  const now = createClock(machine.time)
  const start = now()
  for (let i = 0; i < 1_000; i += 1) machine.run(17.25)
  assert.equal(now() - start, 17_250)
})

test('setting the time of day, forward or back, does not move the clock', () => {
  const machine = createMachine()
  const now = createClock(machine.time)
  const start = now()
  for (const jump of [24 * HOUR, -48 * HOUR, 1_500, -900]) {
    machine.setClock(jump)
    assert.equal(now(), start)
  }
  machine.run(250)
  assert.equal(now() - start, 250)
})

test('the clock goes on while the machine sleeps', () => {
  const machine = createMachine()
  const now = createClock(machine.time)
  const start = now()
  machine.sleep(HOUR)
  assert.equal(now() - start, HOUR)
  machine.run(1_000)
  machine.sleep(8 * HOUR)
  machine.run(1_000)
  assert.equal(now() - start, 9 * HOUR + 2_000)
})

test('sleep is seen even if the time of day is set meanwhile, and never counts backwards', () => {
  const machine = createMachine()
  const now = createClock(machine.time)
  const start = now()
  machine.sleep(2 * HOUR)
  machine.setClock(-5 * HOUR)
  assert.equal(now() - start, 2 * HOUR)
  machine.setClock(5 * HOUR)
  assert.equal(now() - start, 2 * HOUR)
})

test('processes that start before and after a sleep read the same time', () => {
  const machine = createMachine({ sleptMs: HOUR / 2 })
  const first = createClock(machine.time)
  machine.sleep(HOUR)
  const second = createClock(machine.time)
  assert.ok(Math.abs(first() - second()) <= 10, `${first()} and ${second()}`)
})

test('the costly check is made only when the time of day says that something happened', () => {
  const machine = createMachine()
  const now = createClock(machine.time)
  for (let i = 0; i < 1_000; i += 1) {
    machine.run(100)
    now()
  }
  assert.equal(machine.asked(), 1)
  machine.sleep(HOUR)
  now()
  now()
  assert.equal(machine.asked(), 2)
})

test('a system that does not say how long it is up has a clock all the same', () => {
  const machine = createMachine()
  const hidden = () => {
    throw new Error('uv_uptime returned ENOENT')
  }
  const now = createClock({ ...machine.time, uptime: hidden })
  const start = now()
  machine.sleep(HOUR)
  machine.run(100)
  assert.equal(now() - start, 100)
})

test('a token that expired while the laptop was closed was sent, and only the 401 renewed it', async () => {
  const machine = createMachine()
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { now: createClock(machine.time) })
  const call = async () => (await fetch(`${proxy.origin}/analytics/cc/v5/realtime-metrics/queues`)).text()
  await call()
  machine.sleep(HOUR)
  await Promise.all(Array.from({ length: 20 }, call))

  assert.equal(upstream.tokens.length, 2)
  const sent = upstream.received.map(({ headers }) => headers.authorization)
  assert.deepEqual(sent, [
    `Bearer ${upstream.tokens[0]!}`,
    ...Array(20).fill(`Bearer ${upstream.tokens[1]!}`),
  ])
})

test('a laptop that sleeps within the life of its token asks for no new one', async () => {
  const machine = createMachine()
  const upstream = await startUpstream()
  const proxy = await startProxy({ X8_BASE_URL: upstream.origin }, { now: createClock(machine.time) })
  const call = async () => (await fetch(`${proxy.origin}/analytics/cc/v5/realtime-metrics/queues`)).text()
  await call()
  machine.sleep(HOUR / 4)
  machine.setClock(-24 * HOUR)
  await call()
  assert.equal(upstream.tokens.length, 1)
})
