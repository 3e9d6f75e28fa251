import { apiKey } from '../gateway/access.js'
import { empty } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Routes } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { publicKey } from '../files/jwk.js'
import { collection, counter } from '../data/memory.js'
import { company, queues } from '../data/people.js'
import { tenantExists } from '../data/tenants.js'
import { allOf, save, type Thing, type Things } from '../data/things.js'
import { failure, hal, listResponse, one, requiring } from './chat-gateway-responses.js'
import { attachmentRoutes } from './chat-gateway-attachments.js'
import { conversationRoutes } from './chat-gateway-conversations.js'
import { messageRoutes } from './chat-gateway-messages.js'

const webhooks = collection<Thing>(() => [
  { id: 'wh-1', name: 'Bot', uri: 'https://bot.example.com/events', version: 'Chat Gateway v1.0' },
])
const channels = collection<Thing>(() =>
  ['Website', 'Mobile app'].map((name, index) => ({
    id: `ch-${index + 1}`,
    name,
    type: 'ChatAPI',
    webHookId: 'wh-1',
    routingOptions: { type: 'queue', id: queues.find(({ channel }) => channel === 'chat')?.id },
  })),
)
const nextNumber = counter(3)

const checkKey = apiKey(() => failure(401, 'UNAUTHORIZED', 'Invalid API key'), 'chat-gateway')

/** Source: 8x8's specification "Contact Center Chat Gateway v1". */
export const chatGateway: SandboxFamily = {
  name: 'Chat gateway',
  base: /^\/chat-gateway\/v1/,
  access: checkKey,
  demands: ownTenant,
  routes: {
    'GET /jwk/:id/public': publicKey,
    'POST /webhooks/verify': (call) => requiring(call, ['version', 'uri'], () => empty(204)),
    ...resource('/webhooks', 'webhooks', webhooks, 'wh', ['name', 'uri']),
    ...resource('/channels', 'channels', channels, 'ch', ['name', 'routingOptions']),
    ...conversationRoutes(channels),
    ...messageRoutes,
    ...attachmentRoutes,
  },
}

/** The responses to buttons on cards, which live outside the gateway's own path. */
export const chatCards: SandboxFamily = {
  name: 'Chat gateway cards',
  base: /^\/api\/v1\/tenant\/[^/]+\/conversations\/[^/]+\/cards\/[^/]+/,
  access: checkKey,
  routes: { 'PUT /action-submit': () => empty(204), 'PUT /action-execute': () => empty(204) },
}

/** Rejects an unknown tenant. `X-8x8-Tenant` may be left out, because the made-up customer has one tenant. */
function ownTenant({ headers }: SandboxCall): SandboxResponse | undefined {
  const tenant = headers['x-8x8-tenant']?.toString() ?? company.tenant
  if (tenantExists(tenant)) return undefined
  return failure(403, 'FORBIDDEN', 'The tenant does not belong to customer.')
}

/** List, create, read, replace and delete for one kind of thing. */
function resource(
  path: string,
  relation: string,
  things: Things,
  prefix: string,
  fields: readonly string[],
): Routes {
  return {
    [`GET ${path}`]: (call) => listResponse(call, relation, allOf(things, call.memory)),
    [`POST ${path}`]: (call) =>
      requiring(call, fields, (given) => {
        return hal(save(things, call.memory, { ...given, id: `${prefix}-${nextNumber(call.memory)}` }))
      }),
    [`GET ${path}/:id`]: one(things, (found) => hal(found)),
    [`PUT ${path}/:id`]: one(things, ({ id }, call) =>
      requiring(call, fields, (given) => hal(save(things, call.memory, { ...given, id }))),
    ),
    [`DELETE ${path}/:id`]: one(things, ({ id }, { memory }) => {
      things(memory).delete(id)
      return empty(204)
    }),
  }
}
