import { allow, describeFamily, offer, returns, returnsBytes, returnsNothing } from '../describe.js'
import { either, mapOf, maybe, named, oneOf, type Shape, text, type ValueOf, whole } from '../shape.js'

const HOOKS = '/notifications/webhook'
const DEFAULTS = '/notifications/fax-event/webhook-service/default'
const PHONES = '/notifications/fax-event/webhook-service/phones'
const TIME = '2026-01-05T09:00:00.000Z'
const DIRECTION = oneOf('inbound', 'outbound', 'bi-directional')
const NUMBER = { did: '+14085552000', didStatus: 'ACTIVE', didType: 'FAX' }
const SUBSCRIPTION = { subscriptionId: 'aK60JcBERnKIya', subscriptionStatus: 'ACTIVE' }

const FAX = named(
  'Fax',
  { faxId: 'fax-1', startTime: TIME, endTime: maybe(TIME), lastStateUpdateTime: TIME, direction: DIRECTION },
  { fromDid: '+12125551000', toDid: '+14085552000', remotePartyId: '+12125551000', faxState: 'RECEIVED' },
  {
    subState: '',
    cause: '',
    retryCount: 0,
    params: mapOf('subject', 'Hello'),
    barCodes: maybe([{ page: 1, type: 'QR', data: 'A1' }]),
  },
)
export type Fax = ValueOf<typeof FAX>
const URI = text('https://fax.example.com/events', { pattern: '^https?://' })
const HOOK = { id: 1, active: true, createdAt: TIME, uri: URI, credentialType: oneOf('bearer', 'basic') }
const WEBHOOK = named('FaxWebhook', HOOK)
export type FaxWebhook = ValueOf<typeof WEBHOOK>
const EVENT = named('FaxEventWebhook', { ...HOOK, direction: DIRECTION })
const PHONE_EVENT = named('FaxEventPhone', { ...HOOK, ...NUMBER, ...SUBSCRIPTION, direction: DIRECTION })
const PHONE = named(
  'FaxPhone',
  { ...NUMBER, ...SUBSCRIPTION, countryCode: 'US', licenseId: 'a1f7c29de30b45b8865c01' },
  { lastUpdate: TIME, webhooks: [WEBHOOK] },
)

const PROBLEM = named(
  'FaxProblem',
  { timestamp: TIME, status: 400, title: 'Bad Request', detail: 'toDid is required' },
  { instance: '/faxapi/v1/faxes' },
)
/** 8x8 has a number; a variable of Postman is text. */
const WEBHOOK_ID = either('{{faxWebhookId}}', 1)
const MISSING = [returns(PROBLEM, 404)]

/** Makes a list in HAL, below `content`. */
function listOf<
  const T extends string,
  const P extends string,
  const R extends string,
  const S extends object,
>(...[title, path, relation, item]: readonly [T, P, R, Shape<S>]) {
  const link = { href: 'https://api.8x8.com/faxapi/v1/phones?page=0&size=20' }
  const links = { first: link, prev: maybe(link), self: link, next: maybe(link), last: link }
  const page = { size: 20, totalElements: 1, totalPages: 1, number: 0 }
  const embedded = { [relation]: [item] } as unknown as { readonly [K in R]: readonly [Shape<S>] }
  return {
    title,
    path: `GET ${path}`,
    deprecated: true,
    query: {
      page: allow(whole(0, 0), 'The number of the page; the first is 0.', 0),
      size: offer(whole(20, 1, 100), 'Elements a page, at most 100.', 20),
    },
    response: returns({ content: { _embedded: embedded, _links: links, page } }),
    errors: MISSING,
    paging: {
      kind: 'page',
      parameter: 'page',
      size: 'size',
      first: 0,
      items: ['content', '_embedded', relation],
      pages: ['content', 'page', 'totalPages'],
    },
  } as const
}

function faxes<const P extends string>(title: string, path: P) {
  const { query, ...list } = listOf(title, path, 'faxAttributesList', FAX)
  const direction = allow(DIRECTION, 'inbound, outbound or bi-directional.', 'bi-directional')
  return {
    ...list,
    query: { ...query, direction, filterFailures: allow(true, 'Without those that failed.', false) },
  }
}

function one<const T extends string, const P extends string>(title: T, path: P) {
  return { title, path, deprecated: true, response: returnsNothing(), errors: MISSING } as const
}

const CREATED =
  "8x8's specification calls the response a text; here it is what was made, so that its id is known."

