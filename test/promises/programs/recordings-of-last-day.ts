/**
 * A program as its users write it: downloads the call recordings of the last 24 hours into a folder, with a token of its own login.
 * `node recordings-of-last-day.js <base address> <folder>`
 */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

const [base = '', folder = ''] = process.argv.slice(2)
const objects = `${base}/storage/us-west/v3/objects`

const login = await fetch(`${base}/oauth/v2/token`, {
  method: 'POST',
  headers: {
    Authorization: `Basic ${Buffer.from('my-key:my-secret').toString('base64')}`,
    'Content-Type': 'application/x-www-form-urlencoded',
  },
  body: 'grant_type=client_credentials',
})
const { access_token: token } = (await login.json()) as { access_token: string }
const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }

const since = Date.now() - 24 * 60 * 60 * 1000
let pageKey = 0
let lastPage = false
while (!lastPage) {
  const query = new URLSearchParams({
    filter: `type==callrecording;createdTime=ge=${since}`,
    sortField: 'createdTime',
    sortDirection: 'ASC',
    limit: '3',
    pageKey: String(pageKey),
  })
  const response = await fetch(`${objects}?${query.toString()}`, { headers })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const page = (await response.json()) as {
    lastPage: boolean
    pageKey: number
    content: {
      id: string
      createdTime: string
      storedBytes: number
      tags: { key: string; value: string }[]
    }[]
  }
  for (const { id, createdTime, storedBytes, tags } of page.content) {
    const tag = (key: string) => tags.find((one) => one.key === key)!.value
    const recording = await fetch(`${objects}/${id}/content`, { headers })
    if (!recording.ok) throw new Error(`${id}: ${recording.status}`)
    const file = join(folder, `${id}.wav`)
    await pipeline(Readable.fromWeb(recording.body as ReadableStream), createWriteStream(file))
    console.log([id, createdTime, storedBytes, tag('direction'), tag('userName'), tag('address')].join('\t'))
  }
  ;({ pageKey, lastPage } = page)
}
