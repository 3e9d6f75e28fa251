import { forEachHeader } from './raw-headers.js'

/**
 * Every failure that is the proxy's own, in one table. A response of 8x8's never comes through here.
 *
 * `status` and `title` follow RFC 9110, `proxyError` is the RFC 9209 error type for the `Proxy-Status` header.
 */
export const PROBLEMS = {
  'bad-target': row(400, 'The request target cannot be forwarded safely', 'http_request_error'),
  'bad-request': row(400, 'The request is not valid HTTP', 'http_request_error'),
  'proxy-key-required': row(401, 'The proxy key is missing or wrong', 'http_request_denied'),
  'host-not-allowed': row(403, 'The Host of the request is not allowed', 'http_request_denied'),
  'cross-site': row(403, 'Web pages of other sites may not call this proxy', 'http_request_denied'),
  'not-allowed': row(403, 'The settings of this proxy do not allow the request', 'http_request_denied'),
  'not-found': row(404, 'The proxy has nothing at this address', 'http_request_error'),
  'request-timeout': row(408, 'The request did not arrive in time', 'http_request_error'),
  'body-too-large': row(413, 'The request body is too large', 'http_request_error'),
  'rate-budget': row(429, 'The wait for a turn would be too long', 'http_request_denied'),
  'headers-too-large': row(431, 'The request headers are too large', 'http_request_error'),
  internal: row(500, 'Internal error in the proxy', 'proxy_internal_error'),
  'websocket-not-supported': row(501, 'WebSockets are not supported', 'http_request_denied'),
  'credentials-refused': row(502, '8x8 refused the app key or secret', 'proxy_configuration_error'),
  'upstream-unreachable': row(502, '8x8 cannot be reached', 'destination_unavailable'),
  'upstream-tls': row(502, 'No trusted connection to 8x8', 'tls_certificate_error'),
  'upstream-broken': row(502, 'The response of 8x8 was unusable', 'http_protocol_error'),
  'token-unavailable': row(503, 'There is no usable token at the moment', 'destination_unavailable'),
  overloaded: row(503, 'Too many requests at once', 'connection_limit_reached'),
  'shutting-down': row(503, 'The proxy is shutting down', 'destination_unavailable'),
  'upstream-timeout': row(504, '8x8 did not respond in time', 'http_response_timeout'),
  'not-stored': row(504, 'No stored response is fresh enough', 'http_request_denied'),
} as const satisfies Record<string, Problem>

interface Problem {
  status: number
  title: string
  proxyError: string
}

export type ProblemName = keyof typeof PROBLEMS

export interface ProblemOptions {
  /** Sent as `Retry-After`, in whole seconds, rounded up. */
  retryAfterMs?: number
  /** Another status than the table's. */
  status?: number
  /** An RFC 9209 type that says more than the table's. */
  proxyError?: string
  /** What really happened, for the log only: it may hold addresses. */
  cause?: unknown
  /** Who was refused, for the log only. */
  refused?: Readonly<Record<string, string>>
}

/** A failure that the caller gets as problem details (RFC 9457). `detail` is shown: no address, no secret. */
export class ProxyError extends Error {
  readonly problem: ProblemName
  readonly detail: string
  readonly status: number
  readonly proxyError: string
  readonly retryAfterSeconds: number | undefined
  readonly refused: Readonly<Record<string, string>> | undefined
  /** More headers of the response, name and value in turn: what lets the caller read it. */
  headers: readonly string[] = []

  constructor(problem: ProblemName, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause })
    this.name = 'ProxyError'
    this.problem = problem
    this.detail = detail
    this.status = options.status ?? PROBLEMS[problem].status
    this.proxyError = options.proxyError ?? PROBLEMS[problem].proxyError
    this.refused = options.refused
    this.retryAfterSeconds =
      options.retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(options.retryAfterMs / 1000))
  }
}

/** The response to a failure: what goes on the wire, the same on every path that can fail. */
export function renderProblem(error: ProxyError, requestId: string) {
  const body = JSON.stringify({
    type: `urn:8x8-auth-proxy:${error.problem}`,
    title: PROBLEMS[error.problem].title,
    status: error.status,
    detail: error.detail,
    instance: requestId,
  })
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'Proxy-Status': `"8x8-auth-proxy"; error=${error.proxyError}`,
    'X-Request-Id': requestId,
  }
  if (error.retryAfterSeconds !== undefined) headers['Retry-After'] = String(error.retryAfterSeconds)
  if (error.problem === 'proxy-key-required') headers['WWW-Authenticate'] = 'Bearer realm="8x8-auth-proxy"'
  forEachHeader(error.headers, (name, value) => (headers[name] = value))
  return { status: error.status, headers, body }
}

function row(status: number, title: string, proxyError: string): Problem {
  return { status, title, proxyError }
}
