import { empty } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler, Routes } from '../gateway/handler.js'
import { counter } from '../data/memory.js'
import { isObject } from '../gateway/parameters.js'
import { company } from '../data/people.js'
import { seededHex } from '../data/seeded.js'
import { momentOf } from '../data/time-series.js'
import { allOf, save, type Things } from '../data/things.js'
import { failure, hal, listResponse, requiring } from './chat-gateway-responses.js'
import { conversations, inConversation, type Conversation } from './chat-gateway-conversation.js'
import { addMessage } from './chat-gateway-messages.js'

const nextNumber = counter(2)

/**
 * Returns the routes of conversations.
 * @param channels those in which a conversation may begin.
 */
export function conversationRoutes(channels: Things): Routes {
  const inChannel = (
    call: SandboxCall,
    response: (given: Readonly<Record<string, unknown>>) => SandboxResponse,
  ) =>
    requiring(call, ['channelId'], (given) => {
      const isKnown = channels(call.memory).has(String(given['channelId']))
      return isKnown ? response(given) : failure(400, 'CHANNEL', 'No such channel')
    })
  return {
    'GET /conversations': (call) =>
      listResponse(call, 'conversations', allOf(conversations, call.memory).map(shown)),
    'POST /conversations': (call) => inChannel(call, (given) => begin(given, call)),
    'GET /conversations/:id': inConversation((found) => hal(shown(found))),
    'PUT /conversations/:id': inConversation((found, call) =>
      inChannel(call, (given) => change(found, given, call)),
    ),
    'PATCH /conversations/:id': inConversation((found, call) =>
      requiring(call, [], (given) => change(found, given, call)),
    ),
    'GET /conversations/:id/interactions': inConversation(({ id, startTime }, call) => {
      const interaction = `int-${seededHex(id, 11)}-chat-00-${company.tenant}`
      return listResponse(call, 'interactions', [{ id: interaction, startTime }])
    }),
    'GET /conversations/:id/participants': inConversation(({ id, user, userLeft }, call) => {
      const participant = { id: `${id}-user`, removed: userLeft, type: 'user', language: user['language'] }
      return listResponse(call, 'participants', [participant])
    }),
    'PATCH /conversations/:id/participants/user': inConversation((found, call) =>
      requiring(call, ['removed'], ({ removed }) => {
        save(conversations, call.memory, { ...found, userLeft: removed === true })
        return empty(204)
      }),
    ),
    'POST /conversations/:id/typing': signal(['authorType'], 204),
    'POST /conversations/:id/thinking': signal([], 204),
    'POST /conversations/:id/read-receipt': signal(['authorType', 'readAt'], 204),
    'POST /conversations/:id/post-agent-assignment': signal(['id'], 201),
  }
}

function begin(given: Readonly<Record<string, unknown>>, call: SandboxCall): SandboxResponse {
  const { channelId, assignment, user, history } = given
  const conversation = save(conversations, call.memory, {
    id: `cv-${nextNumber(call.memory)}`,
    channelId,
    assignment,
    user: isObject(user) ? user : {},
    startTime: new Date(momentOf(call.nowMs)).toISOString(),
    userLeft: false,
  })
  const messages: unknown = isObject(history) ? history['messages'] : undefined
  if (Array.isArray(messages)) {
    for (const message of messages.filter(isObject)) addMessage(conversation.id, message, call)
  }
  return hal({ conversationId: conversation.id, createdAt: conversation.startTime }, 202)
}

function change(
  found: Conversation,
  given: Readonly<Record<string, unknown>>,
  { memory }: SandboxCall,
): SandboxResponse {
  const { channelId = found.channelId, assignment = found.assignment, user } = given
  const changed = { ...found, channelId, assignment, user: isObject(user) ? user : found.user }
  return hal(shown(save(conversations, memory, changed)), 202)
}

function shown({ id, channelId, assignment, user, userLeft }: Conversation) {
  return { id, channelId, assignment, user, state: userLeft ? 'idle' : 'active' }
}

/** An event that is delivered and cannot be read again. */
function signal(fields: readonly string[], status: number): Handler {
  return inConversation((_found, call) => requiring(call, fields, () => empty(status)))
}
