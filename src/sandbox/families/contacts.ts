import { apiKey } from '../gateway/access.js'
import { empty, json, message } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { compileFilter, fieldAt } from '../data/fiql.js'
import { collection, counter } from '../data/memory.js'
import { cursorPage } from '../gateway/paging.js'
import { integer, isObject, isTrue, jsonObject, list } from '../gateway/parameters.js'
import { company, people } from '../data/people.js'
import { seededNumber, seededUuid } from '../data/seeded.js'
import { sorted } from '../data/sorting.js'
import { allOf, byId, save, type Thing } from '../data/things.js'

/** The lists of a contact, by the value of `details` that asks for them; filters use the singular. */
const details = {
  TAG: { list: 'tags', filter: 'tag' },
  ADDRESS: { list: 'addresses', filter: 'address' },
  PHONE: { list: 'phones', filter: 'phone' },
  EMAIL: { list: 'emails', filter: 'email' },
  EXTENSION: { list: 'extensions', filter: 'extension' },
} as const

const contacts = collection<Thing>(() =>
  people.map(({ firstName, lastName, name, email, extension, siteId }) =>
    contactOf(seededUuid(`contact ${extension}`), {
      contactType: 'corporate',
      firstName,
      lastName,
      name,
      companyName: 'Example, Inc.',
      locale: 'en_US',
      branchId: siteId,
      pbxName: company.pbx,
      emails: [{ email, primary: true, purposeType: 'WORK' }],
      phones: [{ phone: `+1408555${extension}`, primary: true, purposeType: 'WORK', source: 'EXTERNAL' }],
      extensions: [{ extension, extensionType: 'UC', displayInDirectory: true, pbxName: company.pbx }],
    }),
  ),
)
const nextNumber = counter(1)

/** Source: 8x8's guides "Contact Search", "Contact Management" and "Contact Object Structure". */
export const contactDirectory: SandboxFamily = {
  name: 'Contacts',
  base: /^\/directory-?[cC]ontacts\/api\/v3/,
  access: apiKey(),
  routes: {
    'GET /contacts': search,
    'POST /contacts': ({ body, memory }) => {
      const given = jsonObject(body)
      if (!given) return message(400, 'The body must be a JSON object')
      const id = seededUuid(`new contact ${nextNumber(memory)}`)
      return json(save(contacts, memory, contactOf(id, given)))
    },
    'GET /contacts/:id': one((found) => json(found)),
    // A replacement: fields that it leaves out are removed.
    'PUT /contacts/:id': one(({ id }, { body, memory }) => {
      const given = jsonObject(body)
      if (!given) return message(400, 'The body must be a JSON object')
      return json(save(contacts, memory, contactOf(id, given)))
    }),
    'DELETE /contacts/:id': one(({ id }, { memory }) => {
      contacts(memory).delete(id)
      return empty(200)
    }),
  },
}

function search({ query, memory }: SandboxCall): SandboxResponse {
  const size = integer(query, 'size', 20)
  if (!(size >= 1 && size <= 1000)) return message(400, 'size must be from 1 to 1000')
  const filter = compileFilter<Thing>(query.get('filter'), fieldOf)
  if ('error' in filter) return message(400, `Invalid filter: ${filter.error}`)
  const found = sorted(allOf(contacts, memory).filter(filter.accepts), query.get('sort'))
  const page = cursorPage(found, query.get('scrollId'), size)
  if (!page) return message(400, 'scrollId is invalid')
  const wanted = list(query, 'details')
  const hidden: readonly string[] = Object.entries(details)
    .filter(([word]) => !wanted.includes(word))
    .map(([, names]) => names.list)
  const data = page.items.map((contact) =>
    Object.fromEntries(Object.entries(contact).filter(([name]) => !hidden.includes(name))),
  )
  const scrollId = isTrue(query, 'useScrollId') ? page.next : null
  return json({ data, meta: { hasMore: page.next !== null, scrollId } })
}

/** Fields such as `email.email` yield all the values in a list of the contact. */
function fieldOf(contact: Thing, field: string): unknown {
  const [first = '', ...rest] = field.split('.')
  const names = Object.values(details).find(({ filter }) => filter === first)
  const entries = names && contact[names.list]
  return Array.isArray(entries) ? entries.map((entry) => fieldAt(entry, rest.join('.'))) : contact[field]
}

/** Adds the ids: a contact has one, and so has each entry of its lists. */
function contactOf(id: string, given: Readonly<Record<string, unknown>>): Thing {
  const lists = Object.values(details).map(({ list: name }) => {
    const entries: readonly unknown[] = Array.isArray(given[name]) ? given[name] : []
    const numbered = entries.filter(isObject).map((entry, index) => {
      return { id: seededNumber(`${id} ${name} ${index}`, 1_000_000, 9_999_999), ...entry }
    })
    return [name, numbered] as const
  })
  return { ...given, ...Object.fromEntries(lists), id }
}

function one(response: (found: Thing, call: SandboxCall) => SandboxResponse): Handler {
  return byId(contacts, response, (id) => message(404, `No contact ${id}`))
}
