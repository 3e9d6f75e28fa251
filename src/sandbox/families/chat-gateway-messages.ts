import { empty } from '../gateway/responses.js'
import type { SandboxCall, Routes } from '../gateway/handler.js'
import { collection, counter } from '../data/memory.js'
import { isObject } from '../gateway/parameters.js'
import { momentOf } from '../data/time-series.js'
import { allOf, save } from '../data/things.js'
import { hal, listResponse, missing, requiring } from './chat-gateway-responses.js'
import { inConversation } from './chat-gateway-conversation.js'

interface Message {
  readonly id: string
  readonly conversationId: string
  readonly text: unknown
  readonly createdAt: string
  readonly author: object
  readonly attachments: readonly unknown[]
  readonly cards: readonly object[]
}

const messages = collection<Message>(() => [
  {
    id: 'ms-1',
    conversationId: 'cv-1',
    text: 'Hello!',
    createdAt: '2026-01-05T09:00:00.000Z',
    author: authorOf('cv-1', 'user'),
    attachments: [],
    cards: [cardOf({ contentType: 'application/8x8.quick.replies', content: { options: [] } }, 1)],
  },
])
const nextNumber = counter(2)
const nextCard = counter(2)

/** The messages of a conversation, and the cards in them. */
export const messageRoutes: Routes = {
  'GET /conversations/:id/messages': inConversation(({ id }, call) =>
    listResponse(call, 'messages', messagesOf(id, call).map(shown), 'createdAt:asc'),
  ),
  'POST /conversations/:id/messages': inConversation(({ id }, call) =>
    requiring(call, ['authorType'], (given) => {
      addMessage(id, given, call)
      return empty(202)
    }),
  ),
  'GET /conversations/:id/messages/:messageId': inConversation(({ id }, call) => {
    const found = messageOf(id, call)
    return found ? hal(shown(found)) : missing(call.params['messageId'] ?? '')
  }),
  'GET /conversations/:id/messages/:messageId/cards': inConversation(({ id }, call) => {
    const found = messageOf(id, call)
    return found ? listResponse(call, 'cards', found.cards) : missing(call.params['messageId'] ?? '')
  }),
}

/** Stores a message of a conversation. */
export function addMessage(
  conversationId: string,
  given: Readonly<Record<string, unknown>>,
  { memory, nowMs }: SandboxCall,
): void {
  const { authorType, text = '', attachments, cards } = given
  save(messages, memory, {
    id: `ms-${nextNumber(memory)}`,
    conversationId,
    text,
    createdAt: new Date(momentOf(nowMs)).toISOString(),
    author: authorOf(conversationId, String(authorType)),
    attachments: Array.isArray(attachments) ? attachments : [],
    cards: Array.isArray(cards) ? cards.filter(isObject).map((card) => cardOf(card, nextCard(memory))) : [],
  })
}

function messagesOf(conversationId: string, { memory }: SandboxCall): readonly Message[] {
  return allOf(messages, memory).filter((message) => message.conversationId === conversationId)
}

function messageOf(conversationId: string, call: SandboxCall): Message | undefined {
  return messagesOf(conversationId, call).find(({ id }) => id === call.params['messageId'])
}

function shown({ id, text, createdAt, author, attachments, cards }: Message) {
  return { id, text, createdAt, author, attachments, cards }
}

function authorOf(conversationId: string, type: string) {
  return { id: `${conversationId}-${type}`, removed: false, type, language: 'en' }
}

function cardOf(card: Readonly<Record<string, unknown>>, number: number) {
  return { ...card, id: `card-${number}`, actionSubmitted: false, actionExecuted: false }
}
