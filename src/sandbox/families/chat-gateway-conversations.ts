import { hourOf } from '../data/time-series.js'
import type {
  GatewayAttachment,
  GatewayConversation,
  GatewayInteraction,
  GatewayMessage,
  NewGatewayMessage,
} from '../../api/calls/chat-gateway.js'
import { counter, remembered } from '../data/memory.js'
import { company } from '../data/people.js'
import { seededHex } from '../data/seeded.js'
import type { SandboxCall } from '../gateway/handler.js'

type AuthorType = GatewayMessage['author']['type']

type Said = Omit<GatewayMessage, 'author' | 'cards'> & {
  readonly authorType: AuthorType
  readonly cards: GatewayMessage['cards'][number][]
}

/** A conversation with all that was said in it, oldest first. */
export interface Conversation extends Omit<GatewayConversation, 'state'> {
  readonly messages: Said[]
  readonly attachments: { readonly shown: GatewayAttachment; readonly content: Buffer }[]
  /** The last one ends when the user leaves; the next message begins another. */
  readonly interactions: GatewayInteraction[]
}

/** What a conversation is begun with. */
type Begun = Pick<Conversation, 'channelId' | 'assignment' | 'user'>

const remember = remembered(() => new Map<string, Conversation>())
const numbers = { conversation: counter(1), message: counter(1), card: counter(1), attachment: counter(1) }

/** Returns all conversations by id. The first is there from the start: it began with this hour. */
export function conversationsOf(call: SandboxCall): Map<string, Conversation> {
  const all = remember(call.memory)
  if (all.size > 0) return all
  const hour = { ...call, dateMs: hourOf(call.dateMs) }
  const user = { name: 'Customer', email: 'customer@example.com', language: 'en' }
  const first = begin(all, { channelId: 'ch-1', assignment: { type: 'queue', id: '102' }, user }, hour)
  attach(first, 'note.txt', Buffer.from('An attachment.\n'), hour)
  const cards = [{ contentType: 'application/8x8.quick.replies', content: { options: [] } }] as const
  say(first, { authorType: 'user', text: 'Hello!', attachments: [{ id: 'at-1' }], cards }, hour)
  return all
}

/** Begins a conversation. */
export function begin(all: Map<string, Conversation>, begun: Begun, call: SandboxCall): Conversation {
  const id = `cv-${numbers.conversation(call.memory)}`
  const conversation = { ...begun, id, messages: [], attachments: [], interactions: [] }
  all.set(id, conversation)
  interact(conversation, call.dateMs)
  return conversation
}

/** Adds a message, which is later than the one before it. */
export function say(conversation: Conversation, message: NewGatewayMessage, call: SandboxCall): undefined {
  const { authorType, externalProvider, attachments = [], cards = [] } = message
  const { text = externalProvider === undefined ? '' : 'A post on X.' } = message
  const before = Date.parse(conversation.messages.at(-1)?.createdAt ?? '1970-01-01')
  const createdAt = iso(Math.max(call.dateMs, before + 1))
  const id = `ms-${numbers.message(call.memory)}`
  const rest = externalProvider === undefined ? {} : { externalProvider }
  const own = cards.map(({ contentType = 'application/vnd.microsoft.card.adaptive', content }) => {
    const flags = { actionSubmitted: false, actionExecuted: false }
    return { id: `card-${numbers.card(call.memory)}`, contentType, content, ...flags }
  })
  conversation.messages.push({ id, text, createdAt, authorType, attachments, cards: own, ...rest })
  if (isIdle(conversation)) interact(conversation, call.dateMs)
}

/** Adds a file, for messages to name. */
export function attach(
  { attachments }: Conversation,
  filename: string,
  content: Buffer,
  { memory, dateMs }: SandboxCall,
): GatewayAttachment {
  const id = `at-${numbers.attachment(memory)}`
  const shown = { id, filename, sizeInBytes: content.length, createdAt: iso(dateMs) }
  attachments.push({ shown, content })
  return shown
}

/** What has interactions: the last one is going on until it ends. */
interface Talk {
  readonly id: string
  readonly interactions: GatewayInteraction[]
}

/** Begins an interaction. */
export function interact({ id, interactions }: Talk, dateMs: number): void {
  const hex = seededHex(`${id} ${interactions.length}`, 11)
  interactions.push({ id: `int-${hex}-chat-00-${company.tenant}`, startTime: iso(dateMs) })
}

/** Ends the interaction that is going on. */
export function leave({ interactions }: Talk, dateMs: number): undefined {
  interactions.push({ endTime: iso(dateMs), ...interactions.pop()! })
}

/** Tells whether no interaction is going on. */
export function isIdle({ interactions }: Talk): boolean {
  return interactions.at(-1)?.endTime !== undefined
}

export function shownConversation(conversation: Conversation): GatewayConversation {
  const { id, channelId, assignment, user } = conversation
  return { id, channelId, assignment, user, state: isIdle(conversation) ? 'idle' : 'active' }
}

export function shownMessages(conversation: Conversation): readonly GatewayMessage[] {
  return conversation.messages.map(({ authorType, ...message }) => {
    return { ...message, author: participant(conversation, authorType) }
  })
}

/** The user, and who else has written. */
export function participantsOf(conversation: Conversation): readonly GatewayMessage['author'][] {
  const types = new Set(['user' as AuthorType, ...conversation.messages.map(({ authorType }) => authorType)])
  return [...types].map((type) => participant(conversation, type))
}

function participant(conversation: Conversation, type: AuthorType): GatewayMessage['author'] {
  const {
    id,
    user: { language = 'en' },
  } = conversation
  return { id: `${id}-${type}`, removed: type === 'user' && isIdle(conversation), type, language }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
