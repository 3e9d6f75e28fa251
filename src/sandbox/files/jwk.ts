import { json } from '../gateway/responses.js'
import type { Call } from '../gateway/handler.js'
import { seededHex } from '../data/seeded.js'

/** The public key (RFC 7517) that the signatures of webhook events are checked with; its modulus is made up. */
export function publicKey({ params }: Call) {
  return json({
    kty: 'RSA',
    use: 'sig',
    alg: 'RS256',
    kid: params['id'],
    e: 'AQAB',
    n: seededHex('jwk', 342),
  })
}
