import type { Call } from '../call.js'
import { allow, describeFamily, offer, returns, returnsNothing } from '../describe.js'
import { maybe, named, oneOf, record, Shape, text, type ValueOf, whole } from '../shape.js'
import { ADDRESS, INTERACTION, SIGNING_KEY } from './chat-gateway.js'

const PROBLEM = 'application/problem+json'
const ALL = '/tenant/{tenantId}/conversations'
const ONE = `${ALL}/{chatConversationId}` as const
const HOOKS = '/tenant/{tenantId}/web-hooks'
const PLACES = '/tenant/{tenantId}/channels'

const VERSION = oneOf('v2.0', 'v1.0')
const WEB_HOOK = named('ChatWebHook', { id: 'hook-1', name: 'Bot', uri: ADDRESS, version: VERSION })
export type ChatWebHook = ValueOf<typeof WEB_HOOK>

const NEW_HOOK = { name: text('Bot', { maxLength: 256 }), uri: ADDRESS, version: maybe(VERSION) } as const

const CHANNEL = named(
  'ChatChannel',
  { id: 'channel-1', name: 'Website', webHookId: 'hook-1' },
  { routingOptions: { type: oneOf('queue'), id: '101' } },
)
export type ChatChannel = ValueOf<typeof CHANNEL>

const NEW_CHANNEL = record(
  { name: text('Website', { maxLength: 255 }), webHookId: '{{webHookId}}' },
  { routingOptions: { type: oneOf('queue'), id: '{{queueId}}' } },
)

const KNOWN = record(
  { name: maybe('Jane Doe'), customerId: maybe('customer-1'), email: maybe('jane.doe@example.com') },
  { company: maybe('Example Inc.'), caseId: maybe('case-1'), language: maybe('en') },
)
const CUSTOMER = named(
  'ChatCustomer',
  new Shape<Readonly<Record<string, string>>>(
    { ...KNOWN.schema, additionalProperties: { type: 'string' }, maxProperties: 30 },
    KNOWN.example as Readonly<Record<string, string>>,
  ),
)

const CONVERSATION = named(
  'ChatConversation',
  { id: 'ID-1', channelId: 'channel-1', customer: CUSTOMER },
  { startTime: '2026-01-05T09:00:00.000Z', interactions: [INTERACTION] },
)
export type ChatConversation = ValueOf<typeof CONVERSATION>

const AUTHOR = oneOf('user', 'bot')
const MESSAGE = named(
  'ChatMessage',
  { interactionId: INTERACTION.example.id, originalText: 'Hello!', translatedText: 'Hello!' },
  { authorType: AUTHOR, participantId: 'ID-1-user' },
)
export type ChatMessage = ValueOf<typeof MESSAGE>

const REFUSAL = named('ChatRefusal', { message: 'Constraint Violation', errors: ['name: May not be empty.'] })
const WRONG = { code: 'invalid_queue', message: 'Queue ID 112 is invalid.' } as const
const INVALID = named('ChatInvalid', {
  message: WRONG.message,
  errors: [WRONG],
  validations: [{ ...WRONG, field: 'routingOptions', value: '112' }],
})
const STALE = [returns(REFUSAL, 412, PROBLEM)]
const IF_MATCH = {
  'If-Match': allow(text('0', { pattern: String.raw`^"?\d+"?$` }), 'The version that is to be replaced.'),
} as const

const PAGED = {
  page: allow(whole(0, 0), 'The number of the page; the first is 0.', 0),
  size: offer(whole(20, 1), 'Elements a page.', 20),
} as const

/** Describes a page of a list, and how the list goes on. */
function pagesOf<T>(item: Shape<T>) {
  return {
    response: returns({ data: [item], page: { pageSize: 20, pageIndex: 0, elementCount: 1, pageCount: 1 } }),
    paging: {
      ...({ kind: 'page', parameter: 'page', size: 'size', first: 0 } as const),
      ...({ items: ['data'], pages: ['page', 'pageCount'] } as const),
    },
  } as const
}

function at<const P extends `${Call['method']} ${string}`>(title: string, page: string, path: P) {
  return { title, docs: `contactcenter/reference/${page}`, path, deprecated: true } as const
}

const NO_VERSION =
  "8x8's schema requires `notificationVersion`, which it does not describe; `version` is meant."

