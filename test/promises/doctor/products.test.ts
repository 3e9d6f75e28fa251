import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkProducts } from '../../../src/doctor/check-products.js'
import { cleaner } from '../../../src/doctor/foreign-text.js'
import { examine, sandboxWith } from './examine.js'

test('an app without products is told where to tick them', async () => {
  const { sandbox, environment } = await sandboxWith()
  sandbox.setProducts([])
  const { code, failed, checks } = await examine(environment)

  assert.equal(code, 1)
  assert.deepEqual(failed, ['products'])
  assert.equal(checks.token?.ok, true)
  assert.match(checks.products!.detail, /the app has no API products/)
  assert.match(checks.products!.advice!, /Admin Console > API Keys > your app tick the API products/)
  assert.equal(checks.reads?.detail, 'not tried: products has to work first')
  assert.deepEqual(sandbox.requests, [])
})

test('each product stands beside the families that it opens', () => {
  assert.deepEqual(lines(['analytics realtime-api', 'QM - API', 'CE-PCS-Product']).slice(0, 5), [
    '3 granted',
    'analytics realtime-api: Contact Center real-time metrics, Contact Center historical metrics',
    'QM - API: Quality Management and Speech Analytics',
    'CE-PCS-Product: Customer Experience (recent calls, post-call survey)',
    'Not granted: Cloud Storage (recordings), Contact Center Chat, Chat Gateway, 8x8 Work chat, Work Analytics',
  ])
})

test('products are recognised whatever their case, spaces and dashes', () => {
  assert.equal(lines(['STORAGE'])[1], 'STORAGE: Cloud Storage (recordings)')
  assert.equal(lines(['qm-api'])[1], 'qm-api: Quality Management and Speech Analytics')
  assert.equal(lines(['Chat Gateway'])[1], 'Chat Gateway: Chat Gateway')
})

test('an unknown product is shown and does no harm', () => {
  assert.equal(lines(['New Thing', 'storage'])[1], 'New Thing: nothing that this program knows by name')
})

test('the families that take the app key are listed as not in the token', () => {
  assert.match(lines(['storage']).at(-1)!, /take the app key: Audit records, Customer 360/)
})

test('a product name cannot write to the terminal', () => {
  assert.equal(
    lines(['\x1b[2Jst\norage\x07'])[1],
    '[2Jst orage: Cloud Storage (recordings)'.replace(
      'Cloud Storage (recordings)',
      'nothing that this program knows by name',
    ),
  )
  assert.ok(lines(['x'.repeat(10_000)])[1]!.length < 300)
})

function lines(products: readonly string[]): string[] {
  return checkProducts(products, cleaner(new Set())).detail.split('\n')
}
