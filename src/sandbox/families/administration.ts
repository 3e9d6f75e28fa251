import { administrationKeyRefused, apiKey } from '../access.js'
import { json } from '../answers.js'
import type { Answer, Call, Handler, Routes } from '../exchange.js'
import type { Family } from '../family.js'
import { collection, counter, remembered, type Memory } from '../memory.js'
import { cursorAt, cursorOffset } from '../paging.js'
import { integer, jsonObject } from '../parameters.js'
import { groups, people } from '../people.js'
import { seededUuid } from '../seeded.js'

type Thing = Readonly<Record<string, unknown>> & { readonly id: string }
type Things = (memory: Memory) => Map<string, Thing>

/** Changes are done later: each is an operation that has not finished until it is asked for a second time. */
interface Operation {
  readonly id: string
  readonly resourceId: string
  polls: number
}

const users = collection<Thing>(() =>
  people.map(({ userId, firstName, lastName, email, extension }) => {
    return { id: userId, firstName, lastName, email, extension, status: 'ACTIVE' }
  }),
)
const ringGroups = collection<Thing>(() => groups.map(({ id, name }) => ({ id, name, extension: `8${id}` })))
const sites = collection<Thing>(() => ['Lisbon', 'Oslo'].map((name) => ({ id: seededUuid(name), name })))
const addresses = collection<Thing>(() =>
  ['Lisbon', 'Oslo'].map((city) => ({ id: seededUuid(`at ${city}`), city })),
)
const phoneNumbers = collection<Thing>(() =>
  people.map((_, index) => {
    const phoneNumber = `+1408555${String(1000 + index)}`
    return { id: phoneNumber, phoneNumber, status: 'ASSIGNED' }
  }),
)
const operations = remembered(() => new Map<string, Operation>())
const nextNumber = counter(1)

/** Source: 8x8's "Administration API suite" and its specifications. */
export const administration: Family = {
  name: 'Administration',
  base: /^\/admin-provisioning/,
  access: apiKey(administrationKeyRefused),
  routes: {
    ...resource('/users', 'users', users),
    ...resource('/ring-groups', 'ring-groups', ringGroups),
    ...resource('/sites', 'sites', sites),
    ...resource('/phone-numbers', 'phone-numbers', phoneNumbers),
    ...resource('/addresses', 'addresses', addresses),
    'GET /operations/:id': (call) => {
      const operation = operations(call.memory).get(call.params['id'] ?? '')
      if (!operation) return failure(call, 404, 'Not Found', `No operation ${call.params['id']}`)
      operation.polls++
      return vendor(call, 'operations', describe(call, operation))
    },
  },
}

function resource(path: string, name: string, things: Things): Routes {
  return {
    [`GET ${path}`]: (call) => listAnswer(call, name, things),
    [`POST ${path}`]: (call) => {
      const given = jsonObject(call.body)
      if (!given) return failure(call, 400, 'Bad Request', 'The body must be a JSON object')
      const id = seededUuid(`${name} ${nextNumber(call.memory)}`)
      things(call.memory).set(id, { ...given, id })
      return startOperation(call, id)
    },
    [`GET ${path}/:id`]: one(things, (found, call) => vendor(call, name, found)),
    [`PUT ${path}/:id`]: one(things, (found, call) => {
      things(call.memory).set(found.id, { ...found, ...jsonObject(call.body), id: found.id })
      return startOperation(call, found.id)
    }),
    [`DELETE ${path}/:id`]: one(things, (found, call) => {
      things(call.memory).delete(found.id)
      return startOperation(call, found.id)
    }),
  }
}

function listAnswer(call: Call, name: string, things: Things): Answer {
  const pageSize = integer(call.query, 'pageSize', 50)
  const offset = cursorOffset(call.query.get('scrollId'))
  if (!(pageSize >= 1 && pageSize <= 100))
    return failure(call, 400, 'Bad Request', 'pageSize must be 1 to 100')
  if (offset === undefined) return failure(call, 400, 'Bad Request', 'scrollId is invalid')
  const all = [...things(call.memory).values()]
  const end = offset + pageSize
  const nextScrollId = end < all.length ? cursorAt(end) : undefined
  return vendor(call, name, {
    data: all.slice(offset, end),
    pagination: { pageSize, hasMore: nextScrollId !== undefined, ...(nextScrollId ? { nextScrollId } : {}) },
    _links: {
      self: { href: `${call.origin}${call.path}` },
      ...(nextScrollId
        ? { next: { href: `${call.origin}${call.path}?scrollId=${encodeURIComponent(nextScrollId)}` } }
        : {}),
    },
  })
}

function startOperation(call: Call, resourceId: string): Answer {
  const operation = { id: seededUuid(`operation ${nextNumber(call.memory)}`), resourceId, polls: 0 }
  operations(call.memory).set(operation.id, operation)
  return vendor(call, 'operations', describe(call, operation), 202)
}

function describe({ origin, base }: Call, { id, resourceId, polls }: Operation) {
  return {
    operationId: id,
    status: polls > 1 ? 'COMPLETED' : 'IN_PROGRESS',
    resourceId,
    _links: { self: { href: `${origin}${base}/operations/${id}` } },
  }
}

/** Answers carry the resource's own media type, and the caller's request id as `X-Response-Id`. */
function vendor({ headers }: Call, name: string, value: unknown, status = 200): Answer {
  return json(value, status, {
    'Content-Type': `application/vnd.${name.replace('-', '')}.v1+json`,
    'X-Response-Id': headers['x-request-id']?.toString() ?? seededUuid('response'),
  })
}

function one(things: Things, answer: (found: Thing, call: Call) => Answer): Handler {
  return (call) => {
    const found = things(call.memory).get(call.params['id'] ?? '')
    return found ? answer(found, call) : failure(call, 404, 'Not Found', `No resource ${call.params['id']}`)
  }
}

function failure({ path }: Call, status: number, title: string, detail: string): Answer {
  return json({ status, title, detail, instance: path, time: new Date().toISOString(), errors: [] }, status)
}
