import { bytes, empty, json } from '../gateway/responses.js'
import { inRange } from '../files/byte-range.js'
import type { SandboxResponse, SandboxCall, Handler, Routes } from '../gateway/handler.js'
import { remembered } from '../data/memory.js'
import { mp3Silence } from '../files/mp3.js'
import { list, time } from '../gateway/parameters.js'
import { seededNumber } from '../data/seeded.js'
import { occurrences, windowBetween } from '../data/time-series.js'
import { failure, linkTo, pageResponse } from './qm-responses.js'
import {
  agentOf,
  guidOf,
  indexOfGuid,
  interaction,
  interactionStepMs,
  interactionType,
  timestamp,
  topicsOf,
} from './qm-data.js'

/** What callers have changed: removed interactions, and custom fields by interaction. */
const changes = remembered(() => ({
  removed: new Set<string>(),
  customFields: new Map<string, Record<string, string>>(),
}))

/** Recorded interactions, with what was said, found and noted in them. */
export const interactionRoutes: Routes = {
  'GET /interactions': (call) => pageResponse(call, selected(call), (index) => linked(call, index)),
  'GET /interactions/count': (call) => json(selected(call).length),
  'GET /interactions/redirect': (call) => {
    const guid = call.query.get('interactionGuid') ?? ''
    return empty(302, { Location: `https://qm.8x8.com/interactions/${encodeURIComponent(guid)}` })
  },
  'DELETE /interactions/:guid': withInteraction(remove),
  'DELETE /interactions/:guid/purge': withInteraction(remove),
  'GET /interactions/:guid/transcriptions': withInteraction((index) => json(transcription(index))),
  'GET /interactions/:guid/topics': withInteraction((index) => json(topicsOf(String((index % 5) + 1)))),
  'GET /interactions/:guid/labels': withInteraction((index, call) =>
    json([note(call, index, 'label', 'Training')]),
  ),
  'GET /interactions/:guid/notes': withInteraction((index, call) =>
    json([note(call, index, 'note', 'Well done.')]),
  ),
  'GET /interactions/:guid/media': withInteraction((index, { headers }) => {
    return inRange(headers.range, bytes(mp3Silence(seededNumber(`qm ${index}`, 1, 3)), 'audio/mpeg'))
  }),
  'PUT /interactions/:guid/:field': withInteraction(setCustomField),
  'DELETE /interactions/:guid/:field': withInteraction(setCustomField),
}

/** The indices of the interactions that the query asks for, at most 10,000 as at 8x8. */
function selected({ query, memory }: SandboxCall): readonly number[] {
  const { removed, customFields } = changes(memory)
  const guids = list(query, 'interactionGuid')
  const window = windowBetween(time(query.get('startTS')), time(query.get('endTS')))
  const agent = query.get('userReference')
  const type = query.get('interactionType')
  const field = query.get('customField')
  const candidates =
    guids.length > 0
      ? guids.map(indexOfGuid).filter((index) => index !== undefined)
      : occurrences(window, interactionStepMs)
  return candidates.filter((index) => {
    if (removed.has(guidOf(index))) return false
    if (agent !== null && agentOf(index).userId !== agent) return false
    if (field !== null && customFields.get(guidOf(index))?.[field] !== query.get('customFieldValue'))
      return false
    return type === null || interactionType(index) === type.toUpperCase()
  })
}

function linked(call: SandboxCall, index: number) {
  const guid = guidOf(index)
  const links = ['notes', 'labels', 'transcriptions', 'media'].map((part) => {
    return linkTo(call, part, `/interactions/${guid}/${part}`)
  })
  return { ...interaction(index, changes(call.memory).customFields.get(guid) ?? {}), links }
}

function remove(index: number, call: SandboxCall): SandboxResponse {
  changes(call.memory).removed.add(guidOf(index))
  return empty(200)
}

function setCustomField(index: number, { method, params, body, memory }: SandboxCall): SandboxResponse {
  const name = params['field'] ?? ''
  if (!/^customField\d{1,2}$/.test(name)) return failure(404, 'FIELD_NOT_FOUND', `No field ${name}`)
  const { customFields } = changes(memory)
  const { [name]: _replaced, ...others } = customFields.get(guidOf(index)) ?? {}
  customFields.set(guidOf(index), method === 'PUT' ? { ...others, [name]: body.toString('utf8') } : others)
  return empty(200)
}

function transcription(index: number) {
  const { name } = agentOf(index)
  return [
    { speaker: name, startMs: 0, text: 'Good morning, how can I help?' },
    { speaker: 'Customer', startMs: 3200, text: 'My order has not arrived.' },
  ]
}

function note(call: SandboxCall, index: number, kind: 'label' | 'note', text: string) {
  const creator = agentOf(index)
  return {
    [`${kind}Id`]: String(index),
    text,
    createdAt: timestamp((index + 1) * interactionStepMs),
    links: [linkTo(call, 'creator', `/users/${creator.userId}`)],
  }
}

function withInteraction(response: (index: number, call: SandboxCall) => SandboxResponse): Handler {
  return (call) => {
    const guid = call.params['guid'] ?? ''
    const index = indexOfGuid(guid)
    if (index !== undefined && !changes(call.memory).removed.has(guid)) return response(index, call)
    return failure(404, 'INTERACTION_NOT_FOUND', `No interaction ${guid}`)
  }
}
