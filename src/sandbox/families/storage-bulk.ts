import { bytes, json, message } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Routes } from '../gateway/handler.js'
import { counter, remembered, type Memory } from '../data/memory.js'
import { isTrue, jsonStrings } from '../gateway/parameters.js'
import { presignedUrl } from '../files/presigned.js'
import { seededUuid } from '../data/seeded.js'
import { zip } from '../files/zip.js'
import { objectContent, type StorageObject } from './storage-objects.js'

type JobStatus = 'NOT_STARTED' | 'IN_PROGRESS' | 'DONE' | 'FAILED' | 'CANCELLED' | 'PARTIAL_DONE'

interface Job {
  readonly zipName: string
  readonly ids: readonly string[]
  readonly objects: readonly StorageObject[]
  status: JobStatus
}

type FindObject = (memory: Memory, id: string) => StorageObject | undefined

const jobs = remembered(() => new Map<string, Job>())
const nextJob = counter(1)

/**
 * Returns the routes of bulk downloads: start a job, poll it until it is done, fetch the zip. Each poll advances a job
 * by one step. Source: 8x8's guide "Cloud Storage Service: bulk download".
 */
export function bulkRoutes(findObject: FindObject): Routes {
  return {
    'POST /bulk/download/start': (call) => start(call, findObject),
    'GET /bulk/download/status': (call) => {
      return json([...jobs(call.memory).values()].map((job) => statusOf(call, advance(job))))
    },
    'GET /bulk/download/status/:zipName': withJob((job, call) => json(statusOf(call, advance(job)))),
    'POST /bulk/download/cancel/:zipName': withJob((job, call) => {
      if (job.status === 'NOT_STARTED' || job.status === 'IN_PROGRESS') job.status = 'CANCELLED'
      return json([statusOf(call, job)])
    }),
    'PUT /bulk/download/clear': (call) => {
      jobs(call.memory).clear()
      return json([])
    },
    'GET /bulk/download/:zipName': withJob(download),
  }
}

function start({ body, memory }: SandboxCall, findObject: FindObject): SandboxResponse {
  const ids = jsonStrings(body)
  if (!ids || ids.length === 0) return message(400, 'The body must be a JSON array of object ids')
  const zipName = `${seededUuid(`zip ${nextJob(memory)}`)}.zip`
  const objects = ids.map((id) => findObject(memory, id)).filter((object) => object !== undefined)
  jobs(memory).set(zipName, { zipName, ids, objects, status: 'NOT_STARTED' })
  return json({ zipName, status: 'NOT_STARTED' })
}

function advance(job: Job): Job {
  if (job.status === 'NOT_STARTED') job.status = 'IN_PROGRESS'
  else if (job.status === 'IN_PROGRESS') job.status = outcome(job)
  return job
}

function outcome({ ids, objects }: Job): JobStatus {
  if (objects.length === 0) return 'FAILED'
  return objects.length < ids.length ? 'PARTIAL_DONE' : 'DONE'
}

function statusOf({ query, params }: SandboxCall, { zipName, status, objects }: Job) {
  const content = objects.map(({ id }) => id)
  if (!isReady(status) || !isTrue(query, 'presignUrl')) return { zipName, status, content }
  return { zipName, status, content, url: presignedUrl(params['region'] ?? '', zipName) }
}

function download({ zipName, status, objects }: Job): SandboxResponse {
  if (!isReady(status)) return message(404, `${zipName} is not ready: ${status}`)
  const archive = zip(objects.map((object) => ({ name: object.objectName, content: objectContent(object) })))
  return bytes(archive, 'application/octet-stream', {
    'Content-Disposition': `attachment; filename="${zipName}"`,
  })
}

function isReady(status: JobStatus): boolean {
  return status === 'DONE' || status === 'PARTIAL_DONE'
}

function withJob(response: (job: Job, call: SandboxCall) => SandboxResponse) {
  return (call: SandboxCall) => {
    const job = jobs(call.memory).get(call.params['zipName'] ?? '')
    return job ? response(job, call) : message(404, `${call.params['zipName']} was not found`)
  }
}
