import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryBudget } from '../../../../src/proxy/cache/memory-budget.js'
import type { CachedResponse } from '../../../../src/proxy/cache/cached-response.js'

const response: CachedResponse = {
  status: 200,
  statusMessage: 'OK',
  headers: {},
  rawHeaders: [],
  body: Buffer.alloc(1000),
  askedAt: 0,
}

test('a response that many read slowly is counted once, until the last has read it', () => {
  const budget = new MemoryBudget(999)
  const finished = [budget.lend(response), budget.lend(response), budget.lend(response)]
  finished[0]!()
  finished[1]!()
  assert.equal(budget.overdrawn, true)
  finished[2]!()
  assert.equal(budget.overdrawn, false)
  budget.take(1998)
  budget.giveBack(999)
  assert.equal(budget.overdrawn, false, 'nothing was left behind')
})
