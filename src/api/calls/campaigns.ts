import { describeFamily, returns } from '../describe.js'
import { decimal, list, maybe, named, oneOf, text, type ValueOf, withExample } from '../shape.js'

const TYPE = 'application/vnd.campaigns.v1+json'
const TIME = '2026-01-05T10:00:00Z'

const STATE = oneOf(
  'CREATED',
  ...(['BUILDING', 'READY', 'PENDING', 'STARTING', 'RUNNING', 'PAUSED', 'COMPLETE'] as const),
  ...(['BUILD_ERROR', 'RUN_ERROR', 'DELETED'] as const),
)
const STATUSES = [
  'BUILDING',
  'BUILD_FAILED',
  'READY_TO_RUN',
  'SCHEDULED',
  'RUNNING',
  'PAUSED',
  'PURGED',
] as const
const ENDED = ['ERROR', 'ERROR_PURGED', 'COMPLETED', 'STOPPED', 'DISABLED'] as const
const RECORD_STATES = ['REQUESTED', 'QUEUED', 'CANCEL_REQUESTED', 'AGENT_ACCEPTED', 'COMPLETE'] as const
const RECORD_STATE = oneOf('PENDING', ...RECORD_STATES, 'REJECTED', 'DELETED', 'ERROR')
const NO_RESULTS = [
  'NO_VALID_NUMBER',
  'SCHEDULE_COMPLETE',
  'INTERACTION_FAILED',
  'MAX_ATTEMPTS_REACHED',
] as const
const RESULT = maybe(oneOf('SUCCESS', ...NO_RESULTS, 'INTERACTION_SKIPPED', 'CALLBACK_SCHEDULED'))
const RECORD_TYPE = oneOf('DYNAMIC', 'CRM_QUERY')
const PRIORITY = oneOf('HIGH', 'MEDIUM', 'LOW')

const CAMPAIGN = named(
  'Campaign',
  { id: '123e4567-e89b-12d3-a456-426614174000', tenantId: 'exampletenant01', integrationType: 'contactual' },
  {
    startTime: TIME,
    endTime: '2026-01-05T18:00:00Z',
    state: STATE,
    displayStatus: oneOf('NEW', ...STATUSES, ...ENDED),
  },
  {
    recordCount: 1500,
    recordCounts: [{ type: RECORD_TYPE, state: RECORD_STATE, result: RESULT, count: 45 }],
  },
  {
    lastBuildTime: maybe(TIME),
    lastPurgedTime: maybe(TIME),
    startedTime: maybe(TIME),
    completedTime: maybe(TIME),
  },
)
export type Campaign = ValueOf<typeof CAMPAIGN>

const CRM_ID = text('CRM-12345', { minLength: 1, maxLength: 32, pattern: String.raw`\S` })
const RECORD = named(
  'CampaignRecord',
  { id: '789e4567-e89b-42d3-a456-426614174000', type: RECORD_TYPE, crmRecordId: CRM_ID, priority: PRIORITY },
  { rank: decimal(1), nextAttemptAfter: TIME, retryCount: 0, state: RECORD_STATE },
  { stateReason: maybe('Scheduled for retry'), result: RESULT },
)
const WHEN = text(TIME, { pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$` })
const NEW_RECORD = named('NewCampaignRecord', {
  crmRecordId: CRM_ID,
  scheduleAt: maybe(WHEN),
  priority: maybe(PRIORITY),
  rank: maybe(decimal(1)),
})
const SENT = [{ crmRecordId: 'CRM-12345', priority: 'HIGH', rank: 1 }] as const

const PROBLEM = named(
  'CampaignProblem',
  { title: 'Bad Request', status: 400, detail: 'records.0.crmRecordId is required' },
  { instance: '/cc/US1/campaigns/v1/123e4567-e89b-12d3-a456-426614174000/records', time: TIME },
  { errors: [{ field: 'records.0.crmRecordId', code: 'NotBlank', message: 'is required' }] },
)

const ACTIONS = ['RESET', 'START', 'PAUSE', 'RESUME', 'RETRY', 'CANCEL', 'PURGE'] as const
const CHANGE = named('CampaignChange', {
  action: oneOf('BUILD', ...ACTIONS),
  enabled: maybe(true),
  buildOnStart: maybe(true),
})

/** Source: 8x8's guides "CC Campaigns" and its specification "Contact Center Campaigns API". */
export const campaigns = describeFamily({
  family: 'campaigns',
  description:
    'Dynamic outbound campaigns of the Contact Center (beta). In Admin Console the product is "Contact Center ' +
    'Campaigns". The header `X-8x8-Tenant` must be there: from `X8_TENANT`, or tick it here.',
  base: '/cc/{campaignSite}/campaigns/v1/{campaignId}',
  choices: { campaignSite: ['US1', 'US2', 'UK3'] },
  errors: [400, 404, 409].map((status) => returns(PROBLEM, status, TYPE)),
  calls: {
    addCampaignRecords: {
      title: 'Add records to a campaign',
      description: '1 to 100 records at a time: all of them, or none.',
      docs: 'actions-events/reference/add-records',
      path: 'POST /records',
      body: { records: list(NEW_RECORD, { minItems: 1, maxItems: 100, example: SENT }) },
      bodyType: TYPE,
      response: returns({ records: [RECORD] }, 200, TYPE),
      deviates:
        "8x8's guide says 200, its specification 201; a record that the campaign has is a 409 in the guide, as here.",
    },
    modifyCampaign: {
      title: 'Change the state of a campaign',
      description: 'Not every state follows every other: see "State machine" in the guide.',
      docs: 'actions-events/reference/modify-campaign',
      path: 'PATCH ',
      body: withExample(CHANGE, { action: 'BUILD' }),
      bodyType: TYPE,
      response: returns(CAMPAIGN, 200, TYPE),
      deviates: "8x8's guide requires `action`, as here, its specification does not.",
    },
  },
})
