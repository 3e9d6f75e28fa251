import { collection, counter } from '../data/memory.js'
import { isObject } from '../gateway/parameters.js'
import { company, groups, people, sites as offices } from '../data/people.js'
import { seededUuid } from '../data/seeded.js'
import type { Things } from '../data/things.js'

type Fields = Readonly<Record<string, unknown>>

/** One kind of thing that the suite administers. */
export interface Resource {
  readonly path: string
  /** The name in media types. */
  readonly name: string
  /** The name in operations. */
  readonly type: string
  readonly things: Things<{ readonly id: string; readonly fields: Fields }>
  /** The given fields, with the id in its place. */
  readonly withId: (given: Fields, id: string) => Fields
}

export const nextNumber = counter(1)

export const users = resource('users', 'users', 'USER', userWithId, () =>
  people.map(({ userId, firstName, lastName, email, extension, siteId }) => {
    const site = offices.find(({ id }) => id === siteId)
    const fields = {
      basicInfo: {
        customerId: company.customerId,
        createdTime: '2025-01-01T01:02:03Z',
        userName: email,
        firstName,
        lastName,
        status: 'ACTIVE',
        locale: 'en-US',
        timezone: 'Europe/Lisbon',
        primaryEmail: email,
        site: { ...site, pbxName: company.pbx },
      },
      directoryInfo: { displayInDirectory: true },
      serviceInfo: { licenses: [], extensions: [{ extensionNumber: extension }] },
    }
    return [userId, fields]
  }),
)
export const ringGroups = resource('ring-groups', 'ringgroups', 'RING_GROUP', withId, () =>
  groups.map(({ id, name }) => {
    const members = people
      .filter(({ groupId }) => groupId === id)
      .map(({ userId, extension, firstName, lastName }, index) => {
        const sequenceNumber = index + 1
        return { userId, extensionNumber: extension, firstName, lastName, sequenceNumber, loggedIn: true }
      })
    const ringing = {
      ringPattern: 'ROUND_ROBIN',
      ringTimeout: 15,
      inboundCallerIdFormat: 'RGNAME_CALLERNUMBER',
    }
    return [id, { customerId: company.customerId, name, extensionNumber: `8${id}`, ...ringing, members }]
  }),
)
export const sites = resource('sites', 'sites', 'SITE', withId, () =>
  offices.map(({ id, name }) => {
    const zone = { locale: 'en-US', timezone: `Europe/${name}` }
    return [id, { name, pbxName: company.pbx, ...zone, address: { id: seededUuid(`at ${name}`) } }]
  }),
)
export const phoneNumbers = resource(
  'phone-numbers',
  'phonenumbers',
  'PHONE_NUMBER',
  (given) => given,
  () =>
    people.map((_, index) => {
      const phoneNumber = `+1408555${1000 + index}`
      const status = index % 4 === 3 ? 'AVAILABLE' : 'ASSIGNED'
      return [phoneNumber, { phoneNumber, country: 'US', category: 'LOCAL', origin: 'CLAIMED', status }]
    }),
)
export const addresses = resource('addresses', 'addresses', 'ADDRESS', withId, () => [
  [seededUuid('at Lisbon'), { streetName: 'Rua Augusta', streetNumber: '7', city: 'Lisbon', country: 'PT' }],
  [seededUuid('at Oslo'), { streetName: 'Karl Johans gate', streetNumber: '7', city: 'Oslo', country: 'NO' }],
])

/** Returns the members of a ring group after adding, changing and removing some, by extension. */
export function membersAfter(members: unknown, { add, update, remove }: Fields): readonly Fields[] {
  const byExtension = new Map(listOf(members).map((member) => [member['extensionNumber'], member]))
  for (const member of [...listOf(add), ...listOf(update)]) {
    const { extensionNumber } = member
    byExtension.set(extensionNumber, { ...byExtension.get(extensionNumber), ...member })
  }
  for (const { extensionNumber } of listOf(remove)) byExtension.delete(extensionNumber)
  return [...byExtension.values()]
}

function resource(
  path: string,
  name: string,
  type: string,
  idIn: Resource['withId'],
  seeds: () => readonly (readonly [string, Fields])[],
): Resource {
  const things = collection(() => seeds().map(([id, fields]) => ({ id, fields: idIn(fields, id) })))
  return { path, name, type, things, withId: idIn }
}

function withId(given: Fields, id: string): Fields {
  return { ...given, id }
}

/** The id of a user is `basicInfo.userId`. */
function userWithId(given: Fields, userId: string): Fields {
  const basics = isObject(given['basicInfo']) ? given['basicInfo'] : {}
  return { ...given, basicInfo: { status: 'ACTIVE', ...basics, userId } }
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
