import { fax as described, type Fax, type FaxWebhook } from '../../api/calls/fax.js'
import { collection, counter } from '../data/memory.js'
import { recent } from '../data/time-series.js'
import { allOf, save, type Things } from '../data/things.js'
import { pdfPage } from '../files/pdf.js'
import { apiKey } from '../gateway/access.js'
import { halPage } from '../gateway/hal.js'
import type { SandboxCall } from '../gateway/handler.js'
import { bytes, json } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'

interface Kept extends Pick<Fax, 'direction' | 'fromDid' | 'toDid' | 'faxState'> {
  readonly id: string
  readonly isRead: boolean
  /** When it was sent; absent for those of the last hours that every sandbox has. */
  readonly startedMs?: number
  readonly subject?: string
}
/** The use of a webhook for the faxes of one number, or of all. */
interface Use {
  readonly id: string
  readonly webhookId: string
  readonly did?: string
  readonly direction: Fax['direction']
}
type Webhook = Omit<FaxWebhook, 'id'> & { readonly id: string }

const hourMs = 3_600_000
const received = 25
/** The numbers of the made-up company that receive faxes. */
const dids: readonly string[] = Array.from({ length: 5 }, (_, index) => `+1408555${2000 + index}`)
const number = {
  didStatus: 'ACTIVE',
  didType: 'FAX',
  subscriptionId: 'aK60JcBERnKIya',
  subscriptionStatus: 'ACTIVE',
}

const faxes = collection<Kept>(() =>
  Array.from({ length: received }, (_, index) => ({
    id: `fax-${index + 1}`,
    direction: 'inbound',
    fromDid: `+1212555${1000 + index}`,
    toDid: dids[index % dids.length]!,
    faxState: index % 10 === 9 ? 'FAILED' : 'RECEIVED',
    isRead: false,
  })),
)
const webhooks = collection<Webhook>(() => {
  const uri = 'https://fax.example.com/events'
  return [{ id: '1', active: true, createdAt: '2026-01-05T09:00:00.000Z', uri, credentialType: 'bearer' }]
})
const ofAll = collection<Use>(() => [{ id: '1', webhookId: '1', direction: 'inbound' }])
const ofNumbers = collection<Use>(() => [])
const nextNumber = counter(received + 1)

export const fax = simulate(described, {
  access: apiKey(),
  refuse,
  handlers: {
    faxPhones: (call) =>
      page(
        call,
        'customerAssociatedDidInfoList',
        dids.map((did) => phone(did, call)),
      ),
    faxes: (call) => page(call, 'faxAttributesList', faxesOf(call, isWanted(call.given))),
    unreadFaxes: (call) => page(call, 'faxAttributesList', faxesOf(call, isUnread)),
    faxesOfNumber: (call) =>
      ofDid(call) ?? page(call, 'faxAttributesList', faxesOf(call, isWanted(call.given))),
    unreadFaxesOfNumber: (call) => ofDid(call) ?? page(call, 'faxAttributesList', faxesOf(call, isUnread)),
    sendFax: (call) => {
      const { fromDid, toDid, subject = '' } = call.sent
      if (!dids.includes(fromDid)) return refuse(call, 404, `No number ${fromDid}`)
      const id = `fax-${nextNumber(call.memory)}`
      const state = { faxState: 'QUEUED', isRead: true, startedMs: call.dateMs } as const
      return shown(
        save(faxes, call.memory, { id, direction: 'outbound', fromDid, toDid, subject, ...state }),
        call,
      )
    },
    fax: one(faxes, 'faxId', shown),
    // Fetching the pages marks the fax as read.
    faxFile: one(faxes, 'faxId', (found, { memory }) => {
      save(faxes, memory, { ...found, isRead: true })
      return bytes(pdfPage(`Fax ${found.id}`), 'application/pdf')
    }),
    cancelFax: one(faxes, 'faxId', (found, call) => {
      if (found.faxState !== 'QUEUED') return refuse(call, 400, 'The fax is not being sent')
      save(faxes, call.memory, { ...found, faxState: 'CANCELLED' })
      return undefined
    }),
    deleteFax: removed(faxes, 'faxId'),
    deleteFaxes: ({ sent: { faxIDs }, memory }) => {
      const successful = faxIDs.filter((id) => faxes(memory).delete(id))
      const failed = faxIDs
        .filter((id) => !successful.includes(id))
        .map((id) => [id, 'Fax not found'] as const)
      return { successful, failed: Object.fromEntries(failed) }
    },
    faxWebhooks: (call) =>
      page(call, 'customerWebHookInformationList', allOf(webhooks, call.memory).map(shownHook)),
    createFaxWebhook: ({ sent: { uri, type = 'bearer' }, memory, dateMs }) => {
      const id = String(nextNumber(memory))
      const createdAt = new Date(dateMs).toISOString()
      return shownHook(save(webhooks, memory, { id, active: true, createdAt, uri, credentialType: type }))
    },
    faxWebhook: one(webhooks, 'faxWebhookId', shownHook),
    updateFaxWebhook: (call) =>
      one(webhooks, 'faxWebhookId', (found) => {
        save(webhooks, call.memory, { ...found, active: call.sent.active })
        return undefined
      })(call),
    deleteFaxWebhook: removed(webhooks, 'faxWebhookId'),
    faxEventDefaults: (call) => page(call, 'customerDefaultWebHookInformationList', uses(ofAll, call)),
    createFaxEventDefault: (call) => use(ofAll, call, {}),
    updateFaxEventDefault: (call) => redirect(ofAll, call),
    deleteFaxEventDefault: removed(ofAll, 'faxWebhookId'),
    faxEventPhones: (call) =>
      page(call, 'customerDidWebHookInformationList', uses(ofNumbers, call).map(withNumber)),
    createFaxEventPhone: (call) => {
      const { did } = call.sent
      if (!dids.includes(did)) return refuse(call, 404, `No number ${did}`)
      const made = use(ofNumbers, call, { did })
      return 'body' in made ? made : withNumber(made)
    },
    updateFaxEventPhone: (call) => redirect(ofNumbers, call),
    deleteFaxEventPhone: removed(ofNumbers, 'faxWebhookId'),
  },
})

