import { apiKey } from '../gateway/access.js'
import { bytes, empty, json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler, Routes } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { collection, counter } from '../data/memory.js'
import { isTrue, jsonObject, nonEmptyString, stringList } from '../gateway/parameters.js'
import { pdfPage } from '../files/pdf.js'
import { momentOf } from '../data/time-series.js'
import { allOf, byId, save } from '../data/things.js'
import { dids, failure, listResponse } from './fax-responses.js'
import { eventRoutes, webhooksOf } from './fax-events.js'
import { webhookRoutes } from './fax-webhooks.js'

interface Fax {
  readonly id: string
  readonly direction: 'inbound' | 'outbound'
  readonly fromDid: string
  readonly toDid: string
  readonly faxState: 'RECEIVED' | 'QUEUED' | 'CANCELLED' | 'FAILED'
  readonly startedMs: number
  readonly isRead: boolean
}

const faxes = collection<Fax>(() =>
  Array.from({ length: 25 }, (_, index) => ({
    id: `fax-${index + 1}`,
    direction: 'inbound',
    fromDid: `+1212555${1000 + index}`,
    toDid: dids[index % dids.length] ?? '',
    faxState: index % 10 === 9 ? 'FAILED' : 'RECEIVED',
    startedMs: momentOf(index * 60_000),
    isRead: false,
  })),
)
const nextNumber = counter(26)

/** Fax as a Service, which 8x8 took out of its documents in March 2026. Source: its specification of 2025. */
export const fax: SandboxFamily = {
  name: 'Fax',
  base: /^\/faxapi\/v1/,
  access: apiKey(),
  routes: {
    'GET /phones': (call) =>
      listResponse(
        call,
        'customerAssociatedDidInfoList',
        dids.map((did) => ({ did, didStatus: 'ACTIVE', countryCode: 'US', webhooks: webhooksOf(did, call) })),
      ),
    'GET /faxes': (call) => listFaxes(call, isWanted(call)),
    'GET /faxes/unread': (call) => listFaxes(call, isUnread),
    ...faxesOfNumber('/faxes/phones/:did', isWanted),
    ...faxesOfNumber('/faxes/phones/:did/unread', () => isUnread),
    'POST /faxes': send,
    'POST /faxes/bulk-delete': bulkDelete,
    'GET /faxes/:id': one((found) => json(shown(found))),
    // Fetching the pages marks the fax as read.
    'GET /faxes/:id/file': one((found, { memory }) => {
      save(faxes, memory, { ...found, isRead: true })
      return bytes(pdfPage(`Fax ${found.id}`), 'application/pdf')
    }),
    'POST /faxes/:id/cancel': one((found, call) => {
      if (found.faxState !== 'QUEUED') return failure(call, 400, 'The fax is not being sent')
      save(faxes, call.memory, { ...found, faxState: 'CANCELLED' })
      return empty(204)
    }),
    'DELETE /faxes/:id': one(({ id }, { memory }) => {
      faxes(memory).delete(id)
      return empty(204)
    }),
    ...webhookRoutes,
    ...eventRoutes,
  },
}

function faxesOfNumber(path: string, wanted: (call: SandboxCall) => (found: Fax) => boolean): Routes {
  return {
    [`GET ${path}`]: (call) => {
      const did = call.params['did'] ?? ''
      if (!dids.includes(did)) return failure(call, 404, `No number ${did}`)
      const accepts = wanted(call)
      return listFaxes(call, (found) => (found.fromDid === did || found.toDid === did) && accepts(found))
    },
  }
}

function send(call: SandboxCall): SandboxResponse {
  const given = jsonObject(call.body)
  const toDid = nonEmptyString(given?.['toDid'])
  if (!toDid) return failure(call, 400, 'toDid is missing')
  const fromDid = nonEmptyString(given?.['fromDid']) ?? dids[0] ?? ''
  if (!dids.includes(fromDid)) return failure(call, 404, `No number ${fromDid}`)
  const sent = {
    id: `fax-${nextNumber(call.memory)}`,
    direction: 'outbound',
    fromDid,
    toDid,
    faxState: 'QUEUED',
    startedMs: momentOf(call.nowMs),
    isRead: true,
  } as const
  return json(shown(save(faxes, call.memory, sent)), 201)
}

function bulkDelete(call: SandboxCall): SandboxResponse {
  const ids = stringList(jsonObject(call.body)?.['faxIDs'])
  if (!ids) return failure(call, 400, 'faxIDs must be a list of ids')
  const all = faxes(call.memory)
  const successful = ids.filter((id) => all.delete(id))
  const failed = ids.filter((id) => !successful.includes(id)).map((id) => [id, 'Fax not found'])
  return json({ successful, failed: Object.fromEntries(failed) })
}

function listFaxes(call: SandboxCall, accepts: (found: Fax) => boolean): SandboxResponse {
  return listResponse(call, 'faxAttributesList', allOf(faxes, call.memory).filter(accepts).map(shown))
}

function isWanted({ query }: SandboxCall): (found: Fax) => boolean {
  const direction = query.get('direction') ?? 'bi-directional'
  return (found) =>
    (direction === 'bi-directional' || found.direction === direction) &&
    !(isTrue(query, 'filterFailures') && found.faxState === 'FAILED')
}

function isUnread({ isRead }: Fax): boolean {
  return !isRead
}

function shown({ id, direction, fromDid, toDid, faxState, startedMs }: Fax) {
  const remotePartyId = direction === 'inbound' ? fromDid : toDid
  const startTime = new Date(startedMs).toISOString()
  return { faxId: id, startTime, direction, fromDid, toDid, remotePartyId, faxState, retryCount: 0 }
}

function one(response: (found: Fax, call: SandboxCall) => SandboxResponse): Handler {
  return byId(faxes, response, (id, call) => failure(call, 404, `No fax ${id}`))
}
