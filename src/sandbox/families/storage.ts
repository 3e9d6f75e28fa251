import { appToken } from '../gateway/access.js'
import { bytes, empty, json, message } from '../gateway/responses.js'
import { bytePattern } from '../files/byte-pattern.js'
import { inRange } from '../files/byte-range.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { compileFilter } from '../data/fiql.js'
import { remembered, type Memory } from '../data/memory.js'
import { integer, isTrue, jsonObject, jsonStrings } from '../gateway/parameters.js'
import { company } from '../data/people.js'
import { presignedUrl } from '../files/presigned.js'
import { sorted } from '../data/sorting.js'
import { bulkRoutes } from './storage-bulk.js'
import { bucketIds, objectContent, storageObjects, type StorageObject } from './storage-objects.js'

const regions = ['us-west', 'us-east', 'uk', 'ap', 'ca']

const deletedIds = remembered(() => new Set<string>())

/** Source: 8x8's guides "Cloud Storage Service" and its specification. Every region shows the same objects. */
export const storage: SandboxFamily = {
  name: 'Cloud storage',
  base: /^\/storage\/(?<region>us-west|us-east|uk|ap|ca)\/v[13]/,
  access: appToken('storage'),
  routes: {
    'GET /regions': () => json(regions),
    'GET /objects': listObjects,
    'GET /objects/:id': describeObject,
    'GET /objects/:id/metadata': describeObject,
    'GET /objects/:id/content': objectBytes,
    'POST /objects/:id/restore': restoreObject,
    'GET /buckets': () => json(bucketIds.map(bucket)),
    'GET /buckets/:id': ({ params }) => {
      const found = bucketIds.find((id) => id === params['id'])
      return found ? json(bucket(found)) : missing('bucket', params['id'])
    },
    'DELETE /bulk': deleteObjects,
    ...bulkRoutes((memory, id) => liveObjects(memory).find((object) => object.id === id)),
  },
}

function listObjects({ query, memory }: SandboxCall): SandboxResponse {
  const filter = compileFilter(query.get('filter') ?? '', fieldOf)
  if ('error' in filter) return message(400, `Invalid filter: ${filter.error}`)
  const offset = integer(query, 'pageKey', 0)
  const limit = integer(query, 'limit', 100)
  if (Number.isNaN(offset)) return message(400, 'pageKey must be a whole number')
  if (!(limit >= 1 && limit <= 1000)) return message(400, 'limit must be from 1 to 1000')

  const found = liveObjects(memory).filter(filter.accepts)
  const order = `${query.get('sortField') ?? ''}:${query.get('sortDirection') ?? 'asc'}`
  const content = sorted(found, order, fieldOf).slice(offset, offset + limit)
  return json({
    lastPage: offset + limit >= found.length,
    // Keeps growing on the last page: only `lastPage` tells where to stop.
    pageKey: offset + limit,
    pageSize: limit,
    total: found.length,
    content,
  })
}

function describeObject({ params, memory }: SandboxCall): SandboxResponse {
  const object = liveObjects(memory).find(({ id }) => id === params['id'])
  return object ? json(object) : missing('object', params['id'])
}

/** The object's bytes, of its own type; `bytes-<n>` is an object of exactly n bytes. */
function objectBytes({ params, query, memory, headers }: SandboxCall): SandboxResponse {
  const id = params['id'] ?? ''
  const size = /^bytes-(\d{1,12})$/.exec(id)?.[1]
  if (size !== undefined) {
    return inRange(headers.range, bytes(bytePattern(Number(size)), 'application/octet-stream'))
  }
  const object = liveObjects(memory).find((candidate) => candidate.id === id)
  if (!object) return missing('object', id)
  if (isTrue(query, 'presignUrl'))
    return json({ url: presignedUrl(params['region'] ?? '', object.objectName) })
  return inRange(
    headers.range,
    bytes(objectContent(object), object.mimeType, { ETag: `"${object.checksum}"` }),
  )
}

function restoreObject({ params, memory, body }: SandboxCall): SandboxResponse {
  const object = liveObjects(memory).find(({ id }) => id === params['id'])
  if (!object) return missing('object', params['id'])
  const days = jsonObject(body)?.['expirationDays']
  if (typeof days !== 'number' || !(days >= 1 && days <= 10)) {
    return message(400, 'expirationDays must be a number from 1 to 10')
  }
  return json(object)
}

function deleteObjects({ body, memory }: SandboxCall): SandboxResponse {
  const ids = jsonStrings(body)
  if (!ids) return message(400, 'The body must be a JSON array of object ids')
  for (const id of ids) deletedIds(memory).add(id)
  return empty(204)
}

function liveObjects(memory: Memory): readonly StorageObject[] {
  const deleted = deletedIds(memory)
  return deleted.size === 0 ? storageObjects : storageObjects.filter(({ id }) => !deleted.has(id))
}

function bucket(bucketId: string) {
  const objects = storageObjects.filter((object) => object.bucketId === bucketId)
  const createdTime = objects[0]?.createdTime
  return {
    bucketId,
    createdTime,
    updatedTime: objects.at(-1)?.createdTime,
    customerId: company.customerId,
    userId: objects[0]?.userId,
    objectList: objects.map(({ id }) => id),
    tags: [],
  }
}

/** Filters name fields and tags alike, and compare times in epoch milliseconds. */
function fieldOf(object: StorageObject, field: string): unknown {
  if (field === 'createdTime' || field === 'updatedTime') return Date.parse(`${object[field]}Z`)
  const tag = object.tags.find(({ key }) => key === field)
  return tag ? tag.value : new Map<string, unknown>(Object.entries(object)).get(field)
}

function missing(kind: string, id: string | undefined): SandboxResponse {
  return message(404, `The ${kind} ${id} was not found`)
}
