import { JSON_TYPE, allow, describeFamily, offer, returns, returnsNothing } from '../describe.js'
import {
  list,
  maybe,
  named,
  oneOf,
  record,
  shape,
  type Shape,
  sparse,
  text,
  type ValueOf,
  whole,
  withExample,
} from '../shape.js'

const LOCALE = oneOf(
  ...(['en-US', 'da-DK', 'de-DE', 'en-AU', 'en-GB', 'es-ES', 'fi-FI', 'fr-BE', 'fr-CA', 'fr-CH'] as const),
  ...(['fr-FR', 'it-IT', 'ja-JP', 'nl-BE', 'nl-NL', 'no-NO', 'pl-PL', 'pt-BR', 'pt-PT', 'sv-SE'] as const),
  'zh-CN',
)
const RULESET = oneOf('INTERNATIONAL', 'DOMESTIC', 'EMERGENCYONLY')
const CUSTOMER = '0012J00002ExampleAA'
const TIME = '2026-01-05T09:00:00Z'
const EMAIL = 'jane.doe@example.com'
const USER_ID = '132e9c9089b64a6eca08b1'
const EXTENSION_ID = '7b1f0c5e9a2d4486b0c3e1'
const SITE_ID = 'c88f52c0-caca-4dce-a66f-3ce89217b2bc'
const PHONE = '+14085551000'

function ofLength(example: string, minLength: number, maxLength: number): Shape<string> {
  return text(example, { minLength, maxLength })
}

function personName(example: string, maxLength: number): Shape<string> {
  return text(example, { minLength: 2, maxLength, pattern: String.raw`^[A-Za-z0-9.,\-_()' ]+$` })
}

const SHORT = ofLength('7', 1, 45)
const LONG = ofLength('34TH ST', 1, 128)
/** What an address may be made of; 8x8 adds the rest. */
const GIVEN_ADDRESS = sparse(
  { organization: LONG, building: LONG, streetNumber: SHORT, streetName: LONG, dependentStreet: LONG },
  { secondaryLocation: SHORT, city: ofLength('New York', 1, 45), dependentCity: SHORT, zip4: SHORT },
  { state: ofLength('NY', 1, 45), county: SHORT, postal: ofLength('10001', 1, 45) },
)
const FOUND_ADDRESS = sparse(
  { id: 'e24f634f-221b-43d5-a1b0-85a7a95ae2e0', displayForm: '7 W 34TH ST, 613, New York NY, 10001' },
  { streetNumberSuffix: 'bis', preDirectional: 'W', streetNameSuffix: 'Ave', postDirectional: 'E' },
)
const COUNTRY = { country: text('US', { pattern: '^[A-Z]{2}$' }) }
const USED = {
  customer: 1,
  site: 2,
  userPersonal: 0,
  userExtension: 3,
  trunk: 0,
  operatorConnect: 0,
  license: 0,
}
const MADE = { createdTime: TIME, origin: oneOf('ADMIN', 'TEAMS_OC', 'ADMIN_API'), addressUsage: USED }
const PLACE = { ...FOUND_ADDRESS, ...GIVEN_ADDRESS, ...COUNTRY }
export const ADDRESS = named('AdministrationAddress', PLACE, sparse(MADE))
export type Address = ValueOf<typeof ADDRESS>
const NEW_ADDRESS = named('NewAdministrationAddress', GIVEN_ADDRESS, COUNTRY)

const PORTING = sparse({ phoneNumber: '+14085556789' })
const OWN_NUMBER = named(
  'AdministrationOwnNumber',
  sparse({ country: 'US', origin: 'CLAIMED', phoneNumber: PHONE, portingNumber: PORTING, primary: true }),
)
const SITE_OF = sparse({ id: SITE_ID, name: 'Lisbon', pbxId: 'd07ac53b6a5b40e79c6a', pbxName: 'examplepbx' })

