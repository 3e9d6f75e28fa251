import { qm as described, EVALUATION_DETAILS, TRANSCRIPTION, USER } from '../../api/calls/qm.js'
import type { Given } from '../../api/describe.js'
import { remembered } from '../data/memory.js'
import { people, type Person } from '../data/people.js'
import { seededNumber } from '../data/seeded.js'
import { hourOf, occurrences } from '../data/time-series.js'
import { inRange } from '../files/byte-range.js'
import { mp3Silence } from '../files/mp3.js'
import { emptyMp4 } from '../files/mp4.js'
import { appToken } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { pageOf, queryWith } from '../gateway/paging.js'
import { time } from '../gateway/parameters.js'
import { bytes, empty, json } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'
import * as data from './qm-data.js'

/** What callers have changed: removed interactions, and custom fields by interaction. */
const changes = remembered(() => ({
  removed: new Set<string>(),
  customFields: new Map<string, Readonly<Record<string, string>>>(),
}))
const customFields = Array.from({ length: 26 }, (_, number) => `customField${number || ''}`)
const editableFields = customFields.slice(1, 16)

const ofInteraction = one('interaction', find)
const ofUser = one('user', data.personBy)
const ofCategory = one('category', (id) =>
  data.categories.find((category) => String(category.categoryId) === id),
)

const simulated = simulate(described, {
  access: appToken('QM - API'),
  refuse: (_call, status, detail) => failure(status, detail),
  demands: (call) => {
    if (!call.headers['pbx']) return failure(400, 'The header pbx is required')
    const { startMs, endMs } = windowOf(call)
    return startMs <= endMs ? undefined : failure(400, 'startTS and endTS must be times, in order')
  },
  handlers: {
    qmInteractionCount: (call) => interactions(call).length,
    qmInteractions: (call) => page(call, interactions(call), (index) => linked(call, index)),
    qmTranscriptions: ofInteraction(() => [
      TRANSCRIPTION.example,
      { ...TRANSCRIPTION.example, text: 'How can I help?', channel: 0, timestampStart: 12, timestampEnd: 14 },
    ]),
    qmTopics: ofInteraction((index) => {
      const category = data.categories[index % data.categories.length]!
      return data.topicsOf(category).map(({ name }) => ({ channel: 0, topic: name, category: category.name }))
    }),
    qmLabels: ofInteraction((index, call) => [remark(call, index, ['creator', 'updater'])]),
    qmNotes: ofInteraction((index, call) => [
      { ...remark(call, index, ['creator']), interactionTimestamp: 10 },
    ]),
    qmMedia: ofInteraction((index, { headers }) => {
      const type = data.interactionType(index)
      if (type === 'other') return failure(404, 'Interactions of the type other have no media')
      const isSound = type === 'voiceInteraction'
      const content = isSound ? mp3Silence(seededNumber(`qm ${index}`, 1, 3)) : emptyMp4
      return inRange(headers.range, bytes(content, isSound ? 'audio/mpeg' : 'video/mp4'))
    }),
    qmRedirect: ({ given: { interactionGuid } }) =>
      empty(302, { Location: `https://qm.8x8.com/interactions/${encodeURIComponent(interactionGuid)}` }),
    setQmCustomField: ofInteraction(setCustomField),
    deleteQmCustomField: ofInteraction(setCustomField),
    deleteQmInteraction: ofInteraction(remove),
    purgeQmInteraction: ofInteraction(remove),
    qmUserCount: ({ given }) => users(given.activeUsers).length,
    qmUsers: (call) => page(call, users(call.given.activeUsers), (person) => user(call, person)),
    qmUser: ofUser((person, call) => user(call, person)),
    qmSupervisors: ofUser((person) => [data.reference(data.colleague(person, 1))]),
    qmTrainers: ofUser((person) => [data.reference(data.colleague(person, 2))]),
    qmEvaluationCount: (call) => evaluations(call).length,
    qmEvaluations: (call) =>
      page(call, evaluations(call), (evaluation) => ({
        ...evaluation,
        links: linksTo(call, { topics: `/evaluations/${evaluation.evaluationId}/details` }),
      })),
    qmEvaluation: one('evaluation', (id, { dateMs }) => {
      const startMs = Number(id) * data.evaluationStep * data.interactionStepMs
      return startMs + data.evaluatedAfterMs <= dateMs ? Number(id) : undefined
    })((evaluationId) => ({ ...EVALUATION_DETAILS.example, evaluationId })),
    qmCategoryCount: () => data.categories.length,
    qmCategories: (call) =>
      page(call, data.categories, (category) => ({
        ...category,
        links: linksTo(call, {
          interactions: `/speechAnalysis/${category.categoryId}/topics?page=0&size=100`,
        }),
      })),
    qmTopicCount: ofCategory((category) => data.topicsOf(category).length),
    qmCategoryTopics: ofCategory((category, call: Paged) =>
      page(call, data.topicsOf(category), (topic) => topic),
    ),
  },
})

