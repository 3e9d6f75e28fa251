import { apiKey, chatKeyRejected } from '../gateway/access.js'
import { json, message } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { collection, counter } from '../data/memory.js'
import { integer, jsonObject, nonEmptyString } from '../gateway/parameters.js'
import { seededPerson } from '../data/people.js'
import { allOf, save } from '../data/things.js'

interface Message {
  readonly id: string
  readonly room: string
  readonly author: string
  readonly parsed: string
  /** Epoch microseconds. */
  readonly timestamp: number
}

const rooms = ['general', 'support', 'CHAPI sandbox']
const firstMs = Date.UTC(2026, 0, 5, 9)

const messages = collection<Message>(() =>
  Array.from({ length: 72 }, (_, index) => ({
    id: `m${index + 1}`,
    room: rooms[index % rooms.length] ?? 'general',
    author: seededPerson(`chat ${index}`).name,
    parsed: `Message ${index + 1}`,
    timestamp: timestampOf(index + 1),
  })),
)
const nextNumber = counter(73)

/** Messages of the Work app. Source: 8x8's guide "Getting started with CHAPI" and its specification. */
export const workChat: SandboxFamily = {
  name: 'Work chat',
  base: /^\/chat\/api\/chat\/v1/,
  access: apiKey(chatKeyRejected, 'Chat'),
  routes: {
    'GET /messages': listMessages,
    'GET /messages/': listMessages,
    'POST /messages': postMessage,
    'POST /messages/': postMessage,
  },
}

/** The messages of a room before a time, newest first. */
function listMessages({ query, memory }: SandboxCall): SandboxResponse {
  const pageSize = integer(query, 'pageSize', 30)
  if (!(pageSize >= 1 && pageSize <= 100)) return message(400, 'pageSize must be from 1 to 100')
  const before = integer(query, 'ts', Number.POSITIVE_INFINITY)
  if (Number.isNaN(before)) return message(400, 'ts must be a time in microseconds')
  const room = query.get('room')
  const found = allOf(messages, memory)
    .filter((one) => (room === null || one.room === room) && one.timestamp < before)
    .sort((one, other) => other.timestamp - one.timestamp)
  return json(found.slice(0, pageSize).map(shown))
}

function postMessage({ body, memory }: SandboxCall): SandboxResponse {
  const given = jsonObject(body)
  const parsed = nonEmptyString(given?.['messageRaw'])
  if (!parsed) return message(400, 'messageRaw is missing')
  const number = nextNumber(memory)
  const room = nonEmptyString(given?.['room']) ?? 'general'
  const timestamp = timestampOf(number)
  save(messages, memory, { id: `m${number}`, room, author: 'Sandbox app', parsed, timestamp })
  return json({ parsed })
}

function shown({ id, author, parsed, timestamp }: Message) {
  const email = `${author.toLowerCase().replace(/[^a-z]+/g, '.')}@example.com`
  const avatarUrl = 'https://avatars.example.com/chat.png'
  return { authorUser: { id: author, name: author, email, avatarUrl }, id, parsed, timestamp }
}

function timestampOf(number: number): number {
  return (firstMs + number * 60_000) * 1000
}
