import { appToken } from '../access.js'
import { bytes, empty, json } from '../answers.js'
import { inRange } from '../byte-range.js'
import type { Answer, Call, Handler } from '../exchange.js'
import type { Family } from '../family.js'
import { remembered } from '../memory.js'
import { mp3Silence } from '../mp3.js'
import { pageOf, queryWith } from '../paging.js'
import { integer, list, time } from '../parameters.js'
import { people, type Person } from '../people.js'
import { seededNumber } from '../seeded.js'
import { occurrences, windowBetween } from '../time-series.js'
import {
  agentOf,
  categories,
  evaluations,
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

/** Source: 8x8's specification "Quality Management and Speech Analytics". Pages count from 0. */
export const qm: Family = {
  name: 'Quality management',
  base: /^\/qm\/(?<region>us-west|us-east|uk|ap|ca)\/v1/,
  access: appToken('QM - API'),
  demands: ({ headers }) =>
    headers['pbx'] ? undefined : failure(400, 'MISSING_HEADER', 'The pbx header is missing'),
  routes: {
    'GET /interactions': (call) => pageAnswer(call, selected(call), (index) => linked(call, index)),
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
    'GET /users': (call) => pageAnswer(call, people, (person) => user(call, person)),
    'GET /users/count': () => json(people.length),
    'GET /users/:id': withUser((person, call) => json(user(call, person))),
    'GET /users/:id/details': withUser((person, call) => json(user(call, person))),
    'GET /users/:id/supervisors': withUser(({ number }) => json([reference(number + 1)])),
    'GET /users/:id/trainers': withUser(({ number }) => json([reference(number + 2)])),
    'GET /evaluations': (call) => {
      return pageAnswer(call, evaluations, (one) => ({
        ...one,
        links: [linkTo(call, 'details', `/evaluations/${one.evaluationId}/details`)],
      }))
    },
    'GET /evaluations/count': () => json(evaluations.length),
    'GET /evaluations/:id/details': ({ params }) => {
      const found = evaluations.find(({ evaluationId }) => evaluationId === params['id'])
      if (!found) return failure(404, 'EVALUATION_NOT_FOUND', `No evaluation ${params['id']}`)
      return json({ ...found, sections: [{ name: 'Opening', score: found.score, questions: [] }] })
    },
    'GET /speechAnalysis/categories': (call) => {
      return pageAnswer(call, categories, (one) => ({
        ...one,
        links: [linkTo(call, 'topics', `/speechAnalysis/${one.categoryId}/topics`)],
      }))
    },
    'GET /speechAnalysis/categories/count': () => json(categories.length),
    'GET /speechAnalysis/:category/topics': withCategory((topics, call) =>
      pageAnswer(call, topics, (one) => one),
    ),
    'GET /speechAnalysis/:category/topics/count': withCategory((topics) => json(topics.length)),
  },
}

/** The numbers of the interactions that the query asks for, at most 10,000 as at 8x8. */
function selected({ query, memory }: Call): readonly number[] {
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

function pageAnswer<T>(call: Call, items: readonly T[], show: (item: T) => unknown): Answer {
  const number = integer(call.query, 'page', 0)
  const size = integer(call.query, 'size', 20)
  if (Number.isNaN(number)) return failure(400, 'INVALID_PAGE', 'page must be a whole number')
  if (!(size >= 1 && size <= 100)) return failure(400, 'INVALID_SIZE', 'size must be from 1 to 100')
  const page = pageOf(items, number, size)
  const at = (target: number) => `${call.origin}${call.path}?${queryWith(call.query, { page: target, size })}`
  const links = [
    ...(number > 0 ? [{ rel: 'prevUrl', href: at(number - 1) }] : []),
    ...(page.isLast ? [] : [{ rel: 'nextUrl', href: at(number + 1) }]),
  ]
  const content = page.items.map(show)
  return json({ pageNumber: number, pageSize: size, pageResultSize: content.length, content, links })
}

function linked(call: Call, index: number) {
  const guid = guidOf(index)
  const links = ['notes', 'labels', 'transcriptions', 'media'].map((part) => {
    return linkTo(call, part, `/interactions/${guid}/${part}`)
  })
  return { ...interaction(index, changes(call.memory).customFields.get(guid) ?? {}), links }
}

function remove(index: number, call: Call): Answer {
  changes(call.memory).removed.add(guidOf(index))
  return empty(200)
}

function setCustomField(index: number, { method, params, body, memory }: Call): Answer {
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

function note(call: Call, index: number, kind: 'label' | 'note', text: string) {
  const creator = agentOf(index)
  return {
    [`${kind}Id`]: String(index),
    text,
    createdAt: timestamp((index + 1) * interactionStepMs),
    links: [linkTo(call, 'creator', `/users/${creator.userId}`)],
  }
}

function user(call: Call, { userId, name, email, extension }: Person) {
  const links = ['supervisors', 'trainers'].map((part) => linkTo(call, part, `/users/${userId}/${part}`))
  const interactions = linkTo(call, 'interactions', `/interactions?userReference=${userId}`)
  return { userReference: userId, name, email, extension, links: [interactions, ...links] }
}

function reference(number: number) {
  const person = people[number % people.length]
  return { userReference: person?.userId, name: person?.name }
}

function linkTo({ origin, base }: Call, rel: string, path: string) {
  return { rel, href: `${origin}${base}${path}` }
}

function withInteraction(answer: (index: number, call: Call) => Answer): Handler {
  return (call) => {
    const guid = call.params['guid'] ?? ''
    const index = indexOfGuid(guid)
    if (index !== undefined && !changes(call.memory).removed.has(guid)) return answer(index, call)
    return failure(404, 'INTERACTION_NOT_FOUND', `No interaction ${guid}`)
  }
}

function withUser(answer: (person: Person, call: Call) => Answer): Handler {
  return (call) => {
    const person = people.find(({ userId }) => userId === call.params['id'])
    return person ? answer(person, call) : failure(404, 'USER_NOT_FOUND', `No user ${call.params['id']}`)
  }
}

function withCategory(answer: (topics: ReturnType<typeof topicsOf>, call: Call) => Answer): Handler {
  return (call) => {
    const found = categories.find(({ categoryId }) => categoryId === call.params['category'])
    if (!found) return failure(404, 'CATEGORY_NOT_FOUND', `No category ${call.params['category']}`)
    return answer(topicsOf(found.categoryId), call)
  }
}

/** QM's errors are a code for machines and a message for humans. */
function failure(status: number, code: string, text: string): Answer {
  return json({ code, message: text }, status)
}
