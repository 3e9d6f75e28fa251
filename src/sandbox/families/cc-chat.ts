import { hourOf } from '../data/time-series.js'
import {
  ccChat as described,
  type ChatChannel,
  type ChatConversation,
  type ChatMessage,
  type ChatWebHook,
} from '../../api/calls/cc-chat.js'
import { compileFilter } from '../data/fiql.js'
import { collection, counter, remembered } from '../data/memory.js'
import { company, queues } from '../data/people.js'
import { sorted } from '../data/sorting.js'
import { tenantExists } from '../data/tenants.js'
import { shelf } from '../data/things.js'
import { exceptKeys, publicKey } from '../files/jwk.js'
import { appToken } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { pageOf } from '../gateway/paging.js'
import { problem } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'
import { interact, isIdle, leave } from './chat-gateway-conversations.js'

/** The last interaction ends when the customer leaves; the next message begins another. */
interface Conversation extends ChatConversation {
  readonly interactions: ChatConversation['interactions'][number][]
  readonly messages: ChatMessage[]
}

type Sent<T> = Omit<T, 'id' | 'version'> & { readonly version?: 'v1.0' | 'v2.0' }

const nextNumber = counter(2)
/** How often a web hook or a channel was replaced: what `If-Match` takes. */
const revisions = remembered(() => new Map<string, number>())
const conversations = remembered(() => new Map<string, Conversation>())

const webHooks = collection<ChatWebHook>(() => [
  { id: 'hook-1', name: 'Bot', uri: 'https://bot.example.com/events', version: 'v2.0' },
])
const hooks = shelf({
  things: webHooks,
  parameter: 'webHookId',
  make: (id, { name, uri, version = 'v2.0' }: Sent<ChatWebHook>): ChatWebHook => ({ id, name, uri, version }),
  newId: (memory) => `hook-${nextNumber(memory)}`,
  missing,
})
const channels = collection<ChatChannel>(() => [
  { id: 'channel-1', name: 'Website', webHookId: 'hook-1', routingOptions: { type: 'queue', id: '102' } },
])
const places = shelf({
  things: channels,
  parameter: 'chatChannelId',
  make: (id, { name, webHookId, routingOptions }: Sent<ChatChannel>): ChatChannel => {
    return { id, name, webHookId, routingOptions }
  },
  newId: (memory) => `channel-${nextNumber(memory)}`,
  missing,
})

/** Chats whose answers go to a web hook. */
export const ccChat = simulate(described, {
  access: exceptKeys(appToken('vcc')),
  demands: ({ params: { tenantId = company.tenant } }) => {
    const error = `Tenant ${tenantId} does not belong to customer ${company.customerId}.`
    return tenantExists(tenantId) ? undefined : refusal(403, 'The tenant does not belong to customer.', error)
  },
  refuse: (call, _status, detail) => invalid(call, /^\S+/.exec(detail)![0], '', 'invalid_value', detail),
  handlers: {
    chatKey: publicKey,
    createChatWebHook: hooks.create,
    chatWebHooks: (call) => listed(call, hooks.all(call)),
    chatWebHook: hooks.read,
    replaceChatWebHook: (call) => stale(call, call.params['webHookId']) ?? hooks.replace(call),
    deleteChatWebHook: hooks.remove,
    createChatChannel: (call) => wrongChannel(call) ?? places.create(call),
    chatChannels: (call) => {
      const filter = compileFilter(call.given.filter ?? null)
      if ('error' in filter) return refusal(400, 'Constraint Violation', `filter: ${filter.error}.`)
      return listed(call, sorted(places.all(call).filter(filter.accepts), call.given.sort))
    },
    chatChannel: places.read,
    replaceChatChannel: (call) =>
      wrongChannel(call) ?? stale(call, call.params['chatChannelId']) ?? places.replace(call),
    deleteChatChannel: places.remove,
    createChatConversation: (call) => {
      const { channelId, customer, history: { messages = [] } = {} } = call.sent
      if (!channels(call.memory).has(channelId)) {
        return refusal(400, 'Constraint Violation', 'channelId: No such channel.')
      }
      const id = `ID-${nextNumber(call.memory)}`
      const conversation = conversationFrom(id, channelId, customer, call.dateMs)
      for (const { text, type } of messages) say(conversation, text, type)
      conversationsOf(call).set(id, conversation)
      return { conversationId: id, timestamp: call.dateMs }
    },
    chatConversations: (call) => {
      const { status, order, userId, 'channel-id': channelId } = call.given
      const wanted = [...call.query].filter(([name]) => name.startsWith('customer.'))
      const found = [...conversationsOf(call).values()].filter(
        (one) =>
          (status === 'all' || status === (isIdle(one) ? 'deleted' : 'handling')) &&
          (channelId === undefined || channelId === one.channelId) &&
          (userId === undefined || userId === one.customer['customerId']) &&
          wanted.every(([name, value]) => one.customer[name.slice('customer.'.length)] === value),
      )
      return listed(call, (order === 'desc' ? found.toReversed() : found).map(shown))
    },
    chatConversation: inConversation(shown),
    chatParticipants: inConversation(({ id, customer: { language = 'en' }, messages }) => {
      const types = new Set(['user' as const, ...messages.map(({ authorType }) => authorType)])
      return { participants: [...types].map((type) => ({ id: `${id}-${type}`, type, language })) }
    }),
    chatMessages: inConversation(({ messages }, call) => {
      const { 'interaction-id': wanted } = call.given
      return {
        messages: messages.filter(({ interactionId }) => [undefined, interactionId].includes(wanted)),
      }
    }),
    sendChatMessage: inConversation((found, { sent: { text, authorType }, dateMs }) => {
      if (isIdle(found)) interact(found, dateMs)
      say(found, text, authorType)
      return undefined
    }),
    leaveChatConversation: inConversation((found, { dateMs }) => leave(found, dateMs)),
  },
})

