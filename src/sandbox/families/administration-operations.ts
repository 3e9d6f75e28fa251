import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import { collection } from '../data/memory.js'
import { company } from '../data/people.js'
import { seededUuid } from '../data/seeded.js'
import { momentOf } from '../data/time-series.js'
import { save } from '../data/things.js'
import { failure, vendor } from './administration-responses.js'
import { nextNumber, type Resource } from './administration-resources.js'

/** A change in progress: it completes at the second poll. */
interface Operation {
  readonly id: string
  readonly type: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly resource: Resource
  readonly resourceId: string
  readonly createdTime: string
  polls: number
}

const operations = collection<Operation>(() => [])
const progress = ['PENDING', 'IN_PROGRESS', 'COMPLETED'] as const

/** Starts an operation and responds 202 with it, in the media type of the changed resource. */
export function startOperation(
  call: SandboxCall,
  resource: Resource,
  type: Operation['type'],
  resourceId: string,
): SandboxResponse {
  const { memory, nowMs } = call
  const id = seededUuid(`operation ${nextNumber(memory)}`)
  const createdTime = new Date(momentOf(nowMs)).toISOString()
  const operation = save(operations, memory, { id, type, resource, resourceId, createdTime, polls: 0 })
  return vendor(resource.name, shown(call, operation), 202)
}

/** Responds with the state of an operation; each poll advances it. */
export function describeOperation(call: SandboxCall): SandboxResponse {
  const id = call.params['id'] ?? ''
  const operation = operations(call.memory).get(id)
  if (!operation) return failure(call, 404, 'Not Found', `No operation ${id}`)
  operation.polls++
  return vendor('operations', shown(call, operation))
}

function shown(
  { origin, base }: SandboxCall,
  { id, type, resource, resourceId, createdTime, polls }: Operation,
) {
  return {
    operationId: id,
    status: progress[polls] ?? 'COMPLETED',
    customerId: company.customerId,
    resourceType: resource.type,
    resourceId,
    operationType: type,
    createdTime,
    ...(polls > 1 ? { completedTime: createdTime } : {}),
    _links: {
      self: { href: `${origin}${base}/operations/${id}` },
      resource: { href: `${origin}${base}/${resource.path}/${resourceId}` },
    },
  }
}
