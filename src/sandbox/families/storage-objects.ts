import { createHash } from 'node:crypto'
import type { StorageObject } from '../../api/calls/storage.js'
import { company, queues, seededPerson } from '../data/people.js'
import { seededHex, seededNumber, seededPick, seededUuid } from '../data/seeded.js'
import { recent } from '../data/time-series.js'
import { emptyMp4 } from '../files/mp4.js'
import { wavTone } from '../files/wav.js'

export const bucketId = seededUuid('bucket 0')

/** An object is made every twenty minutes, and kept for some three days. */
const stepMs = 20 * 60_000
const kept = 240

/** Objects that every sandbox has, whatever the date: callers may name them before they have seen a list. */
const permanent = Array.from({ length: 10 }, (_, index) => index)
const firstPermanent = Date.UTC(2026, 0, 5, 8) / stepMs

const CALL = 'callId ipbxid address branchId duration direction startTime extensionNumber'
const WORK = `${CALL} guid pbxId endTime userName callLogId userEmail extensionId media-processed`
const CENTER = `${CALL} agentId calleeId callerId mediaUrl tenantId agentName queueName calleeName callerName channelName \
queueNumber holdDuration callSnippetId transactionId billingTelephoneNumber`
const SCREEN =
  'callId agentId duration tenantId startTime startedBy identifier transactionId recording_start_time'
const SURVEY = 'pcsId callId agentId tenantId'
const TEXT = 'callId result language provider sourceId sourceObjectType'
const SCORE = 'callId ipbxid tenantId sourceObjectType contentObjectType'

/** Each kind of object: its type, what it was made from, and its tags. */
const kinds = [
  ['callrecording', '', WORK],
  ['callcenterrecording', '', CENTER],
  ['voicemail', '', CALL],
  ['callrecording', '', WORK],
  ['callcentervoicemail', '', `${CENTER} agentEmail originalCallId`],
  ['screenrecording', '', SCREEN],
  ['transcription', 'callrecordingchannel', `${TEXT} speaker`],
  ['meeting', '', 'callId duration startTime userName'],
  ['voicecommentrecording', '', `${SURVEY} pcsQuestionNumber transcription-processed`],
  ['transcription', 'callcenterrecording', `${TEXT} tenantId agentId`],
  ['postcallsurvey', '', SURVEY],
  ['agentnotes', '', 'callId ipbxid tenantId'],
  ['sentimentScore', 'transcription', `${SCORE} sentimentProcessed`],
  ['summary', 'transcription', `${SCORE} result sourceObjectId`],
  ['transcription', 'voicecommentrecording', `${TEXT} ${SURVEY} duration pcsQuestionNumber`],
] as const

const made = new Map<number, StorageObject>()

/** Returns all objects that exist at a time, oldest first, with the checksums of what they contain. */
export function storageObjects(dateMs: number): readonly StorageObject[] {
  return [...permanent.map((index) => firstPermanent + index), ...recent(dateMs, stepMs, kept)].map(objectAt)
}

function objectAt(index: number): StorageObject {
  const known = made.get(index)
  if (known !== undefined) return known
  // A sandbox may run for weeks.
  if (made.size > 4 * kept) made.clear()
  const object = describe(index)
  made.set(index, object)
  return object
}

/** Returns the bytes of an object: a tone, a text or JSON, by its type. */
export function objectContent({ id, type, mimeType }: StorageObject): Buffer {
  if (mimeType === 'audio/wav') return wavTone(seededNumber(`tone ${id}`, 220, 880), 0.25)
  if (mimeType === 'video/mp4') return emptyMp4
  const { name } = seededPerson(`object ${id}`)
  const said = 'Good morning, how can I help?'
  if (mimeType === 'text/plain') return Buffer.from(`${name}: the order was sent again.\n`)
  if (type === 'transcription')
    return Buffer.from(JSON.stringify({ utterances: [{ speaker: name, text: said }] }))
  return Buffer.from(JSON.stringify({ agent: name, [type]: seededNumber(`score ${id}`, -100, 100) / 100 }))
}

