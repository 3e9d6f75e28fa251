import type { Call, FamilyCalls } from '../call.js'
import { empty, json, JSON_TYPE, optional, paged } from '../parts.js'

const BASE = '/faxapi/v1'
const HOOKS = '/notifications/webhook'
const DEFAULTS = '/notifications/fax-event/webhook-service/default'
const PHONES = '/notifications/fax-event/webhook-service/phones'

const PAGES = paged(0, 20, 100)
const LISTED = [
  ...PAGES,
  optional('direction', 'inbound', 'inbound, outbound or bi-directional.'),
  optional('filterFailures', true, 'Without those that failed.'),
]

/** Source: 8x8's specification "Fax as a Service (FaaS) API" of 2025. */
export const fax: FamilyCalls = {
  family: 'fax',
  description: 'Sending and receiving faxes. 8x8 took it out of its documentation in March 2026.',
  calls: [
    read('faxPhones', 'Fax numbers', '/phones', PAGES),
    read('faxes', 'Faxes', '/faxes', LISTED),
    read('unreadFaxes', 'Unread faxes', '/faxes/unread', PAGES),
    read('faxesOfNumber', 'Faxes of a number', '/faxes/phones/{did}', LISTED),
    read('unreadFaxesOfNumber', 'Unread faxes of a number', '/faxes/phones/{did}/unread', PAGES),
    {
      ...send('sendFax', 'Send a fax', '/faxes', {
        fromDid: '{{did}}',
        toDid: '+14085559999',
        subject: 'Hello',
        senderName: 'Jane Doe',
        recipientName: 'John Doe',
        files: ['JVBERi0xLjQK'],
      }),
      response: json(201),
      keeps: { faxId: ['faxId'] },
    },
    read('fax', 'Fax', '/faxes/{faxId}'),
    {
      ...read('faxFile', 'Fax as PDF', '/faxes/{faxId}/file'),
      response: { status: 200, type: 'application/pdf' },
    },
    { ...send('cancelFax', 'Cancel a fax', '/faxes/{faxId}/cancel'), response: empty() },
    read('faxWebhooks', 'Webhooks', HOOKS, PAGES),
    {
      ...send('createFaxWebhook', 'Create a webhook', HOOKS, {
        uri: 'https://fax.example.com/events',
        type: 'bearer',
      }),
      response: json(201),
      keeps: { faxWebhookId: ['id'] },
    },
    read('faxWebhook', 'Webhook', `${HOOKS}/{faxWebhookId}`),
    patch('updateFaxWebhook', 'Update a webhook', `${HOOKS}/{faxWebhookId}`, { active: true }),
    read('faxEventDefaults', 'Webhooks of all numbers', DEFAULTS, PAGES),
    {
      ...send('createFaxEventDefault', 'Use a webhook for all numbers', DEFAULTS, {
        webhookId: '{{faxWebhookId}}',
      }),
      response: json(201),
    },
    patch('updateFaxEventDefault', 'Change the webhook of all numbers', `${DEFAULTS}/{faxWebhookId}`, {
      direction: 'inbound',
    }),
    read('faxEventPhones', 'Webhooks by number', PHONES, PAGES),
    {
      ...send('createFaxEventPhone', 'Use a webhook for a number', PHONES, {
        webhookId: '{{faxWebhookId}}',
        did: '{{did}}',
      }),
      response: json(201),
    },
    patch('updateFaxEventPhone', 'Change the webhook of a number', `${PHONES}/{did}/{faxWebhookId}`, {
      direction: 'inbound',
    }),
    remove('deleteFaxEventPhone', 'Stop using a webhook for a number', `${PHONES}/{did}/{faxWebhookId}`),
    remove('deleteFaxEventDefault', 'Stop using a webhook for all numbers', `${DEFAULTS}/{faxWebhookId}`),
    remove('deleteFaxWebhook', 'Delete a webhook', `${HOOKS}/{faxWebhookId}`),
    {
      ...send('deleteFaxes', 'Delete faxes', '/faxes/bulk-delete', { faxIDs: ['{{faxToDelete}}'] }),
      description: 'Cannot be undone: set `faxToDelete` with care.',
    },
    remove('deleteFax', 'Delete a fax', '/faxes/{faxId}'),
  ].map((call): Call => ({ ...call, deprecated: true })),
}

function read(id: string, title: string, path: string, query: NonNullable<Call['query']> = []): Call {
  return { id, title, method: 'GET', path: BASE + path, query, response: json() }
}

function send(id: string, title: string, path: string, example?: unknown): Call {
  const body = example === undefined ? {} : { body: { type: JSON_TYPE, example } }
  return { id, title, method: 'POST', path: BASE + path, ...body, response: json() }
}

function patch(id: string, title: string, path: string, example: unknown): Call {
  return { ...send(id, title, path, example), method: 'PATCH', response: empty() }
}

function remove(id: string, title: string, path: string): Call {
  return { id, title, method: 'DELETE', path: BASE + path, response: empty() }
}
