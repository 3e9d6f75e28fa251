import { EVALUATION, INTERACTION } from '../../api/calls/qm.js'
import { company, groups, people, type Person, seededPerson, sites } from '../data/people.js'
import { seededHex, seededPick } from '../data/seeded.js'
import { varied } from '../data/varied.js'

export const interactionStepMs = 20 * 60_000
/** Each twelfth interaction is evaluated, a day later. */
export const evaluationStep = 12
export const evaluatedAfterMs = 24 * 3_600_000

/** One in three is of these in turn, the others have sound. */
const types = ['voiceInteraction', 'voiceScreen', 'screenRecording', 'other'] as const

/** Returns the guid of the interaction at an index, which it encodes so that a detail can be found without a list. */
export function guidOf(index: number): string {
  const start = (index * interactionStepMs).toString(16)
  return `int-${start}-${seededHex(`qm ${index}`, 25)}-phone-01-${company.tenant}`
}

/** Returns the index in a guid from `guidOf`, undefined for any other. */
export function indexOfGuid(guid: string): number | undefined {
  const index = Number.parseInt(guid.split('-')[1] ?? '', 16) / interactionStepMs
  return Number.isInteger(index) && guidOf(index) === guid ? index : undefined
}

/** Returns the interaction at an index, without custom fields and links. */
export function interactionAt(index: number) {
  const made = varied(INTERACTION, `qm ${index}`)
  const callerPhoneNumber = 14_085_550_000 + (index % 10_000)
  return {
    ...made,
    createdAt: timestamp(index * interactionStepMs),
    interactionGuid: guidOf(index),
    agent: agentRow(agentOf(index)),
    telephony: { ...made.telephony, callerPhoneNumber, status: 'completed' as const },
    media: { ...made.media, interactionType: interactionType(index) },
  }
}

export function interactionType(index: number) {
  return types[index % 3 === 0 ? (index / 3) % types.length : 0]!
}

export function agentOf(index: number): Person {
  return seededPerson(`qm agent ${index}`)
}

/** Returns the evaluation of the interaction at an index, without links. */
export function evaluationAt(index: number) {
  const { result, ...made } = varied(EVALUATION, `evaluation ${index}`)
  const evaluator = reference(colleague(agentOf(index), 3))
  const createdAt = timestamp(index * interactionStepMs + evaluatedAfterMs)
  return {
    ...made,
    evaluationId: index / evaluationStep,
    createdAt,
    updatedAt: createdAt,
    interactionGuid: guidOf(index),
    templateName: seededPick(`template ${index}`, ['Agent performance', 'Compliance']),
    agent: agentRow(agentOf(index)),
    evaluator,
    updater: evaluator,
    result: { ...result, goal: 75, hasPassed: result.score >= 75 },
  }
}

const firstReference = 283

export function personBy(userReference: string | undefined): Person | undefined {
  return people[Number(userReference) - firstReference]
}

/** Makes what is said of a user wherever one is named. */
export function reference({ number, name }: Person) {
  return { userReference: firstReference + number, name }
}

/** Returns who supervises (1), trains (2) or evaluates (3) a person. */
export function colleague({ number }: Person, role: 1 | 2 | 3): Person {
  return people[(number + role) % people.length]!
}

/** Makes what is said of a user who is an agent. */
export function agentRow(person: Person) {
  return {
    ...reference(person),
    agentId: person.agentId,
    mainGroup: groups.find(({ id }) => id === person.groupId)!.name,
    supervisorName: colleague(person, 1).name,
    trainerName: colleague(person, 2).name,
    site: sites.find(({ id }) => id === person.siteId)!.name,
  }
}

export const categories = ['Sales', 'Escalation', 'Churn risk', 'Compliance'].map((name, index) => ({
  categoryId: index + 1,
  name,
}))

/** Returns the topics of a category of Speech Analytics. */
export function topicsOf({ categoryId, name }: (typeof categories)[number]) {
  return ['phrase', 'question', 'answer'].map((word, index) => {
    const topicId = (categoryId - 1) * 3 + index + 1
    return {
      topicId,
      categoryId,
      name: `${name} ${word}`,
      channel: 'AGENT_TOPICS',
      phrases: [{ text: word }],
    }
  })
}

/** Formats epoch milliseconds as `YYYY-MM-DDThh:mm:ss` in UTC. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}