/** Source: 8x8's specification "Fax as a Service (FaaS) API" of 2025. */
export const fax = describeFamily({
  family: 'fax',
  description: 'Sending and receiving faxes. 8x8 took it out of its documentation in March 2026.',
  base: '/faxapi/v1',
  errors: [returns(PROBLEM, 400)],
  calls: {
    faxPhones: listOf('Fax numbers', '/phones', 'customerAssociatedDidInfoList', PHONE),
    faxes: faxes('Faxes', '/faxes'),
    unreadFaxes: listOf('Unread faxes', '/faxes/unread', 'faxAttributesList', FAX),
    faxesOfNumber: faxes('Faxes of a number', '/faxes/phones/{did}'),
    unreadFaxesOfNumber: listOf(
      'Unread faxes of a number',
      '/faxes/phones/{did}/unread',
      'faxAttributesList',
      FAX,
    ),
    sendFax: {
      ...one('Send a fax', 'POST /faxes'),
      body: {
        fromDid: '{{did}}',
        toDid: text('+14085559999', { minLength: 1 }),
        subject: maybe('Hello'),
        notes: maybe(''),
        company: maybe(''),
        senderName: maybe('Jane Doe'),
        recipientName: maybe('John Doe'),
        files: maybe(['JVBERi0xLjQK']),
      },
      response: returns(FAX, 201),
      deviates: CREATED,
      keeps: { faxId: ['faxId'] },
    },
    fax: { ...one('Fax', 'GET /faxes/{faxId}'), response: returns(FAX) },
    faxFile: { ...one('Fax as PDF', 'GET /faxes/{faxId}/file'), response: returnsBytes('application/pdf') },
    cancelFax: one('Cancel a fax', 'POST /faxes/{faxId}/cancel'),
    faxWebhooks: listOf('Webhooks', HOOKS, 'customerWebHookInformationList', WEBHOOK),
    createFaxWebhook: {
      ...one('Create a webhook', `POST ${HOOKS}`),
      body: {
        uri: URI,
        type: maybe(oneOf('bearer', 'basic')),
        credential: maybe(''),
      },
      response: returns(WEBHOOK, 201),
      deviates: CREATED,
      keeps: { faxWebhookId: ['id'] },
    },
    faxWebhook: { ...one('Webhook', `GET ${HOOKS}/{faxWebhookId}`), response: returns(WEBHOOK) },
    updateFaxWebhook: { ...one('Update a webhook', `PATCH ${HOOKS}/{faxWebhookId}`), body: { active: true } },
    faxEventDefaults: listOf(
      'Webhooks of all numbers',
      DEFAULTS,
      'customerDefaultWebHookInformationList',
      EVENT,
    ),
    createFaxEventDefault: {
      ...one('Use a webhook for all numbers', `POST ${DEFAULTS}`),
      body: { webhookId: WEBHOOK_ID },
      response: returns(EVENT, 201),
      deviates: CREATED,
    },
    updateFaxEventDefault: {
      ...one('Change the webhook of all numbers', `PATCH ${DEFAULTS}/{faxWebhookId}`),
      body: { direction: DIRECTION },
    },
    createFaxEventPhone: {
      ...one('Use a webhook for a number', `POST ${PHONES}`),
      body: { webhookId: WEBHOOK_ID, did: '{{did}}' },
      response: returns(PHONE_EVENT, 201),
      deviates: CREATED,
    },
    faxEventPhones: listOf('Webhooks by number', PHONES, 'customerDidWebHookInformationList', PHONE_EVENT),
    updateFaxEventPhone: {
      ...one('Change the webhook of a number', `PATCH ${PHONES}/{did}/{faxWebhookId}`),
      body: { direction: DIRECTION },
    },
    deleteFaxEventPhone: one('Stop using a webhook for a number', `DELETE ${PHONES}/{did}/{faxWebhookId}`),
    deleteFaxEventDefault: one('Stop using a webhook for all numbers', `DELETE ${DEFAULTS}/{faxWebhookId}`),
    deleteFaxWebhook: one('Delete a webhook', `DELETE ${HOOKS}/{faxWebhookId}`),
    deleteFaxes: {
      ...one('Delete faxes', 'POST /faxes/bulk-delete'),
      description: 'Cannot be undone: set `faxToDelete` with care.',
      body: { faxIDs: ['{{faxToDelete}}'] },
      response: returns({ successful: ['fax-25'], failed: mapOf('fax-99', 'Fax not found') }),
    },
    deleteFax: one('Delete a fax', 'DELETE /faxes/{faxId}'),
  },
})
