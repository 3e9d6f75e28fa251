import type { SandboxCall } from '../gateway/handler.js'
import { seededHex } from '../data/seeded.js'

/** Returns the public key (RFC 7517) for the signatures of webhook events; its modulus is made up. */
export function publicKey({ params: { jwkId = '' } }: SandboxCall) {
  return { kty: 'RSA', e: 'AQAB', kid: jwkId, n: seededHex('jwk', 342) }
}
