/** Why there is no connection to a server, in words for who has to mend it. */
export interface ConnectFailure {
  readonly problem: 'upstream-unreachable' | 'upstream-tls'
  /** RFC 9209 error type. */
  readonly proxyError: string
  /** What is wrong, after "8x8 cannot be reached: " or "No trusted connection to 8x8: ". */
  readonly reason: string
  /** What to do, as a sentence. */
  readonly cure: string
  /** Whether this machine lacks something: then it says nothing about the server. */
  readonly isLocal: boolean
}

/**
 * The words for a code of the system's or OpenSSL's. They hold no address.
 *
 * @param setting what says where the server is, such as X8_BASE_URL
 */
export function connectFailure(code: string, setting: string): ConnectFailure {
  return local(code) ?? tls(code, setting) ?? network(code, setting)
}

/** Whether a code says that this machine, not the server, has kept a connection from being opened. */
export function isLocalFailure(code: string | undefined): boolean {
  return code !== undefined && local(code) !== undefined
}

function local(code: string): ConnectFailure | undefined {
  const lacking = (reason: string, cure: string): ConnectFailure => ({
    problem: 'upstream-unreachable',
    proxyError: 'connection_limit_reached',
    reason: `${reason} (${code})`,
    cure,
    isLocal: true,
  })
  switch (code) {
    case 'EMFILE':
      return lacking(
        'the proxy has too few file descriptors for one more connection',
        'Raise its limit: ulimit -n, LimitNOFILE= of systemd, or --ulimit nofile= of Docker.',
      )
    case 'ENFILE':
      return lacking(
        'all file descriptors of this machine are in use',
        'Find the program that holds them, or raise fs.file-max.',
      )
    case 'EADDRNOTAVAIL':
      return lacking(
        'this machine has no free port, or no address, for one more connection',
        'Find the program that opens so many connections, or widen net.ipv4.ip_local_port_range.',
      )
    case 'ENOBUFS':
    case 'ENOMEM':
      return lacking('this machine has no memory for one more connection', 'Look what uses its memory.')
    default:
      return undefined
  }
}

function tls(code: string, setting: string): ConnectFailure | undefined {
  const failure = (proxyError: string, reason: string, cure: string): ConnectFailure => ({
    problem: 'upstream-tls',
    proxyError,
    reason: `${reason} (${code})`,
    cure,
    isLocal: false,
  })
  if (NO_TLS.test(code)) {
    return failure(
      'tls_protocol_error',
      'what responds there speaks no TLS',
      `Check the port in ${setting}, and HTTPS_PROXY if there is an egress proxy.`,
    )
  }
  if (OLD_TLS.test(code)) {
    return failure(
      'tls_protocol_error',
      'what responds there only speaks versions older than TLS 1.2',
      '8x8 speaks newer ones: update the company proxy or other device on the way that does not.',
    )
  }
  if (/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) {
    return failure(
      'tls_certificate_error',
      'its certificate is not valid at this time',
      'Check the clock of this machine; if it is right, the server needs a new certificate.',
    )
  }
  if (/ALTNAME|HOSTNAME_MISMATCH/.test(code)) {
    return failure(
      'tls_certificate_error',
      'its certificate is for another name',
      `Check the name in ${setting}, and what the name server and the hosts file say of it.`,
    )
  }
  if (CERTIFICATE.test(code)) {
    return failure(
      'tls_certificate_error',
      'its certificate could not be verified',
      'Behind a company proxy that inspects TLS, name its certificate authority in NODE_EXTRA_CA_CERTS.',
    )
  }
  if (!OTHER_TLS.test(code)) return undefined
  return failure(
    'tls_protocol_error',
    'the TLS handshake failed',
    'A device on the way may forbid it, want a certificate of the client, or have no cipher in common.',
  )
}

const NO_TLS =
  /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTPS?_(?:PROXY_)?REQUEST|BAD_RECORD_TYPE)$/
const OLD_TLS =
  /^ERR_SSL_.*(?:PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|NO_PROTOCOLS_AVAILABLE|WRONG_SSL_VERSION)$/
// OpenSSL's verification errors.
const CERTIFICATE =
  /^(?:ERR_TLS_CERT_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/
// Node's names for the rest of the handshake.
const OTHER_TLS = /^(?:ERR_(?:TLS|SSL)_|EPROTO$|UND_ERR_PRX_TLS)/

function network(code: string, setting: string): ConnectFailure {
  const failure = (
    proxyError: string,
    reason: string,
    cure = 'Check network, VPN and firewall.',
  ): ConnectFailure => ({ problem: 'upstream-unreachable', proxyError, reason, cure, isLocal: false })
  switch (code) {
    case 'ENOTFOUND':
      return failure('dns_error', 'its name was not found', `Check the network, and the name in ${setting}.`)
    case 'EAI_AGAIN':
      return failure(
        'dns_timeout',
        'the name server did not respond',
        'Check the network and the name server.',
      )
    case 'ECONNREFUSED':
      return failure('connection_refused', 'the connection was refused')
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failure('destination_ip_unroutable', `there is no route to it (${code})`)
    case 'EACCES':
    case 'EPERM':
      return failure('destination_ip_prohibited', `this machine forbids it (${code})`, 'Check its firewall.')
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return failure('connection_terminated', 'the connection was closed before it was ready')
    // Before anything is sent, only an egress proxy makes undici give up: by its response to CONNECT.
    case 'UND_ERR_ABORTED':
      return failure(
        'destination_unavailable',
        'the egress proxy gave no way to it',
        'Ask its operator, or check HTTPS_PROXY and NO_PROXY.',
      )
    default:
      return failure('destination_unavailable', 'there was no connection')
  }
}
