import assert from 'node:assert/strict'
import type { FastifyReply } from 'fastify'
import { test } from 'node:test'
import { createInFlight } from '../../../src/server/in-flight.js'

const reply = (name: string) => name as unknown as FastifyReply

test('what was added and not removed is there, in whatever order that happened', () => {
  const inFlight = createInFlight()
  const places = ['a', 'b', 'c', 'd'].map((name) => inFlight.add(reply(name)))
  inFlight.remove(places[2]!)
  inFlight.remove(places[0]!)
  assert.equal(inFlight.size, 2)
  assert.deepEqual(new Set(inFlight), new Set(['b', 'd']))
  inFlight.add(reply('e'))
  assert.equal(inFlight.size, 3)
  assert.deepEqual(new Set(inFlight), new Set(['b', 'd', 'e']))
})

test('places are used again: however many come and go, there are no more than were there at once', () => {
  const inFlight = createInFlight()
  const seen = new Set<number>()
  for (let i = 0; i < 1_000; i += 1) {
    const places = [inFlight.add(reply('a')), inFlight.add(reply('b'))]
    for (const place of places) seen.add(place)
    for (const place of places) inFlight.remove(place)
  }
  assert.equal(seen.size, 2)
  assert.equal(inFlight.size, 0)
  assert.deepEqual([...inFlight], [])
})
