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
const CUSTOMER_REGIONS = ['us', 'uk', 'ca', 'ap']

/** Why a family has no harmless read. */
export function whyNoRead(family: string): string {
  switch (family) {
    case 'customer-experience':
      return 'each of its callers has a token of its own, which 8x8 sends by mail'
    case 'journey':
    case 'campaigns':
      return 'none of its documented calls is a GET'
    default:
      return 'no call of it is known to be harmless'
  }
}

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
    case 'audit':
      // Without the period that it wants, it gives no record away.
      return { paths: ['/administration/audit/v1/audits?size=1'], toleratesBadRequest: true }
    case 'customer-360':
      return {
        paths: CUSTOMER_REGIONS.map(
          (region) =>
            `/cidp-customer-360/${region}/v1/public/tenants/${encodeURIComponent(tenant ?? '')}/interactions-insight?size=1`,
        ),
        ...(tenant === undefined ? { needs: 'X8_TENANT' } : {}),
        toleratesBadRequest: true,
      }
    case 'administration':
      return { paths: ['/admin-provisioning/users?pageSize=1'] }
    case 'contacts':
      return { paths: ['/directory-contacts/api/v3/contacts?size=1'] }
    case 'fax':
      return { paths: ['/faxapi/v1/phones?size=1'] }
    default:
      return undefined
  }
}
