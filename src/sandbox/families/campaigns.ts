import { type Campaign, campaigns as described } from '../../api/calls/campaigns.js'
import { remembered } from '../data/memory.js'
import { seededUuid } from '../data/seeded.js'
import { tenantExists } from '../data/tenants.js'
import { administrationKeyRejected, apiKey } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { json } from '../gateway/responses.js'
import { simulate } from '../gateway/simulate.js'

type State = Campaign['state']
interface Kept extends Pick<Campaign, 'lastBuildTime' | 'lastPurgedTime' | 'startedTime' | 'completedTime'> {
  readonly state: State
  /** What a passing state becomes by the next request. */
  readonly settlesAs?: State
  readonly isEnabled: boolean
  readonly crmIds: readonly string[]
}

const campaigns = remembered(() => new Map<string, Kept>())
/** Records that the campaign has from the start, and those that have been called. */
const recordsBefore = { PENDING: 1455, COMPLETE: 45 }

/** From which states an action leads where. PURGE changes none. */
const actions: Readonly<
  Record<string, { readonly from: readonly State[]; readonly to?: State; readonly settlesAs?: State }>
> = {
  BUILD: { from: ['CREATED', 'READY', 'BUILD_ERROR'], to: 'BUILDING', settlesAs: 'READY' },
  RESET: { from: ['READY', 'BUILD_ERROR'], to: 'CREATED' },
  START: { from: ['READY'], to: 'STARTING', settlesAs: 'RUNNING' },
  PAUSE: { from: ['RUNNING'], to: 'PAUSED' },
  RESUME: { from: ['PAUSED'], to: 'RUNNING' },
  RETRY: { from: ['RUN_ERROR'], to: 'RUNNING' },
  CANCEL: { from: ['PENDING', 'RUNNING', 'PAUSED', 'RUN_ERROR'], to: 'COMPLETE' },
  PURGE: { from: ['PAUSED', 'RUN_ERROR', 'COMPLETE'] },
}
const shownAs = {
  CREATED: 'NEW',
  BUILD_ERROR: 'BUILD_FAILED',
  READY: 'READY_TO_RUN',
  PENDING: 'SCHEDULED',
} as const
const shownLater = {
  STARTING: 'BUILDING',
  COMPLETE: 'COMPLETED',
  RUN_ERROR: 'ERROR',
  DELETED: 'STOPPED',
} as const

