import { apiKey } from '../access.js'
import { bytes, empty, json, problem } from '../answers.js'
import type { Answer, Call, Handler, Routes } from '../exchange.js'
import type { Family } from '../family.js'
import { compileFilter } from '../fiql.js'
import { collection, counter, type Memory } from '../memory.js'
import { pageOf, queryWith } from '../paging.js'
import { integer, jsonObject } from '../parameters.js'
import { company } from '../people.js'
import { tenantExists } from '../tenants.js'

type Thing = Readonly<Record<string, unknown>> & { readonly id: string }
type Things = (memory: Memory) => Map<string, Thing>

const hal = { 'Content-Type': 'application/hal+json' }

const webhooks = collection<Thing>(() => [{ id: 'wh-1', name: 'Bot', url: 'https://bot.example.com/events' }])
const channels = collection<Thing>(() => [
  { id: 'ch-1', name: 'Website', webhookId: 'wh-1' },
  { id: 'ch-2', name: 'Mobile app', webhookId: 'wh-1' },
])
const conversations = collection<Thing>(() => [{ id: 'cv-1', channelId: 'ch-1', state: 'active' }])
const messages = collection<Thing>(() => [
  { id: 'ms-1', conversationId: 'cv-1', authorType: 'user', text: 'Hello' },
])
const participants = collection<Thing>(() => [
  { id: 'pa-1', conversationId: 'cv-1', participantType: 'user' },
])
const attachments = collection<Thing & { readonly content: Buffer; readonly type: string }>(() => [
  { id: 'at-1', conversationId: 'cv-1', type: 'text/plain', content: Buffer.from('An attachment.\n') },
])
const nextNumber = counter(3)

/** Source: 8x8's specification "Contact Center Chat Gateway v1". */
export const chatGateway: Family = {
  name: 'Chat gateway',
  base: /^\/chat-gateway\/v1/,
  access: apiKey(() => failure(401, 'UNAUTHORIZED', 'Invalid API key'), 'chat-gateway'),
  demands: ownTenant,
  routes: {
    ...resource('/webhooks', 'webhooks', webhooks, 'wh'),
    ...resource('/channels', 'channels', channels, 'ch'),
    ...resource('/conversations', 'conversations', conversations, 'cv'),
    ...resource('/conversations/:conversationId/messages', 'messages', messages, 'ms'),
    ...resource('/conversations/:conversationId/participants', 'participants', participants, 'pa'),
    'POST /conversations/:conversationId/attachments': upload,
    'GET /conversations/:conversationId/attachments/:id': one(attachments, ({ id, content, type }) =>
      bytes(content, type, { 'Content-Disposition': `attachment; filename="${id}"` }),
    ),
  },
}

/** The answers to buttons on cards, which live outside the gateway's own path. */
export const chatCards: Family = {
  name: 'Chat gateway cards',
  base: /^\/api\/v1\/tenant\/[^/]+\/conversations\/[^/]+\/cards\/[^/]+/,
  access: apiKey(() => failure(401, 'UNAUTHORIZED', 'Invalid API key'), 'chat-gateway'),
  routes: { 'PUT /action-submit': () => empty(204), 'PUT /action-execute': () => empty(204) },
}

/** `X-8x8-Tenant` may be left out, because the made-up customer has one tenant. */
function ownTenant({ headers }: Call): Answer | undefined {
  const tenant = headers['x-8x8-tenant']?.toString() ?? company.tenant
  if (tenantExists(tenant)) return undefined
  return failure(403, 'FORBIDDEN', 'The tenant does not belong to customer.')
}

function resource(path: string, relation: string, things: Things, prefix: string): Routes {
  return {
    [`GET ${path}`]: (call) => listAnswer(call, relation, things),
    [`POST ${path}`]: (call) => {
      const given = jsonObject(call.body)
      if (!given) return failure(400, 'BODY', 'The body must be a JSON object')
      const thing = { ...given, ...parentOf(call), id: `${prefix}-${nextNumber(call.memory)}` }
      things(call.memory).set(thing.id, thing)
      return json(withSelf(call, thing, true), 201, hal)
    },
    [`GET ${path}/:id`]: one(things, (found, call) => json(withSelf(call, found), 200, hal)),
    [`PUT ${path}/:id`]: one(things, change),
    [`PATCH ${path}/:id`]: one(things, change),
    [`DELETE ${path}/:id`]: one(things, (found, { memory }) => {
      things(memory).delete(found.id)
      return empty(204)
    }),
  }

  function change(found: Thing, call: Call): Answer {
    const thing = { ...found, ...jsonObject(call.body), id: found.id }
    things(call.memory).set(found.id, thing)
    return json(withSelf(call, thing), 200, hal)
  }
}

