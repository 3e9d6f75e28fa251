import {
  gateway,
  gatewayCards,
  type GatewayChannel,
  type GatewayMessage,
  type GatewayWebhook,
  type NewGatewayMessage,
} from '../../api/calls/chat-gateway.js'
import { compileFilter } from '../data/fiql.js'
import { collection, counter } from '../data/memory.js'
import { company, queues } from '../data/people.js'
import { sorted } from '../data/sorting.js'
import { tenantExists } from '../data/tenants.js'
import { shelf } from '../data/things.js'
import { exceptKeys, publicKey } from '../files/jwk.js'
import { partOf } from '../files/multipart.js'
import { apiKey } from '../gateway/access.js'
import { halPage } from '../gateway/hal.js'
import type { SandboxCall, SandboxResponse } from '../gateway/handler.js'
import { bytes, problem } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'
import {
  attach,
  begin,
  type Conversation,
  conversationsOf,
  leave,
  participantsOf,
  say,
  shownConversation,
  shownMessages,
} from './chat-gateway-conversations.js'

const nextNumber = counter(3)
const version = 'Chat Gateway v1.0'

const webhooks = collection<GatewayWebhook>(() => [
  { id: 'wh-1', name: 'Bot', uri: 'https://bot.example.com/events', version },
])
const channels = collection<GatewayChannel>(() =>
  ['Website', 'Mobile app'].map((name, index) => {
    const routingOptions = { type: 'queue', id: '102' } as const
    return { id: `ch-${index + 1}`, name, type: 'ChatAPI', webHookId: 'wh-1', routingOptions }
  }),
)

type Sent<T> = Omit<T, 'id' | 'type' | 'version'>
const hooks = shelf({
  things: webhooks,
  parameter: 'gatewayWebhookId',
  make: (id, { name, uri }: Sent<GatewayWebhook>): GatewayWebhook => ({ id, name, uri, version }),
  newId: (memory) => `wh-${nextNumber(memory)}`,
  missing: (_call, id) => missing('Webhook', id),
})
const places = shelf({
  things: channels,
  parameter: 'gatewayChannelId',
  make: (id, { name, webHookId, routingOptions }: Sent<GatewayChannel>): GatewayChannel => {
    return { id, name, type: 'ChatAPI', webHookId, routingOptions }
  },
  newId: (memory) => `ch-${nextNumber(memory)}`,
  missing: (_call, id) => missing('Channel', id),
})

const checkKey = apiKey(() => failure(401, 'access_denied', 'Access Denied'), 'chat-gateway')

