/**
 * 8x8's API families, one row each: where they live, which product opens them, which credential they take.
 * Sources: 8x8's developer documentation and OpenAPI files (developer.8x8.com), product names as they appear
 * in the token response's `api_product_list_json`.
 */
export interface Family {
  /** Short and stable: it is a label in logs, status and metrics. */
  readonly name: string
  readonly title: string
  /** Matched against the canonical path, see `canonicalPath`. */
  readonly pattern: RegExp
  readonly credential: Credential
  /** The name in the token's product list, where 8x8 documents one. */
  readonly product?: string
  /** What that product is called in Admin Console, where the names differ. */
  readonly productLabel?: string
  /** Names that 8x8's guides have for products which open it or a part of it; whether tokens list them is not documented. */
  readonly moreProducts?: readonly string[]
  /** Headers that the family needs, filled from the settings when the caller sends none. */
  readonly tenantHeader?: 'X-Tenant-Info' | 'X-8x8-Tenant' | 'pbx'
  /** Its responses are the current state, which many callers poll: X8_REALTIME_CACHE_MS applies to it. */
  readonly realtime?: true
  /** Where 8x8 pages by links in JSON: those below these canonical paths lead back to the proxy (X8_REWRITE_BODY_LINKS). */
  readonly pagesByLinks?: RegExp
  /** The limits that 8x8 documents for a key, all of which hold (X8_RATE_WAIT_MS). */
  readonly limits?: readonly RateLimit[]
}

/** At most so many calls in any window of this length. */
export interface RateLimit {
  readonly calls: number
  readonly windowMs: number
}

/**
 * - `bearer`: `Authorization: Bearer <shared token>`
 * - `api-key`: `x-api-key: <app key>`, no Bearer
 * - `work`: `8x8-apikey: <app key>`, and a Work Analytics user's own Bearer
 * - `customer-experience`: `8x8-apikey: <app key>`; its `token` header is the caller's
 */
export type Credential = 'bearer' | 'api-key' | 'work' | 'customer-experience'

const REGION = '(?:/(?:eu|au|ca))?'
const EVERYWHERE = /^/
const MINUTE_MS = 60_000

