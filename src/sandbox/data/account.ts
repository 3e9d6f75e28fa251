import { createTokenStore, type IssuedTokens } from '../gateway/issued-tokens.js'

/** The made-up app and its user, as 8x8's Admin Console has them. */
export interface Account {
  key: string
  secret: string
  products: readonly string[]
  /** Lifetime of the tokens issued from now on, in seconds. */
  tokenLifetimeSeconds: number
  workTokenLifetimeSeconds: number
  readonly workUsername: string
  readonly workPassword: string
  readonly tokens: IssuedTokens
  readonly workTokens: IssuedTokens
}

/**
 * Every API product that 8x8 documents by its internal name.
 * Sources: "OAuth Authentication for 8x8 XCaaS APIs" and the guides of the single APIs on developer.8x8.com.
 */
export const allProducts: readonly string[] = [
  'analytics realtime-api',
  'storage',
  'vcc',
  'QM - API',
  'chat-gateway',
  'Chat',
  'analytics product',
  'CE-RCS-Product',
  'CE-PCS-Product',
]

/** Overrides of the made-up account's defaults. */
export interface AccountOptions {
  /** The app's key and secret. */
  key?: string
  secret?: string
  /** The Work Analytics user. */
  workUsername?: string
  workPassword?: string
  /** The API products that the app has; all by default. */
  products?: readonly string[]
  /** 1799 by default, as at 8x8; fractions are allowed, for tests. */
  tokenLifetimeSeconds?: number
}

/** Creates the made-up account, with defaults for what `options` leaves out. */
export function createAccount(options: AccountOptions, now: () => number): Account {
  return {
    key: options.key ?? 'eght_sandbox_key',
    secret: options.secret ?? 'sandbox-secret',
    workUsername: options.workUsername ?? 'sandbox-user',
    workPassword: options.workPassword ?? 'sandbox-password',
    products: options.products ?? allProducts,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 1799,
    workTokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 1800,
    tokens: createTokenStore(now),
    workTokens: createTokenStore(now),
  }
}
