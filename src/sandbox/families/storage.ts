import { storage as described, type StorageObject } from '../../api/calls/storage.js'
import { compileFilter } from '../data/fiql.js'
import { remembered } from '../data/memory.js'
import { company } from '../data/people.js'
import { sorted } from '../data/sorting.js'
import { bytePattern } from '../files/byte-pattern.js'
import { inRange } from '../files/byte-range.js'
import { presignedUrl } from '../files/presigned.js'
import { appToken } from '../gateway/access.js'
import type { SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { bytes, empty, json, message } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'
import { bulkDownloads, zipFile } from './storage-bulk.js'
import { bucketId, objectContent, storageObjects } from './storage-objects.js'

const deletedIds = remembered(() => new Set<string>())

/** Every region shows the same objects. */
export const storage = simulate(described, {
  access: appToken('storage'),
  refuse: (_call, status, detail) => message(status, detail),
  handlers: {
    storageRegions: () => described.calls[0]!.choices!['region']!,
    storageObjects: (call) => {
      const { filter: wanted = '', sortField = '', sortDirection, pageKey, limit } = call.given
      const filter = compileFilter(wanted, fieldOf)
      if ('error' in filter) return message(400, `filter is invalid: ${filter.error}`)
      const found = liveObjects(call).filter(filter.accepts)
      const content = sorted(found, `${sortField}:${sortDirection}`, fieldOf).slice(pageKey, pageKey + limit)
      return {
        lastPage: pageKey + limit >= found.length,
        // Keeps growing on the last page: only `lastPage` tells where to stop.
        pageKey: pageKey + limit,
        pageSize: content.length,
        total: found.length,
        content,
      }
    },
    storageObject: describeObject,
    storageObjectMetadata: describeObject,
    storageObjectContent: (call) => {
      const { objectId: id = '', region = '' } = call.params
      const content = objectFile(call, id, call.headers.range)
      if (content === undefined) return missing('object', id)
      const { downloads, dateMs } = call
      return call.given.presignUrl ? json({ url: presignedUrl(downloads, region, id, dateMs) }) : content
    },
    restoreStorageObject: describeObject,
    storageBuckets: bucket,
    storageBucket: (call) =>
      call.params['bucketId'] === bucketId ? bucket(call) : missing('bucket', call.params['bucketId']),
    deleteStorageObjects: ({ sent: ids, memory }) => {
      for (const id of ids) deletedIds(memory).add(id)
      return empty(204)
    },
    ...bulkDownloads(find),
  },
})

type Stored = Pick<SandboxCall, 'memory' | 'dateMs'>

/** Returns the content of an object or a finished zip by its id or name; undefined if there is none. */
export function storedFile(call: Stored, name: string, range?: string): SandboxResponse | undefined {
  return zipFile(call.memory, name, range) ?? objectFile(call, name, range)
}

function objectFile(call: Stored, id: string, range: string | undefined): SandboxResponse | undefined {
  const size = /^bytes-(\d{1,12})$/.exec(id)?.[1]
  if (size !== undefined) return inRange(range, bytes(bytePattern(Number(size)), 'application/octet-stream'))
  const object = find(call, id)
  if (object === undefined) return undefined
  return inRange(range, bytes(objectContent(object), object.mimeType, { ETag: `"${object.checksum}"` }))
}

function describeObject(call: SandboxCall) {
  return find(call, call.params['objectId']) ?? missing('object', call.params['objectId'])
}

function find(call: Stored, id: string | undefined): StorageObject | undefined {
  return liveObjects(call).find((object) => object.id === id)
}

function liveObjects({ memory, dateMs }: Stored): readonly StorageObject[] {
  const deleted = deletedIds(memory)
  return storageObjects(dateMs).filter(({ id }) => !deleted.has(id))
}

function bucket(call: SandboxCall) {
  const objectList = liveObjects(call)
  const { createdTime = '', userId = '' } = objectList[0] ?? {}
  const updatedTime = objectList.at(-1)?.updatedTime ?? ''
  return { bucketId, createdTime, updatedTime, customerId: company.customerId, userId, objectList, tags: [] }
}

/** Filters name fields and tags alike, and compare times in epoch milliseconds. */
function fieldOf(object: StorageObject, field: string): unknown {
  if (field === 'createdTime' || field === 'updatedTime') return Date.parse(`${object[field]}Z`)
  return (
    object.tags.find(({ key }) => key === field)?.value ??
    new Map<string, unknown>(Object.entries(object)).get(field)
  )
}

function missing(kind: string, id: string | undefined) {
  return message(404, `The ${kind} ${id} was not found`)
}
