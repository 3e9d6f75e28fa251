import { appToken, open } from '../gateway/access.js'
import { empty, json, problem } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Routes } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { compileFilter } from '../data/fiql.js'
import { publicKey } from '../files/jwk.js'
import { collection, counter } from '../data/memory.js'
import { jsonObject, nonEmptyString } from '../gateway/parameters.js'
import { company, queues } from '../data/people.js'
import { sorted } from '../data/sorting.js'
import { tenantExists } from '../data/tenants.js'
import { allOf, save, type Things } from '../data/things.js'
import { listResponse, one, violation } from './cc-chat-responses.js'
import { conversationRoutes } from './cc-chat-conversations.js'

/** A named thing and its revision, which counts replacements and is what `If-Match` takes. */
interface Versioned {
  readonly id: string
  readonly revision: number
  readonly fields: Readonly<Record<string, unknown>>
}

const webHooks = collection<Versioned>(() => [
  {
    id: 'hook-1',
    revision: 0,
    fields: { name: 'Bot', uri: 'https://bot.example.com/events', version: 'v2.0' },
  },
])
const channels = collection<Versioned>(() => [
  {
    id: 'channel-1',
    revision: 0,
    fields: {
      name: 'Website',
      webHookId: 'hook-1',
      routingOptions: { type: 'queue', id: queues.find(({ channel }) => channel === 'chat')?.id },
    },
  },
])
const nextNumber = counter(2)

const base = /^\/vcc\/(?:us|eu|ca|ap)\/chat\/v2/

/** The keys are public, so that they need no token. */
export const ccChatKeys: SandboxFamily = {
  name: 'CC chat keys',
  base: new RegExp(`${base.source}(?=/jwk/)`),
  access: open,
  routes: { 'GET /jwk/:jwkId/public': (call) => json(publicKey(call)) },
}

/** Source: 8x8's specification "Contact Center Chat API v2". */
export const ccChat: SandboxFamily = {
  name: 'CC chat',
  base: new RegExp(`${base.source}/tenant/(?<tenant>[^/]+)`),
  access: appToken('vcc'),
  demands: ({ params }) =>
    tenantExists(params['tenant'] ?? '') ? undefined : foreignTenant(params['tenant']),
  routes: {
    'POST /web-hooks/verify': () => empty(204),
    ...resource('/web-hooks', webHooks, 'hook'),
    ...resource('/channels', channels, 'channel'),
    ...conversationRoutes(({ memory }, id) => channels(memory).has(id)),
  },
}

/** List, create, read, replace and delete for one kind of thing. */
function resource(path: string, things: Things<Versioned>, prefix: string): Routes {
  return {
    [`GET ${path}`]: (call) => {
      const filter = compileFilter(call.query.get('filter'))
      if ('error' in filter) return problem({ message: 'Invalid filter', errors: [filter.error] }, 400)
      const found = allOf(things, call.memory).map(shown).filter(filter.accepts)
      return listResponse(call, sorted(found, call.query.get('sort')))
    },
    [`POST ${path}`]: ({ body, memory }) => {
      const fields = jsonObject(body)
      if (!fields || !nonEmptyString(fields['name'])) return violation('name: May not be empty.')
      const id = `${prefix}-${nextNumber(memory)}`
      return json(shown(save(things, memory, { id, revision: 0, fields })))
    },
    [`GET ${path}/:id`]: one(things, (found) => json(shown(found))),
    [`PUT ${path}/:id`]: one(things, (found, call) => replace(things, found, call)),
    [`DELETE ${path}/:id`]: one(things, ({ id }, { memory }) => {
      things(memory).delete(id)
      return empty(204)
    }),
  }
}

function replace(
  things: Things<Versioned>,
  found: Versioned,
  { headers, body, memory }: SandboxCall,
): SandboxResponse {
  const { id, revision } = found
  const expected = headers['if-match']?.replaceAll('"', '')
  if (expected !== undefined && Number(expected) !== revision) {
    return problem({ message: 'Precondition Failed', errors: [`The version is ${revision}.`] }, 412)
  }
  const fields = { ...found.fields, ...jsonObject(body) }
  return json(shown(save(things, memory, { id, revision: revision + 1, fields })))
}

function shown({ id, fields }: Versioned) {
  return { ...fields, id }
}

function foreignTenant(tenant: string | undefined): SandboxResponse {
  const error = `Tenant ${tenant} does not belong to customer ${company.customerId}.`
  return problem({ message: 'The tenant does not belong to customer.', errors: [error] }, 403)
}
