import { empty, json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Routes } from '../gateway/handler.js'
import { collection, counter } from '../data/memory.js'
import { isObject, jsonObject, nonEmptyString } from '../gateway/parameters.js'
import { company } from '../data/people.js'
import { seededHex } from '../data/seeded.js'
import { momentOf } from '../data/time-series.js'
import { allOf, save } from '../data/things.js'
import { listResponse, one, violation } from './cc-chat-responses.js'

interface Conversation {
  readonly id: string
  readonly channelId: string
  readonly customer: Readonly<Record<string, unknown>>
  readonly status: 'ACTIVE' | 'ENDED'
  readonly startedMs: number
}

interface Message {
  readonly id: string
  readonly conversationId: string
  readonly text: string
  readonly authorType: unknown
}

const conversations = collection<Conversation>(() => [
  {
    id: 'ID-1',
    channelId: 'channel-1',
    customer: { name: 'Customer', email: 'customer@example.com', language: 'en' },
    status: 'ACTIVE',
    startedMs: momentOf(0),
  },
])
const messages = collection<Message>(() => [
  { id: 'message-1', conversationId: 'ID-1', text: 'Hello!', authorType: 'user' },
])
const nextNumber = counter(2)

/**
 * Returns the routes of conversations and their messages.
 * @param hasChannel tells whether a channel exists, in which a conversation may begin.
 */
export function conversationRoutes(hasChannel: (call: SandboxCall, id: string) => boolean): Routes {
  return {
    'GET /conversations': (call) => listResponse(call, matching(call).map(shown)),
    'POST /conversations': (call) => {
      const given = jsonObject(call.body)
      const channelId = nonEmptyString(given?.['channelId'])
      if (!given || !channelId) return violation('channelId: May not be empty.')
      return hasChannel(call, channelId)
        ? begin(channelId, given, call)
        : violation('channelId: No such channel.')
    },
    'GET /conversations/:id': one(conversations, (found) => json(shown(found))),
    'GET /conversations/:id/participants': one(conversations, ({ id, customer }) =>
      json({ participants: [{ id: `${id}-customer`, type: 'user', language: customer['language'] }] }),
    ),
    'DELETE /conversations/:id/participants/customer': one(conversations, (found, { memory }) => {
      save(conversations, memory, { ...found, status: 'ENDED' })
      return empty(204)
    }),
    'GET /conversations/:id/messages': one(conversations, ({ id }, { query, memory }) => {
      const wanted = query.get('interaction-id') ?? interactionOf(id)
      const found = wanted === interactionOf(id) ? allOf(messages, memory) : []
      return json({ messages: found.filter(({ conversationId }) => conversationId === id).map(shownMessage) })
    }),
    'POST /conversations/:id/messages': one(conversations, ({ id }, { body, memory }) => {
      const given = jsonObject(body)
      if (!nonEmptyString(given?.['text'])) return violation('text: May not be empty.')
      addMessage(id, given?.['text'], given?.['authorType'], memory)
      return empty(202)
    }),
  }
}

function begin(
  channelId: string,
  given: Readonly<Record<string, unknown>>,
  { memory, nowMs }: SandboxCall,
): SandboxResponse {
  const { customer, history } = given
  const id = `ID-${nextNumber(memory)}`
  const startedMs = momentOf(nowMs)
  const known = isObject(customer) ? customer : {}
  save(conversations, memory, { id, channelId, customer: known, status: 'ACTIVE', startedMs })
  const earlier: unknown = isObject(history) ? history['messages'] : undefined
  if (Array.isArray(earlier)) {
    for (const { text, type } of earlier.filter(isObject)) addMessage(id, text, type, memory)
  }
  return json({ conversationId: id, timestamp: startedMs }, 202)
}

function addMessage(
  conversationId: string,
  text: unknown,
  authorType: unknown,
  memory: SandboxCall['memory'],
) {
  const id = `message-${nextNumber(memory)}`
  save(messages, memory, { id, conversationId, text: String(text), authorType })
}

/** `status`, `channel-id`, `userId` and `customer.<anything>` filter; `order` sorts by creation. */
function matching({ query, memory }: SandboxCall): readonly Conversation[] {
  const found = allOf(conversations, memory).filter(({ channelId, customer, status }) =>
    [...query].every(([name, value]) => {
      if (name === 'channel-id') return channelId === value
      if (name === 'status') return status === value
      if (name === 'userId') return customer['customerId'] === value
      return name.startsWith('customer.') ? customer[name.slice('customer.'.length)] === value : true
    }),
  )
  return query.get('order') === 'desc' ? found.toReversed() : found
}

function shown({ id, channelId, customer, startedMs }: Conversation) {
  const startTime = new Date(startedMs).toISOString()
  return { id, channelId, customer, startTime, interactions: [{ id: interactionOf(id), startTime }] }
}

function shownMessage({ conversationId, text, authorType }: Message) {
  const interactionId = interactionOf(conversationId)
  return { interactionId, originalText: text, authorType, participantId: `${conversationId}-customer` }
}

function interactionOf(conversationId: string): string {
  return `int-${seededHex(conversationId, 11)}-chat-00-${company.tenant}`
}
