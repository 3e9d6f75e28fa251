import { empty, json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler, Routes } from '../gateway/handler.js'
import { collection } from '../data/memory.js'
import { jsonObject, nonEmptyString } from '../gateway/parameters.js'
import { allOf, byId, save, type Things } from '../data/things.js'
import { dids, failure, listResponse } from './fax-responses.js'
import { missingWebhook, removal, shownWebhook, webhooks } from './fax-webhooks.js'

/** A subscription of a webhook to the faxes of one number or of all: inbound, outbound or both. */
interface Subscription {
  readonly id: string
  readonly webhookId: string
  readonly did?: string
  readonly direction: string
}

const directions = ['inbound', 'outbound', 'bi-directional']
const ofAll = collection<Subscription>(() => [{ id: '1', webhookId: '1', direction: 'inbound' }])
const ofNumbers = collection<Subscription>(() => [])

const allPath = '/notifications/fax-event/webhook-service/default'
const numbersPath = '/notifications/fax-event/webhook-service/phones'

/** The faxes that a webhook is notified of. */
export const eventRoutes: Routes = {
  [`GET ${allPath}`]: (call) =>
    listResponse(call, 'customerDefaultWebHookInformationList', allShown(ofAll, call)),
  [`POST ${allPath}`]: (call) => subscribe(ofAll, call, {}),
  [`PATCH ${allPath}/:id`]: byId(ofAll, (found, call) => redirect(ofAll, found, call), missingWebhook),
  [`DELETE ${allPath}/:id`]: removal(ofAll),

  [`GET ${numbersPath}`]: (call) =>
    listResponse(call, 'customerDidWebHookInformationList', allShown(ofNumbers, call)),
  [`POST ${numbersPath}`]: (call) => {
    const did = nonEmptyString(jsonObject(call.body)?.['did']) ?? ''
    return dids.includes(did) ? subscribe(ofNumbers, call, { did }) : failure(call, 404, `No number ${did}`)
  },
  [`PATCH ${numbersPath}/:did/:webhookId`]: ofNumber((found, call) => redirect(ofNumbers, found, call)),
  [`DELETE ${numbersPath}/:did/:webhookId`]: ofNumber(({ id }, { memory }) => {
    ofNumbers(memory).delete(id)
    return empty(204)
  }),
}

/** Returns the subscriptions to one number. */
export function webhooksOf(did: string, call: SandboxCall): readonly object[] {
  return allShown(ofNumbers, call).filter((subscription) => subscription.did === did)
}

function subscribe(
  things: Things<Subscription>,
  call: SandboxCall,
  number: { readonly did?: string },
): SandboxResponse {
  const webhookId = String(jsonObject(call.body)?.['webhookId'])
  if (!webhooks(call.memory).has(webhookId)) return missingWebhook(webhookId, call)
  const id = number.did === undefined ? webhookId : `${number.did}/${webhookId}`
  const subscription = { id, webhookId, ...number, direction: 'bi-directional' }
  return json(shown(save(things, call.memory, subscription), call)[0], 201)
}

function redirect(things: Things<Subscription>, found: Subscription, call: SandboxCall): SandboxResponse {
  const direction = nonEmptyString(jsonObject(call.body)?.['direction']) ?? ''
  if (!directions.includes(direction)) {
    return failure(call, 400, `direction must be one of ${directions.join(', ')}`)
  }
  save(things, call.memory, { ...found, direction })
  return empty(204)
}

function allShown(things: Things<Subscription>, call: SandboxCall) {
  return allOf(things, call.memory).flatMap((subscription) => shown(subscription, call))
}

/** The webhook with its subscription; nothing once the webhook is deleted. */
function shown({ id: _id, webhookId, ...told }: Subscription, { memory }: SandboxCall) {
  const webhook = webhooks(memory).get(webhookId)
  return webhook ? [{ ...shownWebhook(webhook), ...told }] : []
}

function ofNumber(response: (found: Subscription, call: SandboxCall) => SandboxResponse): Handler {
  return (call) => {
    const id = `${call.params['did']}/${call.params['webhookId']}`
    const found = ofNumbers(call.memory).get(id)
    return found ? response(found, call) : missingWebhook(id, call)
  }
}