/** Returns all conversations by id. The first is there from the start: its second interaction began with this hour. */
function conversationsOf(call: SandboxCall): Map<string, Conversation> {
  const all = conversations(call.memory)
  if (all.size > 0) return all
  const startMs = hourOf(call.dateMs)
  const customer = { name: 'Customer', email: 'customer@example.com', language: 'en' }
  const first = conversationFrom('ID-1', 'channel-1', customer, startMs - 3_600_000)
  leave(first, startMs - 60_000)
  interact(first, startMs)
  say(first, 'Hello!')
  return all.set(first.id, first)
}

function conversationFrom(
  id: string,
  channelId: string,
  customer: Conversation['customer'],
  startMs: number,
): Conversation {
  const startTime = new Date(startMs).toISOString()
  const conversation = { id, channelId, customer, startTime, interactions: [], messages: [] }
  interact(conversation, startMs)
  return conversation
}

function say(
  { id, interactions, messages }: Conversation,
  text: string,
  authorType: ChatMessage['authorType'] = 'user',
): void {
  const interactionId = interactions.at(-1)!.id
  const participantId = `${id}-${authorType}`
  messages.push({ interactionId, originalText: text, translatedText: text, authorType, participantId })
}

function shown({ messages: _messages, ...conversation }: Conversation): ChatConversation {
  return conversation
}

/** Makes a handler for paths below a conversation: 404 unless it exists. */
function inConversation<C extends SandboxCall, R>(what: (found: Conversation, call: C) => R) {
  return (call: C) => {
    const id = call.params['chatConversationId'] ?? ''
    const found = conversationsOf(call).get(id)
    return found === undefined ? missing(call, id) : what(found, call)
  }
}

interface Paged extends SandboxCall {
  readonly given: { readonly page: number; readonly size: number }
}

function listed<T>({ given: { page, size } }: Paged, items: readonly T[]) {
  const { items: data, totalElements: elementCount, totalPages: pageCount } = pageOf(items, page, size)
  return { data, page: { pageSize: size, pageIndex: page, elementCount, pageCount } }
}

/** Counts a replacement, unless `If-Match` names another version than the present one. */
function stale({ headers, memory }: SandboxCall, id = '') {
  const revision = revisions(memory).get(id) ?? 0
  const expected = headers['if-match']?.replaceAll('"', '')
  if (expected !== undefined && Number(expected) !== revision) {
    return refusal(412, 'Precondition Failed', `The version is ${revision}.`)
  }
  revisions(memory).set(id, revision + 1)
  return undefined
}

function wrongChannel(call: SandboxCall & { readonly sent: Sent<ChatChannel> }) {
  const {
    webHookId: hook,
    routingOptions: { id },
  } = call.sent
  if (!webHooks(call.memory).has(hook)) {
    return invalid(call, 'webHookId', hook, 'invalid_webhook', `Webhook ID ${hook} is invalid.`)
  }
  if (queues.some((queue) => queue.id === id)) return undefined
  return invalid(call, 'routingOptions', id, 'invalid_queue', `Queue ID ${id} is invalid.`)
}

/** Makes the 400: that of a new channel names the field. */
function invalid({ method, path }: SandboxCall, field: string, value: string, code: string, detail: string) {
  if (method !== 'POST' || !path.endsWith('/channels')) return refusal(400, 'Constraint Violation', detail)
  const error = { code, message: detail }
  return problem({ message: detail, errors: [error], validations: [{ field, value, ...error }] }, 400)
}

function missing(_call: SandboxCall, id: string) {
  return refusal(404, 'Not Found', `No resource ${id}.`)
}

function refusal(status: number, message: string, error: string) {
  return problem({ message, errors: [error] }, status)
}
