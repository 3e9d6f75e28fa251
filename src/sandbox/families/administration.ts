import {
  administration as described,
  type Member,
  type MemberChanges,
  type Operation,
  type Problem,
  type RingGroup,
  type AdministeredSite,
  type User,
} from '../../api/calls/administration.js'
import { fieldAt } from '../data/fiql.js'
import { collection, counter } from '../data/memory.js'
import { company } from '../data/people.js'
import { seededHex, seededUuid } from '../data/seeded.js'
import { save } from '../data/things.js'
import { administrationKeyRejected, apiKey } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { simulate } from '../gateway/simulate.js'
import {
  addresses,
  memberOf,
  personAt,
  phoneNumbers,
  ringGroups,
  sites,
  type Table,
  users,
} from './administration-data.js'
import {
  idOf,
  listOf,
  missing,
  problem,
  refuse,
  resourceOf,
  suiteHeaders,
  valuesOf,
} from './administration-responses.js'

type Kept = Operation & { readonly id: string }
const operations = collection<Kept>(() => [])
const nextNumber = counter(1)
const types = { users: 'USER', 'ring-groups': 'RING_GROUP', sites: 'SITE' } as const

type Sent<T> = SandboxCall & { readonly sent: T }
type Make<T, S> = (id: string, call: Sent<S>, before?: T) => T

export const administration = simulate(described, {
  access: apiKey(administrationKeyRejected),
  refuse: (call, status, detail) => refuse(call, status as 400, detail),
  adds: suiteHeaders,
  handlers: {
    administrationUsers: listOf(users),
    administrationUser: read(users),
    createUser: (call) => {
      const { userName } = call.sent.basicInfo
      const isTaken = valuesOf(users, call).some(({ basicInfo }) => basicInfo.userName === userName)
      const error = isTaken
        ? problem(call, 400, `basicInfo.userName ${userName} is already in use`)
        : undefined
      return wrongUser(call) ?? create(users, call, userOf, error)
    },
    updateUser: (call) => wrongUser(call) ?? update(users, call, userOf),
    deleteUser: remove(users),
    administrationRingGroups: listOf(ringGroups),
    administrationRingGroup: read(ringGroups),
    createRingGroup: (call) => wrongRingGroup(call) ?? create(ringGroups, call, ringGroupOf),
    updateRingGroup: (call) => wrongRingGroup(call) ?? update(ringGroups, call, ringGroupOf),
    deleteRingGroup: remove(ringGroups),
    updateRingGroupMembers: (call) => {
      const group = ringGroups(call.memory).get(idOf(call))
      if (group === undefined) return missing(call)
      const wrong = wrongMembers(call)
      if (wrong !== undefined) return wrong
      const members = membersAfter(group.value.members ?? [], call.sent)
      if (typeof members === 'string')
        return start(call, 'UPDATE_MEMBERS', group.id, problem(call, 400, members))
      ringGroups(call.memory).set(group.id, { id: group.id, value: { ...group.value, members } })
      return start(call, 'UPDATE_MEMBERS', group.id)
    },
    administrationSites: listOf(sites, { filter: /^name==\*?[^*;,]+\*?$/ }),
    administrationSite: read(sites),
    createSite: (call) => wrongSite(call) ?? create(sites, call, (id, { sent }) => ({ ...sent, id })),
    updateSite: (call) =>
      wrongSite(call) ??
      update(sites, call, (id, { sent }, before) => ({ ...sent, id, pbxName: before!.pbxName })),
    deleteSite: (call) => {
      const id = idOf(call)
      const isUsed = ({ site }: { readonly site?: { readonly id?: string | null } | null }) => site?.id === id
      const used =
        valuesOf(users, call).some(({ basicInfo }) => isUsed(basicInfo)) ||
        valuesOf(ringGroups, call).some(isUsed)
      const detail = `Branch with id ${id} can not be removed. It is used by at least one extension`
      if (used) return refuse(call, 400, detail, { code: 'BAD_REQUEST' })
      return sites(call.memory).has(id) ? remove(sites)(call) : missing(call)
    },
    phoneNumbers: listOf(phoneNumbers, { sorts: /^[+ -]?(phoneNumber|country|category)$/ }),
    phoneNumber: (call) =>
      /^\+\d+$/.test(idOf(call))
        ? read(phoneNumbers)(call)
        : refuse(call, 400, `phoneNumber ${idOf(call)} is invalid`),
    administrationAddresses: listOf(addresses, { filters: ['country', 'state', 'displayForm'] }),
    administrationAddress: (call) => {
      const address = read(addresses)(call)
      return 'body' in address ? address : { ...address, addressUsage: usageOf(idOf(call), call) }
    },
    createAddress: (call) => {
      const { sent, memory, dateMs } = call
      const { streetNumber, secondaryLocation, city, state, postal } = sent
      const [, preDirectional, streetName] = /^([NSEW]) (.*)$/.exec(sent.streetName ?? '') ?? []
      const given = { ...sent, ...(streetName === undefined ? {} : { preDirectional, streetName }) }
      const isSame = (other: object) =>
        Object.entries(given).every(([name, value]) => fieldAt(other, name) === value)
      const known = valuesOf(addresses, call).find(isSame)
      if (known !== undefined) return known
      const lines = [[streetNumber, sent.streetName], [secondaryLocation], [city, state], [postal]]
      const displayForm = lines
        .map((line) => line.filter(Boolean).join(' '))
        .filter(Boolean)
        .join(', ')
      const id = seededUuid(`address ${nextNumber(memory)}`)
      const value = { ...given, id, displayForm, createdTime: timeOf(dateMs), origin: 'ADMIN' } as const
      addresses(memory).set(id, { id, value })
      return value
    },
    deleteAddress: (call) => {
      const id = idOf(call)
      if (!addresses(call.memory).has(id)) return missing(call)
      const used = Object.values(usageOf(id, call)).some((times) => times > 0)
      const detail = 'Address is currently in use and cannot be deleted'
      if (used) return refuse(call, 400, detail, { title: detail, code: 'BAD_REQUEST' })
      addresses(call.memory).delete(id)
      return undefined
    },
    // Each poll brings an operation on.
    administrationOperation: (call) => {
      const operation = operations(call.memory).get(idOf(call))
      if (operation === undefined) return missing(call)
      const ends = {
        status: operation.error ? 'FAILED' : 'COMPLETED',
        completedTime: timeOf(call.dateMs),
      } as const
      const next = { PENDING: { status: 'IN_PROGRESS' }, IN_PROGRESS: ends } as const
      const status = operation.status as keyof typeof next
      const now = { ...operation, ...next[status] }
      operations(call.memory).set(now.id, now)
      return shown(now)
    },
  },
})

