import { seededPerson, type Person } from '../data/people.js'
import { seededNumber, seededPick } from '../data/seeded.js'

/** One recorded interaction every so often. */
export const interactionStepMs = 20 * 60_000

/** Returns the guid of the interaction at an index, which it encodes so that a detail can be found without a list. */
export function guidOf(index: number): string {
  return `${index.toString(16).padStart(8, '0')}-8888-4888-a888-${String(seededNumber(`qm ${index}`, 0, 999_999)).padStart(12, '0')}`
}

/** Returns the index in a guid from `guidOf`, undefined for any other. */
export function indexOfGuid(guid: string): number | undefined {
  const index = Number.parseInt(guid.slice(0, 8), 16)
  return !Number.isNaN(index) && guidOf(index) === guid ? index : undefined
}

/** Returns the interaction at an index, without its links. */
export function interaction(index: number, customFields: Readonly<Record<string, string>>) {
  const guid = guidOf(index)
  const startMs = index * interactionStepMs
  const durationMs = seededNumber(`qm duration ${index}`, 20_000, 900_000)
  const agent = agentOf(index)
  return {
    createdAt: timestamp(startMs),
    interactionGuid: guid,
    agent: { userReference: agent.userId, name: agent.name, extension: agent.extension },
    telephony: {
      startTime: timestamp(startMs),
      endTime: timestamp(startMs + durationMs),
      direction: seededPick(guid, ['INBOUND', 'OUTBOUND']),
      customerNumber: `+1408555${String(index % 10_000).padStart(4, '0')}`,
    },
    media: { type: interactionType(index), durationMs },
    customFields,
    speechAnalysis: { sentiment: seededNumber(guid, -100, 100) / 100, transcribed: true },
  }
}

/** Returns the agent of the interaction at an index. */
export function agentOf(index: number): Person {
  return seededPerson(`qm agent ${index}`)
}

/** Returns the type of the interaction at an index. */
export function interactionType(index: number): string {
  return seededPick(`qm type ${index}`, ['CALL', 'CALL', 'CALL', 'SCREEN'])
}

export const categories = ['Greeting', 'Escalation', 'Churn risk', 'Compliance', 'Small talk'].map(
  (name, index) => ({ categoryId: String(index + 1), name }),
)

/** Returns the topics of a category of Speech Analytics. */
export function topicsOf(categoryId: string) {
  return ['phrase', 'question', 'answer'].map((word, index) => ({
    topicId: `${categoryId}-${index + 1}`,
    name: `${categories[Number(categoryId) - 1]?.name ?? ''} ${word}`,
  }))
}

export const evaluations = Array.from({ length: 34 }, (_, index) => ({
  evaluationId: String(5001 + index),
  evaluatedUser: seededPerson(`evaluated ${index}`).userId,
  evaluator: seededPerson(`evaluator ${index}`).userId,
  score: seededNumber(`evaluation ${index}`, 40, 100),
}))

/** Formats epoch milliseconds as `YYYY-MM-DD hh:mm:ss` in UTC, with 8x8's space. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}
