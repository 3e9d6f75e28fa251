import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** A key and its certificate in PEM, as `https.createServer` takes them. */
export interface Certificate {
  readonly key: string
  readonly cert: string
  readonly issuer: { readonly name: string; readonly privateKey: KeyObject }
}

export interface CertificateOptions {
  /** The host names that it is for; none makes it a certificate authority. */
  readonly names?: readonly string[]
  readonly notBefore?: string
  /** As YYYYMMDDhhmmssZ. */
  readonly notAfter?: string
  /** Who signs it; it signs itself without one. */
  readonly by?: Certificate
}

/** Makes a certificate on the spot, so that no private key lies in the repository and none expires. */
export function makeCertificate(options: CertificateOptions = {}): Certificate {
  const { names = [], notBefore = '20200101000000Z', notAfter = '20990101000000Z', by } = options
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const own = { name: names[0] ?? `Test Authority ${(made += 1)}`, privateKey }
  const issuer = by?.issuer ?? own
  const extensions = sequence(
    sequence(
      BASIC_CONSTRAINTS,
      octets(names.length === 0 ? sequence(der(0x01, Buffer.of(0xff))) : sequence()),
    ),
    ...(names.length === 0 ? [] : [sequence(SUBJECT_ALT_NAME, octets(sequence(...names.map(generalName))))]),
  )
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1, (made += 1))),
    ECDSA_SHA256,
    distinguishedName(issuer.name),
    sequence(der(0x18, Buffer.from(notBefore)), der(0x18, Buffer.from(notAfter))),
    distinguishedName(own.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signature = sign('sha256', toBeSigned, issuer.privateKey)
  const certificate = sequence(toBeSigned, ECDSA_SHA256, der(0x03, Buffer.concat([Buffer.of(0), signature])))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate
      .toString('base64')
      .match(/.{1,64}/g)!
      .join('\n')}\n-----END CERTIFICATE-----\n`,
    issuer: own,
  }
}

let made = 0

// DER (X.690) as far as RFC 5280 needs it here.
function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function octets(content: Buffer): Buffer {
  return der(0x04, content)
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))))
}

function generalName(name: string): Buffer {
  const address = /^\d+(?:\.\d+){3}$/.test(name)
  return address ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name))
}

const ECDSA_SHA256 = sequence(Buffer.from('06082a8648ce3d040302', 'hex'))
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex')
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex')
