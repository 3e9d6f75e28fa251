import { administrationKeyRejected, apiKey } from '../gateway/access.js'
import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { remembered } from '../data/memory.js'
import { isObject, jsonObject } from '../gateway/parameters.js'
import { tenantExists } from '../data/tenants.js'

const vendorType = { 'Content-Type': 'application/vnd.campaigns.v1+json' }
const campaigns = remembered(() => new Map<string, { fields: object; records: number }>())

/** Source: 8x8's guide "Contact Center Campaigns" and its specification. */
export const ccCampaigns: SandboxFamily = {
  name: 'CC campaigns',
  base: /^\/cc\/(?<site>US1|US2|UK3)\/campaigns\/v1/,
  access: apiKey(administrationKeyRejected),
  demands: (call) => {
    const tenant = call.headers['x-8x8-tenant']?.toString()
    if (tenant === undefined) return failure(call, 400, 'Bad Request', 'The X-8x8-Tenant header is missing')
    return tenantExists(tenant) ? undefined : failure(call, 404, 'Not Found', 'No such tenant')
  },
  routes: {
    'PATCH /:id': (call) => {
      const given = jsonObject(call.body)
      if (!given) return failure(call, 400, 'Bad Request', 'The body must be a JSON object')
      const campaign = campaignOf(call)
      campaign.fields = { ...campaign.fields, ...given }
      return describe(call)
    },
    'POST /:id/records': addRecords,
  },
}

function addRecords(call: SandboxCall): SandboxResponse {
  const given: unknown = jsonObject(call.body)?.['records'] ?? parseArray(call.body)
  if (!Array.isArray(given) || given.length === 0 || given.length > 100 || !given.every(isObject)) {
    return failure(call, 400, 'Bad Request', 'records must be a list of 1 to 100 objects')
  }
  campaignOf(call).records += given.length
  return describe(call)
}

function campaignOf({ params, memory }: SandboxCall) {
  const id = params['id'] ?? ''
  const campaign = campaigns(memory).get(id) ?? { fields: { status: 'NEW' }, records: 0 }
  campaigns(memory).set(id, campaign)
  return campaign
}

function describe(call: SandboxCall): SandboxResponse {
  const { fields, records } = campaignOf(call)
  return json({ ...fields, id: call.params['id'], recordCount: records }, 200, vendorType)
}

function parseArray(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function failure({ path }: SandboxCall, status: number, title: string, detail: string): SandboxResponse {
  return json({ title, status, detail, instance: path, time: new Date().toISOString(), errors: [] }, status)
}
