import type { storage, StorageObject, ZipStatus } from '../../api/calls/storage.js'
import { counter, remembered, type Memory } from '../data/memory.js'
import { seededUuid } from '../data/seeded.js'
import { inRange } from '../files/byte-range.js'
import { presignedUrl } from '../files/presigned.js'
import { zip } from '../files/zip.js'
import type { SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { bytes, message } from '../gateway/responses.js'
import type { Behaviours } from '../gateway/simulate.js'
import { objectContent } from './storage-objects.js'

interface Job {
  readonly zipName: string
  readonly ids: readonly string[]
  readonly objects: readonly StorageObject[]
  status: ZipStatus['status']
}

const jobs = remembered(() => new Map<string, Job>())
const nextJob = counter(1)

/**
 * Bulk downloads: start a job, poll it until it is done, fetch the zip. Each poll advances a job by one step.
 * Source: 8x8's guide "Cloud Storage Service: bulk download".
 */
export function bulkDownloads(find: (call: SandboxCall, id: string) => StorageObject | undefined) {
  return {
    startBulkDownload: (call) => {
      const ids = call.sent
      const zipName = `${seededUuid(`zip ${nextJob(call.memory)}`)}.zip`
      const objects = ids.map((id) => find(call, id)).filter((object) => object !== undefined)
      const job: Job = { zipName, ids, objects, status: 'NOT_STARTED' }
      jobs(call.memory).set(zipName, job)
      return ids.length === 0 ? message(400, 'The body must name an object') : [statusOf(job)]
    },
    bulkDownloadStatuses: ({ memory }) => jobsOf(memory).map((job) => statusOf(advance(job))),
    bulkDownloadStatus: ({ params, memory, given, downloads, dateMs }) =>
      withJob(memory, params, (job) => {
        const status = statusOf(advance(job))
        const url = presignedUrl(downloads, params['region'] ?? '', job.zipName, dateMs)
        return given.presignUrl && isReady(job) ? { ...status, url } : status
      }),
    cancelBulkDownload: ({ params, memory }) =>
      withJob(memory, params, (job) => {
        if (!isReady(job) && job.status !== 'FAILED') job.status = 'CANCELLED'
        return [statusOf(job)]
      }),
    clearBulkDownloads: ({ memory }) => {
      const cleared = jobsOf(memory).map(statusOf)
      jobs(memory).clear()
      return cleared
    },
    bulkDownload: ({ params, memory }) => withJob(memory, params, download),
  } satisfies Behaviours<(typeof storage)['rows']>
}

function jobsOf(memory: Memory): readonly Job[] {
  return [...jobs(memory).values()]
}

function advance(job: Job): Job {
  if (job.status === 'NOT_STARTED') job.status = 'IN_PROGRESS'
  else if (job.status === 'IN_PROGRESS') job.status = outcome(job)
  return job
}

function outcome({ ids, objects }: Job): ZipStatus['status'] {
  if (objects.length === 0) return 'FAILED'
  return objects.length < ids.length ? 'PARTIAL_DONE' : 'DONE'
}

function statusOf({ zipName, status, objects }: Job): ZipStatus {
  return { zipName, status, content: objects.map(({ id }) => id) }
}

function download(job: Job): SandboxResponse {
  const { zipName, objects } = job
  if (!isReady(job)) return message(404, `${zipName} is not ready: ${job.status}`)
  const archive = zip(objects.map((object) => ({ name: object.objectName, content: objectContent(object) })))
  const disposition = { 'Content-Disposition': `attachment; filename="${zipName}"` }
  return bytes(archive, 'application/octet-stream', disposition)
}

/** Returns the zip of a finished job; undefined if there is none. */
export function zipFile(memory: Memory, zipName: string, range?: string): SandboxResponse | undefined {
  const job = jobs(memory).get(zipName)
  return job !== undefined && isReady(job) ? inRange(range, download(job)) : undefined
}

function isReady({ status }: Job): boolean {
  return status === 'DONE' || status === 'PARTIAL_DONE'
}

function withJob<T>(
  memory: Memory,
  { zipName = '' }: Readonly<Record<string, string>>,
  response: (job: Job) => T,
) {
  const job = jobs(memory).get(zipName)
  return job === undefined ? message(404, `${zipName} was not found`) : response(job)
}
