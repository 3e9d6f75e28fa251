import { apiKey, chatKeyRefused } from '../access.js'
import { json, message } from '../answers.js'
import type { Answer, Call } from '../exchange.js'
import type { Family } from '../family.js'
import { collection, counter } from '../memory.js'
import { integer, jsonObject, nonEmptyString, time } from '../parameters.js'
import { somebody } from '../people.js'

interface Message {
  readonly id: string
  readonly room: string
  readonly sender: string
  readonly text: string
  /** Epoch milliseconds. */
  readonly ts: number
}

const rooms = ['general', 'support']
const firstMs = Date.UTC(2026, 0, 5, 9)

const messages = collection<Message>(() =>
  Array.from({ length: 48 }, (_, index) => ({
    id: `m${index + 1}`,
    room: rooms[index % rooms.length] ?? 'general',
    sender: somebody(`chat ${index}`).name,
    text: `Message ${index + 1}`,
    ts: firstMs + index * 60_000,
  })),
)
const nextNumber = counter(49)

/** Messages of the Work app. Source: 8x8's guide "Getting started with CHAPI". */
export const workChat: Family = {
  name: 'Work chat',
  base: /^\/chat\/api\/chat\/v1/,
  access: apiKey(chatKeyRefused, 'Chat'),
  routes: {
    'GET /messages': listMessages,
    'GET /messages/': listMessages,
    'POST /messages': postMessage,
    'POST /messages/': postMessage,
  },
}

/** The messages of a room before a time, newest first. */
function listMessages({ query, memory }: Call): Answer {
  const pageSize = integer(query, 'pageSize', 20)
  if (!(pageSize >= 1 && pageSize <= 100)) return message(400, 'pageSize must be from 1 to 100')
  const room = query.get('room')
  const before = time(query.get('ts')) ?? Number.POSITIVE_INFINITY
  const found = [...messages(memory).values()]
    .filter((one) => (room === null || one.room === room) && one.ts < before)
    .sort((one, other) => other.ts - one.ts)
  return json({ messages: found.slice(0, pageSize), hasMore: found.length > pageSize })
}

function postMessage({ body, memory }: Call): Answer {
  const given = jsonObject(body)
  const text = nonEmptyString(given?.['text'])
  if (!text) return message(400, 'text is missing')
  const number = nextNumber(memory)
  const room = nonEmptyString(given?.['room']) ?? 'general'
  const one = { id: `m${number}`, room, sender: 'Sandbox app', text, ts: firstMs + number * 60_000 }
  messages(memory).set(one.id, one)
  return json(one)
}
