import { seededHex, seededNumber, seededUuid } from './seeded.js'

/** An employee of the made-up company whose data the sandbox shows. */
export interface Person {
  readonly number: number
  readonly agentId: string
  readonly userId: string
  readonly name: string
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly extension: string
  readonly groupId: string
  readonly siteId: string
}

/** A contact centre queue of that company. */
export interface Queue {
  readonly id: string
  readonly name: string
  readonly channel: 'phone' | 'chat' | 'email' | 'voicemail'
  readonly siteId: string
}

/** A group of its agents. */
export interface Group {
  readonly id: string
  readonly name: string
}

/** A place where it has an office. */
interface Site {
  readonly id: string
  readonly name: string
}

/** The one PBX, tenant and customer that everything belongs to. */
export const company = { pbx: 'examplepbx', tenant: 'exampletenant01', customerId: '0012J00002ExampleAA' }

const firstNames = [
  'Ada',
  'Bram',
  'Chidi',
  'Dana',
  'Eun-ji',
  'Farid',
  'Greta',
  'Hana',
  'Ivo',
  'Joan',
] as const
const lastNames = ['Abara', 'Berg', 'Castillo', 'Dvořák', 'Eriksen', 'Fontaine', 'Gupta'] as const
const topics = ['Sales', 'Support', 'Billing', 'Renewals', 'Returns', 'Partners'] as const
const channels = ['phone', 'chat', 'email', 'voicemail'] as const

export const groups: readonly Group[] = ['Front desk', 'Sales', 'Support', 'Billing', 'Night shift'].map(
  (name, index) => ({ id: String(201 + index), name }),
)

export const sites: readonly Site[] = ['Lisbon', 'Oslo'].map((name) => ({ id: seededUuid(name), name }))

const firstPerson = personOf(0)

export const people: readonly Person[] = [
  firstPerson,
  ...Array.from({ length: 59 }, (_, index) => personOf(index + 1)),
]

export const queues: readonly Queue[] = topics.flatMap((topic, topicIndex) =>
  channels.map((channel, index) => ({
    id: String(101 + topicIndex * channels.length + index),
    name: `${topic} ${channel}`,
    channel,
    siteId: siteOf(topicIndex),
  })),
)

/** Returns the agents of a queue: every third person, starting from an offset that depends on the queue. */
export function agentsOfQueue(queueId: string): readonly Person[] {
  return people.filter((person) => (person.number + Number(queueId)) % 3 === 0)
}

/** Picks a person, always the same one for the same seed. */
export function seededPerson(seed: string): Person {
  return people[seededNumber(seed, 0, people.length - 1)] ?? firstPerson
}

function personOf(number: number): Person {
  const firstName = firstNames[number % firstNames.length] ?? 'Ada'
  const lastName = lastNames[number % lastNames.length] ?? 'Abara'
  return {
    number,
    agentId: `ag${seededHex(`agent ${number}`, 20)}`,
    userId: seededHex(`user ${number}`, 22),
    name: `${firstName} ${lastName}`,
    firstName,
    lastName,
    email: `${firstName}.${lastName}@example.com`.toLowerCase().replace('ř', 'r').replace('á', 'a'),
    extension: String(1001 + number),
    groupId: groups[number % groups.length]?.id ?? '201',
    siteId: siteOf(number),
  }
}

function siteOf(number: number): string {
  return sites[number % sites.length]?.id ?? ''
}
