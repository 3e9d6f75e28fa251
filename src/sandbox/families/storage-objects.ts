import { createHash } from 'node:crypto'
import { company, seededPerson } from '../data/people.js'
import { seededHex, seededNumber, seededPick, seededUuid } from '../data/seeded.js'
import { wavTone } from '../files/wav.js'

/** What 8x8 tells about a stored object. Source: the cloud storage specification. */
export interface StorageObject {
  readonly id: string
  readonly type: string
  readonly mimeType: string
  readonly objectName: string
  readonly checksumType: 'MD5'
  readonly checksum: string
  readonly customerId: string
  readonly userId: string
  readonly storedBytes: number
  /** `YYYY-MM-DDThh:mm:ss`, in UTC although it does not say so. */
  readonly createdTime: string
  readonly updatedTime: string
  readonly objectState: 'AVAILABLE' | 'ARCHIVED' | 'DELETED'
  readonly bucketId: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  readonly shared: boolean
}

export const objectCount = 250
export const bucketIds: readonly [string, string] = [seededUuid('bucket 0'), seededUuid('bucket 1')]

const firstCreatedMs = Date.UTC(2026, 0, 5, 8)
const stepMs = 47 * 60_000

const types = [
  'callrecording',
  'callcenterrecording',
  'voicemail',
  'callcentervoicemail',
  'transcription',
  'agentnotes',
  'sentimentScore',
  'summary',
  'postcallsurvey',
] as const

/** All objects, oldest first, with the checksums of what they really contain. */
export const storageObjects: readonly StorageObject[] = Array.from({ length: objectCount }, (_, index) =>
  describe(index),
)

/** Returns the bytes of an object: a tone, a text or JSON, by its type. */
export function objectContent(object: StorageObject): Buffer {
  const index = storageObjects.indexOf(object)
  return content(index, types[index % types.length] ?? 'callrecording')
}

function describe(index: number): StorageObject {
  const type = types[index % types.length] ?? 'callrecording'
  const bytes = content(index, type)
  const person = seededPerson(`object ${index}`)
  const createdTime = new Date(firstCreatedMs + index * stepMs).toISOString().slice(0, 19)
  const caller = `+1408555${String(seededNumber(`caller ${index}`, 0, 9999)).padStart(4, '0')}`
  const { mimeType, extension } = form(type)
  return {
    id: seededHex(`object ${index}`, 24),
    type,
    mimeType,
    objectName: `${type}_${createdTime}+0000_${person.extension}_${caller}.${extension}`,
    checksumType: 'MD5',
    checksum: createHash('md5').update(bytes).digest('hex'),
    customerId: company.customerId,
    userId: person.userId,
    storedBytes: bytes.length,
    createdTime,
    updatedTime: createdTime,
    objectState: 'AVAILABLE',
    bucketId: bucketIds[index % 2] ?? bucketIds[0],
    tags: [
      { key: 'duration', value: String(seededNumber(`duration ${index}`, 5_000, 600_000)) },
      { key: 'direction', value: seededPick(`direction ${index}`, ['INCOMING', 'OUTGOING']) },
      { key: 'extension', value: person.extension },
      { key: 'callerNumber', value: caller },
      { key: 'agentName', value: person.name },
    ],
    shared: false,
  }
}

function content(index: number, type: (typeof types)[number]): Buffer {
  const { mimeType } = form(type)
  if (mimeType === 'audio/wav') return wavTone(seededNumber(`tone ${index}`, 220, 880), 0.25)
  const { name } = seededPerson(`object ${index}`)
  if (mimeType === 'text/plain') {
    return Buffer.from(`${name}: Good morning, how can I help?\nCaller ${index}: My order has not arrived.\n`)
  }
  return Buffer.from(JSON.stringify({ agent: name, [type]: seededNumber(`score ${index}`, -100, 100) / 100 }))
}

function form(type: (typeof types)[number]): { readonly mimeType: string; readonly extension: string } {
  if (type === 'transcription' || type === 'agentnotes') return { mimeType: 'text/plain', extension: 'txt' }
  if (type === 'sentimentScore' || type === 'summary' || type === 'postcallsurvey') {
    return { mimeType: 'application/json', extension: 'json' }
  }
  return { mimeType: 'audio/wav', extension: 'wav' }
}