function listAnswer(call: Call, relation: string, things: Things): Answer {
  const { query, memory } = call
  const filter = compileFilter<Thing>(query.get('filter') ?? '', (thing, field) => thing[field])
  if ('mistake' in filter) return failure(400, 'FILTER', filter.mistake)
  const number = integer(query, 'page', 0)
  const size = integer(query, 'size', 20)
  if (Number.isNaN(number) || !(size >= 1 && size <= 100))
    return failure(400, 'PAGE', 'size must be 1 to 100')
  const parent = parentOf(call).conversationId
  const all = [...things(memory).values()].filter((thing) => !parent || thing['conversationId'] === parent)
  const [field = 'id', direction] = (query.get('sort') ?? 'id:asc').split(':')
  const sign = direction === 'desc' ? -1 : 1
  const sorted = all
    .filter(filter.accepts)
    .sort((a, b) => sign * JSON.stringify(a[field] ?? '').localeCompare(JSON.stringify(b[field] ?? '')))
  const page = pageOf(sorted, number, size)
  const to = (target: number) => ({
    href: `${call.origin}${call.path}?${queryWith(query, { page: target, size })}`,
  })
  return json(
    {
      _embedded: { [relation]: page.items.map((thing) => withSelf(call, thing, true)) },
      _links: { self: to(number), first: to(0), ...(page.isLast ? {} : { next: to(number + 1) }) },
      page: { number, size, totalElements: page.totalElements, totalPages: page.totalPages },
    },
    200,
    hal,
  )
}

/** A multipart upload (RFC 7578) of one part named `attachment`; only its kind and bytes are kept. */
function upload(call: Call): Answer {
  const boundary = /boundary="?([^";]+)/.exec(call.headers['content-type'] ?? '')?.[1]
  if (!boundary)
    return failure(400, 'CONTENT_TYPE', 'Content-Type must be multipart/form-data with a boundary')
  const text = call.body.toString('latin1')
  const part = text.split(`--${boundary}`).find((candidate) => /name="?attachment"?/i.test(candidate))
  const [head = '', ...rest] = part?.split('\r\n\r\n') ?? []
  if (!part) return failure(400, 'ATTACHMENT', 'The part named attachment is missing')
  const type = /content-type: *(.+)/i.exec(head)?.[1]?.trim() ?? 'application/octet-stream'
  const content = Buffer.from(rest.join('\r\n\r\n').replace(/\r\n$/, ''), 'latin1')
  const thing = { id: `at-${nextNumber(call.memory)}`, ...parentOf(call), type, content }
  attachments(call.memory).set(thing.id, thing)
  return json(withSelf(call, { id: thing.id, type, size: content.length }, true), 201, hal)
}

function one<T extends Thing>(
  things: (memory: Memory) => Map<string, T>,
  answer: (found: T, call: Call) => Answer,
) {
  const handler: Handler = (call) => {
    const found = things(call.memory).get(call.params['id'] ?? '')
    return found ? answer(found, call) : failure(404, 'NOT_FOUND', `No resource ${call.params['id']}`)
  }
  return handler
}

function parentOf({ params }: Call): { readonly conversationId?: string } {
  return params['conversationId'] === undefined ? {} : { conversationId: params['conversationId'] }
}

function withSelf({ origin, path }: Call, thing: Thing, below = false) {
  return { ...thing, _links: { self: { href: `${origin}${path}${below ? `/${thing.id}` : ''}` } } }
}

function failure(status: number, code: string, text: string): Answer {
  return problem(
    { message: text, errors: [{ code, message: text }], referenceId: `sandbox-${status}` },
    status,
  )
}