const DEVICE = sparse(
  { id: '5f1c0e7b9d2a4c6e8b3a10', activationCode: '5525266144968', model: 'Yealink W56H' },
  { macAddress: '0a1b2c3d4e5f', lastUpdatedTime: TIME, lines: 1, port: 0 },
  { status: oneOf('ACTIVE', 'BINDED', 'AVAILABLE', 'RETIRED', 'RESERVED') },
  {
    baseDevice: sparse(
      {},
      { id: '5f1c0e7b9d2a4c6e8b3a11', macAddress: '0a1b2c3d4e60', displayName: 'Store Room DECT Base' },
      {},
    ),
  },
)
export const EXTENSION = named(
  'AdministrationExtension',
  sparse({ id: EXTENSION_ID, extensionNumber: '1001', fqExtensionNumber: '231001' }),
  sparse({ extensionType: oneOf('UC', 'CC'), licenseId: 'a1f7c29de30b45b8865c01' }),
  sparse({ allowInAutoAttendant: true, analogFaxEnabled: false, blockOutboundCallerId: false }),
  sparse({ callWaitingEnabled: true, dedicatedAgent: false, devices: [DEVICE], doNotDisturb: false }),
  sparse({ dialPlanCallingCountry: 'NANP', dialPlanRuleset: RULESET, displayInDirectory: true }),
  sparse({ emergencyAddress: named('AdministrationPlace', PLACE) }),
  sparse({ emergencyAddressInheritFromSite: true, hotDeskEnabled: false, maxConcurrentCalls: 2 }),
  sparse({ externalCallerIdName: 'Jane Doe', externalCallerIdNumber: PHONE, primaryPhoneNumber: PHONE }),
  sparse({ internalCallerIdFirstName: 'Jane', internalCallerIdLastName: 'Doe', msTeamsEnabled: false }),
  sparse({ musicOnHold: sparse({ id: 'c0ffee11d2e3', name: 'Waltz' }), phoneNumbers: [OWN_NUMBER] }),
  sparse({ nomadic911Enabled: false, overheadPagingEnabled: false, showInboundCallerId: true }),
  sparse({ recordingPlayAnnouncementToUser: false, recordingPlayAnnouncementToOtherParty: false }),
  sparse({ recordingMode: oneOf('ON_DEMAND', 'OFF', 'ALWAYS', 'ALWAYS_ALLOW_PAUSE') }),
  sparse({ voicemailEmail: EMAIL, voicemailNotification: '', voicemailZeroOutDestination: '1001' }),
)
const DIRECTORY = sparse(
  { department: ofLength('Sales', 1, 100), jobTitle: ofLength('Account Executive', 1, 254) },
  { directoryScope: oneOf('PBX', 'CUSTOMER', 'SITE'), displayInDirectory: true },
  { personalPhoneNumbers: [sparse({ number: '(408) 555-1234', type: oneOf('WORK', 'MOBILE') })] },
)
const LICENSE = sparse({ id: 'a1f7c29de30b45b8865c01', name: 'X4-US', country: 'US' })
const QUEUE = sparse({ id: '101', name: 'Sales phone', memberType: oneOf('PRIMARY', 'SECONDARY') })
const ASSIGNMENT = sparse(
  { profilePolicy: sparse({ name: 'Master User Template' }), ucCallQueues: [QUEUE] },
  { ringGroups: [sparse({ id: '201', name: 'Front desk' })] },
  { userGroups: [sparse({ id: '12345', name: 'Supervisors' })] },
)
const BASIC_INFO = named(
  'AdministrationBasicInfo',
  sparse({ userId: USER_ID, customerId: CUSTOMER, createdTime: TIME, lastUpdatedTime: TIME }),
  { userName: text(EMAIL, { minLength: 3, maxLength: 70, pattern: String.raw`^[A-Za-z0-9.@\-_/]+$` }) },
  { firstName: personName('Jane', 128), lastName: personName('Doe', 30) },
  { primaryEmail: text(EMAIL, { minLength: 5, maxLength: 128, pattern: '^[^@ ]+@[^@ ]+$' }) },
  sparse({ status: oneOf('ACTIVE', 'INACTIVE'), locale: LOCALE, timezone: 'Europe/Lisbon' }),
  sparse({ scimProvider: 'okta', ssoProvider: 'Okta', ssoFederationId: EMAIL, site: SITE_OF }),
)
export const USER = named(
  'AdministrationUser',
  { basicInfo: BASIC_INFO },
  sparse({ directoryInfo: DIRECTORY, assignmentInfo: ASSIGNMENT }),
  sparse({ serviceInfo: sparse({ licenses: [LICENSE], extensions: [EXTENSION] }) }),
)
export type User = ValueOf<typeof USER>

