import type { AccessToken } from '../token/token-source.js'
import type { SentToken } from './messages.js'

/**
 * Makes tokens ready to be sent, each with a number of its own. Neither its value nor its time tells a new token from an
 * old one: an endpoint may give out the same again, and a replica may have bought it earlier.
 */
export function createNumbering(): (token: AccessToken) => SentToken {
  const serials = new WeakMap<AccessToken, number>()
  let last = 0
  return (token) => {
    const serial = serials.get(token) ?? (last += 1)
    serials.set(token, serial)
    const { value, obtainedAt, expiresAt, products } = token
    return { value, serial, obtainedAt, expiresAt, products }
  }
}
