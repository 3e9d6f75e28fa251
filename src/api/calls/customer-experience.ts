import type { Call, FamilyCalls } from '../call.js'
import { json, JSON_TYPE } from '../parts.js'

const TOKEN = {
  name: 'token',
  example: '{{customerExperienceToken}}',
  description: 'A UUID that 8x8 sends by mail on request.',
}
const ROWS = { tenantId: '{{tenantId}}', page: 1, rows: 100, duration: 'allhistory' }

/** Source: 8x8's specifications "Customer Experience" and "Post Call Survey" of 2025. */
export const customerExperience: FamilyCalls = {
  family: 'customer-experience',
  description:
    'Recent calls and surveys of the Contact Center. 8x8 took both out of its documentation in November 2025: ' +
    'historical reports have replaced them. `timeRange` ("startMs-endMs") may stand for `duration`.',
  calls: [
    search('recentCalls', 'Recent calls', 'recentCallData', { ...ROWS, timezone: '{{timezone}}' }),
    search('postCallSurveys', 'Post-call surveys', 'postCallSurvey', { ...ROWS, script: [] }),
  ],
}

function search(id: string, title: string, name: string, example: unknown): Call {
  return {
    id,
    title,
    method: 'POST',
    path: `/customerexperience/v1/${name}/{customerRegion}`,
    headers: [TOKEN],
    body: { type: JSON_TYPE, example },
    response: json(),
    deprecated: true,
  }
}
