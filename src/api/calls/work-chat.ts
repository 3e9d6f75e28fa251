import { allow, describeFamily, offer, returns } from '../describe.js'
import { maybe, named, text, type ValueOf, whole } from '../shape.js'

const MESSAGE = named(
  'WorkChatMessage',
  { id: 'uv4y2dmXRy', parsed: 'Hello World!', timestamp: 1767603600000000 },
  {
    authorUser: {
      id: '007',
      name: 'Ada Abara',
      email: 'ada.abara@example.com',
      avatarUrl: 'https://avatars.example.com/chat.png',
    },
  },
)
export type WorkChatMessage = ValueOf<typeof MESSAGE>

/** Source: 8x8's guide "Getting Started with 8x8 Chat" and its specification "Chapi - Chat API". */
export const workChat = describeFamily({
  family: 'work-chat',
  description:
    'Messages of public rooms of 8x8 Work, in the US only. In Admin Console the product is "Chat". ' +
    '8x8 allows 5 requests a second.',
  base: '/chat/api/chat/v1',
  errors: [returns({ message: 'messageRaw is required' }, 400)],
  calls: {
    workChatMessages: {
      title: 'Messages of a room',
      description: 'Newest first; `ts` of the next page is the `timestamp` of the last message.',
      docs: 'actions-events/reference/getmessagesusingget-1',
      path: 'GET /messages',
      query: {
        pageSize: offer(whole(10, 1), 'Messages a page.', 30),
        room: allow('{{room}}', 'The name of the room.', 'CHAPI sandbox'),
        ts: allow(whole(0, 0), 'Only messages before this time, in microseconds; 0 is now.', 0),
      },
      response: returns([MESSAGE]),
      deviates:
        "An example in 8x8's specification has `messageParsed`; its schema and its guide `parsed`, as here.",
    },
    sendWorkChatMessage: {
      title: 'Send a message to a room',
      description: 'A room that does not exist is created; without one it is "CHAPI sandbox".',
      docs: 'actions-events/reference/sendmessageusingpost',
      path: 'POST /messages/',
      body: { messageRaw: text('Hello from Postman!', { minLength: 1 }), room: maybe('{{room}}') },
      response: returns({ parsed: 'Hello from Postman!' }),
    },
  },
})
