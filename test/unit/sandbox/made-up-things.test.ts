import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeFamily, returns, returnsNothing } from '../../../src/api/describe.js'
import { maybe, named, oneOf, shape, type ValueOf, whole } from '../../../src/api/shape.js'
import { collection, counter } from '../../../src/sandbox/data/memory.js'
import { shelf } from '../../../src/sandbox/data/things.js'
import { varied } from '../../../src/sandbox/data/varied.js'
import { open } from '../../../src/sandbox/gateway/access.js'
import { message } from '../../../src/sandbox/gateway/responses.js'
import { simulate } from '../../../src/sandbox/gateway/simulate.js'

const bird = named('Bird', {
  id: 'b-1',
  kind: oneOf('gull', 'tern'),
  eggs: whole(3, 1, 5),
  note: maybe('shy'),
})
type Bird = ValueOf<typeof bird>

const described = describeFamily({
  family: 'storage',
  description: 'Birds.',
  base: '/birds/v1',
  errors: [returns({ message: 'No bird b-9' }, 404)],
  calls: {
    birds: { title: 'Birds', path: 'GET /birds', response: returns([bird]) },
    newBird: {
      title: 'New',
      path: 'POST /birds',
      body: { kind: oneOf('gull', 'tern') },
      response: returns(bird, 201),
    },
    bird: { title: 'Bird', path: 'GET /birds/{birdId}', response: returns(bird) },
    otherBird: {
      title: 'Other',
      path: 'PUT /birds/{birdId}',
      body: { kind: oneOf('gull', 'tern') },
      response: returns(bird),
    },
    birdGone: { title: 'Gone', path: 'DELETE /birds/{birdId}', response: returnsNothing() },
  },
})

test('things on a shelf are listed, created, read, replaced and deleted by the calls that are described', () => {
  const next = counter(2)
  const birds = shelf({
    things: collection<Bird>(() => [bird.example]),
    parameter: 'birdId',
    make: (id, sent: { readonly kind: Bird['kind'] }, before?: Bird): Bird => ({
      ...bird.example,
      ...before,
      ...sent,
      id,
    }),
    newId: (memory) => `b-${next(memory)}`,
    missing: (_call, id) => message(404, `No bird ${id}`),
  })
  const { routes } = simulate(described, {
    access: open,
    refuse: (_call, status, detail) => message(status, detail),
    handlers: {
      birds: birds.all,
      newBird: birds.create,
      bird: birds.read,
      otherBird: birds.replace,
      birdGone: birds.remove,
    },
  })
  const memory = { startedAtMs: 0 }
  const respond = (route: string, birdId = '', sent: object = {}) => {
    const body = Buffer.from(JSON.stringify(sent))
    const call = { query: new URLSearchParams(), headers: {}, params: { birdId }, body, memory }
    const response = routes[route]!(call as never)
    return [response.status, Buffer.from(response.body as Uint8Array).toString()]
  }
  const tern = '{"id":"b-2","kind":"tern","eggs":3,"note":"shy"}'
  assert.deepEqual(respond('POST /birds', '', { kind: 'tern' }), [201, tern])
  assert.deepEqual(respond('GET /birds/:birdId', 'b-2'), [200, tern])
  assert.deepEqual(respond('PUT /birds/:birdId', 'b-2', { kind: 'gull' }), [
    200,
    tern.replace('tern', 'gull'),
  ])
  assert.deepEqual(respond('DELETE /birds/:birdId', 'b-2'), [204, ''])
  assert.deepEqual(respond('GET /birds/:birdId', 'b-2'), [404, '{"message":"No bird b-2"}'])
  assert.deepEqual(respond('GET /birds'), [200, `[${JSON.stringify(bird.example)}]`])
})

test('varied values are of the shape, the same for the same seed, and have what is given', () => {
  const flock = Array.from({ length: 50 }, (_, index) => varied(bird, `bird ${index}`, { id: `b-${index}` }))
  assert.deepEqual(flock[7], varied(bird, 'bird 7', { id: 'b-7' }))
  assert.deepEqual(new Set(flock.map(({ kind }) => kind)), new Set(['gull', 'tern']))
  assert.ok(flock.every(({ eggs }) => eggs >= 1 && eggs <= 5))
  assert.ok(new Set(flock.map(({ eggs }) => eggs)).size > 2)
  const nested = varied(shape({ times: [{ startMs: 1767603600000, ratio: 0.5, up: true, name: 'x' }] }), 'a')
  assert.equal(nested.times[0]!.startMs, 1767603600000)
  assert.equal(nested.times[0]!.name, 'x')
})
