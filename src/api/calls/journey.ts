import type { Call, FamilyCalls } from '../call.js'
import { json, JSON_TYPE } from '../parts.js'

const DOCS = 'analytics/docs/end-to-end-journey-api'

/** Source: 8x8's guide "End-to-End Journey API". */
export const journey: FamilyCalls = {
  family: 'journey',
  description:
    'Journeys of customers over Contact Center, Work and Engage (a pilot). At most 60 days at a time and 10 requests ' +
    'a minute. European customers have another host, api-eu.8x8.com: set `X8_BASE_URL` for it.',
  calls: [
    search('searchJourneys', 'Search journeys', 'journeys'),
    search('searchTransitions', 'Search transitions', 'transitions'),
  ],
}

function search(id: string, title: string, name: string): Call {
  return {
    id,
    title,
    description: '`nextPageCursor` of the response goes into the next request.',
    docs: DOCS,
    method: 'POST',
    path: `/cidp/journey/api/v1/${name}/search`,
    body: {
      type: JSON_TYPE,
      example: {
        dateRange: { start: '{{fromDate}}T00:00:00Z', end: '{{toDate}}T00:00:00Z' },
        filters: [{ name: 'tenantIds', values: ['{{tenantId}}'] }],
        displayTimezone: '{{timezone}}',
        limit: 50,
        sortDirection: 'DESC',
      },
    },
    response: json(),
  }
}
