import type { Call } from '../call.js'
import { empty, json, JSON_TYPE, optional, paged } from '../parts.js'

const ALL = '/chat-gateway/v1/conversations'
const ONE = `${ALL}/{gatewayConversationId}`
const CARD = '/api/v1/tenant/{tenantId}/conversations/{gatewayConversationId}/cards/{cardId}'
const HAL = 'application/hal+json'

const USER = { name: 'Jane Doe', userId: 'user-1', email: 'jane.doe@example.com', language: 'en' }
const ASSIGNMENT = { type: 'queue', id: '{{queueId}}' }
const PAGES = paged(0, 20, 100)
const FILTER = optional('filter', 'channelId=={{gatewayChannelId}}', 'FIQL.')
const BY_TIME = optional('sort', 'createdAt:asc', 'createdAt, a colon, and asc or desc.')
const BY_ID = optional('sort', 'id:asc', 'A field, a colon, and asc or desc.')

/** The Chat Gateway's conversations with their messages, attachments, typing and read events, and cards. */
export const conversationCalls: readonly Call[] = [
  {
    ...at('createcctransaction-1', 'POST', ALL),
    id: 'createGatewayConversation',
    title: 'Create a conversation',
    body: jsonBody({
      channelId: '{{gatewayChannelId}}',
      user: USER,
      assignment: ASSIGNMENT,
      history: { messages: [{ authorType: 'user', text: 'Hello!' }] },
    }),
    response: json(202, HAL),
    keeps: { gatewayConversationId: ['conversationId'] },
  },
  {
    ...at('getcctransactions-1', 'GET', ALL),
    id: 'gatewayConversations',
    title: 'All conversations',
    query: [...PAGES, BY_ID, FILTER],
  },
  { ...at('getcctransaction-1', 'GET', ONE), id: 'gatewayConversation', title: 'Conversation' },
  {
    ...at('putcctransaction', 'PUT', ONE),
    id: 'replaceGatewayConversation',
    title: 'Replace a conversation',
    body: jsonBody({ channelId: '{{gatewayChannelId}}', user: USER, assignment: ASSIGNMENT }),
    response: json(202, HAL),
  },
  {
    ...at('patchcctransaction', 'PATCH', ONE),
    id: 'assignGatewayConversation',
    title: 'Assign a conversation',
    body: jsonBody({ assignment: ASSIGNMENT }),
    response: json(202, HAL),
  },
  {
    ...at('getccinteractions', 'GET', `${ONE}/interactions`),
    id: 'gatewayInteractions',
    title: 'Interactions of a conversation',
  },
  {
    ...at('getparticipantsforcctransaction-1', 'GET', `${ONE}/participants`),
    id: 'gatewayParticipants',
    title: 'Participants of a conversation',
  },
  {
    ...at('sendmessagetocctransaction-1', 'POST', `${ONE}/messages`),
    id: 'sendGatewayMessage',
    title: 'Send a message',
    body: jsonBody({
      authorType: 'user',
      text: 'What would you like to do next?',
      attachments: [],
      cards: [],
    }),
    response: empty(202),
  },
  {
    ...at('getmessagesforcctransaction-1', 'GET', `${ONE}/messages`),
    id: 'gatewayMessages',
    title: 'Messages of a conversation',
    query: [...PAGES, BY_TIME],
    keeps: { gatewayMessageId: ['_embedded', 'messages', 0, 'id'] },
  },
  {
    ...at('getmessagebyidforcctransaction', 'GET', `${ONE}/messages/{gatewayMessageId}`),
    id: 'gatewayMessage',
    title: 'Message',
  },
  {
    ...at('getcardsforcctransaction', 'GET', `${ONE}/messages/{gatewayMessageId}/cards`),
    id: 'gatewayCards',
    title: 'Cards of a message',
    query: [...PAGES, BY_TIME],
  },
  {
    ...at('addconversationattachments', 'POST', `${ONE}/attachments`),
    id: 'addGatewayAttachment',
    title: 'Add an attachment',
    description:
      'Its id goes into a message. In Postman, change the part `attachment` to File and choose one.',
    body: {
      type: 'multipart/form-data',
      parts: [
        { name: 'attachment', example: 'An attachment.', description: 'The file.', fileType: 'text/plain' },
        { name: 'authorType', example: 'user', description: 'user or bot.' },
      ],
    },
    keeps: { gatewayAttachmentId: ['id'] },
  },
  {
    ...at('getconversationattachments', 'GET', `${ONE}/attachments`),
    id: 'gatewayAttachments',
    title: 'Attachments of a conversation',
    query: [...PAGES, BY_ID, FILTER],
  },
  {
    ...at('getconversationattachment', 'GET', `${ONE}/attachments/{gatewayAttachmentId}`),
    id: 'gatewayAttachment',
    title: 'Attachment',
  },
  {
    ...at(
      'downloadattachmentforchatapiconversation',
      'GET',
      `${ONE}/attachments/{gatewayAttachmentId}/content`,
    ),
    id: 'downloadGatewayAttachment',
    title: 'Download an attachment',
    response: { status: 200, type: 'application/octet-stream' },
  },
  {
    ...at('sendtypingindicator', 'POST', `${ONE}/typing`),
    id: 'sendGatewayTyping',
    title: 'Say that a person is typing',
    body: jsonBody({ authorType: 'bot' }),
    response: empty(),
  },
  {
    ...at('sendthinkingindicator', 'POST', `${ONE}/thinking`),
    id: 'sendGatewayThinking',
    title: 'Say that the bot is thinking',
    body: jsonBody({ authorType: 'bot', maxThinkingTimeSeconds: 60 }),
    response: empty(),
  },
  {
    ...at('sendreadreceipt', 'POST', `${ONE}/read-receipt`),
    id: 'sendGatewayReadReceipt',
    title: 'Say that messages were read',
    body: jsonBody({ authorType: 'user', readAt: 1770200431963 }),
    response: empty(),
  },
  {
    ...at('updatecardactionsubmit', 'PUT', `${CARD}/action-submit`),
    id: 'submitGatewayCard',
    title: 'Submit a card',
    description: 'Its path lies outside the gateway, as 8x8 documents it.',
    body: jsonBody({ name: '8x8' }),
    response: empty(),
  },
  {
    ...at('updatecardactionexecute', 'PUT', `${CARD}/action-execute`),
    id: 'executeGatewayCard',
    title: 'Execute a card',
    body: jsonBody({ name: '8x8' }),
    response: empty(),
  },
  {
    ...at('createpostagentassignment', 'POST', `${ONE}/post-agent-assignment`),
    id: 'assignAfterGatewayAgent',
    title: 'Hand a conversation back to the bot after the agent',
    body: jsonBody({
      id: '{{gatewayWebhookId}}',
      type: 'webhook',
      configuration: {
        notifyChannelWebhookIfExists: 'false',
        maxTotalMinutes: 300,
        userTimeoutInMinutes: 150,
      },
    }),
    response: empty(201),
  },
  {
    ...at('userparticipantleavecctransaction', 'PATCH', `${ONE}/participants/user`),
    id: 'leaveGatewayConversation',
    title: 'Leave a conversation as the user',
    body: jsonBody({ removed: true }),
    response: empty(),
  },
]

function at(page: string, method: Call['method'], path: string) {
  return { docs: `actions-events/reference/${page}`, method, path, response: json(200, HAL) }
}

function jsonBody(example: unknown) {
  return { type: JSON_TYPE, example }
}