/** Source: 8x8's specification "8x8 Contact Center Chat API V2". */
export const ccChat = describeFamily({
  family: 'cc-chat',
  description:
    'Chats of your own with agents of the Contact Center; replies come to your web hook. In Admin Console the product ' +
    'is "VCC Chat API". 8x8 announced its end for 30 September 2023: new work belongs on the Chat Gateway.',
  base: '/vcc/{chatRegion}/chat/v2',
  choices: { chatRegion: ['us', 'eu', 'ca', 'ap'] },
  errors: [400, 403, 404].map((status) => returns(REFUSAL, status, PROBLEM)),
  calls: {
    chatKey: {
      ...at('Public key of the signatures', 'getjwkpublickey', 'GET /jwk/{jwkId}/public'),
      description: 'Checks the signature of web hook events. It needs no credential.',
      response: returns(SIGNING_KEY),
      deviates: "8x8's schema says text, its example an object, as here.",
    },
    createChatWebHook: {
      ...at('Create a web hook', 'createwebhook', `POST ${HOOKS}`),
      body: NEW_HOOK,
      response: returns(WEB_HOOK),
      deviates: NO_VERSION,
      keeps: { webHookId: ['id'] },
    },
    chatWebHooks: {
      ...at('All web hooks', 'getwebhooks', `GET ${HOOKS}`),
      ...pagesOf(WEB_HOOK),
      query: PAGED,
    },
    chatWebHook: {
      ...at('Web hook', 'getwebhookbyid', `GET ${HOOKS}/{webHookId}`),
      response: returns(WEB_HOOK),
    },
    replaceChatWebHook: {
      ...at('Replace a web hook', 'updatewebhook', `PUT ${HOOKS}/{webHookId}`),
      headers: IF_MATCH,
      body: NEW_HOOK,
      response: returns(WEB_HOOK),
      errors: STALE,
      deviates: NO_VERSION,
    },
    verifyChatWebHook: {
      ...at('Verify a web hook', 'verifywebhook', `POST ${HOOKS}/verify`),
      description: '8x8 sends a greeting to the address and expects a 2xx.',
      body: { version: 'v2.0', uri: ADDRESS },
      response: returnsNothing(),
      reads: true,
    },
    createChatChannel: {
      ...at('Create a channel', 'createchatapichannel', `POST ${PLACES}`),
      body: NEW_CHANNEL,
      response: returns(CHANNEL),
      errors: [returns(INVALID, 400, PROBLEM)],
      keeps: { chatChannelId: ['id'] },
    },
    chatChannels: {
      ...at('All channels', 'getchatapichannels', `GET ${PLACES}`),
      ...pagesOf(CHANNEL),
      query: {
        ...PAGED,
        sort: allow('id', 'The field to sort by.', 'id'),
        filter: allow('name==Website', 'FIQL.'),
      },
    },
    chatChannel: {
      ...at('Channel', 'getchatapichannel', `GET ${PLACES}/{chatChannelId}`),
      response: returns(CHANNEL),
    },
    replaceChatChannel: {
      ...at('Replace a channel', 'updatechatapichannel', `PUT ${PLACES}/{chatChannelId}`),
      headers: IF_MATCH,
      body: NEW_CHANNEL,
      response: returns(CHANNEL),
      errors: STALE,
    },
    createChatConversation: {
      ...at('Create a conversation', 'createcctransaction', `POST ${ALL}`),
      body: {
        channelId: '{{chatChannelId}}',
        customer: CUSTOMER,
        history: maybe({ messages: [{ text: 'Hello!', type: maybe(AUTHOR) }] }),
      },
      response: returns({ conversationId: 'ID-2', timestamp: 1767603600000 }, 202),
      deviates: "8x8's schema requires `user`, which it does not describe; `customer` is meant.",
      keeps: { chatConversationId: ['conversationId'] },
    },
    chatConversations: {
      ...at('All conversations', 'getcctransactions', `GET ${ALL}`),
      ...pagesOf(CONVERSATION),
      query: {
        ...PAGED,
        'channel-id': allow('{{chatChannelId}}', 'Only those of this channel.'),
        status: allow(oneOf('all', 'created', 'pending', 'handling', 'deleted'), 'Their state.', 'all'),
        order: allow(oneOf('asc', 'desc'), 'asc or desc, by the time of creation.', 'asc'),
        userId: allow('customer-1', 'Only those of this customer.'),
        'customer.email': allow('jane.doe@example.com', 'Any field may follow `customer.`.'),
      },
    },
    chatConversation: {
      ...at('Conversation', 'getcctransaction', `GET ${ONE}`),
      response: returns(CONVERSATION),
    },
    chatParticipants: {
      ...at('Participants of a conversation', 'getparticipantsforcctransaction', `GET ${ONE}/participants`),
      response: returns({ participants: [{ id: 'ID-1-user', type: AUTHOR, language: 'en' }] }),
      deviates: "8x8's schema has one participant in `participants`, its description all of them, as here.",
    },
    sendChatMessage: {
      ...at('Send a message', 'sendmessagetocctransaction', `POST ${ONE}/messages`),
      description: 'After the customer has left it begins another interaction.',
      body: { authorType: maybe(AUTHOR), text: text('Hello!', { minLength: 1 }) },
      response: returnsNothing(202),
    },
    chatMessages: {
      ...at('Messages of a conversation', 'getmessagesforcctransaction', `GET ${ONE}/messages`),
      query: { 'interaction-id': allow('{{interactionId}}', 'Only those of this interaction.') },
      response: returns({ messages: [MESSAGE] }),
      deviates:
        "8x8's schema requires `participants`, `type` and `senderId`, which it does not describe; it describes " +
        '`authorType` and `participantId`.',
    },
    leaveChatConversation: {
      ...at(
        'Leave a conversation as the customer',
        'customerparticipantleavecctransaction',
        `DELETE ${ONE}/participants/customer`,
      ),
      response: returnsNothing(),
    },
    deleteChatChannel: {
      ...at('Delete a channel', 'deletechatapichannelbyid', `DELETE ${PLACES}/{chatChannelId}`),
      response: returnsNothing(),
    },
    deleteChatWebHook: {
      ...at('Delete a web hook', 'deletewebhookbyid', `DELETE ${HOOKS}/{webHookId}`),
      response: returnsNothing(),
    },
  },
})
