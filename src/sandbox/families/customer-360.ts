import { apiKey } from '../gateway/access.js'
import { json } from '../gateway/responses.js'
import type { SandboxResponse, SandboxCall } from '../gateway/handler.js'
import type { SandboxFamily } from './family.js'
import { list, time } from '../gateway/parameters.js'
import { queues, seededPerson } from '../data/people.js'
import { seededNumber, seededPick } from '../data/seeded.js'
import { tenantExists } from '../data/tenants.js'
import { exampleWeek } from '../data/time-series.js'

const most = 50
const customerCount = 4
const stepMs = 2 * 3_600_000
const interactionIds = Array.from({ length: 80 }, (_, index) => `int-${8_000 + index}`)

/** Ways to identify a customer, and whom each value stands for; every value stands for a customer. */
const identities = ['email', 'phoneNumber', 'contactId', 'accountId'] as const

/** Source: 8x8's guide "Customer 360" and its specification. */
export const customer360: SandboxFamily = {
  name: 'Customer 360',
  base: /^\/cidp-customer-360\/(?:us|uk|ca|ap)\/v1\/public\/tenants\/(?<tenant>[^/]+)/,
  access: apiKey(() => failure(401, 'Unauthorized', 'Invalid API key')),
  demands: ({ params }) => {
    return tenantExists(params['tenant'] ?? '') ? undefined : failure(404, 'Not Found', 'No such tenant')
  },
  routes: { 'GET /interactions-insight': insights, 'GET /transcript-summaries': summaries },
}

/** The newest interactions of one customer, with a summary of them. */
function insights({ query }: SandboxCall): SandboxResponse {
  const named = identities.filter((name) => query.has(name))
  const [by] = named
  if (named.length !== 1 || by === undefined) {
    return failure(400, 'Bad Request', `Exactly one of ${identities.join(', ')} is required`)
  }
  if ((by === 'contactId') !== query.has('crmId') && by !== 'accountId') {
    return failure(400, 'Bad Request', 'crmId goes with contactId and not with email or phoneNumber')
  }
  const customer = query.get(by) ?? ''
  const startMs = time(query.get('startTime')) ?? Number.NEGATIVE_INFINITY
  const endMs = time(query.get('endTime')) ?? Number.POSITIVE_INFINITY
  const number = seededNumber(customer, 0, customerCount - 1)
  const interactions = interactionIds
    .filter((_, index) => index % customerCount === number)
    .map((id) => interaction(id, customer))
    .filter(({ startedAt }) => startedAt >= startMs && startedAt < endMs)
    .slice(-most)
  const aggregatedSentiment = {
    aggregatedCustomerSentiment: seededPick(customer, ['POSITIVE', 'NEUTRAL', 'NEGATIVE']),
    aggregatedAgentSentiment: 'NEUTRAL',
    aggregatedOverallSentiment: 'NEUTRAL',
  }
  const totalInteractions = interactions.length
  return json({
    interactions,
    insights: { aggregatedSentiments: { totalInteractions, aggregatedSentiment } },
  })
}

/** The summaries of the interactions asked for, or of the newest; missing ones are listed. */
function summaries({ query }: SandboxCall): SandboxResponse {
  const ids = list(query, 'interactionId')
  if (ids.length > most) return failure(400, 'Bad Request', `At most ${most} interactionId values`)
  const wanted = ids.length > 0 ? ids : interactionIds.slice(-most)
  const unknown = wanted.filter((id) => !interactionIds.includes(id))
  return json({
    summaries: wanted.filter((id) => interactionIds.includes(id)).map(summary),
    partialFailures: unknown.map((interactionId) => ({ interactionId, reason: 'Summary not found' })),
  })
}

function startOf(interactionId: string): number {
  return exampleWeek.startMs + interactionIds.indexOf(interactionId) * stepMs
}

function interaction(interactionId: string, mediaIdentifier: string) {
  const queue = queues[seededNumber(interactionId, 0, queues.length - 1)]
  const startedAt = startOf(interactionId)
  return {
    interactionId,
    mediaIdentifier,
    mediaType: queue?.channel.toUpperCase(),
    direction: seededPick(`direction ${interactionId}`, ['INBOUND', 'OUTBOUND']),
    productType: 'CC',
    startedAt,
    endedAt: startedAt + seededNumber(`length ${interactionId}`, 60, 1800) * 1000,
    sentiment: seededPick(interactionId, ['POSITIVE', 'NEUTRAL', 'NEGATIVE']),
    topics: [{ topic: 'billing', matches: seededNumber(`topics ${interactionId}`, 1, 5) }],
    wrapUpCodes: [],
    queueName: queue?.name,
    outcomeLabel: 'Resolved',
  }
}

function summary(interactionId: string) {
  const result = `${seededPerson(interactionId).name} helped the customer with an order.`
  const number = interactionId.slice('int-'.length)
  return {
    interactionId,
    summaryObjectId: `obj-${number}`,
    content: { id: `summary-${number}`, result, status: 'success', type: 'summary', duration: 185.5 },
    metadata: {
      createdAt: new Date(startOf(interactionId)).toISOString().slice(0, 19),
      sizeBytes: result.length,
    },
  }
}

function failure(status: number, title: string, detail: string): SandboxResponse {
  return json({ status, title, detail }, status)
}