/** Reads what the path names. */
function read<T extends object>(table: Table<T>) {
  return (call: SandboxCall) => table(call.memory).get(idOf(call))?.value ?? missing(call)
}

function create<T, S>(table: Table<T>, call: Sent<S>, make: Make<T, S>, error?: Problem) {
  const id = seededUuid(`${call.path} ${nextNumber(call.memory)}`)
  if (error === undefined) table(call.memory).set(id, { id, value: make(id, call) })
  return start(call, 'CREATE', id, error)
}

function update<T, S>(table: Table<T>, call: Sent<S>, make: Make<T, S>) {
  const found = table(call.memory).get(idOf(call))
  if (found === undefined) return missing(call)
  table(call.memory).set(found.id, { id: found.id, value: make(found.id, call, found.value) })
  return start(call, 'UPDATE', found.id)
}

function remove(table: Table<unknown>) {
  return (call: SandboxCall) => {
    table(call.memory).delete(idOf(call))
    return start(call, 'DELETE', idOf(call))
  }
}

/** Starts an operation. With an error it will fail. */
function start(
  call: SandboxCall,
  operationType: Operation['operationType'],
  resourceId: string,
  error?: Problem,
) {
  const { memory, dateMs, origin, base } = call
  const resource = resourceOf(call)
  const id = `op_${seededHex(`operation ${nextNumber(memory)}`, 12)}`
  const operation = {
    status: 'PENDING',
    id,
    operationId: id,
    customerId: company.customerId,
    resourceId,
    resourceType: types[resource as keyof typeof types],
    operationType,
    createdTime: timeOf(dateMs),
    ...(error === undefined ? {} : { error }),
    _links: {
      self: { href: `${origin}${base}/operations/${id}` },
      resource: { href: `${origin}${base}/${resource}/${resourceId}` },
    },
  } as const
  return shown(save(operations, memory, operation))
}

/** An operation tells its error once it has failed. */
function shown(kept: Kept): Operation {
  const { id: _id, error, ...operation } = kept
  return { ...operation, ...(operation.status === 'FAILED' && error !== undefined ? { error } : {}) }
}

function userOf(id: string, { sent, dateMs }: Sent<User>, before?: User): User {
  const { basicInfo } = sent
  const lastUpdatedTime = timeOf(dateMs)
  const { createdTime = lastUpdatedTime, site = basicInfo.site } = before?.basicInfo ?? {}
  const own = { userId: id, customerId: company.customerId, createdTime, lastUpdatedTime }
  return { ...sent, basicInfo: { status: 'ACTIVE', ...basicInfo, ...own, ...(site ? { site } : {}) } }
}

function wrongUser(call: Sent<User>) {
  const { userId, customerId, site } = call.sent.basicInfo
  const id = idOf(call)
  if (customerId && customerId !== company.customerId) {
    return refuse(call, 403, `CustomerId mismatch: ${company.customerId} vs ${customerId}`)
  }
  if (call.method === 'PUT' && userId && userId !== id) {
    return refuse(call, 400, `basicInfo.userId is mismatched in url vs payload: ${id} vs ${userId}`)
  }
  return site && !siteExists(call, site)
    ? refuse(call, 400, 'basicInfo.site.id is not that of a site')
    : undefined
}

