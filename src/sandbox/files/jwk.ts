import { json } from '../gateway/responses.js'
import type { SandboxCall } from '../gateway/handler.js'
import { seededHex } from '../data/seeded.js'

/** Responds with the public key (RFC 7517) for the signatures of webhook events; its modulus is made up. */
export function publicKey({ params }: SandboxCall) {
  return json({
    kty: 'RSA',
    use: 'sig',
    alg: 'RS256',
    kid: params['id'],
    e: 'AQAB',
    n: seededHex('jwk', 342),
  })
}