/** Webhooks, channels, and conversations with all that happens in them. */
export const chatGateway = simulate(gateway, {
  access: exceptKeys(checkKey),
  demands: ({ headers }) => ownTenant(headers['x-8x8-tenant']?.toString() ?? company.tenant),
  refuse: ({ method, path }, status, detail) =>
    method === 'POST' && path.endsWith('/messages')
      ? badMessage(detail)
      : failure(status, 'invalid_parameter', detail),
  handlers: {
    gatewayKey: publicKey,
    createGatewayWebhook: hooks.create,
    gatewayWebhooks: (call) => listOf(call, 'webhooks', hooks.all(call)),
    gatewayWebhook: hooks.read,
    replaceGatewayWebhook: hooks.replace,
    deleteGatewayWebhook: hooks.remove,
    createGatewayChannel: (call) => wrongChannel(call) ?? places.create(call),
    gatewayChannels: (call) => listOf(call, 'channels', places.all(call)),
    gatewayChannel: places.read,
    replaceGatewayChannel: (call) => wrongChannel(call) ?? places.replace(call),
    deleteGatewayChannel: places.remove,
    createGatewayConversation: (call) => {
      const { channelId, user, history: { messages = [] } = {} } = call.sent
      const channel = channels(call.memory).get(channelId)
      if (channel === undefined) return invalid('channel', channelId)
      const wrong = messages.map(wrongMessage).find((one) => one !== undefined)
      if (wrong !== undefined) return failure(400, 'invalid_parameter', wrong)
      const { assignment = channel.routingOptions } = call.sent
      const conversation = begin(conversationsOf(call), { channelId, assignment, user }, call)
      for (const message of messages) say(conversation, message, call)
      return { conversationId: conversation.id, createdAt: conversation.interactions[0]!.startTime }
    },
    gatewayConversations: (call) =>
      listOf(call, 'conversations', [...conversationsOf(call).values()].map(shownConversation)),
    gatewayConversation: inConversation(shownConversation),
    replaceGatewayConversation: inConversation(change),
    assignGatewayConversation: inConversation(change),
    gatewayInteractions: listed('interactions', ({ interactions }) => interactions),
    gatewayParticipants: listed('participants', participantsOf),
    leaveGatewayConversation: inConversation((found, call) => {
      return call.sent.removed ? leave(found, call.dateMs) : undefined
    }),
    gatewayAttachments: listed('attachments', ({ attachments }) => attachments.map(({ shown }) => shown)),
    addGatewayAttachment: inConversation((found, call) => {
      const part = partOf(call.headers['content-type'], call.body, 'attachment')
      if (part) return attach(found, part.filename, part.content, call)
      return failure(400, 'invalid_parameter', 'The body must be a form with a part named attachment')
    }),
    gatewayAttachment: inAttachment(({ shown }) => shown),
    downloadGatewayAttachment: inAttachment(({ shown: { filename }, content }) =>
      bytes(content, 'application/octet-stream', {
        'Content-Disposition': `attachment; filename="${filename}"`,
      }),
    ),
    gatewayMessages: listed('messages', shownMessages, 'createdAt:desc'),
    sendGatewayMessage: inConversation((found, call) => {
      const known = new Set(found.attachments.map(({ shown }) => shown.id))
      const unknown = call.sent.attachments?.find(({ id }) => !known.has(id))
      const wrong = unknown ? `attachments: ${unknown.id} is unknown` : wrongMessage(call.sent)
      return wrong === undefined ? say(found, call.sent, call) : badMessage(wrong)
    }),
    gatewayMessage: inMessage((message) => message),
    gatewayCards: inMessage(({ cards }, call) => listOf(call, 'cards', cards)),
    sendGatewayTyping: told,
    sendGatewayThinking: told,
    sendGatewayReadReceipt: told,
    assignAfterGatewayAgent: inConversation((_found, { memory, sent: { id } }) =>
      webhooks(memory).has(id) ? undefined : invalid('webhook', id),
    ),
  },
})

/** The buttons on cards. */
export const chatCards = simulate(gatewayCards, {
  access: checkKey,
  demands: ({ params }) => ownTenant(params['tenantId'] ?? ''),
  refuse: (_call, status, detail) => failure(status, 'invalid_parameter', detail),
  handlers: { submitGatewayCard: pressed('actionSubmitted'), executeGatewayCard: pressed('actionExecuted') },
})

function pressed(flag: 'actionSubmitted' | 'actionExecuted') {
  return (call: SandboxCall) => {
    const { gatewayConversationId = '', cardId } = call.params
    const messages = conversationsOf(call).get(gatewayConversationId)?.messages ?? []
    const cards = messages
      .map((message) => message.cards)
      .find((some) => some.some(({ id }) => id === cardId))
    if (cards === undefined) return noEntity('Card', cardId)
    cards.splice(
      0,
      cards.length,
      ...cards.map((card) => (card.id === cardId ? { ...card, [flag]: true } : card)),
    )
    return undefined
  }
}

/** Rejects an unknown tenant. `X-8x8-Tenant` may be left out, because the made-up customer has one tenant. */
function ownTenant(tenant: string): SandboxResponse | undefined {
  if (tenantExists(tenant)) return undefined
  const detail = `Header X-8x8-Tenant doesn't match tenant information for customerId=${company.customerId}`
  return problem({ message: 'The tenant does not belong to customer.', errors: [detail] }, 403)
}

/** Makes a handler for paths below a conversation: 404 unless it exists. */
function inConversation<C extends SandboxCall, R>(what: (found: Conversation, call: C) => R) {
  return (call: C) => {
    const id = call.params['gatewayConversationId'] ?? ''
    const found = conversationsOf(call).get(id)
    return found === undefined ? missing('Conversation', id) : what(found, call)
  }
}