/** Responds with one page of a list, which 8x8 wraps in `content`. */
function page<const R extends string, T>(call: SandboxCall, relation: R, items: readonly T[]) {
  const { _embedded, ...rest } = halPage(call, relation, items)!
  return { content: { _embedded: _embedded as unknown as { readonly [K in R]: readonly T[] }, ...rest } }
}

/** Makes a handler for the thing that the path names, 404 if there is none. */
function one<T extends { readonly id: string }, R>(
  things: Things<T>,
  parameter: 'faxId' | 'faxWebhookId',
  response: (found: T, call: SandboxCall) => R,
) {
  return (call: SandboxCall) => {
    const { did } = call.params
    const named = call.params[parameter] ?? ''
    const id = did === undefined ? named : `${did}/${named}`
    const found = things(call.memory).get(id)
    return found === undefined ? refuse(call, 404, `No ${parameter} ${id}`) : response(found, call)
  }
}

function removed<T extends { readonly id: string }>(things: Things<T>, parameter: 'faxId' | 'faxWebhookId') {
  return one(things, parameter, ({ id }, { memory }) => {
    things(memory).delete(id)
    return undefined
  })
}

function use(
  things: Things<Use>,
  call: SandboxCall & { sent: { webhookId: string | number } },
  told: { did?: string },
) {
  const webhookId = String(call.sent.webhookId)
  if (!webhooks(call.memory).has(webhookId)) return refuse(call, 404, `No webhook ${webhookId}`)
  const id = told.did === undefined ? webhookId : `${told.did}/${webhookId}`
  save(things, call.memory, { id, webhookId, ...told, direction: 'bi-directional' })
  return uses(things, call).at(-1)!
}

function redirect(things: Things<Use>, call: SandboxCall & { sent: { direction: Fax['direction'] } }) {
  return one(things, 'faxWebhookId', (found) => {
    save(things, call.memory, { ...found, direction: call.sent.direction })
    return undefined
  })(call)
}

/** The webhooks in use, without those that are deleted meanwhile. */
function uses(things: Things<Use>, { memory }: SandboxCall) {
  return allOf(things, memory).flatMap(({ id: _id, webhookId, ...told }) => {
    const webhook = webhooks(memory).get(webhookId)
    return webhook ? [{ ...shownHook(webhook), ...told }] : []
  })
}

function withNumber<T extends { readonly did?: string }>(told: T) {
  return { ...told, did: told.did ?? '', ...number }
}

function phone(did: string, call: SandboxCall) {
  const own = uses(ofNumbers, call).filter((hook) => hook.did === did)
  const hooks = own.map(({ did: _did, direction: _direction, ...webhook }) => webhook)
  const lastUpdate = '2026-01-05T09:00:00.000Z'
  return {
    did,
    ...number,
    countryCode: 'US',
    licenseId: 'a1f7c29de30b45b8865c01',
    lastUpdate,
    webhooks: hooks,
  }
}

function shownHook({ id, ...webhook }: Webhook): FaxWebhook {
  return { id: Number(id), ...webhook }
}

/** Refuses a number that the company does not have. */
function ofDid(call: SandboxCall) {
  const { did = '' } = call.params
  return dids.includes(did) ? undefined : refuse(call, 404, `No number ${did}`)
}

function faxesOf(call: SandboxCall, accepts: (found: Kept) => boolean): readonly Fax[] {
  const { did } = call.params
  const accepted = allOf(faxes, call.memory).filter(accepts)
  const own = accepted.filter(({ fromDid, toDid }) => did === undefined || fromDid === did || toDid === did)
  return own.map((found) => shown(found, call))
}

function isWanted({ direction, filterFailures }: { direction: Fax['direction']; filterFailures: boolean }) {
  return (found: Kept) =>
    (direction === 'bi-directional' || found.direction === direction) &&
    !(filterFailures && found.faxState === 'FAILED')
}

function isUnread({ isRead }: Kept): boolean {
  return !isRead
}

function shown(
  { id, direction, fromDid, toDid, faxState, startedMs, subject }: Kept,
  { dateMs }: SandboxCall,
): Fax {
  const index = Number(id.replace('fax-', '')) - 1
  const beganMs = startedMs ?? (recent(dateMs, hourMs, received)[index] ?? 0) * hourMs
  const times = { startTime: timeOf(beganMs), lastStateUpdateTime: timeOf(beganMs + 60_000) }
  const remotePartyId = direction === 'inbound' ? fromDid : toDid
  return {
    faxId: id,
    ...times,
    ...(startedMs === undefined ? { endTime: times.lastStateUpdateTime } : {}),
    direction,
    fromDid,
    toDid,
    remotePartyId,
    faxState,
    subState: '',
    cause: faxState === 'FAILED' ? 'NO_ANSWER' : '',
    retryCount: 0,
    params: subject ? { subject } : {},
  }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

/** Makes an error in the fax API's format. */
function refuse({ path, dateMs }: SandboxCall, status: number, detail: string) {
  const title = status === 404 ? 'Not Found' : 'Bad Request'
  return json({ timestamp: timeOf(dateMs), status, title, detail, instance: path }, status)
}
