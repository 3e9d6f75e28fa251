import type { FamilyCalls } from '../call.js'
import { json, optional, required, suggested } from '../parts.js'

const BASE = '/cidp-customer-360/{customerRegion}/v1/public/tenants/{tenantId}'

/** Source: 8x8's guide "Customer 360" and its specification. */
export const customer360: FamilyCalls = {
  family: 'customer-360',
  description: "A customer's interactions over all channels, with sentiment and topics.",
  calls: [
    {
      id: 'interactionInsights',
      title: 'Interactions of a customer',
      description: 'By exactly one of e-mail, phone number, contact or account.',
      docs: 'analytics/reference/get-interactions-insight',
      method: 'GET',
      path: `${BASE}/interactions-insight`,
      query: [
        suggested('email', 'customer@example.com', 'E-mail address; without crmId.'),
        optional('phoneNumber', '+12065551234', 'Phone number in E.164 form; without crmId.'),
        optional('contactId', 'contact-123', 'Contact; with crmId.'),
        optional('accountId', 'account-456', 'Account.'),
        optional('crmId', 'native', 'Only the native CRM is there.'),
        optional('startTime', '{{fromDate}}T00:00:00Z', 'From when; a year before endTime without it.'),
        optional('endTime', '{{toDate}}T00:00:00Z', 'Until when; now without it.'),
      ],
      response: json(),
    },
    {
      id: 'transcriptSummaries',
      title: 'Summaries of transcripts',
      docs: 'analytics/reference/get-transcript-summaries',
      method: 'GET',
      path: `${BASE}/transcript-summaries`,
      query: [required('interactionId', ['{{interactionId}}'], 'Repeat the key for more, at most 50.')],
      response: json(),
    },
  ],
}
