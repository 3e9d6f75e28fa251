import { isGranted, productHint } from '../api/families.js'
import { otherRegions } from '../api/regions.js'
import type { Exchange, Hint } from '../http/exchange.js'
import { ownKeyHeader } from './request-headers.js'

/** A 401, 403 or 404 of 8x8's, as far as it says what could be done about it. */
export interface Refusal {
  readonly status: number
  readonly exchange: Pick<Exchange, 'family' | 'admission'>
  /** The request's headers as the caller sent them. */
  readonly rawHeaders: readonly string[]
  /** Whether 8x8 has said that the app lacks the product for the path. */
  readonly lacksProduct: boolean
  /** How long a rejected token is not replaced yet, in milliseconds. */
  readonly heldBackMs: number
  /** The products that 8x8 grants to the app, as far as known. */
  readonly products: readonly string[]
}

/** Whether 8x8 refuses a request in a way about which there may be a hint. */
export function isRefused(status: number): boolean {
  return status === 401 || status === 403 || status === 404
}

/**
 * What `X-Proxy-Hint` says where 8x8 refuses a request (401, 403, 404) and the proxy knows more about why: the key is not the
 * app's, the app's products do not open this family, renewals are held back, or there is no such region.
 */
export function hintFor(refusal: Refusal): Hint | undefined {
  const { status, exchange, rawHeaders, lacksProduct, heldBackMs, products } = refusal
  if (status === 404) return hint('region', otherRegions(exchange.admission!.target.path))
  const family = exchange.family!
  const own = ownKeyHeader(rawHeaders, family)
  if (own !== undefined) {
    return hint(
      'own-key',
      `8x8 refused the key that the request brought in ${own}. Leave this header out: the proxy then adds the key of the app.`,
    )
  }
  if (lacksProduct || isGranted(family, products) === false) return hint('product', productHint(family))
  const seconds = status === 401 ? Math.ceil(heldBackMs / 1000) : 0
  if (seconds === 0) return undefined
  return hint(
    'renewals',
    `8x8 rejected a new token, too: no other is asked for in the next ${seconds} s unless 8x8 accepts this one. The app may lack a product for this path.`,
  )
}

function hint(kind: Hint['kind'], text: string | undefined): Hint | undefined {
  return text === undefined ? undefined : { kind, text }
}
