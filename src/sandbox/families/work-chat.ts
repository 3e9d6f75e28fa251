import { workChat as described, type WorkChatMessage } from '../../api/calls/work-chat.js'
import { remembered } from '../data/memory.js'
import { seededPerson } from '../data/people.js'
import { recent } from '../data/time-series.js'
import { apiKey, chatKeyRejected } from '../gateway/access.js'
import { message } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'
import type { SandboxFamily } from './family.js'

type Message = WorkChatMessage & { readonly room: string }

const defaultRoom = 'CHAPI sandbox'
const rooms = ['general', 'support', defaultRoom]
const stepMs = 20 * 60_000

const sent = remembered((): Message[] => [])

const family = simulate(described, {
  access: apiKey(chatKeyRejected, 'Chat'),
  refuse: (_call, status, detail) => message(status, detail),
  handlers: {
    workChatMessages: ({ given: { pageSize, room, ts }, dateMs, memory }) =>
      [...recent(dateMs, stepMs, 72).map(madeUp), ...sent(memory)]
        .filter((one) => one.room === room && (ts === 0 || one.timestamp < ts))
        .sort((one, other) => other.timestamp - one.timestamp)
        .slice(0, pageSize)
        .map(({ room: _room, ...shown }) => shown),
    sendWorkChatMessage: ({ sent: { messageRaw: parsed, room = defaultRoom }, dateMs, memory }) => {
      const { length } = sent(memory)
      const authorUser = userOf('sandbox', 'Sandbox app', 'sandbox.app@example.com')
      // Microseconds, so that no two messages have the same time.
      const timestamp = dateMs * 1000 + (length % 1000)
      sent(memory).push({ id: `sent-${length + 1}`, room, authorUser, parsed, timestamp })
      return { parsed }
    },
  },
})

/** Messages of the Work app. 8x8 writes their address with a slash at the end and without one. */
export const workChat: SandboxFamily = {
  ...family,
  routes: Object.fromEntries(
    Object.entries(family.routes).flatMap(([route, handler]) => {
      const bare = route.replace(/\/$/, '')
      return [bare, `${bare}/`].map((one) => [one, handler] as const)
    }),
  ),
}

function madeUp(index: number): Message {
  const { userId, name, email } = seededPerson(`chat ${index}`)
  return {
    id: `m${index}`,
    room: rooms[index % rooms.length]!,
    authorUser: userOf(userId, name, email),
    parsed: `Message ${index}`,
    timestamp: index * stepMs * 1000,
  }
}

function userOf(id: string, name: string, email: string): Message['authorUser'] {
  return { id, name, email, avatarUrl: 'https://avatars.example.com/chat.png' }
}
