import { CONTACT, type Contact, contacts as described, type NewContact } from '../../api/calls/contacts.js'
import { compileFilter, fieldAt } from '../data/fiql.js'
import { collection, counter } from '../data/memory.js'
import { groups, people, type Person, sites } from '../data/people.js'
import { seededHex, seededNumber, seededUuid } from '../data/seeded.js'
import { sorted } from '../data/sorting.js'
import { save } from '../data/things.js'
import { apiKey } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { cursorPage } from '../gateway/paging.js'
import { message } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'

/** The lists of a contact, by the value of `details` that asks for them; filters use the singular. */
const lists = {
  TAG: ['tags', 'tag'],
  ADDRESS: ['addresses', 'address'],
  PHONE: ['phones', 'phone'],
  EMAIL: ['emails', 'email'],
  EXTENSION: ['extensions', 'extension'],
} as const

const contacts = collection<Contact>(() => people.map(corporate))
const nextNumber = counter(1)

const family = simulate(described, {
  access: apiKey(),
  refuse: (_call, status, detail) => message(status, detail),
  handlers: {
    searchContacts: ({ given, memory }) => {
      const { details = [], size, sort = '', useScrollId, scrollId, filterByDisplayFlag } = given
      const orders = sort.match(/[\w.]+, ?(ASC|DESC)/g) ?? []
      if (useScrollId && !orders.some((order) => order.startsWith('id,'))) {
        return message(400, 'sort must contain id for scrolling')
      }
      const filter = compileFilter<Contact>(given.filter ?? null, fieldOf)
      if ('error' in filter) return message(400, `filter is invalid: ${filter.error}`)
      const found = [...contacts(memory).values()].filter(
        (contact) => filter.accepts(contact) && (!filterByDisplayFlag || isDisplayed(contact)),
      )
      const inOrder = orders
        .toReversed()
        .reduce<readonly Contact[]>((items, order) => sorted(items, order), found)
      const page = cursorPage(inOrder, scrollId, size)
      if (!page) return message(400, 'scrollId is invalid')
      const hidden = Object.entries(lists).filter(([word]) => !(details as readonly string[]).includes(word))
      const names: readonly string[] = hidden.map(([, [name]]) => name)
      const data = page.items.map((contact) => {
        return Object.fromEntries(
          Object.entries(contact).filter(([name]) => !names.includes(name)),
        ) as Contact
      })
      return { data, meta: { hasMore: page.next !== null, scrollId: useScrollId ? page.next : null } }
    },
    createContact: (call) => {
      const id = seededUuid(`new contact ${nextNumber(call.memory)}`)
      return wrong(call.sent) ?? save(contacts, call.memory, contactOf(id, call))
    },
    // A replacement: fields that it leaves out are removed.
    updateContact: (call) => {
      const found = companyContact(call)
      if ('body' in found) return found
      return (
        wrong(call.sent) ?? save(contacts, call.memory, contactOf(found.id, call, found.createdTimestamp))
      )
    },
    deleteContact: (call) => {
      const found = companyContact(call)
      if ('body' in found) return found
      contacts(call.memory).delete(found.id)
      return undefined
    },
  },
})

/** 8x8's guide pages at the second of these addresses. */
export const contactDirectory = { ...family, base: /^\/directory-?[cC]ontacts\/api\/v3/ }

/** Finds the contact that the path names: only company contacts may be changed. */
function companyContact({ params, memory }: SandboxCall) {
  const id = params['contactId'] ?? ''
  const found = contacts(memory).get(id)
  if (found === undefined) return message(404, `No contact ${id}`)
  return found.contactType === 'company' ? found : message(400, 'contactType of this contact is not company')
}

function wrong({ addresses, emails, phones }: NewContact) {
  const isTwice = [addresses, emails, phones].some(
    (list) => list && list.filter(({ primary }) => primary).length > 1,
  )
  return isTwice ? message(400, 'primary can be one of a list only') : undefined
}

/** Makes a contact of what was sent; each entry of its lists has an id. */
function contactOf(
  id: string,
  { sent, dateMs }: { sent: NewContact; dateMs: number },
  createdTimestamp = dateMs,
) {
  const name = [sent.firstName, sent.middleName, sent.lastName].filter(Boolean).join(' ')
  const numbered = Object.values(lists).map(([list]) => {
    const entries: readonly object[] = (list === 'extensions' ? null : sent[list]) ?? []
    const withIds = entries.map((entry, index) => {
      return { id: seededNumber(`${id} ${list} ${index}`, 1_000_000, 9_999_999), ...entry }
    })
    return [list, withIds] as const
  })
  const stamps = { createdTimestamp, updatedTimestamp: dateMs }
  return { ...sent, name, ...stamps, ...(Object.fromEntries(numbered) as object), id } as Contact
}

/** The contact that each person of the company has. */
function corporate(person: Person): Contact {
  const { number, userId, firstName, lastName, name, email, extension, siteId, groupId } = person
  const id = seededUuid(`contact ${extension}`)
  const branch = { branchId: siteId, branchName: sites.find((site) => site.id === siteId)?.name ?? '' }
  const { example } = CONTACT
  const ids = (list: string) => seededNumber(`${id} ${list}`, 10_000, 99_999)
  return {
    ...example,
    ...branch,
    id,
    assignedUserId: userId,
    contactType: 'corporate',
    firstName,
    lastName,
    name,
    department: groups.find((group) => group.id === groupId)?.name ?? '',
    pictureHash: seededHex(id, 64),
    emails: [{ ...example.emails![0]!, id: ids('emails'), email }],
    phones: [{ ...example.phones![0]!, id: ids('phones'), phone: `+1408555${extension}` }],
    addresses: [{ ...example.addresses![0]!, id: ids('addresses') }],
    tags: [{ id: ids('tags'), name: 'customField1', value: String(number) }],
    extensions: [
      {
        ...example.extensions![0]!,
        ...branch,
        id: ids('extensions'),
        contactId: id,
        extension,
        fqExtension: `23${extension}`,
        // One in twenty is not.
        displayInDirectory: number % 20 !== 19,
      },
    ],
  }
}

function isDisplayed({ extensions, displayWhenNoExtension, contactType }: Contact): boolean {
  if (extensions?.length) return extensions.some(({ displayInDirectory }) => displayInDirectory)
  return contactType !== 'corporate' || displayWhenNoExtension === true
}

/** Fields such as `email.email` yield all the values in a list of the contact. */
function fieldOf(contact: Contact, field: string): unknown {
  const [first = '', ...rest] = field.split('.')
  const [list] = Object.values(lists).find(([, filter]) => filter === first) ?? []
  return list === undefined
    ? fieldAt(contact, field)
    : contact[list]?.map((entry) => fieldAt(entry, rest.join('.')))
}
