import { errors } from 'undici'
import { causeCode } from '../../http/cause.js'
import { ProxyError } from '../../http/errors.js'

/** Whether a failure is one of opening the connection that may be gone at a second attempt. */
export function mayOpenNextTime(error: unknown): boolean {
  const name = networkProblem(error, false)
  return name.problem === 'upstream-unreachable'
}

/** Whether a failure is a connection that was closed or reset. */
export function isConnectionLost(error: Error): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/**
 * A network failure as one of our errors. The caller sees no address; the log gets the cause.
 *
 * @param sent whether the request had been written to a connection
 */
export function networkProblem(error: unknown, sent: boolean): ProxyError {
  if (error instanceof ProxyError) return error
  const code = causeCode(error) ?? ''
  // Before anything was sent, only an egress proxy can have kept headers back: its response to CONNECT.
  const noTunnel = !sent && code === 'UND_ERR_HEADERS_TIMEOUT'
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT' || noTunnel) {
    return new ProxyError('upstream-timeout', 'No connection to 8x8 within X8_CONNECT_TIMEOUT_MS.', {
      proxyError: 'connection_timeout',
      cause: error,
    })
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return responseTimeout(error)
  if (TLS_CODE.test(code)) {
    return new ProxyError(
      'upstream-tls',
      `The certificate of 8x8 could not be verified (${code}), so nothing was sent. ` +
        'Behind a company proxy that inspects TLS, name its certificate authority in NODE_EXTRA_CA_CERTS.',
      { proxyError: /SSL|EPROTO/.test(code) ? 'tls_protocol_error' : 'tls_certificate_error', cause: error },
    )
  }
  if (sent) {
    return NO_HTTP.test(code)
      ? new ProxyError('upstream-broken', 'The response was not valid HTTP.', { cause: error })
      : new ProxyError(
          'upstream-broken',
          'The connection to 8x8 ended before a response came. It may have been processed.',
          {
            proxyError: 'connection_terminated',
            cause: error,
          },
        )
  }
  if (code.startsWith('UND_ERR_INVALID'))
    return new ProxyError('internal', 'The request could not be built.', { cause: error })
  const dns = code === 'ENOTFOUND' || code === 'EAI_AGAIN'
  const reason = dns
    ? 'its name was not found'
    : code === 'ECONNREFUSED'
      ? 'the connection was refused'
      : 'no connection'
  return new ProxyError(
    'upstream-unreachable',
    `8x8 cannot be reached: ${reason}. Nothing was sent; check the network.`,
    {
      proxyError: dns
        ? 'dns_error'
        : code === 'ECONNREFUSED'
          ? 'connection_refused'
          : 'destination_unavailable',
      cause: error,
    },
  )
}

// What the parser says of it, and how undici fails at a switch of protocols that it has not asked for.
const NO_HTTP = /^(?:HPE_|HTTPParserError$|UND_ERR_RES|UND_ERR_HEADERS_OVERFLOW$|ERR_ASSERTION$)/

/** No response's headers within X8_RESPONSE_TIMEOUT_MS. */
export function responseTimeout(cause: unknown = new errors.HeadersTimeoutError()): ProxyError {
  return new ProxyError(
    'upstream-timeout',
    'No response from 8x8 within X8_RESPONSE_TIMEOUT_MS. It may have been processed.',
    {
      cause,
    },
  )
}

// OpenSSL's verification errors and Node's names for the rest of the handshake.
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL)_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EPROTO|UND_ERR_PRX_TLS)/
