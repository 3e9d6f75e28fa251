import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sandbox } from '../../../src/sandbox/sandbox.js'
import { halOf, jsonOf, keyClient, post, withSandbox } from './client.js'

const did = '+14085552000'

test('a fax is sent from a number, and cancelled while it has not left', () =>
  withSandbox(async (sandbox) => {
    const call = client(sandbox)
    const sent = await call('/faxes', post({ fromDid: did, toDid: '+14085559999' }))
    assert.equal(sent.status, 201)
    const { faxId, faxState } = await jsonOf(sent)
    assert.equal(faxState, 'QUEUED')
    const path = `/faxes/${String(faxId)}`
    assert.equal((await call(`${path}/cancel`, { method: 'POST' })).status, 204)
    assert.equal((await jsonOf(await call(path)))['faxState'], 'CANCELLED')
    assert.equal((await call(`${path}/cancel`, { method: 'POST' })).status, 400)
    assert.equal((await call('/faxes', post({ to: '1' }))).status, 400)
    assert.equal((await call('/faxes', post({ fromDid: '+1', toDid: '+2' }))).status, 404)
    const outbound = await listed(sandbox, '/faxes?direction=outbound')
    assert.deepEqual(
      outbound.map((fax) => fax['faxId']),
      [faxId],
    )
  }))

test('faxes are of a number, unread until their pages are fetched, and without failures on request', () =>
  withSandbox(async (sandbox) => {
    const call = client(sandbox)
    const ofNumber = await listed(sandbox, `/faxes/phones/${did}`)
    assert.equal(ofNumber.length, 5)
    assert.ok(ofNumber.every(({ toDid }) => toDid === did))
    const pdf = await call('/faxes/fax-1/file')
    assert.match(await pdf.text(), /^%PDF-1\.4/)
    assert.equal((await listed(sandbox, `/faxes/phones/${did}/unread`)).length, 4)
    assert.equal((await listed(sandbox, '/faxes/unread?size=100')).length, 24)
    assert.equal((await listed(sandbox, '/faxes?size=100&filterFailures=true')).length, 23)
    assert.equal((await call('/faxes/phones/+1')).status, 404)
  }))

test('faxes are deleted one by one or in bulk, which says of each whether it worked', () =>
  withSandbox(async (sandbox) => {
    const call = client(sandbox)
    const response = await call('/faxes/bulk-delete', post({ faxIDs: ['fax-1', 'none'] }))
    assert.deepEqual(await jsonOf(response), { successful: ['fax-1'], failed: { none: 'Fax not found' } })
    assert.equal((await call('/faxes/fax-2', { method: 'DELETE' })).status, 204)
    assert.equal((await listed(sandbox, '/faxes?size=100')).length, 23)
    assert.equal((await call('/faxes/bulk-delete', post({}))).status, 400)
  }))

test('a webhook is created, switched off, used for all numbers or for one, and deleted', () =>
  withSandbox(async (sandbox) => {
    const call = client(sandbox)
    const change = (path: string, body: object) => call(path, { ...post(body), method: 'PATCH' })
    const created = await call(
      '/notifications/webhook',
      post({ uri: 'https://mine.example.com', type: 'basic' }),
    )
    assert.equal(created.status, 201)
    const { id } = await jsonOf(created)
    const hook = `/notifications/webhook/${String(id)}`
    assert.equal((await change(hook, { active: false })).status, 204)
    assert.equal((await jsonOf(await call(hook)))['active'], false)
    assert.equal((await change(hook, { active: 'no' })).status, 400)

    const events = '/notifications/fax-event/webhook-service'
    assert.equal((await call(`${events}/default`, post({ webhookId: id }))).status, 201)
    assert.equal((await change(`${events}/default/${String(id)}`, { direction: 'inbound' })).status, 204)
    assert.equal((await change(`${events}/default/${String(id)}`, { direction: 'up' })).status, 400)
    assert.equal((await call(`${events}/phones`, post({ webhookId: id, did }))).status, 201)
    assert.equal((await call(`${events}/phones`, post({ webhookId: id, did: '+1' }))).status, 404)
    assert.equal((await call(`${events}/phones`, post({ webhookId: 99, did }))).status, 404)
    const [first] = await listed(sandbox, '/phones')
    assert.ok(first)
    assert.equal(first['did'], did)
    assert.equal((first['webhooks'] as unknown[]).length, 1)
    const [told] = await listed(sandbox, `${events}/phones`)
    assert.equal(told?.['direction'], 'bi-directional')

    for (const path of [`${events}/phones/${did}/${String(id)}`, `${events}/default/${String(id)}`, hook]) {
      assert.equal((await call(path, { method: 'DELETE' })).status, 204)
      assert.equal((await call(path, { method: 'DELETE' })).status, 404)
    }
    assert.equal((await listed(sandbox, `${events}/phones`)).length, 0)
  }))

function client(sandbox: Sandbox) {
  const call = keyClient(sandbox)
  return (path: string, init: Parameters<typeof call>[1] = {}) => call(`/faxapi/v1${path}`, init)
}

async function listed(sandbox: Sandbox, path: string) {
  return halOf((await jsonOf(await client(sandbox)(path)))['content']).items
}