export const MEMBER = named(
  'AdministrationMember',
  sparse({ extensionId: EXTENSION_ID, extensionNumber: '1001', userId: USER_ID, loggedIn: true }),
  sparse({ firstName: 'Jane', lastName: 'Doe', sequenceNumber: 1, voicemailAccessEnabled: false }),
)
export type Member = ValueOf<typeof MEMBER>
const CALLER_ID = ['CALLERNAME_CALLERNUMBER', 'RGNAME_RGEXTENSION', 'RGNAME_DIALEDNUMBER'] as const
const FORWARD_TO = oneOf('EXTENSION_NUMBER', 'AUTO_ATTENDANT', 'EXTERNAL_NUMBER', 'VOICEMAIL', 'DROP_CALL')
const FORWARDING = record(
  { condition: oneOf('NO_ANSWER', 'UNCONDITIONALLY', 'BUSY', 'OUTAGE'), enabled: true },
  sparse({ destinations: [sparse({ destination: '1001', type: FORWARD_TO })] }),
)
const VOICEMAIL = sparse(
  { accessPin: ofLength('779643634', 6, 15), notificationEmail: EMAIL },
  { notificationAction: oneOf('NOTIFY_ONLY', 'ATTACH_DELETE_ORIG', 'DISABLE', 'ATTACH_ONLY') },
)
export const RING_GROUP = named(
  'AdministrationRingGroup',
  { name: ofLength('Main Reception', 2, 64), extensionNumber: '1501', ringTimeout: whole(15, 1) },
  { ringPattern: oneOf('ROUND_ROBIN', 'SEQUENTIAL', 'SIMULTANEOUS'), site: SITE_OF },
  { inboundCallerIdFormat: oneOf('RGNAME_CALLERNUMBER', ...CALLER_ID) },
  sparse({ id: '201', customerId: CUSTOMER, allowLogInLogOut: true, callerIdEnabled: true }),
  sparse({ notifyIfBusy: true, numberOfCycles: 1, members: [MEMBER], phoneNumbers: [OWN_NUMBER] }),
  sparse({ forwardingRules: [FORWARDING], voicemailSettings: VOICEMAIL }),
)
export type RingGroup = ValueOf<typeof RING_GROUP>

const NUMBER = text('{{extension}}', { pattern: '^[0-9]+$' })
const WHO = { extensionId: maybe(EXTENSION_ID), extensionNumber: maybe(NUMBER) }
const PLACED = { sequenceNumber: maybe(whole(1, 1)), voicemailAccessEnabled: maybe(false) }
const CHANGED = { ...WHO, ...PLACED, loggedIn: maybe(true) }
const CHANGES = { maxItems: 200, example: [{ extensionNumber: '{{extension}}', sequenceNumber: 1 }] }
const MEMBER_CHANGES = shape({
  add: maybe(list(CHANGED, CHANGES)),
  update: maybe(list(CHANGED, CHANGES)),
  remove: maybe(list(WHO, { maxItems: 200 })),
})
export type MemberChanges = ValueOf<typeof MEMBER_CHANGES>

const CALLER_IDS = sparse(
  { mainNumber: '+12266280120', setMainNumberAsCallerId: true },
  { shareMainNumberAsCallerId: false, displayName: 'Headquarters' },
)
export const SITE = named(
  'AdministrationSite',
  { name: ofLength('Headquarters', 2, 128), pbxName: 'examplepbx', locale: LOCALE },
  { timezone: 'Europe/Lisbon', address: { id: 'e24f634f-221b-43d5-a1b0-85a7a95ae2e0' } },
  sparse({ id: SITE_ID, siteCode: '1345', extensionLength: 4, callerIdSettings: CALLER_IDS }),
  sparse({ emergencyNotifications: [sparse({ type: oneOf('EMAIL'), values: [EMAIL] })] }),
  sparse({ defaultDialPlanCallingCountry: 'NANP', defaultDialPlanRuleset: RULESET }),
  sparse({ defaultVoicemailZeroOutDestinationExtensionId: EXTENSION_ID }),
  sparse({ defaultVoicemailZeroOutDestinationExtensionNumber: '1032' }),
)
export type AdministeredSite = ValueOf<typeof SITE>

const PHONE_NUMBER = named(
  'AdministrationPhoneNumber',
  { phoneNumber: PHONE, nationalFormattedNumber: '(408) 555-1000', country: 'US' },
  { category: oneOf('LOCAL', 'TOLL_FREE'), origin: oneOf('CLAIMED', 'PORTING') },
  { status: oneOf('ASSIGNED', 'AVAILABLE', 'PORTING', 'PRE_PORTING') },
  { portingNumber: maybe('+14085556789'), temporaryNumber: maybe('+14085556790') },
)
export type PhoneNumber = ValueOf<typeof PHONE_NUMBER>

