import { administrationKeyRejected, apiKey } from '../gateway/access.js'
import { empty } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Routes } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { jsonObject } from '../gateway/parameters.js'
import { seededUuid } from '../data/seeded.js'
import { save } from '../data/things.js'
import { failure, listResponse, one, suiteHeaders, vendor } from './administration-responses.js'
import { describeOperation, startOperation } from './administration-operations.js'
import {
  addresses,
  membersAfter,
  nextNumber,
  phoneNumbers,
  ringGroups,
  sites,
  users,
  type Resource,
} from './administration-resources.js'

/** Source: 8x8's "Administration API suite" and its specifications. */
export const administration: SandboxFamily = {
  name: 'Administration',
  base: /^\/admin-provisioning/,
  access: apiKey(administrationKeyRejected),
  adds: suiteHeaders,
  routes: {
    ...readable(users),
    ...changeable(users),
    ...readable(ringGroups),
    ...changeable(ringGroups),
    'POST /ring-groups/:id/update-members': one(ringGroups, ({ id, fields }, call) =>
      withBody(call, (given) => {
        const members = membersAfter(fields['members'], given)
        save(ringGroups.things, call.memory, { id, fields: { ...fields, members } })
        return startOperation(call, ringGroups, 'UPDATE', id)
      }),
    ),
    ...readable(sites),
    ...changeable(sites),
    ...readable(phoneNumbers),
    ...readable(addresses),
    // Only addresses change at once, without an operation.
    'POST /addresses': (call) =>
      withBody(call, (given) => vendor(addresses.name, create(addresses, given, call).fields)),
    'DELETE /addresses/:id': one(addresses, ({ id }, { memory }) => {
      addresses.things(memory).delete(id)
      return empty(204)
    }),
    'GET /operations/:id': describeOperation,
  },
}

function readable(resource: Resource): Routes {
  const path = `/${resource.path}`
  return {
    [`GET ${path}`]: (call) => listResponse(call, resource),
    [`GET ${path}/:id`]: one(resource, ({ fields }) => vendor(resource.name, fields)),
  }
}

/** Creations, replacements and deletions, each of which starts an operation to poll. */
function changeable(resource: Resource): Routes {
  const path = `/${resource.path}`
  return {
    [`POST ${path}`]: (call) =>
      withBody(call, (given) => startOperation(call, resource, 'CREATE', create(resource, given, call).id)),
    [`PUT ${path}/:id`]: one(resource, ({ id }, call) =>
      withBody(call, (given) => {
        save(resource.things, call.memory, { id, fields: resource.withId(given, id) })
        return startOperation(call, resource, 'UPDATE', id)
      }),
    ),
    [`DELETE ${path}/:id`]: one(resource, ({ id }, call) => {
      resource.things(call.memory).delete(id)
      return startOperation(call, resource, 'DELETE', id)
    }),
  }
}

function create(resource: Resource, given: Readonly<Record<string, unknown>>, { memory }: SandboxCall) {
  const id = seededUuid(`${resource.path} ${nextNumber(memory)}`)
  return save(resource.things, memory, { id, fields: resource.withId(given, id) })
}

function withBody(
  call: SandboxCall,
  response: (given: Readonly<Record<string, unknown>>) => SandboxResponse,
): SandboxResponse {
  const given = jsonObject(call.body)
  return given ? response(given) : failure(call, 400, 'Bad Request', 'The body must be a JSON object')
}
