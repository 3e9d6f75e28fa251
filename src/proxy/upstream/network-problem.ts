import { errors } from 'undici'
import { causeCode } from '../../http/cause.js'
import { connectFailure, isLocalFailure } from '../../http/connect-failure.js'
import { ProxyError } from '../../http/errors.js'

/** What a failure says about another attempt. */
export function secondChance(error: Error): { mayOpenNextTime: boolean; connectionLost: boolean } {
  return {
    mayOpenNextTime: networkProblem(error, false).problem === 'upstream-unreachable',
    connectionLost: CONNECTION_LOST.has((error as NodeJS.ErrnoException).code),
  }
}

const CONNECTION_LOST: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/**
 * A network failure as one of our errors. The caller sees no address; the log gets the cause.
 *
 * @param sent whether the request had been written to a connection
 * @param setting the one that names the server
 */
export function networkProblem(error: unknown, sent: boolean, setting = 'X8_BASE_URL'): ProxyError {
  if (error instanceof ProxyError) return error
  const code = causeCode(error) ?? ''
  // Before anything was sent, only an egress proxy can have kept headers back: its response to CONNECT.
  const noTunnel = !sent && code === 'UND_ERR_HEADERS_TIMEOUT'
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || (code === 'ETIMEDOUT' && !sent) || noTunnel) {
    return new ProxyError('upstream-timeout', 'No connection to 8x8 within X8_CONNECT_TIMEOUT_MS.', {
      proxyError: 'connection_timeout',
      cause: error,
    })
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return responseTimeout(error)
  const { problem, proxyError, reason, cure } = connectFailure(code, setting)
  // A server may also end the handshake when the request is on its way: TLS 1.3 lets a client send first.
  if (sent && problem !== 'upstream-tls') {
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
  const what = problem === 'upstream-tls' ? 'No trusted connection to 8x8' : '8x8 cannot be reached'
  return new ProxyError(problem, `${what}: ${reason}. ${sent ? '' : 'Nothing was sent. '}${cure}`, {
    proxyError,
    cause: error,
  })
}

/** Whether a failure says something about 8x8 or the way there; what this machine lacks does not. */
export function isAboutUpstream(error: ProxyError): boolean {
  return error.problem !== 'internal' && !isLocalFailure(causeCode(error))
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
