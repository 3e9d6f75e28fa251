import type { ResponseSpec, Call, FamilyCalls } from '../call.js'
import { accept, empty, json, JSON_TYPE, optional, suggested } from '../parts.js'

const BASE = '/admin-provisioning'

const USER = {
  basicInfo: {
    userName: 'jane.doe@example.com',
    firstName: 'Jane',
    lastName: 'Doe',
    primaryEmail: 'jane.doe@example.com',
    locale: 'en-US',
    timezone: '{{timezone}}',
    site: { id: '{{siteId}}' },
  },
}
const RING_GROUP = {
  name: 'Main Reception',
  extensionNumber: '1501',
  ringPattern: 'ROUND_ROBIN',
  ringTimeout: 15,
  inboundCallerIdFormat: 'RGNAME_CALLERNUMBER',
  site: { id: '{{siteId}}' },
}
const SITE = {
  name: 'Headquarters',
  pbxName: '{{pbxName}}',
  locale: 'en-US',
  timezone: '{{timezone}}',
  siteCode: '1345',
  extensionLength: 4,
  address: { id: '{{createdAddressId}}' },
}
const ADDRESS = {
  streetNumber: '7',
  streetName: '34TH ST',
  city: 'New York',
  state: 'NY',
  postal: '10001',
  country: 'US',
}

/** Source: 8x8's "Administration API Essentials", the guides of its resources, and their six specifications. */
export const administration: FamilyCalls = {
  family: 'administration',
  description:
    'Users, ring groups, sites, phone numbers and addresses (beta). In Admin Console the products are "UC & CC Admin ' +
    'Operations" and one for each resource. A change returns 202 and an operation to ask about. 8x8 allows 100 ' +
    'requests a minute.',
  calls: [
    listOf('administrationAddresses', 'Addresses', 'addresses', 'list-addresses', 'country==US', 'city'),
    {
      ...change(
        'createAddress',
        'Create an address',
        'POST',
        '/addresses',
        'addresses',
        ADDRESS,
        responseOf('addresses'),
      ),
      keeps: { createdAddressId: ['id'] },
    },
    one('administrationAddress', 'Address', '/addresses/{createdAddressId}', 'addresses', 'get-address'),
    listOf('administrationSites', 'Sites', 'sites', 'list-sites', 'name==Head*', 'name'),
    {
      ...change('createSite', 'Create a site', 'POST', '/sites', 'sites', SITE),
      keeps: { createdSiteId: ['resourceId'] },
    },
    one('administrationSite', 'Site', '/sites/{createdSiteId}', 'sites', 'get-site'),
    change('updateSite', 'Update a site', 'PUT', '/sites/{createdSiteId}', 'sites', {
      ...SITE,
      name: 'Headquarters Updated',
    }),
    listOf(
      'administrationUsers',
      'Users',
      'users',
      'list-users',
      'basicInfo.status==ACTIVE',
      'basicInfo.userName',
    ),
    {
      ...change('createUser', 'Create a user', 'POST', '/users', 'users', USER),
      keeps: { createdUserId: ['resourceId'], operationId: ['operationId'] },
    },
    {
      ...one(
        'administrationOperation',
        'Operation',
        '/operations/{operationId}',
        'operations',
        'get-operation',
      ),
      description: 'The progress of a change.',
      repeatsWhile: ['PENDING', 'IN_PROGRESS'],
    },
    one('administrationUser', 'User', '/users/{createdUserId}', 'users', 'get-user'),
    change('updateUser', 'Update a user', 'PUT', '/users/{createdUserId}', 'users', {
      ...USER,
      directoryInfo: { department: 'Sales', jobTitle: 'Account Executive' },
    }),
    listOf(
      'administrationRingGroups',
      'Ring groups',
      'ring-groups',
      'list-ring-groups',
      'name==Main*',
      'name',
    ),
    {
      ...change('createRingGroup', 'Create a ring group', 'POST', '/ring-groups', 'ringgroups', RING_GROUP),
      keeps: { createdRingGroupId: ['resourceId'] },
    },
    one(
      'administrationRingGroup',
      'Ring group',
      '/ring-groups/{createdRingGroupId}',
      'ringgroups',
      'get-ring-group',
    ),
    change(
      'updateRingGroup',
      'Update a ring group',
      'PUT',
      '/ring-groups/{createdRingGroupId}',
      'ringgroups',
      {
        ...RING_GROUP,
        ringTimeout: 20,
      },
    ),
    change(
      'updateRingGroupMembers',
      'Update the members of a ring group',
      'POST',
      '/ring-groups/{createdRingGroupId}/update-members',
      'ringgroups.update-members',
      { add: [{ extensionNumber: '{{extension}}', sequenceNumber: 1, loggedIn: true }] },
      responseOf('ringgroups', 202),
    ),
    listOf(
      'phoneNumbers',
      'Phone numbers',
      'phone-numbers',
      'list-phone-numbers',
      'status==AVAILABLE',
      'phoneNumber',
    ),
    one('phoneNumber', 'Phone number', '/phone-numbers/{phoneNumber}', 'phonenumbers', 'get-phone-number'),
    remove(
      'deleteRingGroup',
      'Delete a ring group',
      '/ring-groups/{createdRingGroupId}',
      responseOf('ringgroups', 202),
    ),
    remove('deleteUser', 'Delete a user', '/users/{createdUserId}', responseOf('users', 202)),
    remove('deleteSite', 'Delete a site', '/sites/{createdSiteId}', responseOf('sites', 202)),
    remove('deleteAddress', 'Delete an address', '/addresses/{createdAddressId}', empty()),
  ],
}

/** Sites have no media type of their own. */
function mediaType(resource: string): string {
  return resource === 'sites' ? JSON_TYPE : `application/vnd.${resource}.v1+json`
}

function responseOf(resource: string, status = 200): ResponseSpec {
  return json(status, mediaType(resource))
}

function listOf(
  id: string,
  title: string,
  resource: string,
  page: string,
  filter: string,
  sort: string,
): Call {
  const more =
    resource === 'sites'
      ? optional('pageNumber', 0, 'The number of the page; the first is 0.')
      : optional('scrollId', '', 'From the response before; leave it out for the first page.')
  return {
    ...one(id, title, `/${resource}`, resource.replace('-', ''), page),
    query: [
      suggested('pageSize', 50, 'Elements a page; 100 without it.'),
      more,
      optional('filter', filter, 'RSQL.'),
      optional('sort', `+${sort}`, 'A field, + or - before it.'),
    ],
  }
}

function one(id: string, title: string, path: string, resource: string, page: string): Call {
  return {
    id,
    title,
    docs: `administration/reference/${page}`,
    method: 'GET',
    path: BASE + path,
    headers: [accept(mediaType(resource))],
    response: responseOf(resource),
  }
}

function change(
  id: string,
  title: string,
  method: 'POST' | 'PUT',
  path: string,
  resource: string,
  example: unknown,
  response = responseOf(resource, 202),
): Call {
  const docs = pageOf(id)
  return {
    id,
    title,
    docs,
    method,
    path: BASE + path,
    body: { type: mediaType(resource), example },
    response,
  }
}

function remove(id: string, title: string, path: string, response: ResponseSpec): Call {
  return { id, title, docs: pageOf(id), method: 'DELETE', path: BASE + path, response }
}

/** Derives the name of 8x8's page about a change from the call's id. */
function pageOf(id: string): string {
  return `administration/reference/${id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