const userRoute = { 'GET /users/:userReference': simulated.routes['GET /users/:userReference/details']! }
/** Links of labels and notes lead to `/users/{userReference}`, which is in 8x8's examples only. */
export const qm = { ...simulated, routes: { ...simulated.routes, ...userRoute } }

/** The window that is asked about: up to the hour without an end, a week without a beginning. */
function windowOf({ query, dateMs }: SandboxCall) {
  const [start, end] = [query.get('startTS'), query.get('endTS')]
  const endMs = end ? (time(end) ?? Number.NaN) : hourOf(dateMs)
  return { startMs: start ? (time(start) ?? Number.NaN) : endMs - 7 * 24 * 3_600_000, endMs }
}

type Rows = typeof described.rows
type Asking = SandboxCall & {
  readonly given: Partial<Given<Rows['qmInteractions']> & Given<Rows['qmEvaluations']>>
}

/** The indices of the interactions that are asked for, at most 10,000 as at 8x8, up to some time ago. */
function interactions(call: Asking, shiftMs = 0, agoMs = 0): readonly number[] {
  const { interactionGuid, userReference, interactionType, customField, customFieldValue } = call.given
  const { removed, customFields: set } = changes(call.memory)
  const window = windowOf(call)
  const endMs = Math.min(window.endMs - shiftMs, hourOf(call.dateMs) - agoMs)
  const candidates =
    interactionGuid?.map((guid) => find(guid, call)).filter((index) => index !== undefined) ??
    occurrences({ startMs: window.startMs - shiftMs, endMs }, data.interactionStepMs)
  return candidates.filter((index) => {
    const values = set.get(data.guidOf(index)) ?? {}
    const isWanted = (name: string) => name in values && values[name] === (customFieldValue ?? values[name])
    return (
      !removed.has(data.guidOf(index)) &&
      (userReference === undefined || data.agentOf(index) === data.personBy(userReference)) &&
      (interactionType === undefined || data.interactionType(index) === interactionType) &&
      (customField?.some(isWanted) ?? true)
    )
  })
}

/** The evaluations that are asked for. */
function evaluations(call: Asking) {
  const { useInteractionTime, templateName } = call.given
  return interactions(call, useInteractionTime ? 0 : data.evaluatedAfterMs, data.evaluatedAfterMs)
    .filter((index) => index % data.evaluationStep === 0)
    .map(data.evaluationAt)
    .filter((evaluation) => evaluation.templateName === (templateName ?? evaluation.templateName))
}

/** The index of an interaction that exists by now. */
function find(guid: string, { memory, dateMs }: SandboxCall): number | undefined {
  const index = data.indexOfGuid(guid)
  const isThere = index !== undefined && index * data.interactionStepMs <= dateMs
  return isThere && !changes(memory).removed.has(guid) ? index : undefined
}

