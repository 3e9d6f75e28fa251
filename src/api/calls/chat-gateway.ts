import type { Call, FamilyCalls } from '../call.js'
import { allow, describeFamily, offer, returns, returnsBytes, returnsNothing } from '../describe.js'
import { anything, list, mapOf, maybe, named, oneOf, record, Shape, text, whole } from '../shape.js'
import type { ValueOf } from '../shape.js'

const HAL = 'application/hal+json'
const PROBLEM = 'application/problem+json'
const HOOK = '/webhooks/{gatewayWebhookId}'
const PLACE = '/channels/{gatewayChannelId}'
const ONE = '/conversations/{gatewayConversationId}'
const FILE = `${ONE}/attachments/{gatewayAttachmentId}` as const
const SAID = `${ONE}/messages/{gatewayMessageId}` as const

/** The public half of a key that signs events (RFC 7517). */
export const SIGNING_KEY = named(
  'SigningKey',
  { kty: 'RSA', e: 'AQAB' },
  { kid: 'EXaiWfZe20eSjklZ70074w', n: 'obq8u-Yq9VgIqsfOFftSr-TINYrL8xNWhYhJjYtPp5D' },
)

/** Where events go. */
export const ADDRESS = text('https://bot.example.com/events', {
  format: 'uri',
  pattern: String.raw`^https?://\S+$`,
})
const VERSION = oneOf('Chat Gateway v1.0')
const WEBHOOK = named('GatewayWebhook', { id: 'wh-1', name: 'Bot', uri: ADDRESS, version: VERSION })
export type GatewayWebhook = ValueOf<typeof WEBHOOK>

const NEW_WEBHOOK = { name: text('Bot', { maxLength: 256 }), uri: ADDRESS, version: maybe(VERSION) } as const

const CHANNEL = named(
  'GatewayChannel',
  { id: 'ch-1', name: 'Website', webHookId: 'wh-1' },
  { type: oneOf('ChatAPI', 'SMS', 'Facebook', 'Twitter', 'WhatsApp', 'WebChat') },
  { routingOptions: { type: oneOf('queue'), id: '101' } },
)
export type GatewayChannel = ValueOf<typeof CHANNEL>

const NEW_CHANNEL = record(
  { name: text('Website', { maxLength: 255 }), type: maybe(oneOf('ChatAPI')) },
  { webHookId: '{{gatewayWebhookId}}', routingOptions: { type: oneOf('queue'), id: '{{queueId}}' } },
)

const USER = named(
  'GatewayUser',
  { name: maybe('Jane Doe'), userId: maybe('user-1'), email: maybe('jane.doe@example.com') },
  { phone: maybe('+14085550100'), company: maybe('Example Inc.'), caseId: maybe('case-1') },
  { language: maybe('en') },
  { additionalProperties: maybe(list({ key: 'AccountType', value: 'credit' }, { maxItems: 30 })) },
)

const ASSIGNED = oneOf('queue', 'script', 'agent')
const NEW_ASSIGNMENT = maybe({ type: maybe(ASSIGNED), id: '{{queueId}}' })
const CONVERSATION = named(
  'GatewayConversation',
  { id: 'cv-1', channelId: 'ch-1', state: oneOf('active', 'created', 'idle') },
  { assignment: { type: maybe(ASSIGNED), id: '101' }, user: USER },
)
export type GatewayConversation = ValueOf<typeof CONVERSATION>

export const INTERACTION = named(
  'ChatInteraction',
  { id: 'int-170392a3b7d-chat-00-exampletenant01' },
  { startTime: '2026-01-05T09:00:00.000Z', endTime: maybe('2026-01-05T09:20:00.000Z') },
)
export type GatewayInteraction = ValueOf<typeof INTERACTION>

const PARTICIPANT = named(
  'GatewayParticipant',
  { id: 'cv-1-user', removed: false, language: 'en' },
  { type: oneOf('user', 'bot', 'agent', 'system') },
)

