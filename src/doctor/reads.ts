import type { Config } from '../config/config.js'

/** One harmless read of a family: a GET that changes nothing and returns little. */
export interface Read {
  /** Tried in this order; the next only after a 404, since an account lives in one region and no setting says which. */
  readonly paths: readonly string[]
  /** What is missing in the settings, if the read cannot be made without it. */
  readonly needs?: 'X8_TENANT' | 'X8_PBX'
  readonly headers?: Readonly<Record<string, string>>
  /** Whether a 400 only says that the read wants parameters: the credential was accepted before. */
  readonly toleratesBadRequest?: boolean
}

const CC_REGIONS = ['', '/eu', '/au', '/ca']
const DATA_REGIONS = ['us-west', 'us-east', 'uk', 'ap', 'ca']
const CHAT_REGIONS = ['us', 'eu', 'ca', 'ap']

/** Returns the harmless read of a family, or undefined where none is known. Sources: 8x8's OpenAPI files and guides, developer.8x8.com. */
export function readOf(family: string, { tenant, pbx }: Pick<Config, 'tenant' | 'pbx'>): Read | undefined {
  switch (family) {
    case 'cc-realtime':
      return { paths: CC_REGIONS.map((region) => `${region}/analytics/cc/v5/realtime-metrics/queues?size=1`) }
    case 'cc-historical':
      return {
        paths: CC_REGIONS.map((region) => `${region}/analytics/cc/v8/historical-metrics/report-types`),
      }
    case 'storage':
      return {
        paths: DATA_REGIONS.map((region) => `/storage/${region}/v3/regions`),
        // 8x8's guide demands it on GET too.
        headers: { 'content-type': 'application/json' },
      }
    case 'qm':
      return {
        paths: DATA_REGIONS.map((region) => `/qm/${region}/v1/users/count`),
        ...(pbx === undefined ? { needs: 'X8_PBX' } : {}),
      }
    case 'cc-chat':
      return {
        paths: CHAT_REGIONS.map(
          (region) => `/vcc/${region}/chat/v2/tenant/${encodeURIComponent(tenant ?? '')}/channels?size=1`,
        ),
        ...(tenant === undefined ? { needs: 'X8_TENANT' } : {}),
      }
    case 'chat-gateway':
      return { paths: ['/chat-gateway/v1/channels?size=1'] }
    case 'work-chat':
      return { paths: ['/chat/api/chat/v1/messages?pageSize=1'], toleratesBadRequest: true }
    default:
      return undefined
  }
}