function linked(call: SandboxCall, index: number) {
  const interaction = data.interactionAt(index)
  const { interactionGuid: guid } = interaction
  const values = changes(call.memory).customFields.get(guid) ?? {}
  const fields = customFields.map((name, number) => {
    return [name, { value: values[name] ?? '', displayName: `Custom field ${number}` }] as const
  })
  const media = data.interactionType(index) === 'other' ? [] : ['media']
  const parts = ['notes', 'labels', 'transcriptions', ...media]
  const paths = Object.fromEntries(parts.map((part) => [part, `/interactions/${guid}/${part}`]))
  return { ...interaction, customFields: Object.fromEntries(fields), links: linksTo(call, paths) }
}

function remove(index: number, { memory }: SandboxCall): undefined {
  changes(memory).removed.add(data.guidOf(index))
}

function setCustomField(index: number, { method, params, body, memory }: SandboxCall) {
  const { customField = '' } = params
  if (!editableFields.includes(customField)) return failure(404, `No editable field ${customField}`)
  const { customFields: set } = changes(memory)
  const { [customField]: _replaced, ...others } = set.get(data.guidOf(index)) ?? {}
  set.set(data.guidOf(index), {
    ...others,
    ...(method === 'PUT' && { [customField]: body.toString('utf8') }),
  })
  return undefined
}

function remark(call: SandboxCall, index: number, relations: readonly string[]) {
  const path = `/users/${data.reference(data.agentOf(index)).userReference}`
  const createdAt = data.timestamp(index * data.interactionStepMs)
  const links = linksTo(call, Object.fromEntries(relations.map((relation) => [relation, path])))
  return { text: 'Well done.', createdAt, updatedAt: createdAt, links }
}

function users(active: boolean | undefined): readonly Person[] {
  return people.filter((person) => active === undefined || isActive(person) === active)
}

function isActive({ number }: Person): boolean {
  return number % 10 !== 9
}

function user(call: SandboxCall, person: Person) {
  const { userReference, name, agentId, mainGroup } = data.agentRow(person)
  const links = linksTo(call, {
    interactions: `/interactions?userReference=${userReference}`,
    supervisors: `/users/${userReference}/supervisors`,
    trainers: `/users/${userReference}/trainers`,
  })
  const phone = 14_085_550_000 + Number(person.extension)
  const own = {
    userReference,
    name,
    agentId,
    mainGroup,
    phone,
    email: person.email,
    active: isActive(person),
  }
  return { ...USER.example, ...own, links }
}

type Paged = SandboxCall & { readonly given: { readonly page: number; readonly size: number } }

function page<T, R>(call: Paged, items: readonly T[], show: (item: T) => R) {
  const { page: pageNumber, size: pageSize } = call.given
  const { items: shown, isLast } = pageOf(items, pageNumber, pageSize)
  const to = (target: number) =>
    `${call.path.slice(call.base.length)}?${queryWith(call.query, { page: target, size: pageSize })}`
  const links = linksTo(call, {
    ...(isLast ? {} : { nextUrl: to(pageNumber + 1) }),
    ...(pageNumber > 0 ? { prevUrl: to(pageNumber - 1) } : {}),
  })
  return { pageNumber, pageSize, pageResultSize: shown.length, content: shown.map(show), links }
}

/** Makes links to paths of the family, by relation. */
function linksTo({ origin, base }: SandboxCall, paths: Readonly<Record<string, string>>) {
  return Object.entries(paths).map(([rel, path]) => ({ rel, href: `${origin}${base}${path}`, type: 'GET' }))
}

/** Makes handlers that are given what the path names, or respond 404. */
function one<T>(kind: string, findOne: (id: string, call: SandboxCall) => T | undefined) {
  return <C extends SandboxCall, R>(respond: (found: T, call: C) => R) =>
    (call: C) => {
      // The region comes first.
      const [, id = ''] = Object.values(call.params)
      const found = findOne(id, call)
      return found === undefined ? failure(404, `No ${kind} ${id}`) : respond(found, call)
    }
}

/** Makes an error in QM's format: a code for machines and a message for humans. */
function failure(status: number, text: string) {
  return json({ code: status === 404 ? 'NOT_FOUND' : 'INVALID_REQUEST', message: text }, status)
}
