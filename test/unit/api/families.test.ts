import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAMILIES, familyOf, isGranted, isOpenedBy } from '../../../src/api/families.js'
import { canonicalPath } from '../../../src/http/target.js'

test('every documented path belongs to its family', () => {
  for (const [path, family, credential] of [
    ['/analytics/cc/v5/realtime-metrics/queues', 'cc-realtime', 'bearer'],
    ['/eu/analytics/cc/v5/realtime-metrics/agents/1', 'cc-realtime', 'bearer'],
    ['/au/analytics/cc/v1/realtime-metrics', 'cc-realtime', 'bearer'],
    ['/ca/analytics/cc/v12/realtime-metrics/groups', 'cc-realtime', 'bearer'],
    ['/analytics/cc/v8/historical-metrics', 'cc-historical', 'bearer'],
    ['/eu/analytics/cc/v8/historical-metrics/1/data', 'cc-historical', 'bearer'],
    ['/storage/us-west/v3/objects', 'storage', 'bearer'],
    ['/storage', 'storage', 'bearer'],
    ['/qm/uk/v1/evaluations', 'qm', 'bearer'],
    ['/vcc/us/chat/v2/channels', 'cc-chat', 'bearer'],
    ['/chat-gateway/v1/conversations', 'chat-gateway', 'api-key'],
    ['/api/v1/tenant/t/conversations/c/cards/i/action-submit', 'chat-gateway', 'api-key'],
    ['/chat/api/chat/v1/messages', 'work-chat', 'api-key'],
    ['/analytics/work/v1/call-records', 'work-analytics', 'work'],
    ['/analytics/work/v2/pbxes/x', 'work-analytics', 'work'],
    ['/analytics/work/v1/oauth/token', 'work-analytics', 'work'],
    ['/customerexperience/v1/recentCallData/us', 'customer-experience', 'customer-experience'],
    ['/customerexperience/v1/postCallSurvey/uk', 'customer-experience', 'customer-experience'],
    ['/administration/audit/v1/audits', 'audit', 'api-key'],
    ['/cidp-customer-360/us/v1/public/tenants/t/interactions-insight', 'customer-360', 'api-key'],
    ['/cidp/journey/api/v1/journeys/search', 'journey', 'api-key'],
    ['/admin-provisioning/users', 'administration', 'api-key'],
    ['/directory-contacts/api/v3/contacts', 'contacts', 'api-key'],
    ['/directoryContacts/api/v3/contacts', 'contacts', 'api-key'],
    ['/cc/US1/campaigns/v1/x/records', 'campaigns', 'api-key'],
    ['/faxapi/v1/faxes', 'fax', 'api-key'],
  ] as const) {
    assert.deepEqual([familyOf(path).name, familyOf(path).credential], [family, credential], path)
  }
})

test('every other path gets the shared token', () => {
  for (const path of [
    '/',
    '/storages/x',
    '/x/storage',
    '/qmx',
    '/chat/v1',
    '/chat/apis',
    '/analytics',
    '/analytics/workers',
    '/analytics/cc/realtime-metrics',
    '/analytics/cc/v5/realtime-metricsx',
    '/us/analytics/cc/v5/realtime-metrics',
    '/administration/x',
    '/cc/campaigns',
    '/Storage/x',
    '/oauth/v2/other',
  ]) {
    assert.deepEqual([familyOf(path).name, familyOf(path).credential], ['other', 'bearer'], path)
  }
})

test('another spelling of a path is the same family', () => {
  assert.equal(familyOf(canonicalPath('//%61nalytics//work/v1')).name, 'work-analytics')
  assert.equal(familyOf(canonicalPath('/chat%2Fapi')).name, 'other')
})

test('no path belongs to two families, and no two families share a name', () => {
  const names = FAMILIES.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  for (const path of [
    '/storage/x',
    '/chat/api/x',
    '/chat-gateway/x',
    '/analytics/work/v1/x',
    '/cidp/journey/x',
  ]) {
    assert.equal(FAMILIES.filter(({ pattern }) => pattern.test(path)).length, 1, path)
  }
})

test("every product that 8x8's guides list for api.8x8.com opens a family", () => {
  for (const [product, family] of [
    ['analytics realtime-api', 'cc-realtime'],
    ['storage', 'storage'],
    ['Call Recording & Storage', 'storage'],
    ['QM - API', 'qm'],
    ['vcc', 'cc-chat'],
    ['chat-gateway', 'chat-gateway'],
    ['Chat', 'work-chat'],
    ['analytics product', 'work-analytics'],
    ['CE-RCS-Product', 'customer-experience'],
    ['CE-PCS-Product', 'customer-experience'],
    ['customer-360', 'customer-360'],
    ['UC & CC Admin Operations', 'administration'],
    ['UC Site Admin', 'administration'],
    ['Contact Search', 'contacts'],
    ['Contact Management', 'contacts'],
    ['Contact Center Campaigns', 'campaigns'],
  ] as const) {
    assert.equal(FAMILIES.find((one) => isOpenedBy(one, product))?.name, family, product)
  }
})

test('a family whose product 8x8 does not list in tokens is granted or unknown, never missing', () => {
  const family = FAMILIES.find(({ name }) => name === 'customer-experience')!
  assert.equal(isGranted(family, ['storage', 'CE-PCS-Product']), true)
  assert.equal(isGranted(family, ['storage']), undefined)
  assert.equal(
    isGranted(
      FAMILIES.find(({ name }) => name === 'qm')!,
      ['storage'],
    ),
    false,
  )
})
