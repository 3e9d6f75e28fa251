import { once } from 'node:events'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type PeerCertificate } from 'node:tls'
import type { Clean } from './foreign-text.js'
import { failed, type Outcome, passed } from './outcome.js'
import { authority, type Route } from './route.js'

export interface CertificateOptions {
  /** An open connection to the server, which ends with the check. */
  readonly connection: Duplex
  readonly timeoutMs: number
  /** Epoch milliseconds. */
  readonly wallClock: () => number
  /** Whether NODE_EXTRA_CA_CERTS is set. */
  readonly hasExtraAuthorities: boolean
  readonly clean: Clean
}

/** What a handshake showed of the server. */
export interface Handshake {
  /** Why the certificate is not trusted: Node's or OpenSSL's code. */
  readonly distrust: string | undefined
  readonly certificate: Pick<
    PeerCertificate,
    'subject' | 'issuer' | 'valid_from' | 'valid_to' | 'subjectaltname'
  >
}

/**
 * Checks that the certificate of the server is trusted, made for the name in the URL and valid; warns when it expires
 * within 14 days. Closes the connection in any case.
 */
export async function checkCertificate(route: Route, options: CertificateOptions): Promise<Outcome<true>> {
  const { connection, timeoutMs } = options
  if (!route.isTls) {
    connection.destroy()
    return { status: 'skipped', detail: 'plain http: on this machine needs no certificate', value: true }
  }
  try {
    return judgeHandshake(await shakeHands(route, connection, timeoutMs), route, options)
  } catch (error) {
    const { name, code } = error as NodeJS.ErrnoException
    const reason = name === 'AbortError' ? `nothing within ${timeoutMs} ms` : (code ?? 'no reason given')
    return failed(
      `${authority(route)} did not complete a TLS handshake (${reason})`,
      route.proxy === undefined
        ? `Something listens there, but does not speak TLS as 8x8 does. Check ${route.setting}; a firewall that breaks TLS connections looks like this too.`
        : 'The egress proxy, or a firewall behind it, breaks TLS connections. Ask its operator.',
    )
  } finally {
    connection.destroy()
  }
}

/**
 * Looks at the certificate even if it is not trusted, to name who issued it. Nothing is sent on this connection; those
 * that carry a credential verify.
 */
async function shakeHands(route: Route, connection: Duplex, timeoutMs: number): Promise<Handshake> {
  const socket = connect({
    socket: connection,
    host: route.host,
    servername: isIP(route.host) === 0 ? route.host : '',
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: false,
  })
  // Later failures say nothing about the certificate.
  socket.on('error', () => undefined)
  await once(socket, 'secureConnect', { signal: AbortSignal.timeout(timeoutMs) })
  // Node has the code here, the types say an Error.
  const distrust = socket.authorizationError as unknown
  return {
    distrust: socket.authorized ? undefined : distrust instanceof Error ? distrust.message : String(distrust),
    certificate: socket.getPeerCertificate(),
  }
}

const DAY_MS = 86_400_000
const WARN_DAYS = 14

/** Judges the certificate of a finished handshake; see `checkCertificate`. */
export function judgeHandshake(
  { distrust, certificate }: Handshake,
  route: Route,
  {
    wallClock,
    clean,
    hasExtraAuthorities,
  }: Pick<CertificateOptions, 'wallClock' | 'clean' | 'hasExtraAuthorities'>,
): Outcome<true> {
  const issuer = clean(nameOf(certificate.issuer))
  const until = dateOf(certificate.valid_to)
  if (distrust !== undefined) {
    return failed(
      `the certificate of ${authority(route)}, issued by ${issuer}, is not trusted (${distrust})`,
      distrustAdvice(distrust, certificate, route, clean, hasExtraAuthorities),
    )
  }
  const days = Math.floor((Date.parse(certificate.valid_to) - wallClock()) / DAY_MS)
  return passed(
    `issued by ${issuer}, valid until ${until}`,
    true,
    days < WARN_DAYS
      ? `It expires in ${count(Math.max(days, 0), 'day')}. The operator of ${route.host} must renew it; until then everything works.`
      : undefined,
  )
}

function distrustAdvice(
  code: string,
  certificate: Handshake['certificate'],
  route: Route,
  clean: Clean,
  hasExtraAuthorities: boolean,
): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `It is valid from ${dateOf(certificate.valid_from)} until ${dateOf(certificate.valid_to)}. Check the date of this machine first; if that is right, the operator of ${route.host} must renew it.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return `It is made for ${clean(certificate.subjectaltname ?? nameOf(certificate.subject))}. Check the spelling of X8_BASE_URL (and X8_TOKEN_URL); a captive portal or a wrong DNS response looks like this too.`
    default: {
      const who = 'Most likely a company proxy or virus scanner inspects TLS here.'
      const how =
        'Export its certificate authority as a PEM file and start with NODE_EXTRA_CA_CERTS=/path/to/ca.pem'
      return hasExtraAuthorities
        ? `${who} NODE_EXTRA_CA_CERTS is set, but its file does not hold this authority, cannot be read, or is named in .env only: Node reads that variable from the real environment, at start.`
        : `${who} ${how}, in the real environment: in .env it comes too late. Never switch the verification off.`
    }
  }
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const { CN, O } = (name ?? {}) as { CN?: string | string[]; O?: string | string[] }
  const [common, organisation] = [CN, O].map((part) => (Array.isArray(part) ? part[0] : part))
  if (common === undefined) return organisation ?? 'an unnamed issuer'
  return organisation === undefined || organisation === common ? common : `${common} (${organisation})`
}

function dateOf(text: string): string {
  const time = Date.parse(text)
  return Number.isNaN(time) ? 'an unknown day' : new Date(time).toISOString().slice(0, 10)
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
