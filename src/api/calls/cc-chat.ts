import type { Call, FamilyCalls } from '../call.js'
import { empty, json, JSON_TYPE, optional, paged } from '../parts.js'

const BASE = '/vcc/{chatRegion}/chat/v2'
const TENANT = `${BASE}/tenant/{tenantId}`
const PAGES = paged(0, 20, 100)

const WEB_HOOK = { name: 'Bot', uri: 'https://bot.example.com/events', version: 'v2.0' }
const CHANNEL = {
  name: 'Website',
  webHookId: '{{webHookId}}',
  routingOptions: { type: 'queue', id: '{{queueId}}' },
}
const IF_MATCH = { name: 'If-Match', example: '0', description: 'The version that is to be replaced.' }

/** Source: 8x8's specification "8x8 Contact Center Chat API V2". */
export const ccChat: FamilyCalls = {
  family: 'cc-chat',
  description:
    'Chats of your own with agents of the Contact Center; replies come to your web hook. In Admin Console the product ' +
    'is "VCC Chat API". 8x8 announced its end for 30 September 2023: new work belongs on the Chat Gateway.',
  calls: [
    ...webHooks(),
    ...channels(),
    ...conversations(),
    {
      ...at('deletechatapichannelbyid', 'DELETE', '/channels/{chatChannelId}'),
      id: 'deleteChatChannel',
      title: 'Delete a channel',
      response: empty(),
    },
    {
      ...at('deletewebhookbyid', 'DELETE', '/web-hooks/{webHookId}'),
      id: 'deleteChatWebHook',
      title: 'Delete a web hook',
      response: empty(),
    },
  ].map((call): Call => ({ ...call, deprecated: true })),
}

function webHooks(): readonly Call[] {
  return [
    {
      ...at('getjwkpublickey', 'GET', ''),
      id: 'chatKey',
      title: 'Public key of the signatures',
      description: 'Checks the signature of web hook events. It needs no credential.',
      path: `${BASE}/jwk/{jwkId}/public`,
    },
    {
      ...at('createwebhook', 'POST', '/web-hooks'),
      id: 'createChatWebHook',
      title: 'Create a web hook',
      body: { type: JSON_TYPE, example: WEB_HOOK },
      keeps: { webHookId: ['id'] },
    },
    { ...at('getwebhooks', 'GET', '/web-hooks'), id: 'chatWebHooks', title: 'All web hooks', query: PAGES },
    { ...at('getwebhookbyid', 'GET', '/web-hooks/{webHookId}'), id: 'chatWebHook', title: 'Web hook' },
    {
      ...at('updatewebhook', 'PUT', '/web-hooks/{webHookId}'),
      id: 'replaceChatWebHook',
      title: 'Replace a web hook',
      headers: [IF_MATCH],
      body: { type: JSON_TYPE, example: { ...WEB_HOOK, name: 'Renamed bot' } },
    },
    {
      ...at('verifywebhook', 'POST', '/web-hooks/verify'),
      id: 'verifyChatWebHook',
      title: 'Verify a web hook',
      description: '8x8 sends a greeting to the address and expects a 2xx.',
      body: { type: JSON_TYPE, example: { version: WEB_HOOK.version, uri: WEB_HOOK.uri } },
      response: empty(),
    },
  ]
}

function channels(): readonly Call[] {
  return [
    {
      ...at('createchatapichannel', 'POST', '/channels'),
      id: 'createChatChannel',
      title: 'Create a channel',
      body: { type: JSON_TYPE, example: CHANNEL },
      keeps: { chatChannelId: ['id'] },
    },
    {
      ...at('getchatapichannels', 'GET', '/channels'),
      id: 'chatChannels',
      title: 'All channels',
      query: [
        ...PAGES,
        optional('sort', 'id', 'The field to sort by.'),
        optional('filter', 'name==Website', 'FIQL.'),
      ],
    },
    { ...at('getchatapichannel', 'GET', '/channels/{chatChannelId}'), id: 'chatChannel', title: 'Channel' },
    {
      ...at('updatechatapichannel', 'PUT', '/channels/{chatChannelId}'),
      id: 'replaceChatChannel',
      title: 'Replace a channel',
      headers: [IF_MATCH],
      body: { type: JSON_TYPE, example: { ...CHANNEL, name: 'Renamed website' } },
    },
  ]
}

function conversations(): readonly Call[] {
  const one = '/conversations/{chatConversationId}'
  return [
    {
      ...at('createcctransaction', 'POST', '/conversations'),
      id: 'createChatConversation',
      title: 'Create a conversation',
      body: {
        type: JSON_TYPE,
        example: {
          channelId: '{{chatChannelId}}',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com', language: 'en' },
          history: { messages: [{ text: 'Hello!', type: 'user' }] },
        },
      },
      response: json(202),
      keeps: { chatConversationId: ['conversationId'] },
    },
    {
      ...at('getcctransactions', 'GET', '/conversations'),
      id: 'chatConversations',
      title: 'All conversations',
      query: [
        ...PAGES,
        optional('channel-id', '{{chatChannelId}}', 'Only those of this channel.'),
        optional('status', 'ACTIVE', 'Only those in this state.'),
        optional('order', 'asc', 'asc or desc, by the time of creation.'),
        optional('userId', 'user-1', 'Only those of this user.'),
        optional(
          'customer.email',
          'jane.doe@example.com',
          'Any field of the customer may follow `customer.`.',
        ),
      ],
    },
    { ...at('getcctransaction', 'GET', one), id: 'chatConversation', title: 'Conversation' },
    {
      ...at('getparticipantsforcctransaction', 'GET', `${one}/participants`),
      id: 'chatParticipants',
      title: 'Participants of a conversation',
    },
    {
      ...at('sendmessagetocctransaction', 'POST', `${one}/messages`),
      id: 'sendChatMessage',
      title: 'Send a message',
      body: { type: JSON_TYPE, example: { authorType: 'user', text: 'Hello!' } },
      response: empty(202),
    },
    {
      ...at('getmessagesforcctransaction', 'GET', `${one}/messages`),
      id: 'chatMessages',
      title: 'Messages of a conversation',
      query: [optional('interaction-id', '{{interactionId}}', 'Only those of this interaction.')],
    },
    {
      ...at('customerparticipantleavecctransaction', 'DELETE', `${one}/participants/customer`),
      id: 'leaveChatConversation',
      title: 'Leave a conversation as the customer',
      response: empty(),
    },
  ]
}

function at(page: string, method: Call['method'], path: string) {
  return { docs: `contactcenter/reference/${page}`, method, path: TENANT + path, response: json() }
}
