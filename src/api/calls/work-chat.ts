import type { FamilyCalls } from '../call.js'
import { json, JSON_TYPE, optional, suggested } from '../parts.js'

const BASE = '/chat/api/chat/v1/messages'

/** Source: 8x8's guide "Getting Started with 8x8 Chat" and its specification "Chapi - Chat API". */
export const workChat: FamilyCalls = {
  family: 'work-chat',
  description:
    'Messages of public rooms of 8x8 Work, in the US only. In Admin Console the product is "Chat". ' +
    '8x8 allows 5 requests a second.',
  calls: [
    {
      id: 'workChatMessages',
      title: 'Messages of a room',
      docs: 'actions-events/reference/getmessagesusingget-1',
      method: 'GET',
      path: BASE,
      query: [
        suggested('pageSize', 10, 'Messages a page; 30 without it.'),
        optional('room', '{{room}}', 'The name of the room; with a test key "CHAPI sandbox".'),
        optional('ts', 0, 'Only messages before this time.'),
      ],
      response: json(),
    },
    {
      id: 'sendWorkChatMessage',
      title: 'Send a message to a room',
      description: 'A room that does not exist is created.',
      docs: 'actions-events/reference/sendmessageusingpost',
      method: 'POST',
      path: `${BASE}/`,
      body: { type: JSON_TYPE, example: { messageRaw: 'Hello from Postman!', room: '{{room}}' } },
      response: json(),
    },
  ],
}
