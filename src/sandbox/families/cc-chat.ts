import { appToken, open } from '../access.js'
import { empty, json, problem } from '../answers.js'
import type { Answer, Call, Handler, Routes } from '../exchange.js'
import type { Family } from '../family.js'
import { compileFilter } from '../fiql.js'
import { collection, counter, type Memory } from '../memory.js'
import { pageOf } from '../paging.js'
import { integer, isObject, jsonObject, nonEmptyString } from '../parameters.js'
import { company, queues } from '../people.js'
import { seededHex } from '../seeded.js'
import { tenantExists } from '../tenants.js'

type Thing = Readonly<Record<string, unknown>> & { readonly id: string }
type Things = (memory: Memory) => Map<string, Thing>

const startedMs = Date.UTC(2026, 0, 5, 9)

const webHooks = collection<Thing>(() => [
  {
    id: 'hook-1',
    name: 'Bot',
    uri: 'https://bot.example.com/events',
    notificationVersion: '1.0',
    version: 0,
  },
])
const channels = collection<Thing>(() => [
  {
    id: 'channel-1',
    name: 'Website',
    webhook: 'hook-1',
    routingOptions: { type: 'queue', id: queues.find(({ channel }) => channel === 'chat')?.id },
  },
])
const conversations = collection<Thing>(() => [
  {
    id: 'ID-1',
    channelId: 'channel-1',
    status: 'ACTIVE',
    customer: { name: 'Customer', email: 'customer@example.com' },
    timestamp: startedMs,
  },
])
const messages = collection<Thing>(() => [
  { id: 'message-1', conversationId: 'ID-1', text: 'Hello', author: 'customer', timestamp: startedMs },
])
const nextNumber = counter(2)

const base = /^\/vcc\/(?:us|eu|ca|ap)\/chat\/v2/

/** The key that web hook signatures are checked with; public, so it needs no token. */
export const ccChatKeys: Family = {
  name: 'CC chat keys',
  base: new RegExp(`${base.source}(?=/jwk/)`),
  access: open,
  routes: {
    'GET /jwk/:id/public': ({ params }) =>
      json({ kty: 'RSA', use: 'sig', alg: 'RS256', kid: params['id'], e: 'AQAB', n: seededHex('jwk', 342) }),
  },
}

/** Source: 8x8's specification "Contact Center Chat API v2". */
export const ccChat: Family = {
  name: 'CC chat',
  base: new RegExp(`${base.source}/tenant/(?<tenant>[^/]+)`),
  access: appToken('vcc'),
  demands: ({ params }) =>
    tenantExists(params['tenant'] ?? '') ? undefined : foreignTenant(params['tenant']),
  routes: {
    'POST /web-hooks/verify': () => empty(204),
    ...resource('/web-hooks', webHooks, 'hook'),
    ...resource('/channels', channels, 'channel'),
    'GET /conversations': (call) => listAnswer(call, matchingConversations(call)),
    'POST /conversations': createConversation,
    'GET /conversations/:id': one(conversations, (found) => json(found)),
    'GET /conversations/:id/participants': one(conversations, (found, call) =>
      listAnswer(call, [{ id: 'customer', ...(isObject(found['customer']) ? found['customer'] : {}) }]),
    ),
    'DELETE /conversations/:id/participants/customer': one(conversations, (found, { memory }) => {
      conversations(memory).set(found.id, { ...found, status: 'ENDED' })
      return empty(204)
    }),
    'GET /conversations/:id/messages': one(conversations, (found, call) => {
      const all = [...messages(call.memory).values()]
      return listAnswer(
        call,
        all.filter((message) => message['conversationId'] === found.id),
      )
    }),
    'POST /conversations/:id/messages': one(conversations, addMessage),
  },
}

