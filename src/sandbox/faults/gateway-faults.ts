import { STATUS_CODES } from 'node:http'
import { json, message } from '../gateway/responses.js'
import type { SandboxResponse } from '../gateway/handler.js'

/** Which of the gateway's 401 bodies is meant. */
export type RejectionKind = 'missing' | 'expired' | 'invalid' | 'product' | 'kong'

export const rejectionKinds: readonly RejectionKind[] = ['missing', 'expired', 'invalid', 'product', 'kong']

// Apigee's runtime error codes; 8x8's chat specification shows the second as its own 401.
const rejections: Readonly<
  Record<Exclude<RejectionKind, 'kong'>, readonly [faultstring: string, errorcode: string]>
> = {
  missing: ['Invalid access token', 'oauth.v2.InvalidAccessToken'],
  invalid: ['Invalid Access Token', 'keymanagement.service.invalid_access_token'],
  expired: ['Access Token expired', 'keymanagement.service.access_token_expired'],
  product: [
    'Invalid API call as no apiproduct match found',
    'keymanagement.service.InvalidAPICallAsNoApiProductMatchFound',
  ],
}

/** Returns the gateway's 401 for a token: Apigee's `fault` object, or Kong's plain message. */
export function rejection(kind: RejectionKind): SandboxResponse {
  if (kind === 'kong') return message(401, 'Unauthorized', { 'WWW-Authenticate': 'Bearer' })
  const [faultstring, errorcode] = rejections[kind]
  return apigeeFault(401, faultstring, errorcode)
}

/** Returns an error in Apigee's format. */
export function apigeeFault(status: number, faultstring: string, errorcode: string): SandboxResponse {
  return json({ fault: { faultstring, detail: { errorcode } } }, status)
}

/**
 * Returns the gateway's own response for a status, in the format of Apigee or Kong.
 * @param retryAfterSeconds sent as `Retry-After`; a 429 has one in any case.
 */
export function gatewayFault(
  status: number,
  kind: RejectionKind = 'invalid',
  retryAfterSeconds?: number,
): SandboxResponse {
  const response = faultBody(status, kind, retryAfterSeconds ?? 1)
  if (retryAfterSeconds === undefined) return response
  return { ...response, headers: { ...response.headers, 'Retry-After': String(retryAfterSeconds) } }
}

function faultBody(status: number, kind: RejectionKind, retryAfterSeconds: number): SandboxResponse {
  switch (status) {
    case 401:
      return rejection(kind)
    case 403:
      return message(403, 'You cannot consume this service')
    case 404:
      return message(404, 'no Route matched with those values')
    case 429:
      return message(429, 'API rate limit exceeded', rateLimitHeaders(retryAfterSeconds))
    case 500:
      return json(
        { message: 'Internal Server Error', errors: ['Unexpected error'], referenceId: '5d1f0c0e-sandbox' },
        500,
      )
    case 502:
      return message(502, 'An invalid response was received from the upstream server')
    case 503:
      return apigeeFault(
        503,
        'The Service is temporarily unavailable',
        'messaging.adaptors.http.flow.ServiceUnavailable',
      )
    case 504:
      return apigeeFault(504, 'Gateway Timeout', 'messaging.adaptors.http.flow.GatewayTimeout')
    default:
      return message(status, STATUS_CODES[status] ?? 'Unknown')
  }
}

/** Kong's headers and those of the administration suite, whose reset is a time and not a duration. */
function rateLimitHeaders(resetSeconds: number): Record<string, string> {
  return {
    'Retry-After': String(resetSeconds),
    'RateLimit-Limit': '100',
    'RateLimit-Remaining': '0',
    'RateLimit-Reset': String(resetSeconds),
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + resetSeconds),
  }
}