function listed<const R extends string, T>(
  relation: R,
  itemsOf: (found: Conversation) => readonly T[],
  order?: string,
) {
  return inConversation((found, call) => listOf(call, relation, itemsOf(found), order))
}

function inMessage<R>(what: (message: GatewayMessage, call: SandboxCall) => R) {
  return inConversation((found, call) => {
    const id = call.params['gatewayMessageId']
    const message = shownMessages(found).find((one) => one.id === id)
    return message === undefined ? missing('Message', id) : what(message, call)
  })
}

function inAttachment<R>(what: (attachment: Conversation['attachments'][number]) => R) {
  return inConversation(({ attachments }, { params: { gatewayAttachmentId: id } }) => {
    const found = attachments.find(({ shown }) => shown.id === id)
    return found === undefined ? missing('Attachment', id) : what(found)
  })
}

/** Something that is delivered to a conversation and cannot be read again. */
function told(call: SandboxCall) {
  const { gatewayConversationId: id = '' } = call.params
  return conversationsOf(call).has(id) ? undefined : noEntity('Conversation', id)
}

function change(found: Conversation, call: SandboxCall & { readonly sent: Partial<Conversation> }) {
  const { channelId = found.channelId, assignment = found.assignment, user = found.user } = call.sent
  const isKnown = channelId === found.channelId || channels(call.memory).has(channelId)
  if (!isKnown) return invalid('channel', channelId)
  const changed = { ...found, channelId, assignment, user }
  conversationsOf(call).set(found.id, changed)
  return shownConversation(changed)
}

function wrongChannel({ sent, memory }: SandboxCall & { readonly sent: Sent<GatewayChannel> }) {
  const { webHookId, routingOptions } = sent
  if (!webhooks(memory).has(webHookId)) return invalid('webhook', webHookId)
  return queues.some(({ id }) => id === routingOptions.id) ? undefined : invalid('queue', routingOptions.id)
}

/** Says what is wrong with a message whose fields are right one by one. */
function wrongMessage({ text, externalProvider, attachments = [], cards = [] }: NewGatewayMessage) {
  if (text !== undefined && externalProvider !== undefined) return 'text is not allowed with externalProvider'
  const isEmpty =
    text === undefined && externalProvider === undefined && attachments.length + cards.length === 0
  return isEmpty ? 'text is required' : undefined
}

/** Returns one page of a list, filtered and sorted as the query says. */
function listOf<const R extends string, T>(
  call: SandboxCall,
  relation: R,
  items: readonly T[],
  order = 'id:asc',
) {
  const filter = compileFilter(call.query.get('filter'))
  if ('error' in filter) return failure(400, 'invalid_filter', `filter is invalid: ${filter.error}`)
  const page = halPage(call, relation, sorted(items.filter(filter.accepts), call.query.get('sort') ?? order))
  return page ?? failure(400, 'invalid_parameter', 'page and size must be whole numbers')
}

function missing(type: string, id = ''): SandboxResponse {
  const detail = `Resource of type ${type} with id ${id} was not found.`
  return problem({ message: detail, errors: [detail] }, 404)
}

/** The 404 of what is told to a conversation. */
function noEntity(type: string, id = ''): SandboxResponse {
  return failure(404, 'resource_not_found', `Entity of type ${type} with id ${id} was not found.`)
}

function invalid(type: 'webhook' | 'queue' | 'channel', id: string): SandboxResponse {
  const name = type[0]!.toUpperCase() + type.slice(1)
  return failure(400, `invalid_${type}`, `${name} ID ${id} is invalid.`)
}

function failure(status: number, code: string, detail: string): SandboxResponse {
  return problem(
    { message: detail, errors: [{ code, message: detail }], referenceId: `sandbox-${status}` },
    status,
  )
}

/** The 400 of a message, which has one error instead of a list. */
function badMessage(detail: string): SandboxResponse {
  const errors = { code: 'invalid_json_object', message: detail }
  return problem({ message: detail, errors, referenceId: 'sandbox-400' }, 400)
}