/** List, create, read, replace and delete for one kind of thing. */
function resource(path: string, things: Things, prefix: string): Routes {
  return {
    [`GET ${path}`]: (call) => {
      const filter = compileFilter<Thing>(call.query.get('filter') ?? '', (thing, field) => thing[field])
      if ('mistake' in filter) return problem({ message: 'Invalid filter', errors: [filter.mistake] }, 400)
      return listAnswer(call, [...things(call.memory).values()].filter(filter.accepts))
    },
    [`POST ${path}`]: ({ body, memory }) => {
      const given = jsonObject(body)
      if (!nonEmptyString(given?.['name'])) return violation('name: May not be empty.')
      const thing = { ...given, id: `${prefix}-${nextNumber(memory)}`, version: 0 }
      things(memory).set(thing.id, thing)
      return json(thing, 201)
    },
    [`GET ${path}/:id`]: one(things, (found) => json(found)),
    [`PUT ${path}/:id`]: one(things, (found, { body, headers, memory }) => {
      const version = Number(found['version'] ?? 0)
      const expected = headers['if-match']
      if (expected !== undefined && Number(expected.replaceAll('"', '')) !== version) {
        return problem({ message: 'Precondition Failed', errors: [`The version is ${version}.`] }, 412)
      }
      const thing = { ...found, ...jsonObject(body), id: found.id, version: version + 1 }
      things(memory).set(found.id, thing)
      return json(thing)
    }),
    [`DELETE ${path}/:id`]: one(things, (found, { memory }) => {
      things(memory).delete(found.id)
      return empty(204)
    }),
  }
}

function createConversation({ body, memory, nowMs }: Call): Answer {
  const given = jsonObject(body)
  const channelId = nonEmptyString(given?.['channelId'])
  if (!channelId) return violation('channelId: May not be empty.')
  if (!channels(memory).has(channelId)) return violation('channelId: No such channel.')
  const id = `ID-${nextNumber(memory)}`
  const timestamp = startedMs + Math.floor(nowMs)
  conversations(memory).set(id, { ...given, id, status: 'ACTIVE', timestamp })
  return json({ conversationId: id, timestamp }, 202)
}

function addMessage(conversation: Thing, { body, memory, nowMs }: Call): Answer {
  const given = jsonObject(body)
  if (!given) return violation('body: Must be a JSON object.')
  const id = `message-${nextNumber(memory)}`
  const timestamp = startedMs + Math.floor(nowMs)
  messages(memory).set(id, { ...given, id, conversationId: conversation.id, timestamp })
  return empty(202)
}

/** `status`, `channel-id`, `userId` and `customer.<anything>` filter. */
function matchingConversations({ query, memory }: Call): readonly Thing[] {
  const wanted = [...query].filter(([name]) => /^(?:status|channel-id|userId|customer\..+)$/.test(name))
  return [...conversations(memory).values()].filter((conversation) =>
    wanted.every(([name, value]) => {
      const customer = isObject(conversation['customer']) ? conversation['customer'] : {}
      if (name.startsWith('customer.')) return customer[name.slice('customer.'.length)] === value
      return conversation[name === 'channel-id' ? 'channelId' : name] === value
    }),
  )
}

function listAnswer(call: Call, items: readonly Thing[]): Answer {
  const pageIndex = integer(call.query, 'page', 0)
  const pageSize = integer(call.query, 'size', 20)
  if (Number.isNaN(pageIndex) || !(pageSize >= 1)) return violation('page, size: Must be whole numbers.')
  const page = pageOf(items, pageIndex, pageSize)
  const counts = { elementCount: page.totalElements, pageCount: page.totalPages }
  return json({ data: page.items, page: { pageSize, pageIndex, ...counts } })
}

function one(things: Things, answer: (found: Thing, call: Call) => Answer): Handler {
  return (call) => {
    const id = call.params['id'] ?? ''
    const found = things(call.memory).get(id)
    return found
      ? answer(found, call)
      : problem({ message: 'Not Found', errors: [`No resource ${id}.`] }, 404)
  }
}

function violation(error: string): Answer {
  return problem({ message: 'Constraint Violation', errors: [error] }, 400)
}

function foreignTenant(tenant: string | undefined): Answer {
  const error = `Tenant ${tenant} does not belong to customer ${company.customerId}.`
  return problem({ message: 'The tenant does not belong to customer.', errors: [error] }, 403)
}
