import { bytes } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall, Handler, Routes } from '../gateway/handler.js'
import { collection, counter } from '../data/memory.js'
import { partOf } from '../files/multipart.js'
import { momentOf } from '../data/time-series.js'
import { allOf, save } from '../data/things.js'
import { failure, hal, listResponse, missing } from './chat-gateway-responses.js'
import { inConversation } from './chat-gateway-conversation.js'

interface Attachment {
  readonly id: string
  readonly conversationId: string
  readonly filename: string
  readonly createdAt: string
  readonly content: Buffer
}

const attachments = collection<Attachment>(() => [
  {
    id: 'at-1',
    conversationId: 'cv-1',
    filename: 'note.txt',
    createdAt: '2026-01-05T09:00:00.000Z',
    content: Buffer.from('An attachment.\n'),
  },
])
const nextNumber = counter(2)

/** The files of a conversation: uploaded as a form, described in JSON, downloaded as bytes. */
export const attachmentRoutes: Routes = {
  'GET /conversations/:id/attachments': inConversation(({ id }, call) =>
    listResponse(call, 'attachments', attachmentsOf(id, call).map(shown)),
  ),
  'POST /conversations/:id/attachments': inConversation(({ id }, call) => upload(id, call)),
  'GET /conversations/:id/attachments/:attachmentId': inAttachment((found) => hal(shown(found))),
  'GET /conversations/:id/attachments/:attachmentId/content': inAttachment(({ filename, content }) =>
    bytes(content, 'application/octet-stream', {
      'Content-Disposition': `attachment; filename="${filename}"`,
    }),
  ),
}

function upload(conversationId: string, { headers, body, memory, nowMs }: SandboxCall): SandboxResponse {
  const part = partOf(headers['content-type'], body, 'attachment')
  if (!part) {
    return failure(400, 'ATTACHMENT', 'The body must be multipart/form-data with a part named attachment')
  }
  const createdAt = new Date(momentOf(nowMs)).toISOString()
  const id = `at-${nextNumber(memory)}`
  return hal(shown(save(attachments, memory, { id, conversationId, createdAt, ...part })))
}

function inAttachment(response: (found: Attachment) => SandboxResponse): Handler {
  return inConversation(({ id }, call) => {
    const found = attachmentsOf(id, call).find((candidate) => candidate.id === call.params['attachmentId'])
    return found ? response(found) : missing(call.params['attachmentId'] ?? '')
  })
}

function attachmentsOf(conversationId: string, { memory }: SandboxCall): readonly Attachment[] {
  return allOf(attachments, memory).filter((attachment) => attachment.conversationId === conversationId)
}

function shown({ id, filename, content, createdAt }: Attachment) {
  return { id, filename, sizeInBytes: content.length, createdAt }
}
