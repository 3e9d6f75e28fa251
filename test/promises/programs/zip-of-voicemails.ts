/**
 * A program as its users write it: has the newest voicemails zipped, polls until the zip is there, and downloads it from its
 * presigned address. `node zip-of-voicemails.js <base address> <file>`
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const [base = '', file = ''] = process.argv.slice(2)
const storage = `${base}/storage/us-west/v3`

const found = await fetch(
  `${storage}/objects?filter=type%3D%3Dvoicemail&sortField=createdTime&sortDirection=DESC&limit=4`,
)
const { content } = (await found.json()) as { content: { id: string }[] }

const started = await fetch(`${storage}/bulk/download/start`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(content.map(({ id }) => id)),
})
interface Job {
  readonly zipName: string
  readonly status: string
  readonly url?: string
}
// Older samples have one job, newer ones a list.
const jobs = (await started.json()) as Job | Job[]
let job = Array.isArray(jobs) ? jobs[0]! : jobs
while (job.status === 'NOT_STARTED' || job.status === 'IN_PROGRESS') {
  await sleep(20)
  const status = await fetch(`${storage}/bulk/download/status/${job.zipName}?presignUrl=true`)
  job = (await status.json()) as Job
}
if (job.status !== 'DONE') throw new Error(`${job.zipName}: ${job.status}`)
const zip = await fetch(job.url!)
if (!zip.ok) throw new Error(`${zip.status} ${await zip.text()}`)
writeFileSync(file, Buffer.from(await zip.arrayBuffer()))
console.log(job.zipName)
