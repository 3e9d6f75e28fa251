import { allow, describeFamily, need, offer, returns } from '../describe.js'
import { decimal, list, maybe, named, nullable, oneOf, text, type ValueOf } from '../shape.js'

const SENTIMENT = oneOf('POSITIVE', 'NEUTRAL', 'NEGATIVE')

export const INTERACTION = named(
  'CustomerInteraction',
  { interactionId: 'int-245496', contactId: maybe('contact-123'), mediaIdentifier: 'customer@example.com' },
  { mediaType: oneOf('CHAT', 'PHONE', 'EMAIL', 'VOICEMAIL'), chatType: maybe('WebChat') },
  { direction: oneOf('INBOUND', 'OUTBOUND'), productType: oneOf('CC', 'UC', 'ENGAGE') },
  { startedAt: 1767571200000, endedAt: 1767571800000, sentiment: SENTIMENT },
  { topics: [named('CustomerTopic', { topic: 'billing', matches: 2 })], wrapUpCodes: ['resolved'] },
  { queueName: nullable('Sales chat'), outcomeLabel: 'Handled', interactionLabels: ['Handled'] },
  { title: maybe(nullable('Account upgrade request')), emailSubject: maybe(nullable('Billing inquiry')) },
  { departmentName: maybe(nullable('Sales')), signals: list('', { example: [] }) },
)

export type CustomerInteraction = ValueOf<typeof INTERACTION>

export const SUMMARY = named('TranscriptSummary', {
  interactionId: 'int-245496',
  summaryObjectId: 'obj-245496',
  content: named(
    'SummaryContent',
    { id: 'summary-245496', result: 'Ada Abara helped the customer with an order.', status: 'success' },
    { type: 'summary', duration: decimal(185.5) },
  ),
  metadata: named('SummaryMetadata', { createdAt: '2026-01-05T00:10:00', sizeBytes: 44 }),
})

const PROBLEM = named('Customer360Problem', {
  status: 400,
  title: 'Bad Request',
  detail: 'interactionId is required',
})

const TIME = { pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$` }

/** Source: 8x8's guide "Customer 360" and its specification. */
export const customer360 = describeFamily({
  family: 'customer-360',
  description: "A customer's interactions over all channels, with sentiment and topics.",
  base: '/cidp-customer-360/{customerRegion}/v1/public/tenants/{tenantId}',
  choices: { customerRegion: ['us', 'uk', 'ca', 'ap'] },
  errors: [returns(PROBLEM, 400), returns(PROBLEM, 401), returns(PROBLEM, 403)],
  calls: {
    interactionInsights: {
      title: 'Interactions of a customer',
      description: 'By exactly one of e-mail, phone number, contact or account; the newest 50.',
      docs: 'analytics/reference/get-interactions-insight',
      path: 'GET /interactions-insight',
      query: {
        email: offer('customer@example.com', 'E-mail address; without crmId.'),
        phoneNumber: allow(
          text('+12065551234', { pattern: String.raw`^\+\d{2,15}$` }),
          'Phone number in E.164 form; without crmId.',
        ),
        contactId: allow('contact-123', 'Contact; with crmId.'),
        accountId: allow('account-456', 'Account.'),
        crmId: allow(oneOf('native'), 'Only the native CRM is there.'),
        startTime: allow(
          text('{{fromDate}}T00:00:00Z', TIME),
          'From when; a year before endTime without it.',
        ),
        endTime: allow(text('{{toDate}}T00:00:00Z', TIME), 'Until when; now without it.'),
      },
      response: returns({
        interactions: [INTERACTION],
        insights: {
          aggregatedSentiments: {
            totalInteractions: 1,
            aggregatedSentiment: named('AggregatedSentiment', {
              aggregatedCustomerSentiment: SENTIMENT,
              aggregatedAgentSentiment: SENTIMENT,
              aggregatedOverallSentiment: SENTIMENT,
            }),
          },
          aggregatedTopics: {
            totalInteractions: 1,
            topicFrequency: [
              named(
                'TopicFrequency',
                { topicName: 'billing', categoryName: 'Finance' },
                { interactionsMatchedCount: 1, percentageMatched: decimal(50) },
              ),
            ],
          },
        },
      }),
      keeps: { interactionId: ['interactions', 0, 'interactionId'] },
    },
    transcriptSummaries: {
      title: 'Summaries of transcripts',
      description: 'Summaries that are missing are listed.',
      docs: 'analytics/reference/get-transcript-summaries',
      path: 'GET /transcript-summaries',
      query: {
        interactionId: need(
          list('{{interactionId}}', { maxItems: 50, example: ['{{interactionId}}', 'int-def456'] }),
          'Repeat the key for more, at most 50.',
        ),
      },
      response: returns({
        summaries: [SUMMARY],
        partialFailures: [
          named('PartialFailure', { interactionId: 'int-def456', reason: 'Summary not found' }),
        ],
      }),
    },
  },
})