const CONTENT_TYPE = oneOf(
  'application/8x8.quick.replies',
  'application/vnd.microsoft.card.adaptive',
  ...(['Interactive', 'Location', 'Template', 'Suggestions', 'Buttons', 'Carousel'] as const),
)
const CONTENT = mapOf('options', anything([{ title: 'Track my order', data: { postback: '1' } }]))
const CARD = named(
  'GatewayCard',
  { id: 'card-1', contentType: CONTENT_TYPE, content: CONTENT },
  { actionSubmitted: false, actionExecuted: false },
)

const ON_X = { name: oneOf('X'), externalMessageId: '1234567890123456789' } as const
const MESSAGE = named(
  'GatewayMessage',
  { id: 'ms-1', text: 'Hello!', createdAt: '2026-01-05T09:00:00.000Z', author: PARTICIPANT },
  { externalProvider: maybe(ON_X), attachments: [{ id: 'at-1' }], cards: [CARD] },
)
export type GatewayMessage = ValueOf<typeof MESSAGE>

const NEW_CARD = { contentType: maybe(CONTENT_TYPE), content: CONTENT } as const
const NEW_MESSAGE = named(
  'NewGatewayMessage',
  { authorType: oneOf('user', 'bot', 'agent'), text: maybe('Hello!'), externalProvider: maybe(ON_X) },
  { attachments: maybe([{ id: 'at-1' }]), cards: maybe([NEW_CARD]) },
)
export type NewGatewayMessage = ValueOf<typeof NEW_MESSAGE>

const EARLIER: readonly NewGatewayMessage[] = [
  { authorType: 'user', text: 'Hello!' },
  { authorType: 'user', externalProvider: { name: 'X', externalMessageId: '1234567890123456789' } },
]
const WRITTEN: NewGatewayMessage = {
  authorType: 'user',
  text: 'Where is my order?',
  attachments: [{ id: '{{gatewayAttachmentId}}' }],
  cards: [{ contentType: CONTENT_TYPE.example, content: CONTENT.example }],
}

const ATTACHMENT = named('GatewayAttachment', {
  id: 'at-1',
  filename: 'note.txt',
  sizeInBytes: 15,
  createdAt: '2026-01-05T09:00:00.000Z',
})
export type GatewayAttachment = ValueOf<typeof ATTACHMENT>

const WRONG = { code: 'invalid_queue', message: 'Queue ID 112 is invalid.' } as const
const ERROR = named('GatewayError', {
  message: WRONG.message,
  errors: [WRONG],
  referenceId: maybe('dacd0dd252723a2'),
})
const REFUSAL = named('GatewayRefusal', {
  message: 'Resource of type Webhook with id 9 was not found.',
  errors: ['No webhook 9.'],
})
const NO_RESOURCE = returns(REFUSAL, 404, PROBLEM)
/** The 404 of what is told to a conversation. */
const NO_ENTITY = [returns(ERROR, 404, PROBLEM)]
const ERRORS = [returns(ERROR, 400, PROBLEM), returns(ERROR, 401, PROBLEM), returns(REFUSAL, 403, PROBLEM)]

const PAGED = {
  page: allow(whole(0, 0), 'The number of the page; the first is 0.', 0),
  size: offer(whole(20, 1, 1000), 'Elements a page.', 20),
} as const
const LISTED = {
  ...PAGED,
  sort: allow('id:asc', 'A field, a colon, and asc or desc.', 'id:asc'),
  filter: allow('id==*', 'FIQL.'),
} as const
const BY_TIME = { ...PAGED, sort: allow('createdAt:asc', 'Or createdAt:desc.', 'createdAt:desc') } as const

const LINK = { href: 'https://api.8x8.com/chat-gateway/v1/channels?page=0&size=20' } as const
const FRAME = {
  _links: { first: LINK, prev: maybe(LINK), self: LINK, next: maybe(LINK), last: LINK },
  page: { size: 20, totalElements: 2, totalPages: 1, number: 0 },
} as const

