import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  allow,
  commas,
  describeFamily,
  need,
  offer,
  returns,
  returnsNothing,
} from '../../../src/api/describe.js'
import { oneOf, whole } from '../../../src/api/shape.js'
import { open } from '../../../src/sandbox/gateway/access.js'
import { message } from '../../../src/sandbox/gateway/responses.js'
import { simulate } from '../../../src/sandbox/gateway/simulate.js'

const family = describeFamily({
  family: 'storage',
  description: 'Birds.',
  base: '/birds/{region}/v3',
  choices: { region: ['north', 'south'] },
  errors: [returns({ message: 'size is required' }, 400)],
  calls: {
    birds: {
      title: 'Birds',
      path: 'GET /birds',
      query: {
        size: need(whole(10, 1, 100), 'Birds a page.'),
        page: offer(0, 'The page.', 0),
        kinds: commas(allow([oneOf('gull', 'tern')], 'Only these.')),
      },
      response: returns({ birds: [{ id: 'b-1', kind: oneOf('gull', 'tern') }] }),
      paging: { kind: 'page', parameter: 'page', size: 'size', first: 0, pages: ['pages'], items: ['birds'] },
    },
    newBird: {
      title: 'New bird',
      path: 'POST /birds',
      body: { kind: oneOf('gull', 'tern') },
      response: returns({ id: 'b-1' }, 201),
    },
    birdGone: { title: 'Bird gone', path: 'DELETE /birds/{birdId}', response: returnsNothing() },
  },
})

test('a row becomes a call with its whole path, its parameters with schemas, and the errors of its family', () => {
  const [birds, newBird] = family.calls
  assert.equal(birds!.id, 'birds')
  assert.equal(birds!.path, '/birds/{region}/v3/birds')
  assert.deepEqual(birds!.query![0], {
    name: 'size',
    required: true,
    enabled: true,
    description: 'Birds a page.',
    example: 10,
    schema: { type: 'integer', minimum: 1, maximum: 100 },
  })
  assert.deepEqual(
    birds!.errors!.map(({ status }) => status),
    [400],
  )
  assert.equal(newBird!.response.status, 201)
})

test('rows and handlers that contradict themselves do not compile', () => {
  const wrong = () => {
    const empty = { family: 'storage', description: '', base: '/x' }
    // @ts-expect-error a success has to be described
    describeFamily({ ...empty, calls: { a: { title: 'A', path: 'GET /a' } } })
    const paging = { kind: 'page', parameter: 'page', first: 0, pages: [], items: [] } as const
    // @ts-expect-error its paging names a parameter that it does not have
    describeFamily({ ...empty, calls: { b: { title: 'B', path: 'GET /b', response: returns('x'), paging } } })
    const rest = { access: open, refuse: () => message(400, '') }
    // @ts-expect-error there is no such call
    simulate(family, { ...rest, handlers: { bees: () => ({ birds: [] }) } })
    // @ts-expect-error no such kind of bird
    simulate(family, { ...rest, handlers: { birds: () => ({ birds: [{ id: 'b-1', kind: 'owl' }] }) } })
    simulate(family, {
      ...rest,
      handlers: {
        birds: ({ given }) => ({
          birds: (given.kinds ?? []).slice(0, given.size).map((kind) => ({ id: 'b', kind })),
        }),
        newBird: ({ sent }) => ({ id: sent.kind }),
      },
    })
  }
  assert.equal(typeof wrong, 'function')
})

test('a simulated family takes only its regions, checks what it is given, and returns examples where nothing is done', () => {
  const { base, routes } = simulate(family, {
    access: open,
    refuse: (_call, status, detail) => message(status, detail),
    handlers: {},
  })
  assert.ok(base.test('/birds/north/v3/birds'))
  assert.ok(!base.test('/birds/west/v3/birds'))
  const respond = (route: string, query: string, body = '') => {
    const call = { query: new URLSearchParams(query), headers: {}, body: Buffer.from(body) }
    const { status, body: bytes } = routes[route]!(call as never)
    return [status, Buffer.from(bytes as Uint8Array).toString()]
  }
  assert.deepEqual(respond('GET /birds', 'size=5'), [200, '{"birds":[{"id":"b-1","kind":"gull"}]}'])
  assert.deepEqual(respond('GET /birds', ''), [400, '{"message":"size is required"}'])
  assert.deepEqual(respond('GET /birds', 'size=500'), [400, '{"message":"size must be <= 100"}'])
  assert.match(String(respond('GET /birds', 'size=5&kinds=gull,owl')[1]), /kinds.1 must be equal to one/)
  assert.deepEqual(respond('POST /birds', '', '{"kind":"tern"}'), [201, '{"id":"b-1"}'])
  assert.deepEqual(respond('POST /birds', '', '{}'), [400, '{"message":"kind is required"}'])
  assert.equal(respond('POST /birds', '', 'tern')[0], 400)
  assert.deepEqual(respond('DELETE /birds/:birdId', ''), [204, ''])
})
