import { appToken } from '../gateway/access.js'
import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { people, type Person } from '../data/people.js'
import { failure, linkTo, pageResponse } from './qm-responses.js'
import { categories, evaluations, topicsOf } from './qm-data.js'
import { interactionRoutes } from './qm-interactions.js'

/** Source: 8x8's specification "Quality Management and Speech Analytics". Pages count from 0. */
export const qm: SandboxFamily = {
  name: 'Quality management',
  base: /^\/qm\/(?<region>us-west|us-east|uk|ap|ca)\/v1/,
  access: appToken('QM - API'),
  demands: ({ headers }) =>
    headers['pbx'] ? undefined : failure(400, 'MISSING_HEADER', 'The pbx header is missing'),
  routes: {
    ...interactionRoutes,
    'GET /users': (call) => pageResponse(call, people, (person) => user(call, person)),
    'GET /users/count': () => json(people.length),
    'GET /users/:id': withUser((person, call) => json(user(call, person))),
    'GET /users/:id/details': withUser((person, call) => json(user(call, person))),
    'GET /users/:id/supervisors': withUser(({ number }) => json([reference(number + 1)])),
    'GET /users/:id/trainers': withUser(({ number }) => json([reference(number + 2)])),
    'GET /evaluations': (call) => {
      return pageResponse(call, evaluations, (one) => ({
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
      return pageResponse(call, categories, (one) => ({
        ...one,
        links: [linkTo(call, 'topics', `/speechAnalysis/${one.categoryId}/topics`)],
      }))
    },
    'GET /speechAnalysis/categories/count': () => json(categories.length),
    'GET /speechAnalysis/:category/topics': withCategory((topics, call) =>
      pageResponse(call, topics, (one) => one),
    ),
    'GET /speechAnalysis/:category/topics/count': withCategory((topics) => json(topics.length)),
  },
}

function user(call: SandboxCall, { userId, name, email, extension }: Person) {
  const links = ['supervisors', 'trainers'].map((part) => linkTo(call, part, `/users/${userId}/${part}`))
  const interactions = linkTo(call, 'interactions', `/interactions?userReference=${userId}`)
  return { userReference: userId, name, email, extension, links: [interactions, ...links] }
}

function reference(number: number) {
  const person = people[number % people.length]
  return { userReference: person?.userId, name: person?.name }
}

function withUser(response: (person: Person, call: SandboxCall) => SandboxResponse): Handler {
  return (call) => {
    const person = people.find(({ userId }) => userId === call.params['id'])
    return person ? response(person, call) : failure(404, 'USER_NOT_FOUND', `No user ${call.params['id']}`)
  }
}

function withCategory(
  response: (topics: ReturnType<typeof topicsOf>, call: SandboxCall) => SandboxResponse,
): Handler {
  return (call) => {
    const found = categories.find(({ categoryId }) => categoryId === call.params['category'])
    if (!found) return failure(404, 'CATEGORY_NOT_FOUND', `No category ${call.params['category']}`)
    return response(topicsOf(found.categoryId), call)
  }
}
