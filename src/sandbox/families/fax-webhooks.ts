import { empty, json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler, Routes } from '../gateway/handler.js'
import { collection, counter } from '../data/memory.js'
import { jsonObject, nonEmptyString } from '../gateway/parameters.js'
import { momentOf } from '../data/time-series.js'
import { allOf, byId, save, type Things } from '../data/things.js'
import { failure, listResponse } from './fax-responses.js'

interface Webhook {
  readonly id: string
  readonly active: boolean
  readonly createdAt: string
  readonly uri: string
  readonly credentialType: string
}

export const webhooks = collection<Webhook>(() => [
  {
    id: '1',
    active: true,
    createdAt: '2026-01-05T09:00:00.000Z',
    uri: 'https://fax.example.com/events',
    credentialType: 'bearer',
  },
])
const nextNumber = counter(2)
const path = '/notifications/webhook'

export const webhookRoutes: Routes = {
  [`GET ${path}`]: (call) =>
    listResponse(call, 'customerWebHookInformationList', allOf(webhooks, call.memory).map(shownWebhook)),
  [`POST ${path}`]: create,
  [`GET ${path}/:id`]: byId(webhooks, (found) => json(shownWebhook(found)), missingWebhook),
  [`PATCH ${path}/:id`]: byId(webhooks, change, missingWebhook),
  [`DELETE ${path}/:id`]: removal(webhooks),
}

/** Renders a webhook: in responses ids are numbers. */
export function shownWebhook({ id, ...webhook }: Webhook) {
  return { id: Number(id), ...webhook }
}

/** Makes a handler that deletes webhooks or subscriptions. */
export function removal<T extends { readonly id: string }>(things: Things<T>): Handler {
  const remove = ({ id }: T, { memory }: SandboxCall) => {
    things(memory).delete(id)
    return empty(204)
  }
  return byId(things, remove, missingWebhook)
}

/** Makes the 404 for a webhook that does not exist. */
export function missingWebhook(id: string, call: SandboxCall): SandboxResponse {
  return failure(call, 404, `No webhook ${id}`)
}

function create(call: SandboxCall): SandboxResponse {
  const { uri, type } = jsonObject(call.body) ?? {}
  const address = nonEmptyString(uri)
  if (!address) return failure(call, 400, 'uri is missing')
  const webhook = {
    id: String(nextNumber(call.memory)),
    active: true,
    createdAt: new Date(momentOf(call.nowMs)).toISOString(),
    uri: address,
    credentialType: nonEmptyString(type) ?? 'bearer',
  }
  return json(shownWebhook(save(webhooks, call.memory, webhook)), 201)
}

function change(found: Webhook, call: SandboxCall): SandboxResponse {
  const active = jsonObject(call.body)?.['active']
  if (typeof active !== 'boolean') return failure(call, 400, 'active must be true or false')
  save(webhooks, call.memory, { ...found, active })
  return empty(204)
}
