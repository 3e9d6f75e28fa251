import type { Call, FamilyCalls } from '../call.js'
import { empty, json, JSON_TYPE, optional, paged } from '../parts.js'
import { conversationCalls } from './chat-gateway-conversations.js'

const BASE = '/chat-gateway/v1'
const HAL = json(200, 'application/hal+json')

const WEBHOOK = { name: 'Bot', uri: 'https://bot.example.com/events', version: 'Chat Gateway v1.0' }
const CHANNEL = {
  name: 'Website',
  type: 'ChatAPI',
  webHookId: '{{gatewayWebhookId}}',
  routingOptions: { type: 'queue', id: '{{queueId}}' },
}
const LISTED = [
  ...paged(0, 20, 100),
  optional('sort', 'id:asc', 'A field, a colon, and asc or desc.'),
  optional('filter', 'name==Website', 'FIQL.'),
]

/** Source: 8x8's guide "Chat Gateway" and its specification "Contact Center Chat Gateway v1". */
export const chatGateway: FamilyCalls = {
  family: 'chat-gateway',
  description:
    'Bots and chats of your own with the Contact Center. In Admin Console the product is "Chat Gateway". ' +
    'With more than one tenant the header `X-8x8-Tenant` says which.',
  calls: [
    {
      ...at('getjwkpublickey-1', 'GET', '/jwk/{jwkId}/public'),
      id: 'gatewayKey',
      title: 'Public key of the signatures',
      description: 'Checks the signature of webhook events.',
      response: json(),
    },
    {
      ...at('createwebhook-1', 'POST', '/webhooks'),
      id: 'createGatewayWebhook',
      title: 'Create a webhook',
      body: { type: JSON_TYPE, example: WEBHOOK },
      keeps: { gatewayWebhookId: ['id'] },
    },
    {
      ...at('getwebhooks-1', 'GET', '/webhooks'),
      id: 'gatewayWebhooks',
      title: 'All webhooks',
      query: LISTED,
    },
    {
      ...at('getwebhookbyid-1', 'GET', '/webhooks/{gatewayWebhookId}'),
      id: 'gatewayWebhook',
      title: 'Webhook',
    },
    {
      ...at('updatewebhook-1', 'PUT', '/webhooks/{gatewayWebhookId}'),
      id: 'replaceGatewayWebhook',
      title: 'Replace a webhook',
      body: { type: JSON_TYPE, example: { ...WEBHOOK, name: 'Renamed bot' } },
    },
    {
      ...at('verifywebhook-1', 'POST', '/webhooks/verify'),
      id: 'verifyGatewayWebhook',
      title: 'Verify a webhook',
      description: '8x8 sends a greeting to the address and expects a 2xx.',
      body: { type: JSON_TYPE, example: { version: WEBHOOK.version, uri: WEBHOOK.uri } },
      response: empty(),
    },
    {
      ...at('createchatapichannel-1', 'POST', '/channels'),
      id: 'createGatewayChannel',
      title: 'Create a channel',
      body: { type: JSON_TYPE, example: CHANNEL },
      keeps: { gatewayChannelId: ['id'] },
    },
    {
      ...at('getchatapichannels-1', 'GET', '/channels'),
      id: 'gatewayChannels',
      title: 'All channels',
      query: LISTED,
    },
    {
      ...at('getchatapichannel-1', 'GET', '/channels/{gatewayChannelId}'),
      id: 'gatewayChannel',
      title: 'Channel',
    },
    {
      ...at('updatechatapichannel-1', 'PUT', '/channels/{gatewayChannelId}'),
      id: 'replaceGatewayChannel',
      title: 'Replace a channel',
      body: { type: JSON_TYPE, example: { ...CHANNEL, name: 'Renamed website' } },
    },
    ...conversationCalls,
    {
      ...at('deletechatapichannelbyid-1', 'DELETE', '/channels/{gatewayChannelId}'),
      id: 'deleteGatewayChannel',
      title: 'Delete a channel',
      response: empty(),
    },
    {
      ...at('deletewebhookbyid-1', 'DELETE', '/webhooks/{gatewayWebhookId}'),
      id: 'deleteGatewayWebhook',
      title: 'Delete a webhook',
      response: empty(),
    },
  ],
}

function at(page: string, method: Call['method'], path: string) {
  return { docs: `actions-events/reference/${page}`, method, path: BASE + path, response: HAL }
}
