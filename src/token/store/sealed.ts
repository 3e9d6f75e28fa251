import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps text safe in a place that others can read and write. */
export interface Seal {
  /** Where the text is kept. It tells nothing of whose it is. */
  readonly name: string
  seal(text: string): string
  /** The text, or undefined for whatever was not sealed with this very secret for this very context. */
  open(sealed: string): string | undefined
}

const KEY_BYTES = 32
const NAME_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM under a key derived from a secret by HKDF-SHA256 (RFC 5869). Name and key depend on the whole context, and
 * the name is authenticated too, so that a value is good in one place only.
 *
 * @param secret high in entropy: an attacker with the sealed text can try guesses
 * @param context what the text belongs to; different lists never share a name or a key
 */
export function createSeal(secret: string, context: readonly string[]): Seal {
  // JSON tells ['a', 'b'] from ['ab'].
  const derive = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, '8x8-auth-proxy', JSON.stringify([purpose, ...context]), bytes))
  const name = derive('name', NAME_BYTES).toString('hex')
  const key = derive('key', KEY_BYTES)

  return {
    name,
    seal(text) {
      // Random nonces collide after some 2^32 texts (NIST SP 800-38D, section 8.3); here it is one in some minutes.
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return sealed.toString('base64')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
        return Buffer.concat([text, decipher.final()]).toString()
      } catch {
        return undefined
      }
    },
  }
}
