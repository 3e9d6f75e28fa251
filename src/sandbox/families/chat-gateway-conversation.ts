import type { SandboxResponse, SandboxCall, Handler } from '../gateway/handler.js'
import { collection } from '../data/memory.js'
import { one } from './chat-gateway-responses.js'

export interface Conversation {
  readonly id: string
  readonly channelId: unknown
  readonly assignment: unknown
  readonly user: Readonly<Record<string, unknown>>
  readonly startTime: string
  readonly userLeft: boolean
}

export const conversations = collection<Conversation>(() => [
  {
    id: 'cv-1',
    channelId: 'ch-1',
    assignment: { type: 'queue', id: '102' },
    user: { name: 'Customer', email: 'customer@example.com', language: 'en' },
    startTime: '2026-01-05T09:00:00.000Z',
    userLeft: false,
  },
])

/** Makes a handler for paths below a conversation: 404 unless it exists. */
export function inConversation(
  response: (conversation: Conversation, call: SandboxCall) => SandboxResponse,
): Handler {
  return one(conversations, response)
}