/** Every UUID is a dynamic campaign, which passes through building and starting between two requests. */
export const ccCampaigns = simulate(described, {
  access: apiKey(administrationKeyRejected),
  refuse,
  demands: (call) => {
    const tenant = call.headers['x-8x8-tenant']?.toString()
    if (tenant === undefined) return refuse(call, 400, 'X-8x8-Tenant is required')
    if (!tenantExists(tenant)) return refuse(call, 404, 'No such tenant')
    const id = call.params['campaignId'] ?? ''
    return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)
      ? undefined
      : refuse(call, 404, `No campaign ${id}`)
  },
  handlers: {
    addCampaignRecords: (call) => {
      const campaign = campaignOf(call)
      const { state, crmIds } = campaign
      const { records } = call.sent
      const ids = records.map(({ crmRecordId }) => crmRecordId)
      if (new Set(ids).size < ids.length)
        return refuse(call, 400, 'crmRecordId must be unique within the request')
      const known = ids.find((id) => crmIds.includes(id))
      if (known !== undefined) return refuse(call, 409, `Campaign already contains record for Id: ${known}`)
      if (['BUILDING', 'STARTING', 'COMPLETE', 'DELETED'].includes(state)) {
        return refuse(call, 409, `No records can be added in state ${state}`)
      }
      keep(call, { ...campaign, crmIds: [...crmIds, ...ids] })
      return {
        records: records.map(({ crmRecordId, scheduleAt, priority = 'HIGH', rank }, index) => ({
          id: seededUuid(`${call.path} ${crmRecordId}`),
          type: 'DYNAMIC' as const,
          crmRecordId,
          priority,
          rank: rank ?? crmIds.length + index + 1,
          nextAttemptAfter: scheduleAt ?? timeOf(call.dateMs),
          retryCount: 0,
          state: 'PENDING' as const,
        })),
      }
    },
    modifyCampaign: (call) => {
      const { action, enabled, buildOnStart } = call.sent
      const campaign = campaignOf(call)
      const isEnabled = enabled ?? campaign.isEnabled
      const { from, to = campaign.state, settlesAs } = actions[action]!
      const builds = action === 'START' && buildOnStart === true
      const allowed = builds ? [...from, ...actions['BUILD']!.from] : from
      if (!allowed.includes(campaign.state) || (!isEnabled && action !== 'BUILD' && action !== 'RESET')) {
        const state = isEnabled ? campaign.state : 'DISABLED'
        return refuse(call, 409, `action ${action} is not valid in state ${state}`)
      }
      const now = timeOf(call.dateMs)
      const { settlesAs: _settlesAs, ...before } = campaign
      const changed = {
        ...before,
        isEnabled,
        state: builds ? ('BUILDING' as const) : to,
        ...(settlesAs === undefined ? {} : { settlesAs }),
        ...(action === 'BUILD' || builds ? { lastBuildTime: now } : {}),
        ...(action === 'START' ? { startedTime: now } : {}),
        ...(action === 'CANCEL' ? { completedTime: now } : {}),
        ...(action === 'PURGE' ? { lastPurgedTime: now } : {}),
      }
      keep(call, changed)
      return shown(call, changed)
    },
  },
})

function campaignOf({ params, memory }: SandboxCall): Kept {
  const { settlesAs, ...campaign } = campaigns(memory).get(params['campaignId']!) ?? {
    state: 'CREATED',
    isEnabled: true,
    crmIds: [],
  }
  return { ...campaign, state: settlesAs ?? campaign.state }
}

function keep({ params, memory }: SandboxCall, campaign: Kept): void {
  campaigns(memory).set(params['campaignId']!, campaign)
}

function shown(
  { params, headers, dateMs }: SandboxCall,
  { isEnabled, crmIds, settlesAs: _settlesAs, ...campaign }: Kept,
): Campaign {
  const day = new Date(dateMs).toISOString().slice(0, 10)
  const names: Partial<Record<State, Campaign['displayStatus']>> = { ...shownAs, ...shownLater }
  const { state, lastPurgedTime } = campaign
  const displayed = state === 'PAUSED' && lastPurgedTime ? 'PURGED' : (names[state] ?? (state as 'RUNNING'))
  const { PENDING, COMPLETE } = recordsBefore
  return {
    ...campaign,
    id: params['campaignId']!,
    tenantId: String(headers['x-8x8-tenant']),
    integrationType: 'contactual',
    startTime: `${day}T00:00:00Z`,
    endTime: `${day}T18:00:00Z`,
    displayStatus: isEnabled ? displayed : 'DISABLED',
    recordCount: PENDING + COMPLETE + crmIds.length,
    recordCounts: [
      { type: 'DYNAMIC', state: 'PENDING', count: PENDING + crmIds.length },
      { type: 'DYNAMIC', state: 'COMPLETE', result: 'SUCCESS', count: COMPLETE },
    ],
  }
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function refuse({ path, dateMs }: SandboxCall, status: number, detail: string) {
  const title = { 404: 'Not Found', 409: 'Conflict' }[status] ?? 'Bad Request'
  const [field = '', ...rest] = detail.split(' ')
  const errors = status === 400 ? [{ field, code: 'Invalid', message: rest.join(' ') }] : []
  return json({ title, status, detail, instance: path, time: timeOf(dateMs), errors }, status, {
    'Content-Type': 'application/vnd.campaigns.v1+json',
  })
}
