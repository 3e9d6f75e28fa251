import {
  type Address,
  ADDRESS,
  EXTENSION,
  type Member,
  type PhoneNumber,
  RING_GROUP,
  type RingGroup,
  type AdministeredSite,
  SITE,
  USER,
  type User,
} from '../../api/calls/administration.js'
import { collection } from '../data/memory.js'
import { company, groups, people, type Person, sites as offices } from '../data/people.js'
import { seededHex, seededUuid } from '../data/seeded.js'
import type { Things } from '../data/things.js'

/** One kind of thing that the suite administers, by id: users and numbers have theirs in a place of their own. */
export type Table<T> = Things<{ readonly id: string; readonly value: T }>

const createdTime = '2026-01-05T09:00:00Z'

export const addresses: Table<Address> = collection(() =>
  offices.map(({ name }, index) => {
    const id = seededUuid(`at ${name}`)
    const [streetName, country] = index === 0 ? ['Rua Augusta', 'PT'] : ['Karl Johans gate', 'NO']
    const displayForm = `7 ${streetName}, ${name}`
    const { addressUsage: _, ...example } = ADDRESS.example
    return {
      id,
      value: { ...example, id, displayForm, streetNumber: '7', streetName, city: name, country, createdTime },
    }
  }),
)

export const sites: Table<AdministeredSite> = collection(() =>
  offices.map(({ id, name }, index) => {
    const address = { id: seededUuid(`at ${name}`) }
    const own = { id, name, timezone: `Europe/${name}`, siteCode: String(23 + index), address }
    return { id, value: { ...SITE.example, ...own } }
  }),
)

export const users: Table<User> = collection(() =>
  people.map((one) => ({ id: one.userId, value: userOf(one) })),
)

export const ringGroups: Table<RingGroup> = collection(() =>
  groups.map(({ id, name }, index) => {
    const members = people.filter(({ groupId }) => groupId === id).map(memberOf)
    const site = siteOf(offices[index % offices.length]!.id)
    const voicemailSettings = {
      notificationEmail: 'front@example.com',
      notificationAction: 'NOTIFY_ONLY',
    } as const
    const own = { id, name, extensionNumber: `8${id}`, members, site, voicemailSettings }
    return { id, value: { ...RING_GROUP.example, ...own } }
  }),
)

export const phoneNumbers: Table<PhoneNumber> = collection(() =>
  people.map((_, index) => {
    const phoneNumber = numberOf(index)
    const nationalFormattedNumber = phoneNumber.replace(/^\+1(\d{3})(\d{3})/, '($1) $2-')
    const state = { status: index % 4 === 3 ? 'AVAILABLE' : 'ASSIGNED', origin: 'CLAIMED' } as const
    const ported = { status: 'PORTING', origin: 'PORTING', temporaryNumber: numberOf(index + 1000) } as const
    const kind = { country: 'US', category: 'LOCAL' } as const
    return {
      id: phoneNumber,
      value: { phoneNumber, nationalFormattedNumber, ...kind, ...(index % 20 === 6 ? ported : state) },
    }
  }),
)

/** Finds the person behind an extension, by its id or number. */
export function personAt({ extensionId, extensionNumber }: Pick<Member, 'extensionId' | 'extensionNumber'>) {
  return people.find((one) => one.extension === extensionNumber || extensionIdOf(one) === extensionId)
}

/** Makes of a person a member of a ring group. */
export function memberOf(one: Person, index: number): Member {
  const { userId, extension: extensionNumber, firstName, lastName } = one
  const place = { sequenceNumber: index + 1, loggedIn: true, voicemailAccessEnabled: false }
  return { extensionId: extensionIdOf(one), extensionNumber, userId, firstName, lastName, ...place }
}

function userOf(one: Person): User {
  const { userId, firstName, email, extension: extensionNumber, number } = one
  // 8x8 allows no accents in names.
  const lastName = one.lastName.normalize('NFD').replace(/\p{M}/gu, '')
  const phone = { externalCallerIdNumber: numberOf(number), primaryPhoneNumber: numberOf(number) }
  const extension = {
    ...EXTENSION.example,
    ...phone,
    id: extensionIdOf(one),
    extensionNumber,
    fqExtensionNumber: `23${extensionNumber}`,
    externalCallerIdName: `${firstName} ${lastName}`,
    internalCallerIdFirstName: firstName,
    internalCallerIdLastName: lastName,
    voicemailEmail: email,
    phoneNumbers: [{ ...EXTENSION.example.phoneNumbers![0]!, phoneNumber: numberOf(number) }],
  }
  const { basicInfo, serviceInfo, assignmentInfo } = USER.example
  const site = siteOf(one.siteId)
  const inGroups = groups.filter(({ id }) => id === one.groupId)
  const names = { userName: email, primaryEmail: email, ssoFederationId: email, firstName, lastName }
  return {
    ...USER.example,
    basicInfo: { ...basicInfo, ...names, userId, timezone: `Europe/${site.name}`, site },
    assignmentInfo: { ...assignmentInfo, ringGroups: inGroups },
    serviceInfo: { ...serviceInfo, extensions: [extension] },
  }
}

function siteOf(siteId: string) {
  const { name = '' } = offices.find(({ id }) => id === siteId) ?? {}
  return { id: siteId, name, pbxId: seededHex('pbx', 20), pbxName: company.pbx }
}

function extensionIdOf({ number }: Person): string {
  return seededHex(`extension ${number}`, 22)
}

function numberOf(number: number): string {
  return `+1408555${1000 + number}`
}
