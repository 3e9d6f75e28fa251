import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decimal,
  either,
  list,
  mapOf,
  maybe,
  named,
  nullable,
  oneOf,
  record,
  shape,
  type ValueOf,
  whole,
} from '../../../src/api/shape.js'

const tag = named('Tag', { key: 'duration', value: '3000' })
const recording = named('Recording', {
  id: '0a1b',
  bytes: 12,
  score: 0.5,
  size: whole(3, 1, 10),
  state: oneOf('AVAILABLE', 'DELETED'),
  tags: [tag],
  owner: nullable('Ada'),
  note: maybe('later'),
  metrics: mapOf('calls', decimal(2)),
  shared: false,
})

test('an example says the schema: its types, what is required, and what stands in the components once', () => {
  assert.deepEqual(recording.schema, { $ref: '#/components/schemas/Recording' })
  assert.deepEqual(Object.keys(recording.components), ['Tag', 'Recording'])
  assert.deepEqual(recording.components['Recording'], {
    type: 'object',
    properties: {
      id: { type: 'string' },
      bytes: { type: 'integer' },
      score: { type: 'number' },
      size: { type: 'integer', minimum: 1, maximum: 10 },
      state: { type: 'string', enum: ['AVAILABLE', 'DELETED'] },
      tags: { type: 'array', items: { $ref: '#/components/schemas/Tag' } },
      owner: { type: ['string', 'null'] },
      note: { type: 'string' },
      metrics: { type: 'object', additionalProperties: { type: 'number' } },
      shared: { type: 'boolean' },
    },
    required: ['id', 'bytes', 'score', 'size', 'state', 'tags', 'owner', 'metrics', 'shared'],
  })
})

test('the example of a shape is made of the examples within', () => {
  assert.deepEqual(recording.example.tags, [{ key: 'duration', value: '3000' }])
  assert.equal(recording.example.note, 'later')
  assert.equal(shape([recording]).example[0]!.state, 'AVAILABLE')
  const few = list(tag, { example: [], maxItems: 2 })
  assert.deepEqual(few.schema, { type: 'array', items: { $ref: '#/components/schemas/Tag' }, maxItems: 2 })
  assert.deepEqual(few.example, [])
  assert.deepEqual(either('x', null).schema, { anyOf: [{ type: 'string' }, { type: 'null' }] })
  assert.deepEqual(nullable(tag).schema, {
    anyOf: [{ $ref: '#/components/schemas/Tag' }, { type: 'null' }],
  })
})

test('properties may be in groups, so that short ones share a line', () => {
  const pair = record({ id: 'a', size: 1 }, { state: oneOf('UP', 'DOWN'), note: maybe('x') })
  const value: ValueOf<typeof pair> = { id: 'b', size: 2, state: 'DOWN' }
  assert.deepEqual(pair.schema['required'], ['id', 'size', 'state'])
  assert.deepEqual(pair.example, { id: 'a', size: 1, state: 'UP', note: 'x' })
  assert.deepEqual(named('Pair', { id: 'a' }, { size: 1 }).example, { id: 'a', size: 1 })
  assert.equal(value.size, 2)
})

test('values of a shape are type-checked', () => {
  const { note: _, ...rest } = recording.example
  const without: ValueOf<typeof recording> = { ...rest, owner: null, state: 'DELETED' }
  // @ts-expect-error no such state
  const wrong: ValueOf<typeof recording> = { ...rest, state: 'GONE' }
  // @ts-expect-error a number is no text
  const other: ValueOf<typeof recording> = { ...rest, id: 1 }
  assert.ok([without, wrong, other].length === 3)
})