export const FAMILIES: readonly Family[] = [
  {
    name: 'cc-realtime',
    title: 'Contact Center real-time metrics',
    pattern: new RegExp(`^${REGION}/analytics/cc/v\\d+/realtime-metrics(?:/|$)`),
    credential: 'bearer',
    product: 'analytics realtime-api',
    tenantHeader: 'X-Tenant-Info',
    realtime: true,
  },
  {
    name: 'cc-historical',
    title: 'Contact Center historical metrics',
    pattern: new RegExp(`^${REGION}/analytics/cc/v\\d+/historical-metrics(?:/|$)`),
    credential: 'bearer',
    product: 'analytics realtime-api',
    tenantHeader: 'X-Tenant-Info',
    // A report's data has none, and may be long.
    pagesByLinks: /\/links\/?$/,
  },
  {
    name: 'storage',
    title: 'Cloud Storage (recordings)',
    pattern: /^\/storage(?:\/|$)/,
    credential: 'bearer',
    product: 'storage',
    productLabel: 'Call Recording & Storage',
  },
  {
    name: 'qm',
    title: 'Quality Management and Speech Analytics',
    pattern: /^\/qm(?:\/|$)/,
    credential: 'bearer',
    product: 'QM - API',
    tenantHeader: 'pbx',
    pagesByLinks: EVERYWHERE,
  },
  {
    name: 'cc-chat',
    title: 'Contact Center Chat',
    pattern: /^\/vcc(?:\/|$)/,
    credential: 'bearer',
    product: 'vcc',
    productLabel: 'VCC Chat API',
  },
  {
    name: 'chat-gateway',
    title: 'Chat Gateway',
    pattern: /^\/(?:chat-gateway(?:\/|$)|api\/v1\/tenant\/[^/]+\/conversations\/[^/]+\/cards\/)/,
    credential: 'api-key',
    product: 'chat-gateway',
    productLabel: 'Chat Gateway',
    tenantHeader: 'X-8x8-Tenant',
    pagesByLinks: EVERYWHERE,
  },
  {
    name: 'work-chat',
    title: '8x8 Work chat',
    pattern: /^\/chat\/api(?:\/|$)/,
    credential: 'api-key',
    product: 'Chat',
    // "Things you should know" of 8x8's guide to the chat API.
    limits: [{ calls: 5, windowMs: 1_000 }],
  },
  {
    name: 'work-analytics',
    title: 'Work Analytics',
    pattern: /^\/analytics\/work(?:\/|$)/,
    credential: 'work',
    product: 'analytics product',
    productLabel: 'Analytics for 8x8 Work',
    pagesByLinks: EVERYWHERE,
  },
  {
    name: 'customer-experience',
    title: 'Customer Experience (recent calls, post-call survey)',
    pattern: /^\/customerexperience(?:\/|$)/,
    credential: 'customer-experience',
    moreProducts: ['CE-RCS-Product', 'CE-PCS-Product'],
  },
  {
    name: 'audit',
    title: 'Audit records',
    pattern: /^\/administration\/audit(?:\/|$)/,
    credential: 'api-key',
  },
  {
    name: 'customer-360',
    title: 'Customer 360',
    pattern: /^\/cidp-customer-360(?:\/|$)/,
    credential: 'api-key',
    moreProducts: ['customer-360'],
  },
  {
    name: 'journey',
    title: 'Journey',
    pattern: /^\/cidp\/journey(?:\/|$)/,
    credential: 'api-key',
    // A sliding window, as the guide "End to end journey API" says.
    limits: [{ calls: 10, windowMs: MINUTE_MS }],
  },
  {
    name: 'administration',
    title: 'Administration suite',
    pattern: /^\/admin-provisioning(?:\/|$)/,
    credential: 'api-key',
    moreProducts: [
      'UC & CC Admin Operations',
      'UC & CC Number Admin',
      'UC & CC User Admin',
      'UC & CC User Management',
      'UC Ring Group Admin',
      'UC Site Admin',
    ],
    pagesByLinks: EVERYWHERE,
    // "Rate limiting" of the administration suite.
    limits: [
      { calls: 100, windowMs: MINUTE_MS },
      { calls: 20, windowMs: 10_000 },
    ],
  },
  {
    name: 'contacts',
    title: 'Contacts',
    pattern: /^\/(?:directory-contacts|directoryContacts)(?:\/|$)/,
    credential: 'api-key',
    moreProducts: ['Contact Search', 'Contact Management'],
    // A rolling window, for the customer as a whole.
    limits: [{ calls: 60, windowMs: MINUTE_MS }],
  },
  {
    name: 'campaigns',
    title: 'Contact Center campaigns',
    pattern: /^\/cc\/[^/]+\/campaigns(?:\/|$)/,
    credential: 'api-key',
    moreProducts: ['Contact Center Campaigns'],
    tenantHeader: 'X-8x8-Tenant',
  },
  {
    name: 'fax',
    title: 'Fax',
    pattern: /^\/faxapi(?:\/|$)/,
    credential: 'api-key',
    pagesByLinks: EVERYWHERE,
  },
]

/** A path that no row names gets the shared token: 8x8 adds OAuth families more often than key families. */
export const OTHER_FAMILY: Family = {
  name: 'other',
  title: 'Other paths',
  pattern: /^\//,
  credential: 'bearer',
}

/** Returns the family of a canonical path, `OTHER_FAMILY` if no row matches. */
export function familyOf(path: string): Family {
  for (const family of FAMILIES) if (family.pattern.test(path)) return family
  return OTHER_FAMILY
}

/** Tells whether there are links to 8x8 in the JSON at a canonical path. */
export function pagesByLinks(family: Family, path: string): boolean {
  return family.pagesByLinks?.test(path) === true
}

/** Returns every name of the products that open a family or a part of it. */
export function productNames({ product, productLabel, moreProducts = [] }: Family): readonly string[] {
  return [product, productLabel, ...moreProducts].filter((name) => name !== undefined)
}

/**
 * Tells whether a product opens a family or a part of it. Spelling differs between 8x8's token responses, guides and Admin
 * Console in case, spaces and dashes.
 */
export function isOpenedBy(family: Family, product: string): boolean {
  return productNames(family).some((name) => letters(name) === letters(product))
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/**
 * Tells whether a family's product is among those of the app; undefined if the list is empty, or has none of those of which
 * 8x8 does not document that it would.
 */
export function isGranted(family: Family, products: readonly string[]): boolean | undefined {
  if (products.some((product) => isOpenedBy(family, product))) return true
  return family.product === undefined || products.length === 0 ? undefined : false
}

/** Returns the titles of the families whose product the app has. */
export function opens(products: readonly string[]): string[] {
  return FAMILIES.filter((family) => isGranted(family, products)).map(({ title }) => title)
}

/** Returns what to do when 8x8 rejects a call because the app lacks the family's product. */
export function productHint(family: Family): string {
  const product = family.productLabel ?? family.product
  const what = product === undefined ? 'the API product for this path' : `the API product "${product}"`
  return `In 8x8 Admin Console > API Keys > your app tick ${what}; it takes some minutes to arrive.`
}