function describe(index: number): StorageObject {
  const [type, source, tags] = kinds[index % kinds.length]!
  const mimeType = mediaTypeOf(type)
  const id = seededUuid(`object ${index}`)
  const startMs = index * stepMs
  const durationMs = seededNumber(`duration ${index}`, 5_000, 600_000)
  const endMs = startMs + durationMs
  const person = seededPerson(`object ${id}`)
  const queue = queues[index % queues.length]!
  const caller = `+1408555${String(seededNumber(`caller ${index}`, 0, 9999)).padStart(4, '0')}`
  const isWork = tags.includes('guid')
  const callId = isWork ? String(startMs) : `int-${seededHex(`call ${index}`, 11)}-phone-00-${company.tenant}`
  const values: Readonly<Record<string, string>> = {
    guid: id,
    pbxId: seededHex('pbx', 22),
    callId,
    ipbxid: company.pbx,
    address: caller,
    endTime: String(endMs),
    branchId: seededHex(`branch ${person.siteId}`, 22),
    duration: String(durationMs),
    userName: person.name,
    callLogId: person.userId + callId,
    direction: seededPick(`direction ${index}`, ['INBOUND', 'OUTBOUND']),
    startTime: String(startMs),
    userEmail: person.email,
    extensionId: person.userId,
    extensionNumber: person.extension,
    agentId: person.agentId,
    agentName: person.name,
    agentEmail: person.email,
    calleeId: person.extension,
    calleeName: person.name,
    callerId: caller,
    callerName: 'Ola Nordmann',
    mediaUrl: `R${startMs}.wav`,
    tenantId: company.tenant,
    queueName: queue.name,
    queueNumber: queue.id,
    channelName: 'Main line',
    holdDuration: '0',
    transactionId: String(index % 100_000),
    billingTelephoneNumber: '+14085550100',
    originalCallId: callId,
    pcsId: callId,
    pcsQuestionNumber: '1',
    startedBy: 'vcc-agui',
    identifier: `NA12_${company.tenant}`,
    recording_start_time: new Date(startMs).toISOString().slice(0, 19).replace(/[-:]/g, ''),
    speaker: seededPick(`speaker ${index}`, ['owner', 'external']),
    result: 'ok',
    language: 'en-US',
    provider: 'voci',
    sourceId: seededUuid(`source ${index}`),
    sourceObjectId: seededUuid(`source ${index}`),
    sourceObjectType: source,
    contentObjectType: 'callcenterrecordingchannel',
    'media-processed': 'true',
    'transcription-processed': 'true',
    sentimentProcessed: 'true',
  }
  const name = `ipbx:${company.pbx}:${type}:users:${person.extension}:${startMs}-${callId}-${person.extension}-${caller}_E`
  const object: StorageObject = {
    id,
    type,
    mimeType,
    objectName: `${isWork ? name : callId}.${type === 'agentnotes' ? type : mimeType.split('/')[1]}`,
    checksumType: 'MD5',
    checksum: '',
    customerId: company.customerId,
    userId: person.userId,
    storedBytes: 0,
    createdTime: new Date(endMs).toISOString().slice(0, 19),
    updatedTime: new Date(endMs + 10_000).toISOString().slice(0, 19),
    objectState: 'AVAILABLE',
    bucketId,
    tags: [...new Set(tags.split(' '))].map((key) => ({ key, value: values[key] ?? '' })),
    shared: false,
  }
  const bytes = objectContent(object)
  return { ...object, checksum: createHash('md5').update(bytes).digest('hex'), storedBytes: bytes.length }
}

function mediaTypeOf(type: StorageObject['type']): string {
  if (type === 'screenrecording' || type === 'meeting') return 'video/mp4'
  if (/recording|voicemail/.test(type)) return 'audio/wav'
  return type === 'agentnotes' ? 'text/plain' : 'application/json'
}
