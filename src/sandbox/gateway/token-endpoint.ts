import { randomInt } from 'node:crypto'
import type { Account } from '../data/account.js'
import { json, message, problem } from './responses.js'
import type { SandboxResponse } from './handler.js'
import type { ReceivedBody } from './receive-body.js'

export const tokenPath = '/oauth/v2/token'

const base62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/**
 * Responds as 8x8's token endpoint: client credentials (RFC 6749, section 4.4) with 8x8's own twists. Every value of
 * the response is a string, the type is `BearerToken`, the product list is in Java's format, and errors have
 * `ErrorCode` and `Error`. Source: "OAuth Authentication for 8x8 XCaaS APIs" and the chat v2 specification.
 */
export function handleTokenRequest(
  account: Account,
  method: string,
  authorization: string | undefined,
  body: ReceivedBody,
): SandboxResponse {
  if (method !== 'POST') return message(405, 'Method Not Allowed', { Allow: 'POST' })
  const client = basicCredentials(authorization)
  if (client?.name !== account.key) return oauthError(401, 'invalid_client', 'ClientId is Invalid')
  if (client.password !== account.secret) {
    return oauthError(401, 'invalid_client', 'Client credentials are invalid')
  }
  const grantType = new URLSearchParams(body.start.toString('utf8')).get('grant_type')
  if (!grantType) return oauthError(400, 'invalid_request', 'Required param : grant_type')
  if (grantType !== 'client_credentials') {
    return oauthError(400, 'invalid_request', `Unsupported grant type : ${grantType}`)
  }
  return json(issueToken(account))
}

/** Makes an error in the token endpoint's own format. */
export function oauthError(status: number, code: string, text: string): SandboxResponse {
  return problem({ ErrorCode: code, Error: text }, status)
}

function issueToken(account: Account): Record<string, string | readonly string[]> {
  const token = Array.from({ length: 28 }, () => base62[randomInt(base62.length)]).join('')
  account.tokens.add(token, account.tokenLifetimeSeconds)
  return {
    access_token: token,
    token_type: 'BearerToken',
    api_product_list: `[${account.products.join(', ')}]`,
    status: 'approved',
    scope: '',
    refresh_token_expires_in: '0',
    expires_in: String(account.tokenLifetimeSeconds),
    refresh_count: '0',
    'developer.email': 'deprecated',
    issued_at: String(Date.now()),
    client_id: 'deprecated',
    api_product_list_json: account.products,
  }
}

function basicCredentials(authorization = ''): { name: string; password: string } | undefined {
  const encoded = /^basic +([a-z0-9+/=_-]+) *$/i.exec(authorization)?.[1]
  if (!encoded) return undefined
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 ? undefined : { name: pair.slice(0, colon), password: pair.slice(colon + 1) }
}