function ringGroupOf(id: string, { sent }: Sent<RingGroup>): RingGroup {
  const { voicemailSettings, ...group } = sent
  // A PIN is set, and never told.
  const { accessPin: _, ...voicemail } = voicemailSettings ?? {}
  return {
    ...group,
    ...(voicemailSettings ? { voicemailSettings: voicemail } : {}),
    id,
    customerId: company.customerId,
  }
}

function wrongRingGroup(call: Sent<RingGroup>) {
  const { extensionNumber, site } = call.sent
  const isOther = ({ id, ...other }: RingGroup) =>
    other.extensionNumber === extensionNumber && id !== idOf(call)
  if (personAt({ extensionNumber }) || valuesOf(ringGroups, call).some(isOther)) {
    return refuse(call, 409, `extensionNumber ${extensionNumber} is already in use`)
  }
  return siteExists(call, site) ? undefined : refuse(call, 404, 'Site for ring group not found')
}

function wrongSite(call: Sent<AdministeredSite>) {
  const { address, siteCode } = call.sent
  if (!addresses(call.memory).has(address.id))
    return refuse(call, 400, 'address.id is not that of an address')
  const isOther = (other: AdministeredSite) => other.siteCode === siteCode && other.id !== idOf(call)
  const isTaken = Boolean(siteCode) && valuesOf(sites, call).some(isOther)
  return isTaken ? refuse(call, 409, `siteCode ${siteCode} is already in use`) : undefined
}

function siteExists(
  call: SandboxCall,
  { id, name }: { readonly id?: string | null; readonly name?: string | null },
) {
  return valuesOf(sites, call).some((site) => site.id === id || (!id && site.name === name))
}

function wrongMembers(call: Sent<MemberChanges>) {
  const { add = [], update: changed = [], remove: removed = [] } = call.sent
  const all = [...add, ...changed, ...removed]
  const title = 'Invalid update-members request'
  if (all.length === 0) {
    const detail = "At least one of 'add', 'update', or 'remove' must be non-empty"
    return refuse(call, 400, detail, { title, code: 'BAD_REQUEST' })
  }
  const ids = all.map(({ extensionId, extensionNumber }) => extensionId ?? extensionNumber)
  if (ids.includes(undefined))
    return refuse(call, 400, 'extensionId or extensionNumber is required', { title })
  const twice = ids.find((id, index) => ids.indexOf(id) < index)
  const detail = `Identifier '${twice}' appears in more than one array`
  if (twice !== undefined) return refuse(call, 400, detail, { title, code: 'CONFLICTING_QUERY_PARAMETER' })
  const places = [...add, ...changed].flatMap(({ sequenceNumber }) => sequenceNumber ?? [])
  if (new Set(places).size === places.length) return undefined
  return refuse(call, 400, 'sequenceNumber must be unique within the request', { title })
}

/** Returns the members after a change, numbered from 1 on without gaps, or which extension made it fail. */
function membersAfter(
  members: readonly Member[],
  { add = [], update: changed = [], remove: removed = [] }: MemberChanges,
) {
  const isOf = (change: Pick<Member, 'extensionId' | 'extensionNumber'>) => (member: Member) =>
    change.extensionId
      ? member.extensionId === change.extensionId
      : member.extensionNumber === change.extensionNumber
  for (const change of [...changed, ...removed, ...add]) {
    const { extensionId = '', extensionNumber = '' } = change
    const isKnown = add.includes(change) ? personAt(change) !== undefined : members.some(isOf(change))
    if (!isKnown) return `extension ${extensionId || extensionNumber} does not exist`
  }
  const stay = members.filter(
    (member) => ![...changed, ...removed, ...add].some((change) => isOf(change)(member)),
  )
  const moved = changed.map((change) => ({ ...members.find(isOf(change)), ...change }))
  const added = add.map((change) => ({ ...memberOf(personAt(change)!, members.length), ...change }))
  const placed = [...moved, ...added].sort((before, after) => before.sequenceNumber! - after.sequenceNumber!)
  const all: Member[] = [...stay]
  for (const member of placed) all.splice(member.sequenceNumber! - 1, 0, member)
  return all.map((member, index) => ({ ...member, sequenceNumber: index + 1 }))
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function usageOf(id: string, call: SandboxCall) {
  const atSites = valuesOf(sites, call).filter(({ address }) => address.id === id)
  const isAtSite = ({ basicInfo }: User) => atSites.some((site) => site.id === basicInfo.site?.id)
  const userExtension = valuesOf(users, call).filter(isAtSite).length
  const unused = { userPersonal: 0, trunk: 0, operatorConnect: 0, license: 0 }
  return { customer: 0, site: atSites.length, userExtension, ...unused }
}