/** Describes a page of a list in HAL, and how the list goes on. */
function embeds<const R extends string, T>(relation: R, item: Shape<T>) {
  type Page = ValueOf<typeof FRAME> & { readonly _embedded: Readonly<Record<R, readonly T[]>> }
  const items = ['_embedded', relation] as const
  return {
    response: hal(record({ _embedded: { [relation]: [item] } }, FRAME) as unknown as Shape<Page>),
    paging: { kind: 'page', parameter: 'page', size: 'size', first: 0, items, pages: ['page', 'totalPages'] },
  } as const
}

function hal<T>(shape: Shape<T>, status = 200) {
  return returns(shape, status, HAL)
}

function at<const P extends `${Call['method']} ${string}`>(title: string, page: string, path: P) {
  return { title, docs: `actions-events/reference/${page}`, path } as const
}

const NO_DATA = "8x8's schema requires, beside `_embedded`, a field that it does not describe."
const NO_SIZE = "8x8's schema requires `size` and `type`, but describes `sizeInBytes` instead."

/** Source: 8x8's guide "Chat Gateway" and its specification "Contact Center Chat Gateway v1". */
export const gateway = describeFamily({
  family: 'chat-gateway',
  description:
    'Bots and chats of your own with the Contact Center. In Admin Console the product is "Chat Gateway". ' +
    'With more than one tenant the header `X-8x8-Tenant` says which.',
  base: '/chat-gateway/v1',
  errors: [...ERRORS, NO_RESOURCE],
  calls: {
    gatewayKey: {
      ...at('Public key of the signatures', 'getjwkpublickey-1', 'GET /jwk/{jwkId}/public'),
      description: 'Checks the signature of webhook events. It needs no credential.',
      response: returns(SIGNING_KEY),
      deviates: "8x8's schema says text, its example an object, as here.",
    },
    createGatewayWebhook: {
      ...at('Create a webhook', 'createwebhook-1', 'POST /webhooks'),
      body: NEW_WEBHOOK,
      response: hal(WEBHOOK),
      deviates:
        "8x8's schema requires `notificationVersion`, which it does not describe; `version` is meant.",
      keeps: { gatewayWebhookId: ['id'] },
    },
    gatewayWebhooks: {
      ...at('All webhooks', 'getwebhooks-1', 'GET /webhooks'),
      ...embeds('webhooks', WEBHOOK),
      query: LISTED,
    },
    gatewayWebhook: { ...at('Webhook', 'getwebhookbyid-1', `GET ${HOOK}`), response: hal(WEBHOOK) },
    replaceGatewayWebhook: {
      ...at('Replace a webhook', 'updatewebhook-1', `PUT ${HOOK}`),
      body: NEW_WEBHOOK,
      response: hal(WEBHOOK),
    },
    verifyGatewayWebhook: {
      ...at('Verify a webhook', 'verifywebhook-1', 'POST /webhooks/verify'),
      description: '8x8 sends a greeting to the address and expects a 2xx.',
      body: { version: 'Chat Gateway v1.0', uri: ADDRESS },
      response: returnsNothing(),
      reads: true,
    },
    createGatewayChannel: {
      ...at('Create a channel', 'createchatapichannel-1', 'POST /channels'),
      body: NEW_CHANNEL,
      response: hal(CHANNEL),
      keeps: { gatewayChannelId: ['id'] },
    },
    gatewayChannels: {
      ...at('All channels', 'getchatapichannels-1', 'GET /channels'),
      ...embeds('channels', CHANNEL),
      query: LISTED,
    },
    gatewayChannel: { ...at('Channel', 'getchatapichannel-1', `GET ${PLACE}`), response: hal(CHANNEL) },
    replaceGatewayChannel: {
      ...at('Replace a channel', 'updatechatapichannel-1', `PUT ${PLACE}`),
      body: NEW_CHANNEL,
      response: hal(CHANNEL),
    },
    createGatewayConversation: {
      ...at('Create a conversation', 'createcctransaction-1', 'POST /conversations'),
      description: 'Without an assignment it goes where its channel routes to.',
      body: {
        channelId: '{{gatewayChannelId}}',
        user: USER,
        assignment: NEW_ASSIGNMENT,
        history: maybe({ messages: list(NEW_MESSAGE, { maxItems: 200, example: EARLIER }) }),
      },
      response: returns({ conversationId: 'cv-2', createdAt: '2026-01-05T09:00:00.000Z' }, 202, HAL),
      keeps: { gatewayConversationId: ['conversationId'] },
    },
    gatewayConversations: {
      ...at('All conversations', 'getcctransactions-1', 'GET /conversations'),
      ...embeds('conversations', CONVERSATION),
      query: LISTED,
    },
    gatewayConversation: {
      ...at('Conversation', 'getcctransaction-1', `GET ${ONE}`),
      response: hal(CONVERSATION),
    },
    replaceGatewayConversation: {
      ...at('Replace a conversation', 'putcctransaction', `PUT ${ONE}`),
      description: 'What is left out stays as it is.',
      body: { channelId: maybe('{{gatewayChannelId}}'), user: maybe(USER), assignment: NEW_ASSIGNMENT },
      response: hal(CONVERSATION, 202),
    },
    assignGatewayConversation: {
      ...at('Assign a conversation', 'patchcctransaction', `PATCH ${ONE}`),
      body: { assignment: NEW_ASSIGNMENT, user: maybe(USER) },
      response: hal(CONVERSATION, 202),
    },
    gatewayInteractions: {
      ...at('Interactions of a conversation', 'getccinteractions', `GET ${ONE}/interactions`),
      description: 'A message after the user has left begins another one.',
      response: embeds('interactions', INTERACTION).response,
    },
    gatewayParticipants: {
      ...at('Participants of a conversation', 'getparticipantsforcctransaction-1', `GET ${ONE}/participants`),
      response: embeds('participants', PARTICIPANT).response,
      deviates: NO_DATA,
    },
    addGatewayAttachment: {
      ...at('Add an attachment', 'addconversationattachments', `POST ${ONE}/attachments`),
      description:
        'Its id goes into a message. In Postman, change the part `attachment` to File and choose one.',
      parts: [
        { name: 'attachment', example: 'An attachment.', description: 'The file.', fileType: 'text/plain' },
        { name: 'authorType', example: 'user', description: 'user or bot.' },
      ],
      response: hal(ATTACHMENT),
      deviates: NO_SIZE,
      keeps: { gatewayAttachmentId: ['id'] },
    },
    gatewayAttachments: {
      ...at('Attachments of a conversation', 'getconversationattachments', `GET ${ONE}/attachments`),
      ...embeds('attachments', ATTACHMENT),
      query: LISTED,
      deviates: `${NO_SIZE} ${NO_DATA}`,
    },
    gatewayAttachment: {
      ...at('Attachment', 'getconversationattachment', `GET ${FILE}`),
      response: hal(ATTACHMENT),
      deviates: NO_SIZE,
    },
    downloadGatewayAttachment: {
      ...at('Download an attachment', 'downloadattachmentforchatapiconversation', `GET ${FILE}/content`),
      response: returnsBytes('application/octet-stream'),
    },
    sendGatewayMessage: {
      ...at('Send a message', 'sendmessagetocctransaction-1', `POST ${ONE}/messages`),
      description: 'A post on X, `externalProvider`, takes the place of `text`.',
      body: new Shape(NEW_MESSAGE.schema, WRITTEN, NEW_MESSAGE.components),
      response: returnsNothing(202),
      errors: [
        returns({ message: WRONG.message, errors: WRONG, referenceId: 'dacd0dd252723a2' }, 400, PROBLEM),
      ],
    },
    gatewayMessages: {
      ...at('Messages of a conversation', 'getmessagesforcctransaction-1', `GET ${ONE}/messages`),
      ...embeds('messages', MESSAGE),
      query: BY_TIME,
      deviates: NO_DATA,
      keeps: { gatewayMessageId: ['_embedded', 'messages', 0, 'id'] },
    },
    gatewayMessage: {
      ...at('Message', 'getmessagebyidforcctransaction', `GET ${SAID}`),
      response: hal(MESSAGE),
    },
    gatewayCards: {
      ...at('Cards of a message', 'getcardsforcctransaction', `GET ${SAID}/cards`),
      ...embeds('cards', CARD),
      query: BY_TIME,
      deviates: NO_DATA,
      keeps: { cardId: ['_embedded', 'cards', 0, 'id'] },
    },
    sendGatewayTyping: {
      ...at('Say that a person is typing', 'sendtypingindicator', `POST ${ONE}/typing`),
      body: { authorType: oneOf('bot', 'user') },
      response: returnsNothing(),
      errors: NO_ENTITY,
    },
    sendGatewayThinking: {
      ...at('Say that the bot is thinking', 'sendthinkingindicator', `POST ${ONE}/thinking`),
      body: { authorType: maybe(oneOf('bot')), maxThinkingTimeSeconds: maybe(whole(60, 1, 600)) },
      bodyOptional: true,
      response: returnsNothing(),
      errors: NO_ENTITY,
    },
    sendGatewayReadReceipt: {
      ...at('Say that messages were read', 'sendreadreceipt', `POST ${ONE}/read-receipt`),
      body: { authorType: oneOf('user', 'bot'), readAt: 1770200431963 },
      response: returnsNothing(),
      errors: NO_ENTITY,
    },
    assignAfterGatewayAgent: {
      ...at(
        'Hand a conversation back to the bot after the agent',
        'createpostagentassignment',
        `POST ${ONE}/post-agent-assignment`,
      ),
      body: {
        id: '{{gatewayWebhookId}}',
        type: oneOf('webhook'),
        configuration: maybe({
          notifyChannelWebhookIfExists: maybe('false'),
          maxTotalMinutes: maybe(whole(300, 20, 600)),
          userTimeoutInMinutes: maybe(whole(150, 10, 300)),
        }),
      },
      response: returnsNothing(201),
    },
    leaveGatewayConversation: {
      ...at(
        'Leave a conversation as the user',
        'userparticipantleavecctransaction',
        `PATCH ${ONE}/participants/user`,
      ),
      body: { removed: true },
      response: returnsNothing(),
    },
    deleteGatewayChannel: {
      ...at('Delete a channel', 'deletechatapichannelbyid-1', `DELETE ${PLACE}`),
      response: returnsNothing(),
    },
    deleteGatewayWebhook: {
      ...at('Delete a webhook', 'deletewebhookbyid-1', `DELETE ${HOOK}`),
      response: returnsNothing(),
    },
  },
})

/** What the buttons of cards send, which 8x8 documents outside the gateway's own path. */
export const gatewayCards = describeFamily({
  family: 'chat-gateway',
  description: '',
  base: '/api/v1/tenant/{tenantId}/conversations/{gatewayConversationId}/cards/{cardId}',
  errors: [...ERRORS, ...NO_ENTITY],
  calls: {
    submitGatewayCard: {
      ...at('Submit a card', 'updatecardactionsubmit', 'PUT /action-submit'),
      description: 'Its path lies outside the gateway, as 8x8 documents it.',
      body: { name: maybe('8x8') },
      response: returnsNothing(),
    },
    executeGatewayCard: {
      ...at('Execute a card', 'updatecardactionexecute', 'PUT /action-execute'),
      body: { name: maybe('8x8') },
      response: returnsNothing(),
    },
  },
})

/** All of it, for the catalogue. */
export const chatGateway: FamilyCalls = { ...gateway, calls: [...gateway.calls, ...gatewayCards.calls] }
