import { apiKey } from '../access.js'
import { empty, json, message } from '../answers.js'
import type { Answer, Call, Handler } from '../exchange.js'
import type { Family } from '../family.js'
import { collection, counter } from '../memory.js'
import { cursorAt, cursorOffset } from '../paging.js'
import { integer, jsonObject } from '../parameters.js'
import { people } from '../people.js'
import { seededUuid } from '../seeded.js'

type Contact = Readonly<Record<string, unknown>> & { readonly id: string }

const contacts = collection<Contact>(() =>
  people.map(({ firstName, lastName, email, extension }) => {
    return { id: seededUuid(`contact ${extension}`), firstName, lastName, emails: [email], extension }
  }),
)
const nextNumber = counter(1)

/** Source: 8x8's guides "Search contacts" and "Create contact". */
export const contactDirectory: Family = {
  name: 'Contacts',
  base: /^\/directory-?[cC]ontacts\/api\/v3/,
  access: apiKey(),
  routes: {
    'GET /contacts': search,
    'POST /contacts': ({ body, memory }) => {
      const given = jsonObject(body)
      if (!given) return message(400, 'The body must be a JSON object')
      const contact = { ...given, id: seededUuid(`new contact ${nextNumber(memory)}`) }
      contacts(memory).set(contact.id, contact)
      return json(contact, 201)
    },
    'GET /contacts/:id': one((found) => json(found)),
    'PUT /contacts/:id': one((found, { body, memory }) => {
      const contact = { ...found, ...jsonObject(body), id: found.id }
      contacts(memory).set(found.id, contact)
      return json(contact)
    }),
    'DELETE /contacts/:id': one((found, { memory }) => {
      contacts(memory).delete(found.id)
      return empty(204)
    }),
  },
}

function search({ query, memory }: Call): Answer {
  const pageSize = integer(query, 'pageSize', 20)
  const offset = cursorOffset(query.get('scrollId'))
  if (!(pageSize >= 1 && pageSize <= 100)) return message(400, 'pageSize must be from 1 to 100')
  if (offset === undefined) return message(400, 'scrollId is invalid')
  const wanted = ['firstName', 'lastName', 'extension'].filter((name) => query.has(name))
  const found = [...contacts(memory).values()].filter((contact) =>
    wanted.every((name) => String(contact[name]).toLowerCase() === query.get(name)?.toLowerCase()),
  )
  const end = offset + pageSize
  return json({
    contacts: found.slice(offset, end),
    total: found.length,
    scrollId: end < found.length ? cursorAt(end) : null,
  })
}

function one(answer: (found: Contact, call: Call) => Answer): Handler {
  return (call) => {
    const found = contacts(call.memory).get(call.params['id'] ?? '')
    return found ? answer(found, call) : message(404, `No contact ${call.params['id']}`)
  }
}