/** What a problem is called, and its code, by its status. */
export const PROBLEMS = {
  400: ['Validation error', 'VALIDATION_ERROR', 'basicInfo.userName is required'],
  403: ['Forbidden', 'FORBIDDEN', 'CustomerId mismatch'],
  404: ['Not Found', 'NOT_FOUND', 'Resource not found'],
  409: ['Conflict', 'CONFLICT', 'extensionNumber 1501 is already in use'],
} as const
const PROBLEM = named(
  'AdministrationProblem',
  { status: 400, title: 'Validation error', detail: 'basicInfo.userName is required' },
  { instance: '/admin-provisioning/users', time: TIME },
  { errors: [{ field: maybe('basicInfo.userName'), code: 'VALIDATION_ERROR', message: 'is required' }] },
)
export type Problem = ValueOf<typeof PROBLEM>

const OPERATION = named(
  'AdministrationOperation',
  { operationId: 'op_123456789', status: oneOf('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'UNKNOWN') },
  { customerId: CUSTOMER, resourceType: oneOf('USER', 'RING_GROUP', 'SITE'), resourceId: USER_ID },
  { operationType: oneOf('CREATE', 'UPDATE', 'UPDATE_MEMBERS', 'DELETE'), createdTime: TIME },
  { completedTime: maybe(TIME), error: maybe(PROBLEM) },
  {
    _links: {
      self: { href: 'https://api.8x8.com/admin-provisioning/operations/op_123456789' },
      resource: { href: `https://api.8x8.com/admin-provisioning/users/${USER_ID}` },
    },
  },
)
export type Operation = ValueOf<typeof OPERATION>

const CODES = "8x8's guide has other codes, such as INVALID_FILTER, which its specifications do not know."
const EARLY =
  "8x8's guide has no `resourceId` before the operation has completed; the examples of its specification have it, as here."

/** Media types have the resource's name; sites alone have none, whatever their introduction says. */
export function mediaType(resource: string): string {
  return resource === 'sites' ? JSON_TYPE : `application/vnd.${resource.replace('-', '')}.v1+json`
}

/** Ring groups have their problems in plain JSON. */
export function problemType(resource: string): string {
  return resource === 'ring-groups' ? JSON_TYPE : mediaType(resource)
}

function problems(resource: string, ...statuses: readonly (keyof typeof PROBLEMS)[]) {
  return statuses.map((status) => {
    const [title, code, detail] = PROBLEMS[status]
    const example = { status, title, detail, errors: [{ code, message: detail }] }
    return { status, type: problemType(resource), shape: withExample(PROBLEM, PROBLEM.example, example) }
  })
}

/** What each call about a resource says. */
function about(title: string, docs: string, type: string) {
  const Accept = allow(type, 'The version of the API, in a media type.')
  return { title, docs: `administration/reference/${docs}`, headers: { Accept } }
}

const LINK = { href: 'https://api.8x8.com/admin-provisioning/users?pageSize=50&scrollId=eyJhdCI6NTB9' }

/** A list that goes on with a scroll id. */
function listOf<const R extends string, const S extends object>(
  ...[title, resource, item, filter, sort]: readonly [string, R, Shape<S>, string, string]
) {
  const pagination = record(
    { pageSize: 50, pageNumber: 0, hasMore: true, nextScrollId: maybe('eyJhdCI6NTB9') },
    { filter: maybe(filter), sort: maybe(`+${sort}`) },
  )
  const page = { data: [item], pagination, _links: { self: LINK, next: maybe(LINK) } } as const
  return {
    ...about(title, `list-${resource}`, mediaType(resource)),
    path: `GET /${resource}`,
    query: {
      pageSize: offer(whole(50, 1, 1000), 'Elements a page, at most 1000.', 100),
      scrollId: allow('', 'From the response before, without `filter` and `sort`: it knows them.'),
      filter: allow(text(filter, { maxLength: 2000 }), 'RSQL: ; is AND, a comma OR, * anything.'),
      sort: allow(text(`+${sort}`, { maxLength: 200 }), 'Fields joined with commas, + or - before each.'),
    },
    response: returns(page, 200, mediaType(resource)),
    errors: problems(resource, 400),
    paging: {
      kind: 'cursor',
      parameter: 'scrollId',
      size: 'pageSize',
      items: ['data'],
      next: ['pagination', 'nextScrollId'],
    },
    deviates: CODES,
  } as const
}

function one<const R extends string, const P extends string, S extends object>(
  ...[title, resource, id, docs, item]: readonly [string, R, P, string, Shape<S>]
) {
  const response = returns(item, 200, mediaType(resource))
  const shared = about(title, docs, mediaType(resource))
  return {
    ...shared,
    path: `GET /${resource}/{${id}}`,
    response,
    errors: problems(resource, 400, 404),
  } as const
}

/** A change that takes a while: the response is the operation. */
function change<const P extends string>(
  ...[title, resource, path, docs]: readonly [string, string, P, string]
) {
  return {
    ...about(title, docs, mediaType(resource)),
    path,
    bodyType: mediaType(resource),
    deviates: EARLY,
    response: returns(OPERATION, 202, mediaType(resource)),
    errors: problems(resource, 400, 403, 404, 409),
  } as const
}

/** Sites have pages with numbers, and do not say how many. */
const {
  query: scrolling,
  paging: _paging,
  ...siteList
} = listOf('Sites', 'sites', SITE, 'name==Head*', 'name')
const { scrollId: _scrollId, ...numbered } = scrolling

const RING_GROUP_PATH = '/ring-groups/{createdRingGroupId}'
const MEMBERS_PATH = `POST ${RING_GROUP_PATH}/update-members` as const

const WHO_IS_NEW = { userName: EMAIL, firstName: 'Jane', lastName: 'Doe', primaryEmail: EMAIL }
const NEW_USER = withExample(
  USER,
  { basicInfo: { ...WHO_IS_NEW, locale: 'en-US', timezone: '{{timezone}}', site: { id: '{{siteId}}' } } },
  { directoryInfo: { department: 'Sales', jobTitle: 'Account Executive', displayInDirectory: true } },
)
const NEW_RING_GROUP = withExample(
  RING_GROUP,
  { name: 'Main Reception', extensionNumber: '1501', ringPattern: 'ROUND_ROBIN', ringTimeout: 15 },
  { inboundCallerIdFormat: 'RGNAME_CALLERNUMBER', site: { id: '{{siteId}}' } },
)
const NEW_SITE = withExample(
  SITE,
  { name: 'Headquarters', pbxName: '{{pbxName}}', locale: 'en-US', timezone: '{{timezone}}' },
  { siteCode: '1345', extensionLength: 4, address: { id: '{{createdAddressId}}' } },
)

/** Source: 8x8's "Administration API Essentials", the guides of its resources, and their six specifications. */
export const administration = describeFamily({
  family: 'administration',
  description:
    'Users, ring groups, sites, phone numbers and addresses (beta). In Admin Console the products are "UC & CC Admin ' +
    'Operations" and one for each resource. A change returns 202 and an operation to ask about; PUT replaces the whole ' +
    'resource. 8x8 allows 100 requests a minute.',
  base: '/admin-provisioning',
  calls: {
    administrationAddresses: {
      ...listOf('Addresses', 'addresses', ADDRESS, 'country==US', 'city'),
      description: 'Filters know country, state and displayForm.',
    },
    createAddress: {
      ...about('Create an address', 'create-address', mediaType('addresses')),
      description: 'At once, without an operation. The same address again is the one that exists.',
      path: 'POST /addresses',
      body: withExample(
        NEW_ADDRESS,
        { streetNumber: '7', streetName: 'W 34TH ST', secondaryLocation: '613', city: 'New York' },
        { state: 'NY', postal: '10001', country: 'US' },
      ),
      bodyType: mediaType('addresses'),
      response: returns(ADDRESS, 200, mediaType('addresses')),
      errors: problems('addresses', 400),
      keeps: { createdAddressId: ['id'] },
    },
    administrationAddress: one('Address', 'addresses', 'createdAddressId', 'get-address', ADDRESS),
    administrationSites: {
      ...siteList,
      description: 'The filter is a name, with * at its beginning or end.',
      query: { ...numbered, pageNumber: allow(whole(0, 0), 'The number of the page; the first is 0.', 0) },
      paging: {
        kind: 'page',
        parameter: 'pageNumber',
        size: 'pageSize',
        first: 0,
        items: ['data'],
        more: ['pagination', 'hasMore'],
      },
    },
    createSite: {
      ...change('Create a site', 'sites', 'POST /sites', 'create-site'),
      body: NEW_SITE,
      keeps: { createdSiteId: ['resourceId'] },
    },
    administrationSite: one('Site', 'sites', 'createdSiteId', 'get-site', SITE),
    updateSite: {
      ...change('Update a site', 'sites', 'PUT /sites/{createdSiteId}', 'update-site'),
      description: 'The PBX stays as it was.',
      body: withExample(NEW_SITE, NEW_SITE.example, { name: 'Headquarters Updated' }),
    },
    administrationUsers: listOf('Users', 'users', USER, 'basicInfo.status==ACTIVE', 'basicInfo.userName'),
    createUser: {
      ...change('Create a user', 'users', 'POST /users', 'create-user'),
      body: NEW_USER,
      deviates: `${EARLY} A userName in use fails the operation, as in the guide; in the specification it is a 400.`,
      keeps: { createdUserId: ['resourceId'], operationId: ['operationId'] },
    },
    administrationOperation: {
      ...one('Operation', 'operations', 'operationId', 'get-operation', OPERATION),
      description: 'The progress of a change.',
      repeatsWhile: ['PENDING', 'IN_PROGRESS'],
    },
    administrationUser: one('User', 'users', 'createdUserId', 'get-user', USER),
    updateUser: {
      ...change('Update a user', 'users', 'PUT /users/{createdUserId}', 'update-user'),
      description: 'The site stays as it was.',
      body: withExample(NEW_USER, NEW_USER.example, { directoryInfo: { department: 'Marketing' } }),
      deviates: `${EARLY} 8x8's guide both explains this call and says that it is not implemented.`,
    },
    administrationRingGroups: listOf('Ring groups', 'ring-groups', RING_GROUP, 'name==Main*', 'name'),
    createRingGroup: {
      ...change('Create a ring group', 'ring-groups', 'POST /ring-groups', 'create-ring-group'),
      body: NEW_RING_GROUP,
      deviates: `${EARLY} extensionNumber and site are required, as in the guide.`,
      keeps: { createdRingGroupId: ['resourceId'] },
    },
    administrationRingGroup: one(
      'Ring group',
      'ring-groups',
      'createdRingGroupId',
      'get-ring-group',
      RING_GROUP,
    ),
    updateRingGroup: {
      ...change('Update a ring group', 'ring-groups', `PUT ${RING_GROUP_PATH}`, 'update-ring-group'),
      body: withExample(NEW_RING_GROUP, NEW_RING_GROUP.example, { ringTimeout: 20 }),
    },
    updateRingGroupMembers: {
      ...change(
        'Update the members of a ring group',
        'ring-groups',
        MEMBERS_PATH,
        'update-ring-group-members',
      ),
      description: 'Numbers are places in the order: other members make room, and close gaps.',
      body: withExample(MEMBER_CHANGES, { add: CHANGES.example }),
      bodyType: 'application/vnd.ringgroups.update-members.v1+json',
      deviates:
        "The operation's type is UPDATE_MEMBERS, as in 8x8's guide; its specification knows UPDATE only.",
    },
    phoneNumbers: {
      ...listOf('Phone numbers', 'phone-numbers', PHONE_NUMBER, 'status==AVAILABLE', 'phoneNumber'),
      description: 'Sorted by one field.',
    },
    phoneNumber: one('Phone number', 'phone-numbers', 'phoneNumber', 'get-phone-number', PHONE_NUMBER),
    deleteRingGroup: {
      ...change('Delete a ring group', 'ring-groups', `DELETE ${RING_GROUP_PATH}`, 'delete-ring-group'),
      description: 'It may be gone already.',
    },
    deleteUser: {
      ...change('Delete a user', 'users', 'DELETE /users/{createdUserId}', 'delete-user'),
      description: 'They may be gone already.',
    },
    deleteSite: {
      ...change('Delete a site', 'sites', 'DELETE /sites/{createdSiteId}', 'delete-site'),
      description: 'Not while it has users or ring groups.',
    },
    deleteAddress: {
      ...about('Delete an address', 'delete-address', JSON_TYPE),
      description: 'Not while it is in use.',
      path: 'DELETE /addresses/{createdAddressId}',
      response: returnsNothing(),
      errors: problems('addresses', 400, 404),
    },
  },
})
