import type { AccessCheck } from '../gateway/access.js'
import type { SandboxCall } from '../gateway/handler.js'
import { seededHex } from '../data/seeded.js'

/** Lets everybody read the keys, and whom the check lets pass do the rest. */
export function exceptKeys(check: AccessCheck): AccessCheck {
  return (headers, account, path) =>
    /\/jwk\/[^/]+\/public$/.test(path) ? undefined : check(headers, account, path)
}

/** Returns the public key (RFC 7517) for the signatures of webhook events; its modulus is made up. */
export function publicKey({ params: { jwkId = '' } }: SandboxCall) {
  return { kty: 'RSA', e: 'AQAB', kid: jwkId, n: seededHex('jwk', 342) }
}
