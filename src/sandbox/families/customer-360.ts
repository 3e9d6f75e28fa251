import {
  customer360 as described,
  type CustomerInteraction,
  INTERACTION,
  SUMMARY,
} from '../../api/calls/customer-360.js'
import { queues, seededPerson } from '../data/people.js'
import { seededNumber, seededPick } from '../data/seeded.js'
import { tenantExists } from '../data/tenants.js'
import { occurrences } from '../data/time-series.js'
import { apiKey } from '../gateway/access.js'
import { time } from '../gateway/parameters.js'
import { json } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'

const most = 50
/** Each of so many customers has an interaction in turn; every value stands for one of them. */
const customerCount = 4
const stepMs = 2 * 3_600_000
const yearMs = 365 * 24 * 3_600_000
const categories = { billing: 'Finance', delivery: 'Logistics', upgrade: 'Sales' } as const

export const customer360 = simulate(described, {
  access: apiKey(() => failure(401, 'Unauthorized', 'Invalid API key')),
  refuse: (_call, status, detail) => failure(status, 'Bad Request', detail),
  demands: ({ params: { tenantId = '' } }) =>
    tenantExists(tenantId) ? undefined : failure(403, 'Forbidden', `No access to the tenant ${tenantId}`),
  handlers: {
    interactionInsights: ({ given, dateMs }) => {
      const { crmId, startTime, endTime, ...identities } = given
      const [identity, another] = Object.entries<string | undefined>(identities)
      if (identity === undefined || another !== undefined)
        return failure(
          400,
          'Bad Request',
          'Exactly one of email, phoneNumber, contactId, accountId is required',
        )
      const [by, customer = ''] = identity
      if ((by === 'contactId') !== (crmId !== undefined) && by !== 'accountId')
        return failure(400, 'Bad Request', 'crmId goes with contactId and not with email or phoneNumber')
      const endMs = endTime === undefined ? dateMs : (time(endTime) ?? Number.NaN)
      const startMs = startTime === undefined ? endMs - yearMs : (time(startTime) ?? Number.NaN)
      if (!(startMs <= endMs))
        return failure(400, 'Bad Request', 'startTime and endTime must be times, in order')
      const number = seededNumber(customer, 0, customerCount - 1)
      const interactions = occurrences({ startMs, endMs: Math.min(endMs, dateMs - stepMs) }, stepMs)
        .filter((index) => index % customerCount === number)
        .slice(-most)
        .map((index) => interaction(index, by, customer))
      return { interactions, insights: insightsInto(interactions) }
    },
    transcriptSummaries: ({ given: { interactionId: ids }, dateMs }) => {
      const found = ids.filter((id) => indexOf(id) * stepMs <= dateMs - stepMs)
      const unknown = ids.filter((id) => !found.includes(id))
      return {
        summaries: found.map(summary),
        partialFailures: unknown.map((interactionId) => ({ interactionId, reason: 'Summary not found' })),
      }
    },
  },
})

/** The index in an interaction's id; NaN for another id. */
function indexOf(id: string): number {
  return Number(/^int-(\d{6})$/.exec(id)?.[1])
}

function interaction(index: number, by: string, customer: string): CustomerInteraction {
  const {
    contactId: _contact,
    chatType: _type,
    title: _title,
    emailSubject: _subject,
    ...example
  } = INTERACTION.example
  const queue = queues[seededNumber(`queue ${index}`, 0, queues.length - 1)]!
  const topics = [seededPick(`topic ${index}`, ['billing', 'delivery', 'upgrade', ''])]
  return {
    ...example,
    interactionId: `int-${index}`,
    ...(by === 'contactId' ? { contactId: customer } : {}),
    mediaIdentifier: by === 'email' || by === 'phoneNumber' ? customer : example.mediaIdentifier,
    mediaType: queue.channel.toUpperCase() as Uppercase<typeof queue.channel>,
    ...(queue.channel === 'chat' ? { chatType: 'WebChat', title: 'Account upgrade request' } : {}),
    ...(queue.channel === 'email' ? { emailSubject: 'Billing inquiry' } : {}),
    direction: seededPick(`direction ${index}`, ['INBOUND', 'OUTBOUND']),
    startedAt: index * stepMs,
    endedAt: index * stepMs + durationMs(index),
    sentiment: seededPick(`sentiment ${index}`, ['POSITIVE', 'NEUTRAL', 'NEGATIVE']),
    topics: topics
      .filter((topic) => topic !== '')
      .map((topic) => ({ topic, matches: seededNumber(`matches ${index}`, 1, 5) })),
    queueName: queue.name,
  }
}

function insightsInto(interactions: readonly CustomerInteraction[]) {
  const about = interactions.flatMap(({ topics }) => topics.map(({ topic }) => topic))
  const sentiments = interactions.map(({ sentiment }) => sentiment).sort()
  const middle = sentiments[sentiments.length >> 1] ?? 'NEUTRAL'
  return {
    aggregatedSentiments: {
      totalInteractions: interactions.length,
      aggregatedSentiment: {
        aggregatedCustomerSentiment: middle,
        aggregatedAgentSentiment: 'NEUTRAL' as const,
        aggregatedOverallSentiment: middle,
      },
    },
    aggregatedTopics: {
      totalInteractions: about.length,
      topicFrequency: Object.entries(categories)
        .map(([topicName, categoryName]) => {
          const interactionsMatchedCount = about.filter((topic) => topic === topicName).length
          const percentageMatched = Math.round((1000 * interactionsMatchedCount) / interactions.length) / 10
          return { topicName, categoryName, interactionsMatchedCount, percentageMatched }
        })
        .filter(({ interactionsMatchedCount }) => interactionsMatchedCount > 0),
    },
  }
}

function summary(interactionId: string) {
  const result = `${seededPerson(interactionId).name} helped the customer with an order.`
  const index = indexOf(interactionId)
  const endMs = index * stepMs + durationMs(index)
  return {
    interactionId,
    summaryObjectId: `obj-${index}`,
    content: {
      ...SUMMARY.example.content,
      id: `summary-${index}`,
      result,
      duration: durationMs(index) / 1000,
    },
    metadata: { createdAt: new Date(endMs).toISOString().slice(0, 19), sizeBytes: Buffer.byteLength(result) },
  }
}

function durationMs(index: number): number {
  return seededNumber(`length ${index}`, 600, 18_000) * 100
}

function failure(status: number, title: string, detail: string) {
  return json({ status, title, detail }, status)
}
